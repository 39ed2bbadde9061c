// Sessions and rooms are moved, and worker nodes drained, while people post: nobody is disconnected, and what was
// acknowledged stands in the history once, in order.
#include "tests/support/operator.hpp"
#include "tests/support/posters.hpp"
#include "tests/support/text_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit::test {
namespace {

using ::testing::HasSubstr;
void say_some(const posters_of_room& all) {
  for (const auto& each : all)
    each->say_some();
}

TEST(Moves, OfSessionsAndTheirRoomWhilePeoplePostLoseNothingAndDisconnectNobody) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  for (const auto* to : {"worker-1", "worker-2", "worker-1"}) {
    say_some(all);
    for (const auto& each : all)
      done(running, {"migrate", each->client().nick(), "--to", to});
    say_some(all);
    done(running, {"migrate-room", "lobby", "--to", to});
    wait_for_all(all);
  }
  EXPECT_EQ(count_on(running, "worker-1"), all.size() + 1);
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(Moves, ByDrainsOfOneWorkerNodeAfterTheOtherLoseNothingAndDisconnectNobody) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running, 6);
  for (int i = 0; i != 2; ++i)
    for (const auto* node : {"worker-1", "worker-2"}) {
      say_some(all);
      done(running, {"drain", node});
      EXPECT_EQ(count_on(running, node), 0U);
      running.kill(node); // there is nothing any more whose end could be noticed
      say_some(all);
      running.start(node);
      wait_for_all(all);
      EXPECT_EQ(count_on(running, node), 0U) << "it is drained in its next life too";
      done(running, {"undrain", node});
    }
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(Moves, ADrainGoesOnByItselfWhenTheBrokerNodeBeginsAnew) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running, 6);
  say_some(all);
  done(running, {"drain", "worker-1", "--no-wait"});
  running.kill("broker-1");
  say_some(all);
  running.start("broker-1");
  wait_for_all(all);
  wait_until("worker-1 is empty", [&] { return count_on(running, "worker-1") == 0; });
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(Moves, WhoWatchesADrainSeesItsEndThoughTheBrokerNodeBeginsAnewMeanwhile) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running, 6);
  running.pause("worker-2"); // what moves can not arrive
  process tool({.arguments = ctl_words(running, {"drain", "worker-1"}),
                .error_file = running.path("drain.log"),
                .output_file = running.path("drain.out")});
  wait_until("it is watched", [&] { return !read_text(running.path("drain.out")).empty(); });
  running.kill("broker-1");
  running.resume("worker-2");
  running.start("broker-1");
  const auto ended = tool.wait(patience);
  ASSERT_TRUE(ended);
  EXPECT_EQ(*ended, process_end{}) << read_text(running.path("drain.log"));
  EXPECT_EQ(count_on(running, "worker-1"), 0U);
  say_some(all);
  wait_for_all(all);
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

TEST(Moves, TheLastWorkerNodeServesOnWhileItIsDrainedAndIsEmptiedWhenAnotherComes) {
  cluster running{"local"};
  running.start();
  running.kill("worker-2");
  const auto all = gather(running);
  done(running, {"drain", "worker-1", "--no-wait"});
  EXPECT_THAT(ctl(running, {"drain", "worker-1", "--show"}).output, HasSubstr("No other worker node"));
  say_some(all);
  wait_for_all(all);
  EXPECT_EQ(count_on(running, "worker-1"), all.size() + 1);
  running.start("worker-2");
  done(running, {"drain", "worker-1"});
  EXPECT_EQ(count_on(running, "worker-1"), 0U);
  say_some(all);
  wait_for_all(all);
  expect_undisturbed(all);
  expect_all_whole(running, all);
}

} // namespace
} // namespace godwit::test
