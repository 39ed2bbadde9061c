#include "actors/rules/restart_policy.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;

constexpr restart_policy::clock::time_point start{1000s};

TEST(RestartPolicy, StartsAgainAtOnceTheFirstTime) {
  restart_policy policy;
  policy.started(start);
  EXPECT_LE(policy.ended(start + 1s), 200ms);
}

TEST(RestartPolicy, WaitsLongerEachTimeUpToAnEnd) {
  restart_policy policy;
  policy.started(start);
  auto pause = policy.ended(start);
  for (int i = 0; i < 5; ++i) {
    const auto next = policy.ended(start);
    EXPECT_GT(next, pause);
    pause = next;
  }
  for (int i = 0; i < 100; ++i)
    pause = policy.ended(start);
  EXPECT_EQ(pause, restart_policy::pause_max);
}

TEST(RestartPolicy, ForgivesWhoHasRunForAWhile) {
  restart_policy policy;
  policy.started(start);
  for (int i = 0; i < 10; ++i)
    policy.ended(start);
  policy.started(start);
  EXPECT_EQ(policy.ended(start + restart_policy::forgiven_after), restart_policy::first_pause);
}

} // namespace
} // namespace godwit
