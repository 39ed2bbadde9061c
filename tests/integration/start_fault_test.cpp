// What keeps a node from serving: each fault is told in a sentence, and has an exit code of its own
// (nodes/exit_codes.hpp; docs/OPERATING.md, "Exit codes").
#include "tests/support/cluster.hpp"
#include "tests/support/moved_clock.hpp"
#include "tests/support/process_list.hpp"
#include "tests/support/start_faults.hpp"
#include "tests/support/text_file.hpp"

#include <gtest/gtest.h>

#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

namespace godwit::test {
namespace {

namespace fs = std::filesystem;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  if (at == std::string::npos)
    throw std::runtime_error("there is no \"" + what + "\" to be replaced");
  return text.replace(at, what.size(), by);
}

std::string with_clients_max(const std::string& config) {
  const std::string line = "[limits]\nclients-max = 1000\n";
  return config.find("[limits]\n") == std::string::npos ? config + "\n" + line : replaced(config, "[limits]\n", line);
}

/// A node that shall not start.
class StartFault : public ::testing::Test {
protected:
  finished_program start_with(const std::vector<std::string>& prefix, const std::string& config_file,
                              const std::map<std::string, std::string>& environment = {}) const {
    auto arguments = prefix;
    for (const auto& each : {godwitd_program(), std::string{"--config"}, config_file, std::string{"--node"}, node_})
      arguments.push_back(each);
    return run({.arguments = arguments, .environment = environment});
  }
  finished_program start() const { return start_with({}, files_.config_file()); }

