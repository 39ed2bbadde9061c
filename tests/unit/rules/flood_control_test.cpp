#include "actors/rules/flood_control.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;
using verdict = flood_control::verdict;

constexpr flood_control::time begin{1h};

flood_settings settings() { return {10, 5, 3s}; }

// L-8
TEST(FloodControl, LetsABurstPassAndHoldsWhatIsBeyondItUntilTheRateHasPaidForIt) {
  flood_control one(settings(), begin);
  for (int i = 0; i != 10; ++i)
    EXPECT_EQ(one.request(0, begin), verdict::flowing);
  EXPECT_EQ(one.request(0, begin), verdict::begins_to_hold);
  EXPECT_TRUE(one.is_new_excess());
  EXPECT_FALSE(one.may_go_on(begin));
  EXPECT_FALSE(one.may_go_on(begin + 199ms));
  EXPECT_TRUE(one.may_go_on(begin + 200ms)) << "one request, at five in a second";
  EXPECT_FALSE(one.holding());
  EXPECT_EQ(one.request(0, begin + 200ms), verdict::begins_to_hold);
  EXPECT_FALSE(one.is_new_excess()) << "it was told already";
}

// L-8
TEST(FloodControl, LetsWhoKeepsToTheRatePassForEver) {
  flood_control one(settings(), begin);
  auto now = begin;
  for (int i = 0; i != 1000; ++i, now += 200ms)
    ASSERT_EQ(one.request(0, now), verdict::flowing);
}

// L-8
TEST(FloodControl, ChargesForTheSizeOfRequestAndAnswer) {
  flood_control large(settings(), begin);
  EXPECT_EQ(large.request(4 * 1024, begin), verdict::flowing);
  EXPECT_EQ(large.request(4 * 1024, begin), verdict::flowing);
  EXPECT_EQ(large.request(0, begin), verdict::begins_to_hold);
  flood_control curious(settings(), begin);
  EXPECT_EQ(curious.request(0, begin), verdict::flowing);
  EXPECT_EQ(curious.answered(36 * 1024, begin), verdict::flowing);
  EXPECT_EQ(curious.answered(1, begin), verdict::begins_to_hold);
}

// L-9
TEST(FloodControl, GivesUpAClientThatKeepsAtItsLimit) {
  flood_control one(settings(), begin);
  auto now = begin;
  auto last = verdict::flowing;
  for (; last != verdict::abuse; now += 10ms) {
    ASSERT_LT(now, begin + 1min);
    if (!one.holding() || one.may_go_on(now))
      last = one.request(0, now);
  }
  EXPECT_GE(now, begin + 3s);
  EXPECT_LT(now, begin + 4s);
}

// L-9
TEST(FloodControl, BeginsToCountAnewOnceTheBucketWasHalfFull) {
  flood_control one(settings(), begin);
  auto now = begin;
  for (int excess = 0; excess != 10; ++excess) {
    while (one.request(0, now) != verdict::begins_to_hold) {
    }
    EXPECT_TRUE(one.is_new_excess());
    now += 2s;
    EXPECT_TRUE(one.may_go_on(now));
  }
}

TEST(FloodControl, EndsEveryHoldWithinATimeThatDependsOnTheSettingsAlone) {
  flood_control one(settings(), begin);
  one.answered(std::size_t{1} << 40U, begin);
  EXPECT_FALSE(one.may_go_on(begin + 1999ms));
  EXPECT_TRUE(one.may_go_on(begin + 2s));
}

TEST(FloodControl, TakesATimeThatGoesBackForNoTime) {
  flood_control one(settings(), begin);
  for (int i = 0; i != 11; ++i)
    one.request(0, begin);
  EXPECT_FALSE(one.may_go_on(begin - 1h));
  EXPECT_TRUE(one.may_go_on(begin + 200ms));
}

} // namespace
} // namespace godwit
