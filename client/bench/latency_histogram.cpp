#include "client/bench/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace godwit::bench {
namespace {

constexpr unsigned bits = 7; ///< buckets in each power of two, as a power of two
constexpr std::uint64_t linear = std::uint64_t{1} << (bits + 1);
constexpr std::size_t bucket_count = (64 - bits) * (std::size_t{1} << bits) + (std::size_t{1} << bits);

std::size_t bucket_of(std::uint64_t value) {
  if (value < linear)
    return value;
  const auto shift = static_cast<unsigned>(std::bit_width(value)) - bits - 1;
  return (static_cast<std::size_t>(shift) << bits) + static_cast<std::size_t>(value >> shift);
}

/// The highest value that falls into it.
std::uint64_t end_of(std::size_t bucket) {
  if (bucket < linear)
    return bucket;
  const auto shift = static_cast<unsigned>(bucket >> bits) - 1;
  const auto first = (bucket - (static_cast<std::size_t>(shift) << bits));
  return ((static_cast<std::uint64_t>(first) + 1) << shift) - 1;
}

} // namespace

latency_histogram::latency_histogram() : buckets_(bucket_count) {}

void latency_histogram::record(std::chrono::nanoseconds took) {
  took = std::max(took, std::chrono::nanoseconds{0});
  ++buckets_[bucket_of(static_cast<std::uint64_t>(took.count()))];
  ++count_;
  max_ = std::max(max_, took);
}

void latency_histogram::merge(const latency_histogram& other) {
  for (std::size_t i = 0; i != bucket_count; ++i)
    buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  max_ = std::max(max_, other.max_);
}

std::chrono::nanoseconds latency_histogram::percentile(double share) const {
  const auto wanted =
    std::max<std::uint64_t>(1, static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_))));
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i != bucket_count; ++i) {
    seen += buckets_[i];
    if (seen >= wanted)
      return std::min(max_, std::chrono::nanoseconds{static_cast<std::int64_t>(end_of(i))});
  }
  return max_;
}

} // namespace godwit::bench
