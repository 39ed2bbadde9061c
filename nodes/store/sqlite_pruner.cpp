#include "nodes/store/sqlite_pruner.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace godwit {

sqlite_pruner::sqlite_pruner(sqlite_connection& connection)
    : oldest_(connection, "SELECT id, first_seq, last_seq FROM room WHERE first_seq <= last_seq AND first_time <= ?1 "
                          "ORDER BY first_time LIMIT 1"),
      longest_(connection, "SELECT id, first_seq, last_seq FROM room WHERE first_seq <= last_seq AND first_time <= ?1 "
                           "AND last_seq - first_seq >= ?2 LIMIT 1"),
      count_(connection, "SELECT total(last_seq - first_seq + 1) FROM room"),
      oldest_entries_(connection, "SELECT seq, time FROM entry WHERE room = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3"),
      delete_(connection, "DELETE FROM entry WHERE room = ?1 AND seq >= ?2 AND seq < ?3"),
      begin_at_(connection, "UPDATE room SET first_seq = ?2, first_time = ?3 WHERE id = ?1"),
      unused_(connection, "SELECT id FROM room WHERE member_count = 0 AND kind = ?1 AND used <= ?2 ORDER BY used "
                          "LIMIT ?3"),
      any_forgotten_(connection, "SELECT id FROM forgotten_room LIMIT 1"),
      sweep_entries_(connection, "DELETE FROM entry WHERE room = ?1 AND seq IN "
                                 "(SELECT seq FROM entry WHERE room = ?1 LIMIT ?2)"),
      sweep_last_ops_(connection, "DELETE FROM last_op WHERE room = ?1 AND session IN "
                                  "(SELECT session FROM last_op WHERE room = ?1 LIMIT ?2)"),
      sweep_left_behind_(connection, "DELETE FROM left_behind WHERE room = ?1 AND identity IN "
                                     "(SELECT identity FROM left_behind WHERE room = ?1 LIMIT ?2)"),
      swept_(connection, "DELETE FROM forgotten_room WHERE id = ?1"), forgetter_(connection) {}

std::optional<sqlite_pruner::log_begin> sqlite_pruner::one(sqlite_run rows) {
  if (!rows.next())
    return {};
  return log_begin{rows.number(0), rows.number(1), rows.number(2)};
}

std::uint64_t sqlite_pruner::cut(const log_begin& log, room_seq end, timestamp newest) {
  auto first = log.first;
  timestamp first_time{};
  {
    auto row = oldest_entries_.run(log.room, log.first, std::uint64_t{limits::prune_entries_max} + 1);
    while (row.next()) {
      first_time = row.time(1);
      first = row.number(0);
      if (first >= end || first_time > newest || first - log.first >= limits::prune_entries_max)
        break;
      first += 1;
    }
  }
  if (first == log.first)
    return 0;
  delete_.execute(log.room, log.first, first);
  begin_at_.execute(log.room, first, first_time);
  return first - log.first;
}

pruned sqlite_pruner::step(const retention& keep, timestamp now) {
  pruned gone;
  gone.rest = sweep();
  if (!gone.anything())
    gone.rooms = forget_rooms(keep, now);
  if (!gone.anything())
    gone.entries = prune_entries(keep, now);
  return gone;
}

/// One room that was forgotten has less after it; counted are its rows, and then its name in the list of those.
std::uint64_t sqlite_pruner::sweep() {
  std::uint64_t room = 0;
  if (auto row = any_forgotten_.run(); row.next())
    room = row.number(0);
  if (room == 0)
    return 0;
  std::uint64_t gone = 0;
  for (auto* statement : {&sweep_entries_, &sweep_last_ops_, &sweep_left_behind_})
    if (gone < limits::prune_entries_max)
      gone += static_cast<std::uint64_t>(statement->execute(room, limits::prune_entries_max - gone));
  return gone > 0 ? gone : static_cast<std::uint64_t>(swept_.execute(room));
}

std::uint64_t sqlite_pruner::forget_rooms(const retention& keep, timestamp now) {
  const struct {
    std::uint64_t kind;
    std::chrono::microseconds kept;
  } kinds[] = {{1, keep.empty_rooms}, {2, keep.conversations}, {3, keep.kept_at_least}};
  std::vector<std::uint64_t> rooms;
  for (const auto& [kind, kept] : kinds) {
    if (kept.count() == 0)
      continue;
    auto row = unused_.run(kind, now - std::max(kept, keep.kept_at_least),
                           std::uint64_t{limits::forgotten_rooms_max} - rooms.size());
    while (row.next())
      rooms.push_back(row.number(0));
  }
  for (const auto room : rooms)
    forgetter_.forget(room);
  return rooms.size();
}

std::uint64_t sqlite_pruner::prune_entries(const retention& keep, timestamp now) {
  const auto newest = now - keep.kept_at_least;
  const auto no_end = std::numeric_limits<room_seq>::max();
  std::uint64_t gone = 0;
  if (keep.age.count() > 0) {
    const auto too_old = now - std::max(keep.age, keep.kept_at_least);
    if (const auto log = one(oldest_.run(too_old)))
      gone = cut(*log, no_end, too_old);
  }
  if (gone == 0 && keep.room_entries > 0)
    if (const auto log = one(longest_.run(newest, keep.room_entries)))
      gone = cut(*log, log->last - keep.room_entries + 1, newest);
  if (gone == 0 && keep.entries > 0) {
    auto row = count_.run();
    const auto count = row.next() ? row.number(0) : 0;
    if (count > keep.entries)
      if (const auto log = one(oldest_.run(newest)))
        gone = cut(*log, log->first + (count - keep.entries), newest);
  }
  return gone;
}

} // namespace godwit
