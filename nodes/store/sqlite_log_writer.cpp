#include "actors/rules/limits.hpp"
#include "messages/entry_codec.hpp"
#include "messages/moderation_codec.hpp"
#include "nodes/store/sqlite_log.hpp"

#include <algorithm>

namespace godwit {
namespace {

static_assert(log_entry_bytes_max
              >= limits::post_bytes_max + limits::nick_bytes_max + 512); // what the rules let through can be read again

/// What an effect brought about beside itself carries its op with a high bit in k (messages/log_entry.hpp): that is no
/// step of the session's own row of effects.
bool moves_last_op(const effect_name& name) { return name && name.k < companion_k; }

bool is_in_order(const append_entries& request) {
  auto expected = request.first_seq;
  return std::all_of(request.entries.begin(), request.entries.end(),
                     [&](const shared_entry& each) { return each->seq == expected++; });
}

/// Where this session's time in the room ended: when it left or was kicked, or with the append.
room_seq seq_of_leaving(const append_entries& request, session_id session, const identity_hash& identity) {
  for (auto each = request.entries.rbegin(); each != request.entries.rend(); ++each) {
    const auto& entry = **each;
    if (std::holds_alternative<left>(entry.body) && (entry.name.session == session || entry.identity == identity))
      return entry.seq;
    if (const auto* gone = std::get_if<kicked>(&entry.body); gone && gone->session == session)
      return entry.seq;
  }
  return request.entries.back()->seq;
}

entries_appended answer_to(const append_entries& request, append_outcome outcome, room_seq expected_seq) {
  return {.room = request.room,
          .epoch = request.epoch,
          .first_seq = request.first_seq,
          .count = static_cast<std::uint32_t>(request.entries.size()),
          .outcome = outcome,
          .expected_seq = expected_seq};
}

} // namespace

sqlite_log_writer::sqlite_log_writer(sqlite_connection& connection)
    : raise_epoch_(connection,
                   "UPDATE room SET epoch = epoch + 1, used = ?2 WHERE id = ?1 RETURNING epoch, key, title, topic, "
                   "topic_by, topic_time, last_seq, last_time, settings"),
      members_(connection, "SELECT session, nick, identity, joined_seq, modes, mask, real_name FROM member "
                           "WHERE room = ?1"),
      last_ops_(connection, "SELECT session, op, k, seq FROM last_op WHERE room = ?1"),
      tail_(connection, "SELECT bytes FROM entry WHERE room = ?1 ORDER BY seq DESC LIMIT ?2"),
      head_(connection, "SELECT epoch, last_seq FROM room WHERE id = ?1"),
      range_(connection, "SELECT bytes FROM entry WHERE room = ?1 AND seq >= ?2 AND seq < ?3 ORDER BY seq"),
      insert_entry_(connection, "INSERT INTO entry (room, seq, session, op, k, time, bytes) "
                                "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"),
      upsert_last_op_(connection, "INSERT INTO last_op (room, session, op, k, seq) VALUES (?1, ?2, ?3, ?4, ?5) "
                                  "ON CONFLICT DO UPDATE SET op = ?3, k = ?4, seq = ?5"),
      update_state_(connection, "UPDATE room SET title = ?2, topic = ?3, topic_by = ?4, topic_time = ?5, "
                                "last_seq = ?6, last_time = ?7, member_count = member_count + ?8, "
                                "first_time = iif(first_seq > last_seq, ?9, first_time), used = ?10 WHERE id = ?1"),
      update_settings_(connection, "UPDATE room SET settings = ?2, listed = iif(key LIKE '=%', 0, ?3) WHERE id = ?1"),
      update_member_(connection, "UPDATE member SET nick = ?3, identity = ?4, joined_seq = ?5, modes = ?6, mask = ?7, "
                                 "real_name = ?8 WHERE room = ?1 AND session = ?2"),
      insert_member_(connection, "INSERT INTO member (room, session, nick, identity, joined_seq, modes, mask, "
                                 "real_name) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)"),
      find_member_(connection, "SELECT nick, identity FROM member WHERE room = ?1 AND session = ?2"),
      delete_member_(connection, "DELETE FROM member WHERE room = ?1 AND session = ?2"),
      find_identity_(connection, "SELECT 1 FROM member WHERE room = ?1 AND identity = ?2 LIMIT 1"),
      leave_behind_(connection, "INSERT INTO left_behind (room, identity, seq, nick) VALUES (?1, ?2, ?3, ?4) "
                                "ON CONFLICT DO UPDATE SET seq = ?3, nick = ?4"),
      note_irc_reader_(connection, "UPDATE room SET kind = 3 WHERE id = ?1 AND kind = 2 AND EXISTS "
                                   "(SELECT 1 FROM session WHERE id = ?2 AND protocol = 2)") {
  static_assert(static_cast<int>(protocol::irc) == 2);
}

// ------------------------------------------------------------------------------------------------------------ open

log_opened sqlite_log_writer::open(const open_log& request, timestamp now) {
  log_opened answer;
  answer.room = request.room;
  {
    auto row = raise_epoch_.run(request.room, now);
    if (!row.next()) {
      answer.why = error{error_code::no_such_room, {}};
      return answer;
    }
    answer.epoch = row.number(0);
    answer.key = row.text(1);
    answer.state = {row.text(2), row.text(3), row.text(4), row.time(5), row.number(6), row.time(7)};
    if (!row.is_null(8)) {
      auto settings = decode_settings(row.bytes(8));
      if (!settings)
        answer.why = settings.why(); // who is banned is not known: better nobody than everybody
      else
        answer.state.settings = *std::move(settings);
    }
    row.next(); // to its end: the update is done then
    if (answer.why)
      return answer;
  }
  answer.members = members_of(request.room);
  answer.last_ops = last_ops_of(request.room);
  answer.tail = tail_of(request.room);
  return answer;
}

std::vector<stored_member> sqlite_log_writer::members_of(room_id room) {
  std::vector<stored_member> members;
  auto row = members_.run(room);
  while (row.next())
    members.push_back({session_id{row.number(0)}, row.text(1), row.hash(2), row.number(3),
                       member_modes{static_cast<std::uint8_t>(row.number(4))}, row.text(5), row.text(6)});
  return members;
}

std::vector<last_op> sqlite_log_writer::last_ops_of(room_id room) {
  std::vector<last_op> ops;
  auto row = last_ops_.run(room);
  while (row.next())
    ops.push_back(
      {{session_id{row.number(0)}, row.number(1), static_cast<std::uint32_t>(row.number(2))}, row.number(3)});
  return ops;
}

std::vector<shared_entry> sqlite_log_writer::tail_of(room_id room) {
  std::vector<shared_entry> tail;
  std::size_t bytes = 0;
  auto row = tail_.run(room, std::uint64_t{limits::tail_entries_max});
  while (row.next()) {
    bytes += row.bytes(0).size();
    if (!tail.empty() && bytes > limits::recent_bytes_max)
      break;
    auto entry = decode_entry(row.bytes(0));
    if (!entry)
      break; // what can not be read is not remembered; the readers of history are told
    tail.push_back(std::make_shared<const log_entry>(*std::move(entry)));
  }
  std::reverse(tail.begin(), tail.end());
  return tail;
}

// ---------------------------------------------------------------------------------------------------------- append

entries_appended sqlite_log_writer::append(const append_entries& request, timestamp now) {
  const auto head = head_of(request.room);
  if (!head || head->epoch != request.epoch)
    return answer_to(request, append_outcome::fenced, 0);
  const auto next = head->last_seq + 1;
  if (request.entries.empty())
    return answer_to(request, append_outcome::written, 0);
  if (!is_in_order(request) || request.first_seq > next)
    return answer_to(request, append_outcome::expected, next);
  if (request.first_seq < next)
    return has_same(request) ? answer_to(request, append_outcome::written, 0)
                             : answer_to(request, append_outcome::expected, next);
  write_entries(request);
  const auto in = take_in(request.room, request.members_in);
  const auto out = let_out(request);
  write_state(request, in - out, now);
  return answer_to(request, append_outcome::written, 0);
}

entries_appended sqlite_log_writer::refused(const append_entries& request) {
  const auto head = head_of(request.room);
  return answer_to(request, append_outcome::expected, head ? head->last_seq + 1 : 0);
}

std::optional<sqlite_log_writer::room_head> sqlite_log_writer::head_of(room_id room) {
  auto row = head_.run(room);
  if (!row.next())
    return {};
  return room_head{row.number(0), row.number(1)};
}

bool sqlite_log_writer::has_same(const append_entries& request) {
  auto row = range_.run(request.room, request.first_seq, request.first_seq + request.entries.size());
  for (const auto& entry : request.entries) {
    if (!row.next())
      return false;
    // Decoded, since another version of this program may have written other bytes for the same entry.
    const auto stored = decode_entry(row.bytes(0));
    if (!stored || *stored != *entry)
      return false;
  }
  return true;
}

void sqlite_log_writer::write_entries(const append_entries& request) {
  for (const auto& each : request.entries) {
    const auto& name = each->name;
    const auto bytes = encode_entry(*each);
    if (bytes.size() > log_entry_bytes_max)
      throw sqlite_failure(SQLITE_TOOBIG, "an entry is longer than log_entry_bytes_max");
    insert_entry_.execute(request.room, each->seq, name.session, name.op, std::uint64_t{name.k}, each->time,
                          sqlite_blob{bytes});
    if (moves_last_op(name))
      upsert_last_op_.execute(request.room, name.session, name.op, std::uint64_t{name.k}, each->seq);
  }
}

std::int64_t sqlite_log_writer::take_in(room_id room, const std::vector<stored_member>& members) {
  std::int64_t joined_count = 0;
  for (const auto& each : members) {
    const auto run = [&](sqlite_statement& statement) {
      return statement.execute(room, each.session, each.nick, each.identity, each.joined_seq,
                               std::uint64_t{each.modes.bits}, each.mask, each.real_name);
    };
    if (run(update_member_) != 0)
      continue; // was there: a new nick, other modes
    run(insert_member_);
    note_irc_reader_.execute(room, each.session);
    ++joined_count;
  }
  return joined_count;
}

std::int64_t sqlite_log_writer::let_out(const append_entries& request) {
  std::int64_t left_count = 0;
  for (const auto session : request.members_out) {
    std::string nick;
    identity_hash identity{};
    {
      auto row = find_member_.run(request.room, session);
      if (!row.next())
        continue;
      nick = row.text(0);
      identity = row.hash(1);
    }
    left_count += delete_member_.execute(request.room, session);
    leave_behind(request, session, identity, nick);
  }
  return left_count;
}

void sqlite_log_writer::leave_behind(const append_entries& request, session_id session, const identity_hash& identity,
                                     const std::string& nick) {
  if (find_identity_.run(request.room, identity).next())
    return; // another session of this person is still here and misses nothing
  leave_behind_.execute(request.room, identity, seq_of_leaving(request, session, identity), nick);
}

void sqlite_log_writer::write_state(const append_entries& request, std::int64_t joined_count, timestamp now) {
  const auto& state = request.state;
  const auto& last = *request.entries.back();
  // Seq and time are the entries' own: the row can not disagree with the log.
  update_state_.execute(request.room, state.title, state.topic, state.topic_by, state.topic_time, last.seq, last.time,
                        static_cast<std::uint64_t>(joined_count), request.entries.front()->time, now);
  if (state.settings)
    write_settings(request.room, *state.settings);
}

void sqlite_log_writer::write_settings(room_id room, const room_settings& settings) {
  const auto bytes = encode_settings(settings);
  if (bytes.size() > settings_bytes_max)
    throw sqlite_failure(SQLITE_TOOBIG, "settings are longer than settings_bytes_max");
  update_settings_.execute(room, sqlite_blob{bytes}, std::uint64_t{!settings.flags.has(room_flag::secret)});
}

} // namespace godwit
