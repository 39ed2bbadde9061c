#include "nodes/link/backoff.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsMaximumAndBeginsAnew) {
  backoff wait{40ms, 100ms};
  const std::uint64_t shortest = 0;
  EXPECT_EQ(wait.take(shortest), 20ms);
  EXPECT_EQ(wait.take(shortest), 40ms);
  EXPECT_EQ(wait.take(shortest), 50ms);
  EXPECT_EQ(wait.take(shortest), 50ms);
  wait.reset();
  EXPECT_EQ(wait.take(shortest), 20ms);
}

TEST(Backoff, StaysBetweenHalfAStepAndTheWhole) {
  for (std::uint64_t chance = 0; chance < 1000; ++chance) {
    backoff wait{40ms, 100ms};
    const auto time = wait.take(chance);
    EXPECT_GE(time, 20ms);
    EXPECT_LE(time, 40ms);
  }
}

} // namespace
} // namespace godwit
