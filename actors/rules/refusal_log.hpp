/// @file
/// The rules of what is logged of strangers that are refused, so that who connects all day fills no disk: the first
/// ones of a period in full, of the others how many there were for which reason.
///
/// ```
///   quiet ──refused──▶ (a period: the first in_full_max are told, the others counted) ──period over──▶ summary ─▶
///   quiet
/// ```
/// Rules only: no clock. Bounded: reasons_max reasons of reason_bytes_max each, the rest is "other reasons".
/// Limits: refusals_logged_max, refusals_counted_for.
#pragma once

#include "actors/rules/limits.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace godwit {

class refusal_log {
public:
  using time = std::chrono::steady_clock::time_point;
  static constexpr std::size_t reasons_max = 16;
  static constexpr std::size_t reason_bytes_max = 120;

  explicit refusal_log(std::chrono::milliseconds period = limits::refusals_counted_for,
                       std::size_t in_full_max = limits::refusals_logged_max)
      : period_(period), in_full_max_(in_full_max) {}

  /// One more was refused. Whether it is to be told in full.
  bool refused(std::string_view reason, time now);
  /// When there is a summary to be told; none: nothing was only counted.
  std::optional<time> due() const;
  /// What was only counted in the period that is over, and begins anew. None: it is not over, or all was told.
  std::optional<std::string> summary(time now);

private:
  std::chrono::milliseconds period_;
  std::size_t in_full_max_;
  std::optional<time> begun_;
  std::size_t told_ = 0;
  std::map<std::string, std::uint64_t, std::less<>> counts_by_reason_;
};

} // namespace godwit
