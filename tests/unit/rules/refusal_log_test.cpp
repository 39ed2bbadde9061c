#include "actors/rules/refusal_log.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;

class RefusalLog : public ::testing::Test {
protected:
  std::size_t told_of(std::size_t count, std::string_view reason) {
    std::size_t told = 0;
    for (std::size_t i = 0; i != count; ++i)
      told += log.refused(reason, now) ? 1 : 0;
    return told;
  }

  refusal_log log{60s, 10};
  refusal_log::time now{};
};

TEST_F(RefusalLog, TellsTheFirstOfAPeriodInFullAndCountsTheOthersByReason) {
  EXPECT_EQ(told_of(4, "no TLS"), 4U);
  EXPECT_FALSE(log.due());
  EXPECT_EQ(told_of(20, "silent"), 6U);
  EXPECT_EQ(told_of(3, "no TLS"), 0U);
  EXPECT_EQ(log.due(), now + 60s);
  now += 59s;
  EXPECT_FALSE(log.summary(now));
  now += 1s;
  EXPECT_EQ(log.summary(now), "17 more in 60 s: 14 silent, 3 no TLS");
  EXPECT_FALSE(log.due());
  EXPECT_FALSE(log.summary(now)) << "once";
  EXPECT_EQ(told_of(20, "silent"), 10U) << "another period";
}

TEST_F(RefusalLog, NothingThatWasCountedIsForgottenWhereTheSummaryComesLate) {
  told_of(11, "silent");
  now += 90s;
  EXPECT_EQ(told_of(1, "silent"), 0U);
  EXPECT_EQ(log.summary(now), "2 more in 90 s: 2 silent");
}

TEST_F(RefusalLog, AQuietPeriodBeginsAnewWithoutASummary) {
  EXPECT_EQ(told_of(10, "silent"), 10U);
  now += 60s;
  EXPECT_EQ(told_of(10, "silent"), 10U);
  EXPECT_FALSE(log.due());
}

TEST_F(RefusalLog, IsBoundedWhateverTheReasonsAre) {
  told_of(10, "");
  for (int i = 0; i != 1000; ++i)
    told_of(1, std::to_string(i) + std::string(10'000, 'x'));
  now += 60s;
  const auto text = log.summary(now);
  ASSERT_TRUE(text);
  EXPECT_LT(text->size(), (refusal_log::reasons_max + 2) * (refusal_log::reason_bytes_max + 10));
  EXPECT_NE(text->find("984 other reasons"), std::string::npos) << *text;
}

} // namespace
} // namespace godwit
