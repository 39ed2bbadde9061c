// How nodes and clusters start, and what keeps them from it.
#include "tests/support/cluster.hpp"
#include "tests/support/process_list.hpp"
#include "tests/support/text_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <map>
#include <regex>
#include <sstream>

namespace godwit::test {
namespace {

namespace fs = std::filesystem;

/// `godwitd --config FILE --all`, as `./dev up` runs it.
class whole_cluster {
public:
  explicit whole_cluster(const cluster& files)
      : files_(files), running_({.arguments = {godwitd_program(), "--config", files.config_file(), "--all"},
                                 .error_file = files.path("logs/all.log"),
                                 .output_file = files.path("logs/all.out")}) {}

  void wait_until_up() {
    wait_until("the cluster is up; it logged: " + log(),
               [&] { return output().find(" is up: ") != std::string::npos || !running_.is_running(); });
    if (!running_.is_running())
      throw std::runtime_error("it ended: " + log());
  }
  process& running() { return running_; }
  std::string log() const { return read_text(files_.path("logs/all.log")); }
  std::string output() const { return read_text(files_.path("logs/all.out")); }
  /// The process of a node; 0: there is none now.
  pid_t pid_of(const std::string& node) const {
    const auto found = processes_with(files_.config_file() + " --node " + node + " ");
    return found.empty() ? 0 : found.front().pid;
  }
  std::size_t process_count() const { return processes_with(files_.config_file()).size(); }

private:
  const cluster& files_;
  process running_;
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  if (at == std::string::npos)
    throw std::runtime_error("there is no \"" + what + "\" to be replaced");
  return text.replace(at, what.size(), by);
}

std::vector<std::string> shipped_configs() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(std::string{GODWIT_SOURCE_DIR} + "/cluster-configs"))
    if (entry.path().extension() == ".toml")
      names.push_back(entry.path().stem());
  std::ranges::sort(names);
  return names;
}

class ShippedConfig : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(All, ShippedConfig, ::testing::ValuesIn(shipped_configs()), [](const auto& tested) {
  auto name = tested.param;
  std::ranges::replace(name, '-', '_');
  return name;
});

TEST_P(ShippedConfig, StartsServesAndStopsLeavingNothingBehind) {
  const cluster files{GetParam()};
  whole_cluster all{files};
  all.wait_until_up();
  {
    chat_client alice{files.options_for("alice")};
    EXPECT_EQ(alice.ask("hello")["event"], "confirmed") << all.log();
    EXPECT_EQ(alice.leave(), process_end{});
  }
  EXPECT_EQ(all.process_count(), 1 + files.nodes().size());
  all.running().signal(SIGINT);
  const auto end = all.running().wait(patience);
  ASSERT_TRUE(end) << all.log();
  EXPECT_EQ(*end, process_end{}) << all.log();
  EXPECT_EQ(all.process_count(), 0U);
}

TEST(All, RestartsANodeThatDiesAtOnce) {
  const cluster files{"local"};
  whole_cluster all{files};
  all.wait_until_up();
  chat_client alice{files.options_for("alice")};
  EXPECT_EQ(alice.ask("before")["event"], "confirmed");
  for (const std::string node : {"worker-2", "proxy-1", "broker-1"}) {
    const auto former = all.pid_of(node);
    ASSERT_NE(former, 0);
    ::kill(former, SIGKILL);
    wait_until(node + " runs again", [&] {
      const auto now = all.pid_of(node);
      return now != 0 && now != former;
    });
    std::smatch pause;
    const auto log = all.log();
    ASSERT_TRUE(
      std::regex_search(log, pause, std::regex{node + " was ended by signal 9; it is started again in ([0-9]+) ms"}))
      << log;
    EXPECT_LE(std::stoi(pause[1]), 200);
    EXPECT_EQ(alice.outcome(alice.say("after " + node), std::chrono::seconds{60})["event"], "confirmed") << all.log();
  }
}

/// The nodes of what several processes have logged into one file, a line each, in the order in which they wrote.
struct spoken_line {
  std::string node;
  std::string text;
};
std::vector<spoken_line> spoken_lines(const std::string& log) {
  static const std::regex form{R"([0-9-]+ [0-9:.]+ [a-z]+ ([a-z0-9-]+): (.*))"}; // time, level, node, text
  std::vector<spoken_line> result;
  std::istringstream lines{log};
  std::smatch parts;
  for (std::string line; std::getline(lines, line);)
    if (std::regex_match(line, parts, form))
      result.push_back({parts[1], parts[2]});
  return result;
}

