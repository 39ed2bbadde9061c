/// @file
/// `godwit`: the program for people. Its subcommands are described in docs/CLIENT.md.
#include "client/chat/chat.hpp"
#include "client/chat/chat_config.hpp"
#include "client/chat/identity.hpp"
#include "client/chat/news_printer.hpp"

#include <CLI/CLI.hpp>

#include <cerrno>
#include <csignal>
#include <iostream>
#include <memory>
#include <optional>
#include <unistd.h>

namespace {

using namespace godwit;

struct typed_options {
  std::optional<std::string> server;
  std::optional<std::string> nick;
  std::optional<std::string> ca;
  std::string room = "lobby";
  std::string identity;
  std::string config;
  unsigned connect_within_s = 15;
  unsigned reconnect_within_s = 600;
  bool json = false;
};

line_source* interrupted_input = nullptr;
volatile std::sig_atomic_t interruptions = 0;

/// The first asks to leave, the second leaves at once.
extern "C" void on_interrupt(int signal) {
  if (interruptions != 0)
    ::_exit(128 + signal);
  interruptions = 1;
  interrupted_input->stop();
}

void watch_signals(line_source& input) {
  interrupted_input = &input;
  struct sigaction action {};
  action.sa_handler = on_interrupt;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
}

/// A line, at once and whole.
bool write_line(int fd, std::string_view line) {
  std::string bytes{line};
  bytes += '\n';
  std::string_view rest = bytes;
  while (!rest.empty()) {
    const auto count = ::write(fd, rest.data(), rest.size());
    if (count < 0 && errno == EINTR)
      continue;
    if (count <= 0)
      return false;
    rest.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

int fail(const error& why, chat_exit code) {
  std::cerr << "godwit: " << (why.detail.empty() ? full_text(why) : why.detail) << '\n';
  return static_cast<int>(code);
}

int chat(const typed_options& typed) {
  auto config = read_chat_config(typed.config.empty() ? default_config_file() : typed.config);
  if (!config)
    return fail(config.why(), chat_exit::usage);
  auto server = parse_server_address(typed.server ? *typed.server : config->server.value_or("localhost:7700"));
  if (!server)
    return fail(server.why(), chat_exit::usage);
  const auto nick = typed.nick ? typed.nick : config->nick;
  if (!nick)
    return fail({error_code::nick_invalid, "give a nick with --nick, or in the config file"}, chat_exit::usage);
  auto identity = load_or_make_identity(typed.identity.empty() ? default_identity_file() : typed.identity);
  if (!identity)
    return fail(identity.why(), chat_exit::usage);

  chat_options options;
  options.client.server = *server;
  options.client.nick = *nick;
  options.client.identity = *identity;
  options.client.ca_file = choose_ca(typed.ca, *config);
  options.client.client_name = "godwit chat";
  options.client.first_connection_within = std::chrono::seconds{typed.connect_within_s};
  options.client.reconnection_within = std::chrono::seconds{typed.reconnect_within_s};
  options.room = typed.room.starts_with('#') ? typed.room.substr(1) : typed.room;
  options.json = typed.json;

  line_source input(STDIN_FILENO);
  watch_signals(input);
  const chat_output output{[](std::string_view line) { return write_line(STDOUT_FILENO, line); },
                           [](std::string_view line) { return write_line(STDERR_FILENO, line); }};
  return static_cast<int>(run_chat(options, input, output));
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Godwit: chat sessions that do not drop"};
  app.require_subcommand(1);
  typed_options typed;
  auto* command = app.add_subcommand("chat", "Chat: lines that you type are said, /help lists commands");
  command->add_option("--server", typed.server, "HOST:PORT of a proxy node (localhost:7700)");
  command->add_option("--nick", typed.nick, "what you are called");
  command->add_option("--room", typed.room, "the room to begin in; '' for none")->capture_default_str();
  command->add_option("--ca", typed.ca, "the CA that signs the server's certificate ($GODWIT_CA, var/ca.pem)");
  command->add_flag("--json", typed.json, "print one JSON object per line");
  command->add_option("--identity", typed.identity, "the file of your identity, made if there is none");
  command->add_option("--config", typed.config, "another file than ~/.config/godwit/config.toml");
  command->add_option("--connect-within", typed.connect_within_s, "seconds")->capture_default_str();
  command->add_option("--reconnect-within", typed.reconnect_within_s, "seconds")->capture_default_str();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stopped) {
    return app.exit(stopped) == 0 ? 0 : static_cast<int>(chat_exit::usage);
  }
  return chat(typed);
}
