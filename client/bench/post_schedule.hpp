/// @file
/// When the posts of an open loop are due: at one rate, from all senders in turn, whatever the server does.
///
/// Rules only: no clock. A post's latency counts from the moment when it was due, so that a server that holds up
/// its senders does not hide how long others would have waited.
#pragma once

#include "client/bench/post_text.hpp"

#include <cstdint>

namespace godwit::bench {

class post_schedule {
public:
  /// Requires posts_per_s > 0 and sender_count > 0.
  post_schedule(bench_time begin, double posts_per_s, std::uint32_t sender_count)
      : begin_(begin), posts_per_s_(posts_per_s), sender_count_(sender_count) {}

  /// The sender's post of this counter, from 1.
  bench_time due(std::uint32_t sender, std::uint64_t counter) const {
    return due_at((counter - 1) * sender_count_ + sender);
  }
  /// Of the posts of all senders, from 0: who says it, and when.
  bench_time due_at(std::uint64_t index) const {
    // From the begin each time: no error adds up.
    const auto seconds = static_cast<double>(index) / posts_per_s_;
    return begin_ + std::chrono::nanoseconds{static_cast<std::int64_t>(seconds * 1e9)};
  }
  std::uint32_t sender_of(std::uint64_t index) const { return static_cast<std::uint32_t>(index % sender_count_); }

private:
  bench_time begin_;
  double posts_per_s_;
  std::uint32_t sender_count_;
};

} // namespace godwit::bench