TEST(All, EndsProxyNodesThenWorkerNodesThenTheBrokerNodeAndKillsNone) {
  const cluster files{"wide"};
  whole_cluster all{files};
  all.wait_until_up();
  chat_client alice{files.options_for("alice")};
  EXPECT_EQ(alice.ask("somebody is there")["event"], "confirmed");
  all.running().signal(SIGTERM);
  const auto end = all.running().wait(patience);
  ASSERT_TRUE(end) << all.log();
  EXPECT_EQ(*end, process_end{}) << all.log();
  EXPECT_EQ(all.log().find("is killed"), std::string::npos) << all.log();

  const auto lines = spoken_lines(all.log());
  std::map<std::string, std::size_t> begin_of_stop;
  std::map<std::string, std::size_t> last_word;
  for (std::size_t i = 0; i != lines.size(); ++i) {
    last_word[lines[i].node] = i;
    if (lines[i].text == "stopping")
      begin_of_stop[lines[i].node] = i;
  }
  const auto are_in_order = [](const std::string& first, const std::string& next) {
    return (first.starts_with("proxy-") && next.starts_with("worker-"))
           || (first.starts_with("worker-") && next.starts_with("broker-"));
  };
  for (const auto& node : files.nodes())
    ASSERT_TRUE(begin_of_stop.contains(node)) << node << " was not stopped in order: " << all.log();
  for (const auto& first : files.nodes())
    for (const auto& next : files.nodes())
      EXPECT_TRUE(!are_in_order(first, next) || last_word[first] < begin_of_stop[next])
        << first << " had not ended when " << next << " was stopped: " << all.log();
}

TEST(All, PrintsCommandsByWhichAClientLogsIn) {
  const cluster files{"local"};
  whole_cluster all{files};
  all.wait_until_up();
  static const std::regex form{R"(Connect to (\S+): (\S+ chat --server \S+ --nick )NICK\n)"};
  const auto said = all.output();
  int count = 0;
  for (std::sregex_iterator each{said.begin(), said.end(), form}, end; each != end; ++each) {
    EXPECT_EQ((*each)[1], "proxy-1");
    const auto nick = "reader-" + std::to_string(++count);
    const auto command = (*each)[2].str() + nick;
    const auto ended = run({.arguments = {"/bin/sh", "-c", command},
                            .environment = {{"HOME", files.path("clients/" + nick)},
                                            {"XDG_CONFIG_HOME", ""},
                                            {"XDG_DATA_HOME", ""},
                                            {"GODWIT_CA", files.path("var/ca.pem")}}});
    EXPECT_EQ(ended.end, process_end{}) << command << ": " << ended.errors;
    EXPECT_NE(ended.output.find("-- you are " + nick + "\n"), std::string::npos) << command << ": " << ended.output;
  }
  EXPECT_EQ(count, 2) << "over IPv4 and IPv6; it said: " << said;
}

TEST(All, LeavesNothingBehindWhenItIsKilledItself) {
  const cluster files{"local"};
  whole_cluster all{files};
  all.wait_until_up();
  all.running().kill();
  wait_until("all nodes end with their supervisor", [&] { return all.process_count() == 0; });
}

TEST(Nodes, StartInAnyOrderAndStopInOrder) {
  cluster running{"local"};
  for (const auto& order : {std::vector<std::string>{"worker-2", "proxy-1", "worker-1", "broker-1"},
                            std::vector<std::string>{"proxy-1", "broker-1", "worker-1", "worker-2"}}) {
    for (const auto& node : order) {
      running.begin_start(node);
      wait_until(node + " takes other nodes", [&] { return somebody_listens(running.cluster_address(node)); });
    }
    for (const auto& node : order)
      running.wait_until_ready(node);
    auto alice = running.join("alice");
    EXPECT_EQ(alice->ask("hello")["event"], "confirmed");
    EXPECT_EQ(alice->leave(), process_end{});
    for (const auto& [node, end] : running.stop())
      EXPECT_EQ(end, process_end{}) << node << " " << to_string(end);
  }
}

