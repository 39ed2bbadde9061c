// Every node is killed and started again while people post: what was acknowledged stands in the history once, in order.
#include "tests/support/posters.hpp"

#include <gtest/gtest.h>

namespace godwit::test {
namespace {

void kill_while_posting(cluster& running, const posters_of_room& all, const std::string& node) {
  for (const auto& each : all)
    each->say_some();
  all.front()->wait_for_first_of_newest(); // the others are on their way
  running.kill(node);
  for (const auto& each : all)
    each->say_some();
  running.start(node);
  for (const auto& each : all)
    each->wait_for_all();
}

class Kill : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(OneNode, Kill, ::testing::Values("worker-1", "worker-2", "proxy-1", "broker-1"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::erase(name, '-');
                           return name;
                         });

// U-17
TEST_P(Kill, OfOneNodeLosesAndDoublesNothingAcknowledged) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  kill_while_posting(running, all, GetParam());
  if (GetParam() != std::string{"proxy-1"}) // it has their connections
    expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(KillInTurn, OfTheWorkerNodesAgainAndAgainDisconnectsNobody) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running, 6);
  for (int i = 0; i != 3; ++i)
    for (const auto* node : {"worker-1", "worker-2"})
      kill_while_posting(running, all, node);
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(KillInTurn, OfAllWorkerNodesDisconnectsNobodyAndAllGoesOnWhenOneIsBack) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  for (const auto& each : all)
    each->say_some();
  running.kill("worker-1");
  running.kill("worker-2");
  for (const auto& each : all)
    each->say_some();
  running.start("worker-2");
  wait_for_all(all);
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(KillInTurn, OfEachNodeLosesAndDoublesNothingAcknowledged) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  for (const auto* node : {"worker-1", "worker-2", "proxy-1", "broker-1"})
    kill_while_posting(running, all, node);
  expect_all_whole(running, all);
}

TEST(KillInTurn, OfTheOnlyProcessLosesAndDoublesNothingAcknowledged) {
  cluster running{"single"};
  running.start();
  const auto all = gather(running);
  for (int i = 0; i < 3; ++i)
    kill_while_posting(running, all, "godwit-1");
  expect_all_whole(running, all);
}

TEST(KillInTurn, OfAllNodesAtOnceLeavesRoomsTopicsAndHistoryThere) {
  cluster running{"local"};
  running.start();
  auto founder = running.join("founder"); // who sets the topic
  founder->settle();
  EXPECT_EQ(founder->ask("/topic what stays")["event"], "confirmed");
  EXPECT_EQ(founder->leave(), process_end{});
  const auto all = gather(running);
  for (const auto& each : all)
    each->say_some();
  for (const auto& node : running.nodes())
    running.kill(node);
  running.start();
  for (const auto& each : all)
    each->wait_for_all();
  auto reader = running.join("topic-reader");
  reader->settle();
  EXPECT_EQ(reader->answers("/topic").at(0)["text"], "what stays");
  EXPECT_EQ(reader->leave(), process_end{});
  expect_all_whole(running, all);
}

TEST(Pause, OfAWorkerNodeThatIsDeclaredDeadLosesAndDoublesNothingAcknowledged) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  for (const auto& each : all)
    each->say_some();
  running.pause("worker-1");
  for (const auto& each : all)
    each->say_some();
  for (const auto& each : all)
    each->wait_for_all(); // while it is silent
  running.resume("worker-1");
  // It learns of its death, and ends (code 4); a supervisor would start it again.
  EXPECT_EQ(running.process_of("worker-1").wait(patience), (process_end{4, 0}));
  running.start("worker-1");
  for (const auto& each : all) {
    each->say_some();
    each->wait_for_all();
  }
  expect_all_whole(running, all);
}

} // namespace
} // namespace godwit::test
