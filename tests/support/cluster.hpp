/// @file
/// A cluster of real processes, from a shipped config file, on ports and in a folder of its own.
///
/// The file is taken as it is, but for its ports. Paths in it are relative (`../var/...`), so that certificates and
/// data are the test's own; `godwitd certs` makes the certificates.
///
/// Owns      the folder, and the processes: all end with it. Built with asan they are stopped in order unless the
///           test has failed, since a node tells only then what it has leaked; the test fails if one does not end so.
/// Promises  each wait has a deadline; when a test fails, what the nodes logged last is printed.
/// Source    cluster-configs/, nodes/readiness.hpp.
#pragma once

#include "tests/support/chat_client.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

#include <csignal>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace godwit::test {

/// The programs under test.
std::string godwitd_program();
std::string godwit_program();
std::string godwitctl_program();
std::string godwit_bench_program();
/// cluster-configs/NAME.toml as it is shipped.
std::string shipped_config(const std::string& name);
/// With every port replaced by a free one, the same by the same.
std::string with_free_ports(const std::string& config);

class cluster {
public:
  /// The shipped config NAME.toml, with `more` at its end. Starts nothing.
  explicit cluster(const std::string& config_name, const std::string& more = "");
  cluster(const cluster&) = delete;
  cluster& operator=(const cluster&) = delete;
  ~cluster();

  /// All nodes, each as a process; returns when all are ready.
  void start();
  /// One node, as a new process.
  void begin_start(const std::string& node);
  void wait_until_ready(const std::string& node);
  void start(const std::string& node);
  /// In order; returns how each node ended.
  std::map<std::string, process_end> stop();
  void kill(const std::string& node);
  void pause(const std::string& node) { process_of(node).signal(SIGSTOP); }
  void resume(const std::string& node) { process_of(node).signal(SIGCONT); }
  process& process_of(const std::string& node);

  const std::vector<std::string>& nodes() const { return nodes_; }
  const std::string& config_file() const { return config_file_; }
  std::string config() const;
  /// What the nodes that are started from now on read.
  void change_config(const std::string& text) const;
  /// Besides what the test has; for nodes that are started from now on.
  void set_environment(std::map<std::string, std::string> environment) { environment_ = std::move(environment); }
  /// The folder of the store.
  std::string data_folder() const;
  /// `godwitd check` of the store: nothing is wrong with it.
  void expect_sound_store() const;
  /// A further config file beside it, for nodes that are to go wrong.
  std::string write_config(const std::string& name, const std::string& text) const;
  /// In the cluster's folder; certificates and data are in var/.
  std::string path(const std::string& name) const { return folder_.path(name); }
  /// HOST:PORT of the first client port in the config, and its port.
  std::string client_address() const;
  std::uint16_t client_port() const;
  /// The same of the first IRC port.
  std::string irc_address() const;
  /// Serves IRC without TLS from its next start on: there where the shipped file says in a comment.
  void offer_plain_irc() const;
  std::string irc_plain_address() const;
  /// HOST:PORT where the node takes other nodes.
  std::string cluster_address(const std::string& node) const;
  /// All that a node has logged, in all of its lives.
  std::string log(const std::string& node) const;
  std::string log_file(const std::string& node) const { return path("logs/" + node + ".log"); }

  /// A client of this cluster; the cluster must outlive it.
  std::unique_ptr<chat_client> join(const std::string& nick, const std::string& room = "lobby");
  /// What it would be started with.
  chat_options options_for(const std::string& nick, const std::string& room = "lobby") const;

private:
  struct member {
    std::unique_ptr<process> running;
    unique_fd ready; ///< says when it is
  };

  void end_in_order();
  void make_certificates() const;
  void print_logs() const;

  temporary_folder folder_;
  std::string config_file_;
  std::vector<std::string> nodes_;
  std::map<std::string, member> members_;
  std::map<std::string, std::string> environment_;
  int uncaught_at_start_;
};

/// For the end of a config: proxy nodes log where sessions begin.
inline constexpr auto log_where_sessions_begin = "\n[log]\nlevel = \"debug\"\n";
/// How many sessions of `running` have begun on that worker node; requires log_where_sessions_begin.
int sessions_begun_on(const cluster& running, const std::string& worker);
/// Whether somebody listens there (HOST:PORT, HOST an IPv4 address).
bool somebody_listens(const std::string& address);
/// The value of `key` in the config's [[node]] of that name.
std::string value_in(const std::string& config, const std::string& node, const std::string& key);

} // namespace godwit::test
