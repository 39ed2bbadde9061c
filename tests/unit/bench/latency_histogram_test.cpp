#include "client/bench/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace godwit::bench {
namespace {

using namespace std::chrono_literals;

TEST(LatencyHistogram, OfNothingIsZero) {
  const latency_histogram none;
  EXPECT_EQ(none.count(), 0U);
  EXPECT_EQ(none.percentile(0.5), 0ns);
  EXPECT_EQ(none.max(), 0ns);
}

TEST(LatencyHistogram, SmallNumbersAreExact) {
  latency_histogram counted;
  for (int i = 1; i <= 100; ++i)
    counted.record(std::chrono::nanoseconds{i});
  EXPECT_EQ(counted.percentile(0.5), 50ns);
  EXPECT_EQ(counted.percentile(0.99), 99ns);
  EXPECT_EQ(counted.percentile(1), 100ns);
}

TEST(LatencyHistogram, APercentileIsNeverBelowTheTrueOneAndLittleAbove) {
  std::mt19937_64 chance(1);
  std::lognormal_distribution<double> spread(13, 3);
  latency_histogram counted;
  std::vector<std::int64_t> all;
  for (int i = 0; i != 100'000; ++i) {
    all.push_back(static_cast<std::int64_t>(spread(chance)));
    counted.record(std::chrono::nanoseconds{all.back()});
  }
  std::sort(all.begin(), all.end());
  for (const double share : {0.1, 0.5, 0.9, 0.99, 0.999}) {
    const auto exact = static_cast<double>(all[static_cast<std::size_t>(share * 100'000) - 1]);
    const auto told = static_cast<double>(counted.percentile(share).count());
    EXPECT_GE(told, exact) << share;
    EXPECT_LE(told, exact * 1.008) << share;
  }
  EXPECT_EQ(counted.percentile(1).count(), all.back());
  EXPECT_EQ(counted.max().count(), all.back());
}

TEST(LatencyHistogram, TakesWhatNoClockShouldSay) {
  latency_histogram counted;
  counted.record(-5ns);
  counted.record(std::chrono::nanoseconds::max());
  EXPECT_EQ(counted.percentile(0.5), 0ns);
  EXPECT_EQ(counted.percentile(1), std::chrono::nanoseconds::max());
}

TEST(LatencyHistogram, MergedIsAsIfCountedTogether) {
  latency_histogram first;
  latency_histogram second;
  latency_histogram both;
  for (int i = 0; i != 1000; ++i) {
    (i % 3 == 0 ? first : second).record(i * 7us);
    both.record(i * 7us);
  }
  first.merge(second);
  EXPECT_EQ(first.count(), both.count());
  EXPECT_EQ(first.max(), both.max());
  EXPECT_EQ(first.percentile(0.9), both.percentile(0.9));
}

} // namespace
} // namespace godwit::bench
