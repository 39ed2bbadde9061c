/// @file
/// `godwitctl`: the operators' program. docs/OPERATING.md, "godwitctl", describes its commands and exit codes.
#include "nodes/ctl/ctl_run.hpp"
#include "nodes/ctl/ctl_target.hpp"
#include "nodes/version.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <functional>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace godwit;

constexpr auto footer =
  R"(NICK is a nick, SESSION the number that `sessions` shows, ROOM a room's name, with or without its #.
Exit codes: 0 done, 1 wrong arguments, 2 the config or a certificate can not be used, 3 the admin port can not be
reached, 4 it refuses this certificate, 5 the cluster said no, 6 no answer in time: it may have been done.
The broker node's log has each command with the operator's name.)";

/// What was typed, and what it asks for.
struct command_line {
  typed_target target;
  unsigned timeout_s = 15;
  bool json = false;
  bool no_wait = false;
  bool show_only = false;
  std::string what;
  std::string who;
  std::string to;
  std::string reason;
  std::function<admin_question()> question;
};

void add_room_commands(CLI::App& app, command_line& typed) {
  const auto treat = [&typed](room_measure measure) {
    return [&typed, measure] {
      typed.question = [&typed, measure] { return treat_room{typed.what, measure, typed.who, typed.reason}; };
    };
  };
  auto* ban = app.add_subcommand("ban", "ban somebody from a room; who is in it stays until kicked");
  ban->add_option("ROOM", typed.what, "the room")->required();
  ban->add_option("NICK|MASK", typed.who, "a nick, or nick!user@host with * and ?")->required();
  ban->callback(treat(room_measure::ban));
  auto* room = app.add_subcommand("room", "put a room in order");
  room->require_subcommand(1);
  auto* op = room->add_subcommand("op", "make a member an operator of the room");
  op->add_option("ROOM", typed.what, "the room")->required();
  op->add_option("NICK", typed.who, "a member")->required();
  op->callback(treat(room_measure::make_operator));
  auto* clear = room->add_subcommand("clear", "kick all members, and take back modes, lists and key");
  auto* remove = room->add_subcommand("delete", "clear it, and delete its history");
  for (auto* each : {clear, remove}) {
    each->add_option("ROOM", typed.what, "the room")->required();
    each->add_option("--reason", typed.reason, "what members are told");
  }
  clear->callback(treat(room_measure::clear));
  remove->callback(treat(room_measure::remove));
}

void add_move_commands(CLI::App& app, command_line& typed) {
  auto* migrate = app.add_subcommand("migrate", "move a session to another worker node, behind its connection");
  migrate->add_option("NICK|SESSION", typed.what, "whose")->required();
  migrate->callback([&typed] { typed.question = [&typed] { return migrate_session{typed.what, typed.to}; }; });
  auto* room = app.add_subcommand("migrate-room", "move a room to another worker node");
  room->add_option("ROOM", typed.what, "the room")->required();
  room->callback([&typed] { typed.question = [&typed] { return migrate_room{typed.what, typed.to}; }; });
  for (auto* each : {migrate, room})
    each->add_option("--to", typed.to, "the worker node")->required();
  auto* drain = app.add_subcommand("drain", "move everything off a worker node, and place nothing new there");
  drain->add_option("NODE", typed.what, "the worker node")->required();
  auto* no_wait = drain->add_flag("--no-wait", typed.no_wait, "order it, and do not watch it until the node is empty");
  drain->add_flag("--show", typed.show_only, "change nothing: how far is it?")->excludes(no_wait);
  drain->callback([&typed] {
    typed.question = [&typed]() -> admin_question {
      if (typed.show_only)
        return show_drain{typed.what};
      return drain_node{typed.what};
    };
  });
  auto* undrain = app.add_subcommand("undrain", "end a drain: the node gets new sessions and rooms again");
  undrain->add_option("NODE", typed.what, "the worker node")->required();
  undrain->callback([&typed] { typed.question = [&typed] { return undrain_node{typed.what}; }; });
}

