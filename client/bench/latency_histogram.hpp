/// @file
/// Durations, counted by size: percentiles of any number of them in 60 KiB.
///
/// Promises  a percentile is at most 0.8 % above the true one; `max` is exact.
/// Source    the bucket scheme of HdrHistogram: 128 equal buckets in each power of two.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace godwit::bench {

class latency_histogram {
public:
  latency_histogram();

  /// What is below zero counts as zero.
  void record(std::chrono::nanoseconds took);
  /// Adds all that `other` has counted.
  void merge(const latency_histogram& other);

  std::uint64_t count() const { return count_; }
  /// Zero of none.
  std::chrono::nanoseconds max() const { return max_; }
  /// `share` of all took this long or less: 0.5 is the median. Zero of none.
  std::chrono::nanoseconds percentile(double share) const;

private:
  std::vector<std::uint64_t> buckets_;
  std::uint64_t count_ = 0;
  std::chrono::nanoseconds max_{0};
};

} // namespace godwit::bench
