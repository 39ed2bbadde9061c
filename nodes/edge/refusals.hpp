/// @file
/// Logs connections that were closed before they had a session, as actors/rules/refusal_log.hpp says: whoever connects
/// all day costs a few lines.
///
/// Threads  every function may be called from every thread.
#pragma once

#include "actors/rules/refusal_log.hpp"

#include <spdlog/spdlog.h>

#include <mutex>
#include <string>
#include <string_view>

namespace godwit {

class refusals {
public:
  explicit refusals(std::chrono::milliseconds period) : rules_(period) {}

  void refused(const std::string& peer, std::string_view reason, refusal_log::time now) {
    const std::lock_guard lock(mutex_);
    if (rules_.refused(reason, now))
      spdlog::info("refused {} on the client port: {}", peer, reason);
  }
  /// To be called now and then.
  void tick(refusal_log::time now) {
    const std::lock_guard lock(mutex_);
    if (const auto text = rules_.summary(now))
      spdlog::info("refused on the client port: {}", *text);
  }

private:
  std::mutex mutex_;
  refusal_log rules_;
};

} // namespace godwit
