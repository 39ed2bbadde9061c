/// @file
/// The rules against one client that asks for more than its share: when it is not read, and when it is closed.
///
///   flowing ──(the bucket is below zero)──▶ holding ──(it is not any more)──▶ flowing
///      │
///      └──(and has not been half full for `patience`)──▶ abuse
///
/// A request costs 1, each KiB of it 1 more, and each 4 KiB of what it was answered 1 more: the edge knows these
/// without knowing chat. What a request costs beyond that its session knows (actors/rules/request_cost.hpp), and says
/// so with its output. Moderate excess is held back: the client is not read, so that nothing of it is lost. Who goes
/// on as fast as the bucket gives for `patience`, without ever letting it become half full, is closed; its session
/// waits for it as for everybody.
///
/// Rules only: no clock. Bounded: a few words; each hold ends after at most burst / rate.
/// Source: docs/PROTOCOL.md, "Limits".
#pragma once

#include "actors/rules/limits.hpp"
#include "actors/rules/token_bucket.hpp"

#include <cstddef>
#include <optional>

namespace godwit {

struct flood_settings {
  std::size_t burst = limits::flood_burst;                     ///< requests at once
  std::size_t per_second = limits::flood_per_second;           ///< sustained
  std::chrono::milliseconds patience = limits::flood_patience; ///< with a client that keeps at its limit
};

class flood_control {
public:
  using time = token_bucket::time;
  enum class verdict : std::uint8_t {
    flowing,
    begins_to_hold, ///< do not read; tell the client if `is_new_excess`
    holding,        ///< do not read, as before
    abuse,          ///< close it
  };

  flood_control(const flood_settings& settings, time now)
      : patience_(settings.patience),
        bucket_(static_cast<double>(settings.burst), static_cast<double>(settings.per_second), now) {}

  /// A request of this size was taken.
  verdict request(std::size_t bytes, time now);
  /// It was answered by so many bytes.
  verdict answered(std::size_t bytes, time now);
  /// Its session says that what was asked costs so much more.
  verdict charge(std::uint32_t cost, time now);
  /// Whether the client may be read again.
  bool may_go_on(time now);

  bool holding() const { return holding_; }
  /// Whether the last `begins_to_hold` was the first since the bucket was half full.
  bool is_new_excess() const { return new_excess_; }

private:
  verdict spend(double cost, time now);

  std::chrono::milliseconds patience_;
  token_bucket bucket_;
  std::optional<time> excess_since_;
  bool holding_ = false;
  bool new_excess_ = false;
};

} // namespace godwit
