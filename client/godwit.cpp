/// @file
/// `godwit`: the program for people. Its subcommands are described in docs/CLIENT.md.
#include <CLI/CLI.hpp>

int main(int argc, char** argv) {
  CLI::App app{"Godwit: chat sessions that do not drop"};
  app.require_subcommand(1);
  CLI11_PARSE(app, argc, argv);
}
