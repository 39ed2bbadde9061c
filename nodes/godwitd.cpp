/// @file
/// The server's program: runs one node, or all nodes of a config, makes certificates, checks and copies a store.
///
/// Exit codes: nodes/exit_codes.hpp.

#include "nodes/certs_command.hpp"
#include "nodes/config/config.hpp"
#include "nodes/exit_codes.hpp"
#include "nodes/hash_password_command.hpp"
#include "nodes/node.hpp"
#include "nodes/readiness.hpp"
#include "nodes/store_commands.hpp"
#include "nodes/supervisor.hpp"
#include "nodes/version.hpp"

#include <CLI/CLI.hpp>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <atomic>
#include <csignal>
#include <cstdio>

namespace {

using namespace godwit;

std::optional<cluster_config> config_or_problems(const std::string& file) {
  auto reading = read_config(file);
  for (const auto& problem : reading.problems)
    std::fprintf(stderr, "%s\n", to_string(problem).c_str());
  return std::move(reading.config);
}

void log_to_stderr(const cluster_config& config, const node_name& node) {
  auto logger = spdlog::stderr_color_mt(node);
  logger->set_pattern("%Y-%m-%d %H:%M:%S.%e %^%l%$ %n: %v");
  logger->set_level(spdlog::level::from_str(config.log_level));
  spdlog::set_default_logger(std::move(logger));
}

/// Blocked in all threads: they come by sigwait.
sigset_t block_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  for (int each : {SIGINT, SIGTERM})
    sigaddset(&signals, each);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return signals;
}

int run_node(const cluster_config& config, const node_name& name) {
  if (config.find(name) == nullptr) {
    std::string names;
    for (const auto& each : config.nodes)
      names += ' ' + each.name;
    std::fprintf(stderr, "%s has no node \"%s\"; it has%s\n", config.file.c_str(), name.c_str(), names.c_str());
    return number_of(exit_code::config_invalid);
  }
  auto signals = block_signals();
  log_to_stderr(config, name);
  static std::atomic<int> ends_with{0}; // of the first reason to end
  node_events events;
  events.ready = [&name] {
    spdlog::info("{} is ready", name);
    tell_ready();
  };
  const auto end_with = [](exit_code code) {
    int none = 0;
    if (ends_with.compare_exchange_strong(none, number_of(code)))
      ::kill(::getpid(), SIGTERM);
  };
  const auto tell_fault = [&name](const std::string& sentence) {
    std::fprintf(stderr, "%s can not start: %s\n", name.c_str(), sentence.c_str());
  };
  events.clock_far = [end_with, tell_fault](const std::string& sentence) {
    tell_fault(sentence);
    end_with(exit_code::clock_far);
  };
  events.must_end = [end_with] { end_with(exit_code::declared_dead); };
  events.failed = [end_with] { end_with(exit_code::service_failed); };
  auto started = node::start(config, name, std::move(events));
  if (const auto* fault = std::get_if<start_fault>(&started)) {
    tell_fault(fault->sentence);
    return number_of(fault->code);
  }
  auto& running = std::get<std::unique_ptr<node>>(started);
  int signal = 0;
  sigwait(&signals, &signal);
  spdlog::info("stopping");
  running->stop();
  return ends_with;
}

