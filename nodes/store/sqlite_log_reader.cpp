#include "actors/rules/limits.hpp"
#include "messages/entry_codec.hpp"
#include "nodes/store/sqlite_log.hpp"

#include <algorithm>
#include <limits>

namespace godwit {
namespace {

constexpr auto seq_max = static_cast<room_seq>(std::numeric_limits<std::int64_t>::max());

std::uint32_t piece_of(std::uint32_t wanted) {
  if (wanted == 0)
    return limits::history_piece_entries_max;
  return std::min(wanted, limits::history_entries_max);
}

/// Up to `limit` entries and the bound in bytes; whether there were more.
std::optional<error> collect(sqlite_run rows, std::uint32_t limit, log_read& into) {
  std::size_t bytes = 0;
  while (rows.next()) {
    bytes += rows.bytes(0).size();
    if (into.entries.size() == limit || (!into.entries.empty() && bytes > limits::append_bytes_max)) {
      into.more = true;
      return {};
    }
    auto entry = decode_entry(rows.bytes(0));
    if (!entry)
      return entry.why();
    into.entries.push_back(std::make_shared<const log_entry>(*std::move(entry)));
  }
  return {};
}

} // namespace

sqlite_log_reader::sqlite_log_reader(sqlite_connection& connection)
    : forward_(connection, "SELECT bytes FROM entry WHERE room = ?1 AND seq >= ?2 AND seq <= ?3 ORDER BY seq LIMIT ?4"),
      backward_(connection,
                "SELECT bytes FROM entry WHERE room = ?1 AND seq >= ?2 AND seq <= ?3 ORDER BY seq DESC LIMIT ?4"),
      by_name_(connection, "SELECT seq, time FROM entry WHERE room = ?1 AND session = ?2 AND op = ?3 AND k = ?4 "
                           "AND op <> 0"),
      left_behind_(connection, "SELECT seq FROM left_behind WHERE room = ?1 AND identity = ?2"),
      first_joined_(connection, "SELECT min(joined_seq), count(*) FROM member WHERE room = ?1 AND identity = ?2") {}

std::optional<room_seq> sqlite_log_reader::missed_from(room_id room, const identity_hash& identity) {
  auto left = left_behind_.run(room, identity);
  if (left.next())
    return left.number(0) + 1;
  auto joined = first_joined_.run(room, identity);
  if (joined.next() && joined.number(1) != 0)
    return joined.number(0);
  return {};
}

log_read sqlite_log_reader::read(const read_log& question) {
  log_read answer{.room = question.room, .ticket = question.ticket, .entries = {}, .more = false, .why = {}};
  auto from = question.from;
  if (question.since_left_by) {
    const auto missed = missed_from(question.room, *question.since_left_by);
    if (!missed)
      return answer;
    from = std::max(from, *missed);
  }
  const auto to = question.to == 0 ? seq_max : std::min(question.to, seq_max);
  if (from > to)
    return answer;
  const auto limit = piece_of(question.limit);
  auto& direction = question.last ? backward_ : forward_;
  answer.why = collect(direction.run(question.room, from, to, std::uint64_t{limit} + 1), limit, answer);
  if (question.last)
    std::reverse(answer.entries.begin(), answer.entries.end());
  return answer;
}

logged_found sqlite_log_reader::find(const find_logged& question) {
  logged_found answer{.room = question.room, .name = question.name, .at = {}, .why = {}};
  const auto& name = question.name;
  auto row = by_name_.run(question.room, name.session, name.op, std::uint64_t{name.k});
  if (row.next())
    answer.at = logged_at{row.number(0), row.time(1)};
  return answer;
}

} // namespace godwit
