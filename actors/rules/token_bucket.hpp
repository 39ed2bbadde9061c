/// @file
/// A token bucket: what may be spent at once, and how fast it comes back.
///
/// Rules only: the time comes in as an argument. A time before the last one changes nothing.
#pragma once

#include <algorithm>
#include <chrono>

namespace godwit {

class token_bucket {
public:
  using time = std::chrono::steady_clock::time_point;

  /// Begins full. `burst`: what it holds; `per_second`: what comes back.
  token_bucket(double burst, double per_second, time now)
      : burst_(burst), per_second_(per_second), level_(burst), then_(now) {}

  void refill(time now) {
    if (now <= then_)
      return;
    level_ = std::min(burst_, level_ + per_second_ * std::chrono::duration<double>(now - then_).count());
    then_ = now;
  }
  /// May go below zero, but no further than as much again as the bucket holds: every debt ends.
  void spend(double tokens) { level_ = std::max(level_ - tokens, -burst_); }
  double level() const { return level_; }
  double burst() const { return burst_; }

private:
  double burst_;
  double per_second_;
  double level_;
  time then_;
};

} // namespace godwit
