/// @file
/// When what ended by a fault, a node or an actor, is started again: at once the first time, then with a growing pause;
/// one that has run for a while starts with a clean sheet.
#pragma once

#include <algorithm>
#include <chrono>

namespace godwit {

class restart_policy {
public:
  using clock = std::chrono::steady_clock;
  static constexpr std::chrono::milliseconds first_pause{0};
  static constexpr std::chrono::milliseconds second_pause{200};
  static constexpr std::chrono::milliseconds pause_max{10'000};
  static constexpr std::chrono::seconds forgiven_after{30};

  void started(clock::time_point now) { started_at_ = now; }

  /// The pause before the next start. Requires that `started` was called with an earlier time.
  std::chrono::milliseconds ended(clock::time_point now) {
    if (now - started_at_ >= forgiven_after)
      ends_ = 0;
    auto pause = ends_ == 0 ? first_pause : std::min(second_pause * (1 << std::min(ends_ - 1, 10)), pause_max);
    ++ends_;
    return pause;
  }

private:
  clock::time_point started_at_{};
  int ends_ = 0;
};

} // namespace godwit
