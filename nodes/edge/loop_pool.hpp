/// @file
/// The loops of an edge: looks at their load in each interval, and does what actors/rules/loop_balance.hpp decides.
///
/// Lives on   the first loop, which never ends.
/// Promises   loops_min to loops_max loops; each change is logged, with the loads that caused it; what a loop that ends
///            has is with the others before its thread is joined.
/// Threads    `add_to` and `loops` from everywhere; all else on the first loop's thread, or before it runs.
#pragma once

#include "actors/rules/loop_balance.hpp"
#include "nodes/edge/loop.hpp"

#include <asio/steady_timer.hpp>

#include <atomic>
#include <vector>

namespace godwit {

class loop_pool {
public:
  /// Makes the first loops.
  explicit loop_pool(edge_shared& shared);

  void start();
  /// No further change. On the first loop's thread.
  void close();
  /// The loop that is to have the next connection, which is on its way there from here on.
  loop& next();

  void add_to(edge_counts& sum) const;
  std::vector<edge_loop_state> loops() const;

private:
  struct seen_loop {
    std::uint64_t busy_ns = 0; // at the last look
    double busy = 0;           // in the last interval
    std::size_t arrivals = 0;  // since then
    bool told_to_end = false;
  };

  void sample_later();
  void sample();
  loop_sample measure(const loop_set::snapshot& now);
  void perform(const loop_change& change);
  void end_those_that_can(const loop_set::snapshot& now);

  edge_shared& shared_;
  loop_balance rules_;
  asio::steady_timer timer_;
  bool closed_ = false;
  std::vector<seen_loop> seen_; // by the loop's number
  std::array<std::uint64_t, shard_count> work_{};
  std::chrono::steady_clock::time_point sampled_;
  std::vector<std::atomic<std::uint32_t>> busy_permille_; // by the loop's number
  std::atomic<std::uint64_t> begun_ = 0, ended_ = 0;
};

} // namespace godwit