  /// As a user for whom rights matter: root may do everything.
  finished_program start_without_rights() const {
    if (::geteuid() != 0)
      return start();
    make_readable(files_.path(""));
    return start_with({"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, files_.config_file());
  }

  static void make_readable(const fs::path& folder) {
    fs::permissions(folder, fs::perms{0755});
    for (const auto& each : fs::recursive_directory_iterator(folder))
      if (each.is_directory() || fs::status(each).permissions() == fs::perms{0600})
        fs::permissions(each, each.is_directory() ? fs::perms{0755} : fs::perms{0644});
  }

  void certs(const std::vector<std::string>& arguments, const std::string& clock = "+0") const {
    std::vector<std::string> all{godwitd_program(), "certs"};
    all.insert(all.end(), arguments.begin(), arguments.end());
    all.insert(all.end(), {"--out", files_.path("var")});
    const auto ended = run({.arguments = all, .environment = with_clock_moved_by(clock)});
    ASSERT_EQ(ended.end, process_end{}) << ended.errors;
  }
  std::string certificate() const { return files_.path("var/server.pem"); }
  std::string key() const { return files_.path("var/server.key"); }
  std::string data() const { return files_.path("var/single/godwit-1"); }

  const cluster files_{"single"};
  const std::string node_ = "godwit-1";
};

TEST_F(StartFault, ATakenPortIs10) {
  cluster other{"single"};
  other.start();
  const auto taken = std::to_string(other.client_port());
  const auto text = replaced(files_.config(), std::to_string(files_.client_port()), taken);
  expect_fault(start_with({}, files_.write_config("taken.toml", text)), 10, "127.0.0.1:" + taken, "take another port");
}

TEST_F(StartFault, ATakenIrcPortIs10WithTlsAndWithout) {
  cluster other{"single"};
  other.offer_plain_irc();
  other.start();
  files_.offer_plain_irc();
  for (const auto& [own, taken] : {std::pair{files_.irc_address(), other.irc_address()},
                                   std::pair{files_.irc_plain_address(), other.irc_plain_address()}})
    expect_fault(start_with({}, files_.write_config("taken.toml", replaced(files_.config(), own, taken))), 10, taken,
                 "take another port");
}

TEST_F(StartFault, AnAddressThatThisMachineHasNotIs11) {
  for (const std::string where : {"192.0.2.1:7700", "[2001:db8::1]:7700", "no-such-host.invalid:7700"}) {
    const auto text = replaced(files_.config(), files_.client_address(), where);
    expect_fault(start_with({}, files_.write_config("absent.toml", text)), 11, where, "this machine");
    files_.offer_plain_irc();
    for (const auto& own : {files_.irc_address(), files_.irc_plain_address()})
      expect_fault(start_with({}, files_.write_config("absent.toml", replaced(files_.config(), own, where))), 11, where,
                   "this machine");
  }
}

TEST_F(StartFault, AMessageOfTheDayThatIsNotThereOrNoTextIs27) {
  const auto motd = files_.path("motd.txt");
  const auto config =
    files_.write_config("motd.toml", replaced(files_.config(), "[irc]\n", "[irc]\nmotd = \"" + motd + "\"\n"));
  expect_fault(start_with({}, config), 27, motd + ": No such file", "correct the path");
  write_text(motd, "caf\xe9\n");
  expect_fault(start_with({}, config), 27, motd + ": is not UTF-8", "save it as UTF-8");
}

TEST_F(StartFault, ACloakKeyThatIsNotThereOrTooShortIs28) {
  const auto cloak = files_.path("var/cloak.key");
  write_text(cloak, "guess");
  expect_fault(start(), 28, cloak + ": has 5 bytes", "make one of 16 or more");
  fs::remove(cloak);
  expect_fault(start(), 28, cloak + ": No such file", "head -c 32 /dev/urandom");
}

TEST_F(StartFault, ACertificateThatIsNotThereOrNoneIs12) {
  write_text(certificate(), "not a certificate");
  expect_fault(start(), 12, certificate(), "name the right file");
  fs::remove(certificate());
  expect_fault(start(), 12, certificate() + ": No such file", "correct the path");
}

TEST_F(StartFault, AKeyThatMayNotBeReadOrIsNoneIs13) {
  make_readable(files_.path(""));
  fs::permissions(key(), fs::perms::none);
  const auto ended =
    ::geteuid() == 0
      ? start_with({"/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}, files_.config_file())
      : start();
  expect_fault(ended, 13, key() + ": Permission denied", "the file's rights");
  fs::permissions(key(), fs::perms{0600});
  write_text(key(), "not a key");
  expect_fault(start(), 13, key(), "name the right file");
}

TEST_F(StartFault, AKeyOfAnotherCertificateIs14) {
  const auto former = read_text(certificate());
  certs({"server", "localhost", "--force"});
  write_text(certificate(), former);
  expect_fault(start(), 14, key() + ": the key is not the one of the certificate " + certificate(), "make both anew");
}

TEST_F(StartFault, AnExpiredCertificateIs15) {
  certs({"ca", "--force"}, "-1000d");
  certs({"server", "localhost", "--force", "--days", "999"}, "-1000d");
  expect_fault(start(), 15, certificate() + ": the certificate has expired", "make it anew");
}

TEST_F(StartFault, ACertificateOfTheFutureIs16) {
  certs({"server", "localhost", "--force"}, "+2d");
  expect_fault(start(), 16, certificate() + ": the certificate is not yet valid", "set the clock");
}

TEST_F(StartFault, TooFewFilesForTheConfiguredClientsIs17) {
  const auto config = files_.write_config("many.toml", with_clients_max(files_.config()));
  expect_fault(start_with({"/usr/bin/prlimit", "--nofile=512:512"}, config), 17, "limits.clients-max = 1000",
               "raise the limit");
}

TEST_F(StartFault, TheSoftLimitOfFilesIsRaisedToTheHardOne) {
  const auto config = files_.write_config("many.toml", with_clients_max(files_.config()));
  const auto log = files_.path("logs/raised.log");
  process running{
    {.arguments = {"/usr/bin/prlimit", "--nofile=512:2048", godwitd_program(), "--config", config, "--node", node_},
     .error_file = log,
     .output_file = log}};
  wait_until("it is ready; it logged: " + read_text(log),
             [&] { return read_text(log).find("is ready") != std::string::npos || !running.is_running(); });
  ASSERT_TRUE(running.is_running()) << read_text(log);
  rlimit limit{};
  ASSERT_EQ(::prlimit(running.pid(), RLIMIT_NOFILE, nullptr, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 2048U);
}

TEST_F(StartFault, AnAbsentDataFolderIs20AndIsNotMadeUnasked) {
  const auto text = replaced(files_.config(), "make-data = true", "make-data = false");
  expect_fault(start_with({}, files_.write_config("absent.toml", text)), 20, data() + " is not there",
               "mount its disk");
  EXPECT_FALSE(fs::exists(data()));
}

TEST_F(StartFault, ADataFolderThatMayNotBeWrittenIs21) {
  fs::create_directories(data());
  const auto text = replaced(files_.config(), "make-data = true", "make-data = false");
  files_.change_config(text);
  fs::permissions(data(), fs::perms{0555});
  expect_fault(start_without_rights(), 21, data() + " can not be written: Permission denied", "correct the rights");
  EXPECT_TRUE(fs::is_empty(data())) << "nothing is left behind";
}

TEST_F(StartFault, DataThatAnotherProcessWorksWithIs22) {
  fs::create_directories(data());
  const unique_fd lock{::open((data() + "/godwit.db-lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
  ASSERT_EQ(::flock(lock.get(), LOCK_EX | LOCK_NB), 0);
  expect_fault(start(), 22, data() + "/godwit.db-lock", "stop it first");
}

/// A worker node whose clock is not the broker node's.
class ClockFault : public ::testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(AheadAndBehind, ClockFault, ::testing::Values("+90", "-90"),
                         [](const auto& tested) { return tested.param[0] == '+' ? "Ahead" : "Behind"; });

TEST_P(ClockFault, FarFromTheBrokerNodesIs18AndBothSayIt) {
  cluster running{"local"};
  running.start("broker-1");
  const auto ended = run({.arguments = {godwitd_program(), "--config", running.config_file(), "--node", "worker-1"},
                          .environment = with_clock_moved_by(GetParam())});
  const std::string side = GetParam()[0] == '+' ? "ahead of" : "behind";
  expect_fault(ended, 18, "s " + side + " the clock of broker-1", "run NTP");
  EXPECT_EQ(ended.errors.find("worker-1 is ready"), std::string::npos) << ended.errors;
  wait_until("the broker node logs the refusal",
             [&] { return running.log("broker-1").find("the clock of ") != std::string::npos; });
}

TEST(Clock, AFewSecondsApartIsNoFault) {
  cluster running{"local"};
  running.start("broker-1");
  const auto log = running.path("logs/near.log");
  process near{{.arguments = {godwitd_program(), "--config", running.config_file(), "--node", "worker-1"},
                .environment = with_clock_moved_by("+10"),
                .error_file = log,
                .output_file = log}};
  wait_until("it is ready", [&] { return read_text(log).find("worker-1 is ready") != std::string::npos; });
}

TEST(Supervisor, PassesOnTheCodeOfANodeThatCanNotStart) {
  const cluster files{"local"};
  fs::remove(files.path("var/nodes/worker-2.key"));
  const auto ended = run({.arguments = {godwitd_program(), "--config", files.config_file(), "--all"}});
  expect_fault(ended, 13, "worker-2.key", "correct the path");
}

TEST(Supervisor, StopsAllWhenANodeCanNotStartAgainByItself) {
  const cluster files{"local"};
  process all{{.arguments = {godwitd_program(), "--config", files.config_file(), "--all"},
               .error_file = files.path("logs/all.log"),
               .output_file = files.path("logs/all.out")}};
  const auto log = [&] { return read_text(files.path("logs/all.log")); };
  wait_until("it is up", [&] { return read_text(files.path("logs/all.out")).find(" is up: ") != std::string::npos; });
  fs::remove(files.path("var/nodes/worker-2.key"));
  const auto found = processes_with(files.config_file() + " --node worker-2 ");
  ASSERT_EQ(found.size(), 1U);
  ::kill(found.front().pid, SIGKILL);
  const auto end = all.wait(patience);
  ASSERT_TRUE(end) << log();
  EXPECT_EQ(*end, (process_end{13, 0})) << log();
  EXPECT_NE(log().find("worker-2 can not start: "), std::string::npos) << log();
  EXPECT_TRUE(processes_with(files.config_file()).empty());
}

TEST(Listeners, ServeClientsOnBothAddressFamilies) {
  cluster running{"single"};
  running.start();
  auto options = running.options_for("six");
  options.server = "[::1]:" + std::to_string(running.client_port());
  chat_client six{options};
  EXPECT_EQ(six.ask("by IPv6")["event"], "confirmed");
  auto four = running.join("four");
  EXPECT_EQ(four->ask("by IPv4")["event"], "confirmed");
}

TEST(Listeners, LinkNodesByIpv6) {
  cluster running{"local"};
  auto text = running.config();
  for (const std::string key : {"bind = ", "address = "})
    for (std::size_t at = 0; (at = text.find(key, at)) != std::string::npos; ++at) {
      const auto end = text.find('\n', at);
      const auto line = text.substr(at, end - at);
      const auto host = line.find("127.0.0.1:");
      if (host != std::string::npos)
        text.replace(at + host, 10, "[::1]:");
    }
  running.change_config(text);
  EXPECT_NE(running.cluster_address("broker-1").find("[::1]:"), std::string::npos);
  running.start();
  auto alice = running.join("alice");
  EXPECT_EQ(alice->ask("hello")["event"], "confirmed");
}

} // namespace
} // namespace godwit::test
