/// @file
/// What the clients of one thread have counted.
#pragma once

#include "client/bench/latency_histogram.hpp"

#include "client/bench/post_text.hpp"

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace godwit::bench {

/// A post that a client was told late.
struct slow_delivery {
  std::uint32_t client = 0;
  bench_time due{};
  std::chrono::nanoseconds latency{};
};

/// Belongs to the thread of its clients; read by others when that has ended.
struct load_figures {
  latency_histogram connecting;           ///< from dialling to the log-in's answer
  latency_histogram acknowledged;         ///< of posts due in the measured time, from then on
  latency_histogram told;                 ///< the same, to each member
  std::uint64_t acknowledged_in_time = 0; ///< heard in the measured time
  std::uint64_t told_in_time = 0;         ///< the same
  std::uint64_t overdue = 0; ///< due, and not even sent when the time was over: counted as if acknowledged then
  static constexpr std::size_t slow_kept_max = 1'000'000; ///< of one thread
  std::vector<slow_delivery> slow;                        ///< in the order in which they were told

  void merge(const load_figures& other) {
    connecting.merge(other.connecting);
    acknowledged.merge(other.acknowledged);
    told.merge(other.told);
    acknowledged_in_time += other.acknowledged_in_time;
    told_in_time += other.told_in_time;
    overdue += other.overdue;
    slow.insert(slow.end(), other.slow.begin(), other.slow.end());
  }
};

/// May be read by others at any time.
struct load_progress {
  std::atomic<std::uint64_t> logged_in{0};
  std::atomic<std::uint64_t> joined{0};
  std::atomic<std::uint64_t> gone{0}; ///< connections that ended, whoever ended them
  std::atomic<std::uint64_t> lost{0}; ///< of these: not by a quit of ours
  std::atomic<std::uint64_t> sent{0};
  std::atomic<std::uint64_t> answered{0}; ///< acknowledged or refused
  std::atomic<std::uint64_t> refused{0};
  std::atomic<std::uint64_t> abandoned{0}; ///< unanswered when their sender lost its connection
  std::atomic<std::uint64_t> told{0};      ///< deliveries
  std::atomic<std::uint64_t> expected{0};  ///< for each acknowledged post the members of its room
};

/// The first thing that went wrong, from whichever thread.
class first_fault {
public:
  void note(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (what_.empty())
      what_ = what;
  }
  /// Empty: nothing did.
  std::string what() const {
    const std::lock_guard lock(mutex_);
    return what_;
  }

private:
  mutable std::mutex mutex_;
  std::string what_;
};

} // namespace godwit::bench
