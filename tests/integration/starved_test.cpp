// Worker nodes that get little of the processor, or none for a while: who is slow is not taken for dead, and who was
// declared dead says nothing any more.
#include "tests/support/operator.hpp"
#include "tests/support/posters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string life_is_over = "this life of ";

void say_some(const posters_of_room& all, int count) {
  for (const auto& each : all)
    each->say_some(count);
}

TEST(Starved, WorkerNodesThatStandStillHalfOfTheTimeAreNotDeclaredDead) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  constexpr auto pause = 400ms; // shapes the fault
  constexpr int turns = 13;     // 10 s
  for (int i = 0; i != turns; ++i)
    for (const auto& [still, other] : {std::pair{"worker-1", "worker-2"}, std::pair{"worker-2", "worker-1"}}) {
      running.pause(still);
      say_some(all, 2);
      std::this_thread::sleep_for(pause);
      running.resume(still);
    }
  wait_for_all(all);
  for (const auto& each : shown(running, {"nodes"}))
    EXPECT_EQ(each["state"], "alive") << each;                       // who was declared dead ends when it wakes
  EXPECT_THAT(running.log("proxy-1"), Not(HasSubstr(life_is_over))); // and may be back by now
  for (const auto* each : {"worker-1", "worker-2"})
    EXPECT_TRUE(running.process_of(each).is_running()) << each;
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

/// Lets each run for a tenth of the time, as a quota of the processor does, until it ends.
class tenth_of_the_processor {
public:
  tenth_of_the_processor(cluster& running, std::vector<std::string> nodes)
      : running_(running), nodes_(std::move(nodes)), turns_([this](const std::stop_token& stop) { take_turns(stop); }) {
  }

private:
  void take_turns(const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      for (const auto& each : nodes_)
        running_.pause(each);
      std::this_thread::sleep_for(90ms);
      for (const auto& each : nodes_)
        running_.resume(each);
      std::this_thread::sleep_for(10ms);
    }
  }

  cluster& running_;
  std::vector<std::string> nodes_;
  std::jthread turns_; // the last: it uses the others
};

TEST(Starved, NodesThatGetATenthOfTheProcessorAreNotDeclaredDead) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  {
    const tenth_of_the_processor quota(running, {"broker-1", "worker-1", "worker-2"});
    const auto begun = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begun < 8s) { // shapes the fault
      say_some(all, 2);
      for (const auto& each : all)
        each->wait_for_first_of_newest();
    }
    wait_for_all(all);
  }
  EXPECT_THAT(running.log("proxy-1"), Not(HasSubstr(life_is_over)));
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(Starved, ABrokerNodeThatStoodStillHoldsThatAgainstNobody) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  for (int i = 0; i != 3; ++i) {
    running.pause("broker-1");
    say_some(all, 2);
    std::this_thread::sleep_for(2s); // shapes the fault: longer than anybody may be silent
    running.resume("broker-1");
    wait_for_all(all);
  }
  EXPECT_THAT(running.log("proxy-1"), Not(HasSubstr(life_is_over)));
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(Starved, OfWorkerNodesThatAreAllSilentAtOnceAtMostHalfAreDeclaredDead) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  for (const auto* each : {"worker-1", "worker-2"})
    running.pause(each);
  say_some(all, 5);
  std::this_thread::sleep_for(3s); // shapes the fault
  for (const auto* each : {"worker-1", "worker-2"})
    running.resume(each);
  wait_for_all(all);
  const auto log = running.log("proxy-1");
  const bool both = log.find(life_is_over + "worker-1") != std::string::npos
                    && log.find(life_is_over + "worker-2") != std::string::npos;
  EXPECT_FALSE(both) << log;
  EXPECT_TRUE(running.process_of("worker-1").is_running() || running.process_of("worker-2").is_running());
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(Starved, WhatIsSaidToAWorkerNodeThatStandsStillFor5SecondsAppearsOnceAndTheNodeEnds) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running, 6);
  say_some(all, 5);
  running.pause("worker-1");
  const auto stopped = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - stopped < 5s) { // shapes the fault
    say_some(all, 2);
    std::this_thread::sleep_for(250ms);
  }
  wait_for_all(all); // by the other one
  EXPECT_THAT(running.log("proxy-1"), HasSubstr(life_is_over + "worker-1"));
  const auto told = all.front()->client().events({{"event", "posted"}}).size();
  running.resume("worker-1");
  EXPECT_EQ(running.process_of("worker-1").wait(patience), (process_end{4, 0}));
  for (const auto& each : all)
    each->client().ask("/ping");
  EXPECT_EQ(all.front()->client().events({{"event", "posted"}}).size(), told) << "it said something when it woke";
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

} // namespace
} // namespace godwit::test