void add_commands(CLI::App& app, command_line& typed) {
  const auto show = [&](const char* name, const char* what, const admin_question& question) {
    app.add_subcommand(name, what)->callback([&typed, question] { typed.question = [question] { return question; }; });
  };
  show("nodes", "the nodes of the cluster: state, process, what they host", show_nodes{});
  show("sessions", "all sessions: nick, state, worker node, proxy node", show_sessions{});
  show("rooms", "the rooms that are open, and where", show_rooms{});
  auto* where = app.add_subcommand("where", "on which node is this?");
  where->add_option("NICK|SESSION|ROOM", typed.what, "a room with its # is a room only")->required();
  where->callback([&typed] { typed.question = [&typed] { return show_where{typed.what}; }; });
  add_move_commands(app, typed);
  auto* kick = app.add_subcommand("kick", "end somebody's session");
  kick->add_option("NICK|SESSION", typed.who, "whose")->required();
  kick->add_option("--reason", typed.reason, "what everybody who sees it is told");
  kick->callback([&typed] { typed.question = [&typed] { return kick_person{typed.who, typed.reason}; }; });
  add_room_commands(app, typed);
}

/// At once: somebody may watch.
void write_to(std::FILE* stream, const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stream);
  std::fflush(stream);
}

ctl_output_port terminal() {
  return {[](const std::string& text) { write_to(stdout, text); },
          [](const std::string& text) { write_to(stderr, text); }};
}

/// Whoever reads JSON reads it of this too; what was typed otherwise may not have been read when it went wrong.
int wrong_arguments(const CLI::App& app, const CLI::ParseError& problem, const std::vector<std::string>& arguments) {
  const bool is_error = problem.get_exit_code() != 0;
  if (!is_error || std::ranges::find(arguments, "--json") == arguments.end())
    return app.exit(problem) == 0 ? 0 : static_cast<int>(ctl_exit::wrong_arguments);
  ctl_options options;
  options.json = true;
  const auto why = std::string{problem.what()} + "; see --help";
  return static_cast<int>(
    tell_failure({ctl_exit::wrong_arguments, {error_code::request_invalid, why}}, options, terminal()));
}

int run(const command_line& typed) {
  const auto output = terminal();
  ctl_options options;
  options.json = typed.json;
  options.wait = !typed.no_wait;
  options.is_terminal = !typed.json && ::isatty(STDOUT_FILENO) == 1;
  const auto fail = [&](const ctl_failure& why) { return static_cast<int>(tell_failure(why, options, output)); };
  const auto found = find_target(typed.target);
  if (const auto* problems = std::get_if<std::vector<std::string>>(&found)) {
    for (const auto& each : *problems)
      fail({ctl_exit::config_unusable, {error_code::file_unusable, each}});
    return static_cast<int>(ctl_exit::config_unusable);
  }
  auto client = admin_client::make(std::get<admin_target>(found), std::chrono::seconds{typed.timeout_s});
  if (!client)
    return fail({ctl_exit::config_unusable, client.why()});
  return static_cast<int>(run_ctl(*client, typed.question(), options, output));
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"godwitctl: see and order a Godwit cluster, by the broker node's admin port."};
  app.set_version_flag("--version", version_text);
  app.require_subcommand(1);
  app.fallthrough();
  app.footer(footer);
  command_line typed;
  auto& target = typed.target;
  app.add_option("--config", target.config, "the cluster's config file: says where the port is and who you are");
  app.add_option("--server", target.server, "HOST:PORT of the admin port, in place of the config's");
  app.add_option("--server-name", target.server_name,
                 "the broker node's name, which its certificate must hold; without a config the host of --server");
  app.add_option("--certificate", target.certificate, "an operator's certificate, in place of the config's");
  app.add_option("--key", target.key, "its key");
  app.add_option("--ca", target.ca, "the operator CA's certificate");
  app.add_option("--timeout", typed.timeout_s, "seconds to wait for a connection, and for an answer")
    ->check(CLI::Range(1, 3600))
    ->capture_default_str();
  app.add_flag("--json", typed.json, "print JSON: one value, of a drain one object per line; errors too");
  add_commands(app, typed);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return wrong_arguments(app, problem, {argv, argv + argc});
  }
  return run(typed);
}
