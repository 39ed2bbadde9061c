/// @file
/// How long people waited for what others said, by what was done to the cluster.
///
/// Rules only. A pause of a member counts from the deed to the delivery of a post that should have come meanwhile; of
/// posts that were due later, from when they were due. Who was told all in time has a pause of `least`: it was shorter.
#pragma once

#include "tests/chaos/chaos_plan.hpp"

#include <map>
#include <optional>
#include <set>

namespace godwit::chaos {

using steady = std::chrono::steady_clock::time_point;

/// A post that a client was told late.
struct late_delivery {
  std::uint32_t client = 0;
  steady due;
  steady told;
};
/// What `godwit-bench --slow` has written. Throws std::runtime_error: it is something else.
std::vector<late_delivery> read_late(const std::string& text);

struct done_deed {
  deed what = deed::kill;
  std::string to;
  steady begin;
  steady end;                                      ///< it is undone, or over
  std::optional<std::set<std::uint32_t>> concerns; ///< clients; nothing: all
  std::uint64_t moved = 0;                         ///< sessions, by a drain, until `end`
};

struct pause_figures {
  std::size_t deeds = 0;
  std::size_t members = 0; ///< pauses
  std::chrono::nanoseconds p50{};
  std::chrono::nanoseconds p99{};
  std::chrono::nanoseconds max{};
  std::uint64_t moved = 0;       ///< sessions, by drains
  std::chrono::nanoseconds in{}; ///< for which these took
};

/// `done` in the order in which they began; what is late behind the begin of one is not counted for those before it.
std::map<deed, pause_figures> pauses(const std::vector<done_deed>& done, const std::vector<late_delivery>& late,
                                     std::uint32_t client_count, std::chrono::nanoseconds least);

} // namespace godwit::chaos
