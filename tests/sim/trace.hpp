/// @file
/// What happened in a simulated run: always a hash by which two runs are compared, on demand lines for people.
///
/// Bounded  the lines that are kept for a failure's report; the whole goes to a file.
#pragma once

#include "actors/rules/instant.hpp"

#include <cstdint>
#include <deque>
#include <ostream>
#include <string>
#include <string_view>

namespace godwit::sim {

class trace {
public:
  static constexpr std::size_t lines_kept = 2'000;

  /// From here on lines are made, and all of them are written to `whole`.
  void write_to(std::ostream& whole) { whole_ = &whole; }
  /// Whether a line is worth making.
  bool on() const { return whole_ != nullptr; }
  void say(instant when, std::string_view who, std::string_view what);
  /// Something happened of which this is characteristic.
  void mix(std::uint64_t what) { hash_ = (hash_ ^ what) * 0x100000001b3U + (hash_ >> 29U); }
  std::uint64_t hash() const { return hash_; }
  const std::deque<std::string>& last_lines() const { return lines_; }

private:
  std::ostream* whole_ = nullptr;
  std::deque<std::string> lines_;
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

} // namespace godwit::sim
