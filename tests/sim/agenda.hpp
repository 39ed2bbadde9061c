/// @file
/// What is to happen in a simulated run, and when: one queue, ordered by simulated time, then by the order in which it
/// was asked for.
#pragma once

#include "actors/rules/instant.hpp"
#include "tests/sim/chance.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

namespace godwit::sim {

using task = std::function<void()>;

class agenda {
public:
  instant now() const { return now_; }
  void at(instant when, task what) {
    waiting_.push_back({std::max(when, now_), ++last_, std::move(what)});
    std::push_heap(waiting_.begin(), waiting_.end(), is_later);
  }
  void after(span delay, task what) { at(now_ + delay, std::move(what)); }
  /// False: nothing is left to happen before `end`, and it is `end` now.
  bool run_next(instant end) {
    if (waiting_.empty() || waiting_.front().when > end) {
      now_ = end;
      return false;
    }
    std::pop_heap(waiting_.begin(), waiting_.end(), is_later);
    auto next = std::move(waiting_.back());
    waiting_.pop_back();
    now_ = next.when;
    ++done_;
    next.what();
    return true;
  }
  std::uint64_t done() const { return done_; }
  void clear() { waiting_.clear(); }

private:
  struct entry {
    instant when;
    std::uint64_t number = 0;
    task what;
  };
  static bool is_later(const entry& a, const entry& b) {
    return a.when != b.when ? a.when > b.when : a.number > b.number;
  }

  instant now_ = instant{} + std::chrono::hours{1}; ///< rules subtract spans from it
  std::vector<entry> waiting_;                      // a heap
  std::uint64_t last_ = 0;
  std::uint64_t done_ = 0;
};

} // namespace godwit::sim
