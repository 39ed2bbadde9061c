#include "nodes/store/sqlite_pruner.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>
#include <limits>

namespace godwit {

sqlite_pruner::sqlite_pruner(sqlite_connection& connection)
    : oldest_(connection, "SELECT id, first_seq, last_seq FROM room WHERE first_seq <= last_seq AND first_time <= ?1 "
                          "ORDER BY first_time LIMIT 1"),
      longest_(connection, "SELECT id, first_seq, last_seq FROM room WHERE first_seq <= last_seq AND first_time <= ?1 "
                           "AND last_seq - first_seq >= ?2 LIMIT 1"),
      count_(connection, "SELECT total(last_seq - first_seq + 1) FROM room"),
      oldest_entries_(connection, "SELECT seq, time FROM entry WHERE room = ?1 AND seq >= ?2 ORDER BY seq LIMIT ?3"),
      delete_(connection, "DELETE FROM entry WHERE room = ?1 AND seq >= ?2 AND seq < ?3"),
      begin_at_(connection, "UPDATE room SET first_seq = ?2, first_time = ?3 WHERE id = ?1") {}

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

std::uint64_t sqlite_pruner::step(const retention& keep, timestamp now) {
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
