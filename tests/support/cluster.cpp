#include "tests/support/cluster.hpp"

#include "tests/support/free_ports.hpp"
#include "tests/support/text_file.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <regex>
#include <set>
#include <sys/socket.h>

namespace godwit::test {
namespace {

constexpr int printed_lines = 60;
#ifdef __SANITIZE_ADDRESS__
constexpr bool is_sanitized = true; // and so are the nodes
#else
constexpr bool is_sanitized = false;
#endif
/// docs/OPERATING.md, "Exit codes": a node that a test held up for long may have been declared dead, and has ended
/// itself.
constexpr int declared_dead = 4;

std::string program_named(const std::string& name) {
  const char* folder = std::getenv("GODWIT_PROGRAMS");
  return std::string{folder != nullptr ? folder : GODWIT_BINARY_DIR} + "/" + name;
}

std::vector<std::string> node_names(const std::string& config) {
  static const std::regex header{R"(\[\[node\]\]\s*\nname = "([^"]+)\")"};
  std::vector<std::string> names;
  for (std::sregex_iterator each{config.begin(), config.end(), header}, end; each != end; ++each)
    names.push_back((*each)[1]);
  return names;
}

/// What is for a table that the file has already goes there.
std::string with_more(std::string config, const std::string& more) {
  const std::string header = "[limits]\n";
  const auto table = more.starts_with(header) ? config.find(header) : std::string::npos;
  if (table == std::string::npos)
    return config + "\n" + more;
  return config.replace(table, header.size(), more);
}

void run_or_throw(const std::vector<std::string>& arguments) {
  const auto ended = run({.arguments = arguments});
  if (ended.end != process_end{})
    throw std::runtime_error(arguments[0] + " " + arguments[2] + " " + to_string(ended.end) + ": " + ended.errors);
}

} // namespace

std::string godwitd_program() { return program_named("godwitd"); }
std::string godwit_program() { return program_named("godwit"); }
std::string godwitctl_program() { return program_named("godwitctl"); }
std::string godwit_bench_program() { return program_named("godwit-bench"); }

std::string shipped_config(const std::string& name) {
  auto text = read_text(std::string{GODWIT_SOURCE_DIR} + "/cluster-configs/" + name + ".toml");
  if (text.empty())
    throw std::runtime_error("there is no config " + name);
  return text;
}

std::string with_free_ports(const std::string& config) {
  static const std::regex endpoint{R"re("([^"\s]+):([0-9]+)")re"};
  std::set<std::string> shipped;
  for (std::sregex_iterator each{config.begin(), config.end(), endpoint}, end; each != end; ++each)
    shipped.insert((*each)[2]);
  const auto ports = free_ports(shipped.size());
  auto result = config;
  std::size_t next = 0;
  for (const auto& each : shipped) // in two steps, for a free port may be the shipped one of another place
    result = std::regex_replace(result, std::regex{"\"([^\"\\s]+):" + each + "\""},
                                "\"$1:<" + std::to_string(ports[next++]) + ">\"");
  return std::regex_replace(result, std::regex{R"(:<([0-9]+)>)"}, ":$1");
}

std::string value_in(const std::string& config, const std::string& node, const std::string& key) {
  const auto begin = config.find("name = \"" + node + "\"");
  auto end = config.find("[[node]]", begin);
  const auto part = config.substr(begin, end == std::string::npos ? end : end - begin);
  std::smatch found;
  if (begin == std::string::npos || !std::regex_search(part, found, std::regex{key + " = \\[?\"([^\"]*)\""}))
    throw std::runtime_error("no " + key + " of " + node + " in the config");
  return found[1];
}

int sessions_begun_on(const cluster& running, const std::string& worker) {
  const auto log = running.log("proxy-1");
  const auto mark = " begins on " + worker + "\n";
  int count = 0;
  for (auto at = log.find(mark); at != std::string::npos; at = log.find(mark, at + 1))
    ++count;
  return count;
}

bool somebody_listens(const std::string& address) {
  const auto colon = address.rfind(':');
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &where.sin_addr);
  const unique_fd probe{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0;
}

cluster::cluster(const std::string& config_name, const std::string& more)
    : config_file_(folder_.path("cluster-configs/" + config_name + ".toml")),
      uncaught_at_start_(std::uncaught_exceptions()) {
  const auto text = with_more(with_free_ports(shipped_config(config_name)), more);
  nodes_ = node_names(text);
  write_text(config_file_, text);
  std::filesystem::create_directories(path("logs"));
  std::filesystem::create_directories(path("clients"));
  make_certificates();
}

cluster::~cluster() {
  if (is_sanitized && std::uncaught_exceptions() == uncaught_at_start_ && !::testing::Test::HasFailure())
    end_in_order();
  for (auto& [name, each] : members_)
    if (each.running)
      each.running->kill();
  if (std::uncaught_exceptions() > uncaught_at_start_ || ::testing::Test::HasFailure())
    print_logs();
}

void cluster::end_in_order() {
  for (auto at = nodes_.rbegin(); at != nodes_.rend(); ++at) {
    auto& running = members_[*at].running;
    if (!running || !running->is_running())
      continue; // the test has ended it
    running->signal(SIGTERM);
    running->signal(SIGCONT); // it may be paused
    const auto end = running->wait(patience);
    if (!end)
      ADD_FAILURE() << *at << " does not stop";
    else if (*end != process_end{} && *end != process_end{declared_dead, 0})
      ADD_FAILURE() << *at << ' ' << to_string(*end);
  }
}

void cluster::make_certificates() const {
  const auto out = path("var");
  run_or_throw({godwitd_program(), "certs", "ca", "--out", out});
  run_or_throw({godwitd_program(), "certs", "cluster-ca", "--out", out});
  run_or_throw({godwitd_program(), "certs", "server", "localhost", "--ip", "127.0.0.1", "--ip", "::1", "--out", out});
  for (const auto& node : nodes_)
    run_or_throw({godwitd_program(), "certs", "node", node, "--out", out});
  write_text(path("var/cloak.key"), "a secret of a test cluster");
  run_or_throw({godwitd_program(), "certs", "operator-ca", "--out", out});
  run_or_throw({godwitd_program(), "certs", "admin", nodes_.front(), "--out", out}); // the broker node
  run_or_throw({godwitd_program(), "certs", "operator", "admin", "--out", out});
}

void cluster::print_logs() const {
  for (const auto& node : nodes_)
    std::fprintf(stderr, "----- %s logged last:\n%s", node.c_str(), tail_of(log(node), printed_lines).c_str());
  std::fprintf(stderr, "-----\n");
}

void cluster::start() {
  for (const auto& node : nodes_)
    begin_start(node);
  for (const auto& node : nodes_)
    wait_until_ready(node);
}

void cluster::start(const std::string& node) {
  begin_start(node);
  wait_until_ready(node);
}

void cluster::begin_start(const std::string& node) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0)
    throw std::runtime_error("no pipe");
  auto& started = members_[node];
  started.ready = unique_fd{ends[0]};
  const unique_fd told{ends[1]};
  program what;
  what.arguments = {godwitd_program(), "--config", config_file_, "--node", node};
  what.environment = environment_;
  what.environment["GODWIT_READY_FD"] = std::to_string(told.get());
  what.error_file = log_file(node);
  what.output_file = log_file(node);
  what.passed_fd = told.get();
  started.running = std::make_unique<process>(what);
}

void cluster::wait_until_ready(const std::string& node) {
  auto& ready = members_.at(node).ready;
  pollfd watched{ready.get(), POLLIN, 0};
  const auto milliseconds = static_cast<int>(std::chrono::milliseconds{patience}.count());
  std::array<char, 16> said{};
  if (::poll(&watched, 1, milliseconds) != 1 || ::read(ready.get(), said.data(), said.size()) <= 0)
    throw std::runtime_error(node + " does not become ready; it logged:\n" + tail_of(log(node), printed_lines));
}

std::map<std::string, process_end> cluster::stop() {
  std::map<std::string, process_end> ends;
  for (auto at = nodes_.rbegin(); at != nodes_.rend(); ++at) {
    auto& running = members_[*at].running;
    if (!running)
      continue;
    running->signal(SIGTERM);
    const auto end = running->wait(patience);
    if (!end)
      throw std::runtime_error(*at + " does not stop");
    ends[*at] = *end;
    running.reset();
  }
  return ends;
}

void cluster::kill(const std::string& node) { process_of(node).kill(); }

process& cluster::process_of(const std::string& node) {
  const auto found = members_.find(node);
  if (found == members_.end() || !found->second.running)
    throw std::runtime_error(node + " was not started");
  return *found->second.running;
}

std::string cluster::config() const { return read_text(config_file_); }

void cluster::change_config(const std::string& text) const { write_text(config_file_, text); }

std::string cluster::write_config(const std::string& name, const std::string& text) const {
  auto file = path("cluster-configs/" + name);
  write_text(file, text);
  return file;
}

std::string cluster::data_folder() const {
  std::smatch found;
  const auto text = config();
  if (!std::regex_search(text, found, std::regex{R"(data = "\.\./([^"]+)\")"}))
    throw std::runtime_error("the config has no data folder");
  return path(found[1]);
}

void cluster::expect_sound_store() const {
  const auto checked = run({.arguments = {godwitd_program(), "check", data_folder()}});
  EXPECT_EQ(checked.end, process_end{}) << checked.errors;
}

std::string cluster::client_address() const {
  std::smatch found;
  const auto text = config();
  if (!std::regex_search(text, found, std::regex{R"(\[node\.client\]\s*\nlisten = \["([^"]+)\")"}))
    throw std::runtime_error("the config has no client port");
  return found[1];
}

std::string cluster::irc_address() const {
  std::smatch found;
  const auto text = config();
  if (!std::regex_search(text, found, std::regex{R"(irc-listen = \["([^"]+)\")"}))
    throw std::runtime_error("the config has no IRC port");
  return found[1];
}

void cluster::offer_plain_irc() const {
  change_config(std::regex_replace(config(), std::regex{"# (irc-plain-listen)"}, "$1"));
}

std::string cluster::irc_plain_address() const {
  std::smatch found;
  const auto text = config();
  if (!std::regex_search(text, found, std::regex{R"(\n *irc-plain-listen = "([^"]+)\")"}))
    throw std::runtime_error("the config has no IRC port without TLS");
  return found[1];
}

std::uint16_t cluster::client_port() const {
  const auto address = client_address();
  return static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
}

std::string cluster::cluster_address(const std::string& node) const { return value_in(config(), node, "bind"); }

std::string cluster::log(const std::string& node) const { return read_text(log_file(node)); }

chat_options cluster::options_for(const std::string& nick, const std::string& room) const {
  return {.program = godwit_program(),
          .server = client_address(),
          .nick = nick,
          .room = room,
          .ca = path("var/ca.pem"),
          .folder = path("clients")};
}

std::unique_ptr<chat_client> cluster::join(const std::string& nick, const std::string& room) {
  return std::make_unique<chat_client>(options_for(nick, room));
}

} // namespace godwit::test
