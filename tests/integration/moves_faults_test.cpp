// Moves and drains that meet each other, or a death: one owner in the end, nothing lost, nothing left behind.
#include "tests/support/irc_client.hpp"
#include "tests/support/operator.hpp"
#include "tests/support/posters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace godwit::test {
namespace {

void say_some(const posters_of_room& all) {
  for (const auto& each : all)
    each->say_some();
}

/// Sessions and rooms live once each, and all of them on worker nodes that live.
void expect_housed_once(const cluster& running, std::size_t sessions) {
  const auto all = shown(running, {"sessions"});
  EXPECT_EQ(all.size(), sessions) << all;
  std::map<std::string, std::uint64_t> by_worker;
  for (const auto& each : all) {
    EXPECT_EQ(each["state"], "hosted") << each;
    ++by_worker[each["worker"]];
  }
  const auto nodes = shown(running, {"nodes"});
  for (const auto& [worker, count] : by_worker) {
    const auto node = std::ranges::find_if(nodes, [&](const auto& each) { return each["name"] == worker; });
    ASSERT_NE(node, nodes.end()) << worker;
    EXPECT_EQ((*node)["sessions"], count) << *node;
  }
}

TEST(MovesMeet, TwoOrdersForOneSessionAtOnceLeaveItOneOwner) {
  cluster running{"wide"};
  running.start();
  const auto all = gather(running);
  for (int i = 0; i != 8; ++i) {
    say_some(all);
    const auto nick = all.front()->client().nick();
    const std::string at = session_of(running, nick)["worker"];
    std::vector<std::unique_ptr<process>> tools;
    std::set<std::string> targets;
    for (const std::string to : {"worker-1", "worker-2", "worker-3"})
      if (to != at) {
        targets.insert(to);
        tools.push_back(
          std::make_unique<process>(program{.arguments = ctl_words(running, {"migrate", nick, "--to", to})}));
      }
    int moved = 0;
    for (const auto& each : tools)
      moved += each->wait(patience) == process_end{} ? 1 : 0;
    EXPECT_GE(moved, 1);
    EXPECT_TRUE(targets.contains(session_of(running, nick)["worker"]));
  }
  wait_for_all(all);
  expect_housed_once(running, all.size());
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(MovesMeet, TheDeathOfATargetAmidTheHandOffLosesNothing) {
  cluster running{"wide"};
  running.start();
  const auto all = gather(running);
  for (int i = 0; i != 3; ++i) {
    for (const auto& each : all)
      done(running, {"migrate", each->client().nick(), "--to", "worker-1"});
    running.pause("worker-2"); // the hand-off has begun and can not end
    say_some(all);
    std::vector<std::unique_ptr<process>> tools;
    for (const auto& each : all)
      tools.push_back(std::make_unique<process>(
        program{.arguments = ctl_words(running, {"migrate", each->client().nick(), "--to", "worker-2"})}));
    wait_until("one is on its way", [&] {
      const auto sessions = shown(running, {"sessions"});
      return std::ranges::any_of(
        sessions, [](const auto& each) { return each["state"] != "hosted" || each["worker"] == "worker-2"; });
    });
    say_some(all);
    running.kill("worker-2");
    for (const auto& each : tools)
      EXPECT_TRUE(each->wait(patience)) << "an order is answered, whatever becomes of it";
    wait_for_all(all);
    running.start("worker-2");
  }
  expect_housed_once(running, all.size());
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(MovesMeet, AWorkerNodeThatIsStoppedAsSoonAsItsDrainIsOrderedLosesNothing) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running, 6);
  for (const std::string node : {"worker-1", "worker-2"}) {
    say_some(all);
    done(running, {"drain", node, "--no-wait"});
    running.process_of(node).signal(SIGTERM);
    say_some(all);
    EXPECT_EQ(running.process_of(node).wait(patience), process_end{});
    wait_for_all(all);
    running.start(node);
    EXPECT_EQ(count_on(running, node), 0U);
    done(running, {"undrain", node});
  }
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(MovesMeet, ADrainBehindTheDeathOfAProxyNodeLeavesNothingOrphaned) {
  cluster running{"wide", "[limits]\nresume-timeout-ms = 3000\n"};
  running.start();
  auto all = gather(running, 6);
  auto lost = std::make_unique<irc_client>(running.irc_address(), running.path("var/ca.pem"));
  lost->log_in("lost");
  lost->say("JOIN #lobby");
  lost->settle();
  done(running, {"migrate", "lost", "--to", "worker-1"});
  for (const auto& each : all)
    done(running, {"migrate", each->client().nick(), "--to", "worker-1"});
  say_some(all);
  running.kill("proxy-1");
  done(running, {"drain", "worker-1", "--no-wait"});
  for (const auto& each : all) // it resumes, or begins anew, through the other proxy node
    each->client().expect(
      "it is in again", [](const event& it) { return it["event"] == "resumed" || it["event"] == "logged_in"; },
      1 + each->client().events({{"event", "logged_in"}}).size());
  wait_for_all(all);
  wait_until("the IRC session has ended", [&] { return session_of(running, "lost").is_null(); });
  wait_until("worker-1 is empty", [&] { return count_on(running, "worker-1") == 0; });
  for (const auto& each : shown(running, {"sessions"}))
    EXPECT_EQ(each["proxy"], "proxy-2") << each;
  running.start("proxy-1"); // where the reader dials
  expect_all_whole(running, all, said_order::may_change);
  wait_until("no session is left", [&] { return shown(running, {"sessions"}).empty(); });
}

} // namespace
} // namespace godwit::test
