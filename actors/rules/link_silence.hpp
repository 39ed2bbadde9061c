/// @file
/// The rules by which a link is judged silent.
///
/// Whoever looks subtracts its own lateness first: a process that was stopped has not heard anybody, and nobody is to
/// blame but itself. `asked` is the time at which the question was put into the actor's mailbox: all that arrived
/// before it has been handled when it is answered, so that an actor that is late by itself never finds silence. Limits:
/// silence_is_suspicious, silence_cuts_link. Source: design.md, "Who is dead".
#pragma once

#include <chrono>
#include <cstdint>

namespace godwit {

class link_silence {
public:
  using time_point = std::chrono::steady_clock::time_point;
  enum class verdict : std::uint8_t { fine, suspicious, cut };

  explicit link_silence(time_point now) : heard_(now) {}

  /// Any parcel of the other end. Returns whether it ends a silence that was said to be suspicious.
  bool heard(time_point now);
  /// `lateness`: how much later than due the question was asked. `suspicious` is said once per silence.
  verdict judge(time_point asked, std::chrono::nanoseconds lateness);

private:
  time_point heard_;
  bool suspected_ = false;
};

} // namespace godwit
