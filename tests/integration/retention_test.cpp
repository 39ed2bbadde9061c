// Old events are deleted by the config's `store.keep-room-events` while people chat (docs/OPERATING.md, "What is
// deleted"). Nothing young is deleted, so that the nodes' clock is moved: what was said shall have been said long ago.
#include "tests/support/moved_clock.hpp"
#include "tests/support/posters.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <regex>
#include <thread>

namespace godwit::test {
namespace {

constexpr int kept_events = 50;
constexpr int events_per_step = 256; // limits::prune_entries_max

struct pruned {
  int events = 0;
  int steps = 0;
  int other_commits = 0;
};

class Retention : public ::testing::Test {
protected:
  /// Only the store's clock has to move. One that moves reads a file each time, and is the true one where that fails:
  /// one entry of today would make all behind it young, since the times of a room rise.
  Retention() {
    for (const auto& node : running_.nodes()) {
      running_.set_environment(node == "broker-1" ? clock_.environment() : with_clock_moved_by("-40m"));
      running_.begin_start(node);
    }
    for (const auto& node : running_.nodes())
      running_.wait_until_ready(node);
  }

  /// So many posts of each, all acknowledged.
  static void say_much(const posters_of_room& all, int count) {
    constexpr int at_a_time = 40; // a client keeps no more unconfirmed
    for (int said = 0; said < count; said += at_a_time) {
      for (const auto& each : all)
        each->say_some(at_a_time);
      for (const auto& each : all)
        each->client().outcome(each->newest_request());
    }
  }
  /// What the looks at old events have deleted; people post until there was one that deleted most of them.
  pruned prune_while_posting(const posters_of_room& all) {
    clock_.move_to("+0");
    for (int round = 0; round < 2'000; ++round) {
      for (const auto& each : all)
        each->say_some(1);
      all[static_cast<std::size_t>(round) % all.size()]->client().outcome(
        all[static_cast<std::size_t>(round) % all.size()]->newest_request());
      if (const auto gone = deleted_so_far(); gone.events > 2'000)
        return gone;
    }
    throw std::runtime_error("nothing was deleted");
  }

  pruned deleted_so_far() {
    static const std::regex told{"store: ([0-9]+) old events were deleted in ([0-9]+) steps, with ([0-9]+) commits"};
    const auto log = running_.log("broker-1");
    pruned out;
    for (std::sregex_iterator each(log.begin(), log.end(), told), end; each != end; ++each) {
      out.events += std::stoi((*each)[1]);
      out.steps += std::stoi((*each)[2]);
      out.other_commits += std::stoi((*each)[3]);
    }
    return out;
  }

  cluster running_{"local", "[store]\nkeep-room-events = 50\nlook-every-ms = 500\n"};
  const movable_clock clock_{running_.path("clock"), "-40m"};
};

TEST_F(Retention, DeletesInSmallStepsWhileTheChatGoesOnAndNumbersGoOn) {
  const auto all = gather(running_, 3);
  say_much(all, 800);
  const auto deleted = prune_while_posting(all);
  EXPECT_GT(deleted.events, 2'000);
  EXPECT_GE(deleted.steps * events_per_step, deleted.events);
  EXPECT_GT(deleted.other_commits, 0) << "the chat stood still";
  wait_for_all(all);
  expect_undisturbed(all);

  auto reader = running_.join("reader");
  reader->settle();
  const auto history = whole_history(*reader);
  ASSERT_FALSE(history.empty());
  EXPECT_GT(history.front()["seq"], deleted.events);
  EXPECT_GE(history.size(), static_cast<std::size_t>(kept_events));
  for (std::size_t i = 1; i < history.size(); ++i)
    ASSERT_EQ(history[i]["seq"].get<int>(), history[i - 1]["seq"].get<int>() + 1);
  for (const auto& each : all) {
    const auto newest = each->client().outcome(each->newest_request());
    EXPECT_GT(newest["seq"], deleted.events) << "the numbers began anew";
    EXPECT_EQ(each->client().leave(), process_end{});
  }
  EXPECT_EQ(reader->leave(), process_end{});
  running_.stop();
  running_.expect_sound_store();
}

} // namespace
} // namespace godwit::test
