/// @file
/// Removes the oldest entries of rooms, and rooms that have been without members for long, a few at a time.
///
/// Throws sqlite_failure; transactions are the caller's. A log stays without gaps: only its beginning goes, and the
/// room's row says where it begins. A room is forgotten in one step (sqlite_forgetter.hpp); what it leaves in other
/// tables goes in later ones. Limits: limits::prune_entries_max, limits::forgotten_rooms_max per step.
#pragma once

#include "nodes/store/sqlite_forgetter.hpp"
#include "nodes/store/store_engine.hpp"

namespace godwit {

class sqlite_pruner {
public:
  explicit sqlite_pruner(sqlite_connection& connection);

  /// What went; nothing: nothing is to go.
  pruned step(const retention& keep, timestamp now);

private:
  struct log_begin {
    std::uint64_t room = 0;
    room_seq first = 0;
    room_seq last = 0;
  };
  static std::optional<log_begin> one(sqlite_run rows);
  /// Those before `end`, and not younger than `newest`.
  std::uint64_t cut(const log_begin& log, room_seq end, timestamp newest);
  std::uint64_t prune_entries(const retention& keep, timestamp now);
  std::uint64_t forget_rooms(const retention& keep, timestamp now);
  std::uint64_t sweep();

  sqlite_statement oldest_, longest_, count_, oldest_entries_, delete_, begin_at_;
  sqlite_statement unused_, any_forgotten_, sweep_entries_, sweep_last_ops_, sweep_left_behind_, swept_;
  sqlite_forgetter forgetter_;
};

} // namespace godwit
