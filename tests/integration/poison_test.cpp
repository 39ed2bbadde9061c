// Somebody's frame kills whatever worker node serves it: how often, and what becomes of it and of everybody else. The
// fault is planted from outside (tests/preload/dies_on_marker.cpp).
#include "tests/support/irc_client.hpp"
#include "tests/support/posters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <thread>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

constexpr auto killing_text = "this kills-a-worker-node for sure";
constexpr process_end planted_end{86, 0};

class Poison : public ::testing::Test {
protected:
  Poison() {
    for (const auto& node : running.nodes())
      begin(node);
    for (const auto& node : running.nodes())
      running.wait_until_ready(node);
  }

  void begin(const std::string& node) {
    if (is_worker(node))
      running.set_environment({{"LD_PRELOAD", GODWIT_DIES_ON_MARKER}, {"ASAN_OPTIONS", "verify_asan_link_order=0"}});
    else
      running.set_environment({});
    running.begin_start(node);
  }
  static bool is_worker(const std::string& node) { return node.starts_with("worker-"); }

  /// As a supervisor: what has ended is started again, and counted.
  void supervise() {
    for (const auto& node : running.nodes()) {
      if (running.process_of(node).is_running())
        continue;
      EXPECT_TRUE(is_worker(node)) << node;
      EXPECT_EQ(running.process_of(node).wait(0ms), planted_end) << node;
      ++deaths;
      begin(node);
    }
  }
  void supervise_until(const std::string& what, const std::function<bool()>& reached) {
    const auto deadline = std::chrono::steady_clock::now() + 2 * patience;
    while (!reached()) {
      if (std::chrono::steady_clock::now() > deadline)
        throw std::runtime_error("in vain: " + what);
      supervise();
      std::this_thread::sleep_for(10ms);
    }
  }
  static bool has_ended(const chat_client& who, int request) {
    const auto ended = [&](const char* how) { return !who.events({{"event", how}, {"request", request}}).empty(); };
    return ended("confirmed") || ended("error");
  }
  static std::size_t count(irc_client& in, const std::string& part) {
    EXPECT_TRUE(in.is_open());
    return static_cast<std::size_t>(
      std::ranges::count_if(in.lines(), [&](const auto& line) { return line.find(part) != std::string::npos; }));
  }
  /// Nobody of them has noticed more than a pause.
  static void expect_undisturbed(const chat_client& who) {
    for (const auto* what : {"reconnecting", "resumed", "disconnected"})
      EXPECT_TRUE(who.events({{"event", what}}).empty()) << who.report();
  }

  cluster running{"local"};
  int deaths = 0;
};

// U-18
TEST_F(Poison, OfANativeClientKillsTwiceAtMostAndDisturbsNobody) {
  auto neighbour = running.join("neighbour");
  neighbour->settle();
  auto poisoner = running.join("poisoner");
  poisoner->settle();
  const auto before = poisoner->say("before");
  const auto kills = poisoner->say(killing_text);
  const auto behind = poisoner->say("behind");
  supervise_until("the post behind", [&] { return has_ended(*poisoner, behind); });
  EXPECT_EQ(poisoner->outcome(before)["event"], "confirmed");
  EXPECT_EQ(poisoner->outcome(kills)["event"], "error");
  EXPECT_EQ(poisoner->outcome(kills)["code"], "internal_error");
  EXPECT_EQ(poisoner->outcome(behind)["event"], "confirmed");
  EXPECT_EQ(deaths, 2) << "none: the fault was not planted";

  for (auto* each : {neighbour.get(), poisoner.get()}) {
    each->expect({{"event", "posted"}, {"text", "behind"}});
    EXPECT_EQ(each->events({{"event", "posted"}, {"text", "before"}}).size(), 1U);
    EXPECT_EQ(each->events({{"event", "posted"}, {"text", "behind"}}).size(), 1U);
    EXPECT_TRUE(each->events({{"event", "posted"}, {"text", killing_text}}).empty());
    expect_undisturbed(*each);
  }
  EXPECT_EQ(neighbour->ask("all is well")["event"], "confirmed");
  supervise();
  EXPECT_EQ(deaths, 2);
}

// U-18
TEST_F(Poison, OfAnIrcClientKillsTwiceAtMostAndDisturbsNobody) {
  const auto connect = [&](const std::string& nick) {
    auto client = std::make_unique<irc_client>(running.irc_address(), running.path("var/ca.pem"));
    client->log_in(nick);
    client->say("JOIN #lobby");
    client->expect(" 366 ", "#lobby");
    return client;
  };
  auto neighbour = connect("neighbour");
  auto poisoner = connect("poisoner");
  poisoner->say("PRIVMSG #lobby :before");
  poisoner->say(std::string("PRIVMSG #lobby :") + killing_text);
  poisoner->say("PRIVMSG #lobby :behind");
  poisoner->say("PING all");
  supervise_until("the ping behind", [&] { return count(*poisoner, "PONG") != 0 && count(*poisoner, ":all") != 0; });
  EXPECT_EQ(count(*poisoner, " 400 poisoner PRIVMSG "), 1U);
  EXPECT_EQ(deaths, 2) << "none: the fault was not planted";

  neighbour->expect("PRIVMSG #lobby :behind");
  EXPECT_EQ(count(*neighbour, "PRIVMSG #lobby :before"), 1U);
  EXPECT_EQ(count(*neighbour, "PRIVMSG #lobby :behind"), 1U);
  EXPECT_EQ(count(*neighbour, killing_text), 0U);
  neighbour->say("PRIVMSG #lobby :all is well");
  poisoner->expect("PRIVMSG #lobby :all is well");
  supervise();
  EXPECT_EQ(deaths, 2);
}

// U-18
TEST_F(Poison, ThatEndsItsSessionsActorAloneIsAnsweredAndDisturbsNobody) {
  auto neighbour = running.join("neighbour");
  neighbour->settle();
  auto poisoner = running.join("poisoner");
  poisoner->settle();
  const auto before = poisoner->say("before");
  const auto ends = poisoner->say("this ends-an-actor for sure");
  const auto behind = poisoner->say("behind");
  poisoner->outcome(behind);
  EXPECT_EQ(poisoner->outcome(before)["event"], "confirmed");
  EXPECT_EQ(poisoner->outcome(ends)["code"], "internal_error") << "confirmed: the fault was not planted";
  EXPECT_EQ(poisoner->outcome(behind)["event"], "confirmed");
  for (auto* each : {neighbour.get(), poisoner.get()}) {
    each->expect({{"event", "posted"}, {"text", "behind"}});
    EXPECT_EQ(each->events({{"event", "posted"}, {"text", "before"}}).size(), 1U);
    expect_undisturbed(*each);
  }
  supervise();
  EXPECT_EQ(deaths, 0);
}

} // namespace
} // namespace godwit::test
