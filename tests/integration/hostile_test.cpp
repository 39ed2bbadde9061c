// Real nodes among strangers: on the client port, on the cluster ports, and clients that ask for too much.
#include "tests/support/cluster.hpp"
#include "tests/support/tcp_connect.hpp"
#include "tests/support/unique_fd.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <arpa/inet.h>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <poll.h>
#include <regex>
#include <sstream>
#include <sys/socket.h>
#include <unistd.h>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

/// Whether the other side ends the connection in time, whatever it says before.
bool is_closed(const unique_fd& which) {
  pollfd waited{which.get(), POLLIN, 0};
  std::array<char, 4096> dropped{};
  while (::poll(&waited, 1, static_cast<int>(std::chrono::milliseconds{patience}.count())) == 1)
    if (::recv(which.get(), dropped.data(), dropped.size(), 0) <= 0)
      return true;
  return false;
}

/// User and system time that a process has taken.
std::chrono::milliseconds cpu_time_of(process& which) {
  std::ifstream file("/proc/" + std::to_string(which.pid()) + "/stat");
  std::string line{std::istreambuf_iterator<char>(file), {}};
  std::istringstream rest(line.substr(line.rfind(')') + 2));
  const std::vector<std::string> fields{std::istream_iterator<std::string>(rest), {}};
  const auto ticks = std::stoll(fields.at(11)) + std::stoll(fields.at(12));
  return std::chrono::milliseconds{ticks * 1000 / ::sysconf(_SC_CLK_TCK)};
}

/// From a post to its confirmation; the median of some.
std::chrono::nanoseconds round_trip(chat_client& client) {
  std::vector<std::chrono::nanoseconds> all;
  for (int i = 0; i != 41; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(client.ask("tick " + std::to_string(i))["event"], "confirmed");
    all.push_back(std::chrono::steady_clock::now() - begun);
  }
  std::nth_element(all.begin(), all.begin() + 20, all.end());
  return all[20];
}

/// The config without its exemption, with other limits.
void limit(const cluster& which, const std::string& limits) {
  which.change_config(std::regex_replace(which.config(), std::regex{R"(exempt = .*)"}, limits));
}

TEST(HostileCluster, StrangersOnEveryPortDisturbNeitherLinksNorChatAndSpinNoThread) {
  cluster running{"local"};
  running.start();
  auto alice = running.join("alice");
  auto bob = running.join("bob");
  alice->settle();
  bob->settle();
  const auto alone = round_trip(*alice);
  std::vector<unique_fd> strangers;
  const std::vector<std::string> openings{"", "\x16", std::string("\x16\x03\x01\x02\x00\x01\x00", 7),
                                          "GET / HTTP/1.1\r\n\r\n", std::string(600, '\xff')};
  for (const auto& node : running.nodes())
    for (int i = 0; i != 50; ++i) {
      strangers.push_back(connect_to(running.cluster_address(node)));
      const auto& said = openings[static_cast<std::size_t>(i) % openings.size()];
      (void)::send(strangers.back().get(), said.data(), said.size(), MSG_NOSIGNAL);
    }
  std::map<std::string, std::chrono::milliseconds> before;
  for (const auto& node : running.nodes())
    before[node] = cpu_time_of(running.process_of(node));
  const auto begun = std::chrono::steady_clock::now();
  for (const auto& each : strangers) // those that stall at the links' deadline of 5 s
    EXPECT_TRUE(is_closed(each));
  const auto waited = std::chrono::steady_clock::now() - begun;
  for (const auto& node : running.nodes())
    EXPECT_LT(cpu_time_of(running.process_of(node)) - before[node], waited / 4 + 500ms) << node << " spins";
  for (int i = 0; i != 100; ++i)
    strangers.push_back(connect_to(running.cluster_address(running.nodes()[static_cast<std::size_t>(i) % 4])));
  const auto beside = round_trip(*alice);
  EXPECT_LT(beside, 3 * alone + 20ms) << alone.count() << " ns alone, " << beside.count() << " ns beside them";
  bob->expect({{"event", "posted"}, {"text", "tick 40"}});
  for (const auto& node : running.nodes())
    EXPECT_EQ(running.log(node).find("lost"), std::string::npos) << running.log(node);
}

TEST(HostileClients, FiveThousandWhoNeverFinishAHandshakeDisturbNobody) {
  cluster running{"single"};
  running.start();
  auto alice = running.join("alice");
  auto bob = running.join("bob");
  alice->settle();
  bob->settle();
  const auto alone = round_trip(*alice);
  std::vector<unique_fd> strangers;
  for (int i = 0; i != 5000; ++i) {
    strangers.push_back(connect_to("127.0.0.1:" + std::to_string(running.client_port())));
    if (i % 2 == 0)
      (void)::send(strangers.back().get(), "\x16\x03\x01\x02", 4, MSG_NOSIGNAL);
  }
  const auto beside = round_trip(*alice);
  EXPECT_LT(beside, 3 * alone + 20ms) << alone.count() << " ns alone, " << beside.count() << " ns beside them";
  bob->expect_count(2, {{"event", "posted"}, {"text", "tick 40"}});
  for (auto* each : {alice.get(), bob.get()})
    EXPECT_TRUE(each->events({{"event", "reconnecting"}}).empty()) << each->report();
}

// L-8, L-9
TEST(HostileClients, WhoFloodsIsSlowedAndClosedAndLosesAndDoublesNothing) {
  cluster running{"single"};
  limit(running, "flood-burst = 128\nflood-per-second = 100\nflood-patience-ms = 1000\n");
  running.start();
  auto loud = running.join("loud");
  auto calm = running.join("calm");
  loud->settle();
  calm->settle();
  constexpr int posts = 500;
  std::vector<int> requests;
  for (int i = 1; i <= posts; ++i)
    requests.push_back(loud->say("post " + std::to_string(i)));
  EXPECT_EQ(calm->ask("and I am heard")["event"], "confirmed");
  loud->expect({{"event", "reconnecting"}, {"code", "flooding"}});
  for (const int request : requests)
    ASSERT_EQ(loud->outcome(request, 60s)["event"], "confirmed");
  const auto seen = calm->expect_count(posts, {{"event", "posted"}, {"from", "loud"}}, 0, 60s);
  for (int i = 1; i <= posts; ++i)
    EXPECT_EQ(seen[static_cast<std::size_t>(i - 1)].value("text", ""), "post " + std::to_string(i));
}

// N-8
TEST(HostileClients, ANickThatLooksLikeSomebodysIsRefused) {
  cluster running{"single"};
  running.start();
  auto ada = running.join("ada");
  ada->settle();
  auto options = running.options_for("\u0430da"); // with a Cyrillic letter
  options.identity = running.path("clients/other.identity");
  chat_client other{options};
  EXPECT_EQ(other.expect({{"event", "over"}}).value("code", ""), "nick_confusable");
}

// C-21
TEST(HostileClients, AnAddressWithManyConnectionsIsRefusedAndTheOthersStay) {
  cluster running{"single"};
  limit(running, "connections-per-address = 2\n");
  running.start();
  auto ada = running.join("ada");
  ada->settle();
  std::vector<unique_fd> strangers;
  for (int i = 0; i != 20; ++i)
    strangers.push_back(connect_to(running.client_address()));
  EXPECT_TRUE(is_closed(strangers.back())) << "unheard";
  EXPECT_EQ(ada->ask("still here")["event"], "confirmed");
}

} // namespace
} // namespace godwit::test
