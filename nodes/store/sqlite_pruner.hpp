/// @file
/// Removes the oldest entries of rooms, a few at a time.
///
/// Throws sqlite_failure; transactions are the caller's. A log stays without gaps: only its beginning goes, and the
/// room's row says where it begins. Limits: limits::prune_entries_max per step.
#pragma once

#include "nodes/store/sqlite_connection.hpp"
#include "nodes/store/store_engine.hpp"

namespace godwit {

class sqlite_pruner {
public:
  explicit sqlite_pruner(sqlite_connection& connection);

  /// How many entries went; 0: nothing is to go.
  std::uint64_t step(const retention& keep, timestamp now);

private:
  struct log_begin {
    std::uint64_t room = 0;
    room_seq first = 0;
    room_seq last = 0;
  };
  static std::optional<log_begin> one(sqlite_run rows);
  /// Those before `end`, and not younger than `newest`.
  std::uint64_t cut(const log_begin& log, room_seq end, timestamp newest);

  sqlite_statement oldest_, longest_, count_, oldest_entries_, delete_, begin_at_;
};

} // namespace godwit
