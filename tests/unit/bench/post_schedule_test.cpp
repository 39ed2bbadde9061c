#include "client/bench/post_schedule.hpp"

#include <gtest/gtest.h>

namespace godwit::bench {
namespace {

using namespace std::chrono_literals;

constexpr bench_time begin{1h};

TEST(PostSchedule, PostsAreDueAtOneRateFromAllSendersInTurn) {
  const post_schedule at(begin, 100, 3);
  EXPECT_EQ(at.due_at(0), begin);
  EXPECT_EQ(at.due_at(1), begin + 10ms);
  EXPECT_EQ(at.sender_of(0), 0U);
  EXPECT_EQ(at.sender_of(1), 1U);
  EXPECT_EQ(at.sender_of(2), 2U);
  EXPECT_EQ(at.sender_of(3), 0U);
}

TEST(PostSchedule, ASendersPostsAreThoseOfItsTurns) {
  const post_schedule at(begin, 7, 5);
  for (std::uint64_t index = 0; index != 1000; ++index)
    EXPECT_EQ(at.due(at.sender_of(index), index / 5 + 1), at.due_at(index));
}

TEST(PostSchedule, NoErrorAddsUp) {
  const post_schedule at(begin, 3, 1);
  EXPECT_EQ(at.due_at(3 * 86'400), begin + 24h);
}

} // namespace
} // namespace godwit::bench