TEST(Nodes, OfAnotherCaAreRefusedAndBothEndsSayIt) {
  cluster running{"local"};
  running.start();
  running.kill("worker-2");
  const auto other = running.path("other-ca");
  ASSERT_EQ(run({.arguments = {godwitd_program(), "certs", "cluster-ca", "--out", other}}).end, process_end{});
  ASSERT_EQ(run({.arguments = {godwitd_program(), "certs", "node", "worker-2", "--out", other}}).end, process_end{});
  auto text = replaced(running.config(), "../var/nodes/worker-2.pem", "../other-ca/nodes/worker-2.pem");
  text = replaced(text, "../var/nodes/worker-2.key", "../other-ca/nodes/worker-2.key");
  text = replaced(text, "../var/cluster-ca.pem", "../other-ca/cluster-ca.pem");
  const auto file = running.write_config("other-ca.toml", text);

  const auto stranger_log = running.path("logs/stranger.log");
  process stranger{{.arguments = {godwitd_program(), "--config", file, "--node", "worker-2"},
                    .error_file = stranger_log,
                    .output_file = stranger_log}};
  const auto says = [](const std::string& log, const std::string& pattern) {
    return std::regex_search(log, std::regex{pattern});
  };
  // Whoever dials, of each pair: its address, and why.
  const std::string refusal = "(refused \\S+ on the cluster port: \\S|no link with \\S+ at \\S+: \\S)";
  wait_until("the stranger logs the refusal", [&] {
    if (!stranger.is_running())
      throw std::runtime_error("the stranger ended: " + read_text(stranger_log));
    return says(read_text(stranger_log), refusal);
  });
  for (const std::string node : {"broker-1", "proxy-1", "worker-1"})
    wait_until(node + " logs the refusal", [&] {
      const auto log = running.log(node);
      return says(log, refusal);
    });
  EXPECT_FALSE(says(read_text(stranger_log), "worker-2 is ready")) << read_text(stranger_log);
  auto alice = running.join("alice");
  EXPECT_EQ(alice->ask("without it")["event"], "confirmed");
  stranger.kill();
  running.start("worker-2"); // with the right one it is taken
}

int threads_of(pid_t pid) {
  const std::filesystem::directory_iterator tasks{"/proc/" + std::to_string(pid) + "/task"};
  return static_cast<int>(std::distance(tasks, {}));
}

TEST(Nodes, HaveAsManyThreadsForActorsAsTheConfigSays) {
  std::map<int, int> threads;
  for (const int wanted : {1, 4}) {
    cluster running{"single"};
    running.change_config(std::regex_replace(running.config(), std::regex{R"(\[cluster\]\n)"},
                                             "[cluster]\nscheduler-threads = " + std::to_string(wanted) + "\n"));
    running.start();
    auto client = running.join("somebody");
    client->settle();
    threads[wanted] = threads_of(running.process_of("godwit-1").pid());
  }
  EXPECT_EQ(threads[4] - threads[1], 3);
}

TEST(Nodes, OnTheSameDataAreRefused) {
  cluster running{"single"};
  running.start();
  const auto second = running.write_config("second.toml", with_free_ports(running.config()));
  const auto ended = run({.arguments = {godwitd_program(), "--config", second, "--node", "godwit-1"}});
  EXPECT_EQ(ended.end, (process_end{22, 0})) << ended.errors;
  EXPECT_NE(ended.errors.find("another process works with this data"), std::string::npos) << ended.errors;
  auto alice = running.join("alice");
  EXPECT_EQ(alice->ask("the first one serves on")["event"], "confirmed");
}

TEST(WrongConfig, StartsNothingAndNamesEveryPlace) {
  const cluster files{"local"};
  auto text = replaced(files.config(), "roles = [\"worker\"]", "roles = [\"warker\"]");
  text = replaced(text, "data = \"../var/local/broker-1\"", "dater = \"../var/local/broker-1\"");
  const auto file = files.write_config("wrong.toml", text);
  for (const std::string what : {"--all", "--node"}) {
    auto arguments = std::vector<std::string>{godwitd_program(), "--config", file, what};
    if (what == "--node")
      arguments.push_back("broker-1");
    const auto ended = run({.arguments = arguments});
    EXPECT_EQ(ended.end, (process_end{2, 0})) << ended.errors;
    EXPECT_TRUE(
      std::regex_search(ended.errors, std::regex{R"(wrong\.toml:[0-9]+: .*roles: found "warker"; allowed: )"}))
      << ended.errors;
    EXPECT_TRUE(std::regex_search(ended.errors, std::regex{R"(wrong\.toml:[0-9]+: .*dater: found .*; allowed: )"}))
      << ended.errors;
  }
  EXPECT_FALSE(fs::exists(files.path("var/local"))) << "no store was made";
}

TEST(WrongConfig, AnUnknownNodeIsNamedWithThoseThatAreThere) {
  const cluster files{"local"};
  const auto ended = run({.arguments = {godwitd_program(), "--config", files.config_file(), "--node", "worker-9"}});
  EXPECT_EQ(ended.end, (process_end{2, 0}));
  EXPECT_NE(ended.errors.find("worker-9"), std::string::npos) << ended.errors;
  EXPECT_NE(ended.errors.find("worker-2"), std::string::npos) << ended.errors;
}

} // namespace
} // namespace godwit::test
