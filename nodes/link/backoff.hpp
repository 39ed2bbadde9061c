/// @file
/// How long to wait before the next attempt: twice as long each time up to a maximum, and never all at once.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace godwit {

/// Requires 0 < min <= max.
class backoff {
public:
  backoff(std::chrono::milliseconds min, std::chrono::milliseconds max) : min_(min), max_(max), next_(min) {}

  /// A time between half of the current step and the whole of it, chosen by `chance`; the step doubles.
  std::chrono::milliseconds take(std::uint64_t chance) {
    const auto step = next_;
    next_ = std::min(2 * next_, max_);
    const auto half = step / 2;
    const auto spread = static_cast<std::uint64_t>((step - half).count()) + 1;
    return half + std::chrono::milliseconds(chance % spread);
  }

  void reset() { next_ = min_; }

private:
  std::chrono::milliseconds min_;
  std::chrono::milliseconds max_;
  std::chrono::milliseconds next_;
};

} // namespace godwit