int tell(const result<std::string>& outcome) {
  if (outcome) {
    std::printf("%s\n", outcome->c_str());
    return 0;
  }
  std::fprintf(stderr, "%s %s\n", std::string{sentence_of(outcome.why().code)}.c_str(), outcome.why().detail.c_str());
  return number_of(exit_code::can_not_start);
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Godwit: a chat cluster whose sessions migrate without landing."};
  app.set_version_flag("--version", version_text);
  std::string file;
  std::string node_name;
  bool all = false;
  auto* config_option = app.add_option("--config", file, "the cluster's config file (TOML)");
  auto* node_option = app.add_option("--node", node_name, "run this node of it")->needs(config_option);
  auto* all_option = app.add_flag("--all", all, "run every node of it, each as a process")->needs(config_option);
  node_option->excludes(all_option);

  auto* certs = app.add_subcommand("certs", "make certificates; files that are there are kept");
  certs->require_subcommand(1);
  std::string out = "var";
  std::string name;
  std::vector<std::string> addresses;
  auto* ca = certs->add_subcommand("ca", "the CA that signs the client ports' certificates");
  auto* cluster_ca = certs->add_subcommand("cluster-ca", "the CA that signs the nodes' certificates");
  auto* server = certs->add_subcommand("server", "the certificate of the client ports");
  auto* node = certs->add_subcommand("node", "the certificate of a node");
  auto* operator_ca = certs->add_subcommand("operator-ca", "the CA that signs operators' certificates");
  auto* admin_port = certs->add_subcommand("admin", "the certificate of a broker node's admin port");
  auto* operator_tool = certs->add_subcommand("operator", "the certificate of an operator, for godwitctl");
  int days = 0;
  bool force = false;
  bool renew = false;
  for (auto* each : {ca, cluster_ca, server, node, operator_ca, admin_port, operator_tool}) {
    each->add_option("--out", out, "the folder")->capture_default_str();
    each->add_option("--days", days, "for how long it is valid; a CA 3650, others 397 if not said")
      ->check(CLI::Range(1, 36500));
    auto* anew = each->add_flag("--force", force, "make key and certificate anew, in place of those that are there");
    each->add_flag("--renew", renew, "make a new certificate for the key that is there")->excludes(anew);
  }
  server->add_option("name", name, "the DNS name that clients dial")->required();
  server->add_option("--ip", addresses, "an IP address that clients dial");
  server->add_option("--dns", addresses, "a further DNS name");
  std::string revocations;
  server->add_option("--crl", revocations, "the URL where the CA's list of revoked certificates is published");
  for (auto* each : {node, admin_port})
    each->add_option("name", name, "the node's name in the config")->required();
  operator_tool->add_option("name", name, "the operator's name, as logs are to show it")->required();
  auto* check = app.add_subcommand("check", "check a broker node's store wholly; its node may run");
  auto* backup = app.add_subcommand("backup", "copy a broker node's store; its node may run");
  auto* hash = app.add_subcommand("hash-password", "print what the config takes for an operator's password");
  std::string data;
  std::string copy;
  for (auto* each : {check, backup})
    each->add_option("data", data, "the node's data folder")->required();
  backup->add_option("file", copy, "the copy; it must not be there yet")->required();
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 1;
  }

  const certs_options options{.existing = force   ? when_there::replace_all
                                          : renew ? when_there::renew
                                                  : when_there::keep,
                              .length = std::chrono::days{days},
                              .revocations = revocations};
  if (ca->parsed())
    return tell(make_client_ca(out, options));
  if (cluster_ca->parsed())
    return tell(make_cluster_ca(out, options));
  if (server->parsed()) {
    addresses.insert(addresses.begin(), name);
    return tell(make_server_certificate(out, addresses, options));
  }
  if (node->parsed())
    return tell(make_node_certificate(out, name, options));
  if (operator_ca->parsed())
    return tell(make_operator_ca(out, options));
  if (admin_port->parsed())
    return tell(make_admin_port_certificate(out, name, options));
  if (operator_tool->parsed())
    return tell(make_operator_certificate(out, name, options));
  if (hash->parsed())
    return hash_password_command();
  if (check->parsed())
    return number_of(check_store(data));
  if (backup->parsed())
    return number_of(back_up_store(data, copy));
  if (node_name.empty() && !all) {
    std::fprintf(stderr, "say --node NAME or --all, with --config FILE; or see --help\n");
    return 1;
  }
  auto config = config_or_problems(file);
  if (!config)
    return number_of(exit_code::config_invalid);
  if (all)
    return supervise(std::filesystem::read_symlink("/proc/self/exe"), *config);
  return run_node(*config, node_name);
}
