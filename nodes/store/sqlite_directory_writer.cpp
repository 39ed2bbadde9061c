#include "nodes/store/sqlite_directory.hpp"

namespace godwit {

sqlite_directory_writer::sqlite_directory_writer(sqlite_connection& connection)
    : session_(connection, "SELECT generation, protocol, identity, token_hash, proxy, proxy_incarnation, nick, "
                           "token_number, next_token_hash FROM session WHERE id = ?1"),
      insert_session_(connection, "INSERT INTO session (id, generation, protocol, identity, token_hash, proxy, "
                                  "proxy_incarnation, nick) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '')"),
      take_session_(connection, "UPDATE session SET proxy = ?2, proxy_incarnation = ?3, generation = generation + 1 "
                                "WHERE id = ?1"),
      set_token_(connection,
                 "UPDATE session SET token_hash = ?2, token_number = ?3, next_token_hash = ?4 WHERE id = ?1"),
      set_nick_(connection, "UPDATE session SET nick = ?2 WHERE id = ?1"),
      any_nick_(connection, "SELECT nick FROM nick WHERE session = ?1 LIMIT 1"),
      nick_(connection, "SELECT nick, session FROM nick WHERE folded = ?1"),
      upsert_nick_(connection, "INSERT INTO nick (folded, nick, session) VALUES (?1, ?2, ?3) "
                               "ON CONFLICT DO UPDATE SET nick = ?2"),
      delete_nick_(connection, "DELETE FROM nick WHERE folded = ?1 AND session = ?2"),
      is_member_(connection, "SELECT 1 FROM member WHERE session = ?1 LIMIT 1"),
      delete_session_(connection, "DELETE FROM session WHERE id = ?1"),
      delete_nicks_(connection, "DELETE FROM nick WHERE session = ?1"),
      delete_last_ops_(connection, "DELETE FROM last_op WHERE session = ?1"),
      find_room_(connection, "SELECT id, title FROM room WHERE key = ?1"),
      use_room_(connection, "UPDATE room SET used = ?2 WHERE id = ?1 AND member_count = 0"),
      insert_room_(connection, "INSERT INTO room (key, title, listed, kind, used, last_seq, first_seq) "
                               "SELECT ?1, ?2, ?3, iif(?3, 1, 2), ?4, seq, seq + 1 FROM seq_floor RETURNING id"),
      room_head_(connection, "SELECT key, title, member_count FROM room WHERE id = ?1"),
      drain_(connection, "INSERT INTO drained (node) VALUES (?1) ON CONFLICT DO NOTHING"),
      undrain_(connection, "DELETE FROM drained WHERE node = ?1"), forgetter_(connection) {}

directory_result sqlite_directory_writer::change(const directory_request& request, timestamp now) {
  now_ = now;
  return std::visit([this](const auto& each) { return change_by(each); }, request);
}

std::optional<session_row> sqlite_directory_writer::row_of(session_id session) {
  auto row = session_.run(session);
  if (!row.next())
    return {};
  return session_row{session,
                     static_cast<std::uint32_t>(row.number(0)),
                     static_cast<protocol>(row.number(1)),
                     row.hash(2),
                     row.hash(3),
                     row.text(4),
                     incarnation{row.number(5)},
                     row.text(6),
                     static_cast<std::uint32_t>(row.number(7)),
                     row.hash(8)};
}

directory_result sqlite_directory_writer::change_by(const insert_session& request) {
  const auto& row = request.row;
  if (const auto there = row_of(row.session)) {
    // It is of a random secret: who has it made the row. It may have been taken by another proxy node since.
    if (there->token_hash == row.token_hash && there->identity == row.identity)
      return done{};
    return error{error_code::request_invalid, "another session has this id; choose another"};
  }
  insert_session_.execute(row.session, std::uint64_t{row.generation}, static_cast<std::uint64_t>(row.protocol),
                          row.identity, row.token_hash, row.proxy, row.proxy_incarnation);
  return done{};
}

directory_result sqlite_directory_writer::change_by(const take_session& request) {
  const auto& wanted = request.row;
  const auto there = row_of(wanted.session);
  const bool for_its_end = wanted.proxy.empty(); // the cluster itself takes it, which has no token
  const bool shown = there && is_good_token(*there, wanted.token_hash, wanted.token_number);
  if (!there || there->identity != wanted.identity || !(shown || for_its_end))
    return error{error_code::resume_refused, {}};
  if (!for_its_end)
    set_token_.execute(wanted.session, wanted.token_hash, std::uint64_t{wanted.token_number}, wanted.next_token_hash);
  take_session_.execute(wanted.session, wanted.proxy, wanted.proxy_incarnation);
  return session_taken{*row_of(wanted.session)};
}

directory_result sqlite_directory_writer::change_by(const renew_token_row& request) {
  auto there = row_of(request.session);
  if (there && renew_token_of(*there, request.token_hash, request.token_number))
    set_token_.execute(request.session, there->token_hash, std::uint64_t{there->token_number}, there->next_token_hash);
  return done{};
}

directory_result sqlite_directory_writer::change_by(const claim_nick_row& request) {
  const auto& row = request.row;
  {
    auto holder = nick_.run(row.folded);
    if (holder.next() && session_id{holder.number(1)} != row.session)
      return nick_row_claimed{{row.folded, holder.text(0), session_id{holder.number(1)}}, true};
  }
  // A claim of a session that ended meanwhile would be held by nobody, for ever.
  if (set_nick_.execute(row.session, row.nick) == 0)
    return error{error_code::session_ended, {}};
  upsert_nick_.execute(row.folded, row.nick, row.session);
  return nick_row_claimed{row, false};
}

directory_result sqlite_directory_writer::change_by(const release_nick_row& request) {
  const auto& row = request.row;
  std::string released;
  if (auto held = nick_.run(row.folded); held.next())
    released = held.text(0);
  if (delete_nick_.execute(row.folded, row.session) == 0)
    return done{}; // released before, or another's
  if (const auto there = row_of(row.session); there && there->nick == released) {
    std::string remaining;
    if (auto other = any_nick_.run(row.session); other.next())
      remaining = other.text(0);
    set_nick_.execute(row.session, remaining);
  }
  return done{};
}

directory_result sqlite_directory_writer::change_by(const delete_session& request) {
  if (is_member_.run(request.session).next())
    return error{error_code::request_invalid, "the session is a member of a room; it has to leave first"};
  delete_nicks_.execute(request.session);
  delete_last_ops_.execute(request.session);
  delete_session_.execute(request.session);
  return done{};
}

directory_result sqlite_directory_writer::change_by(const find_room& request) {
  if (auto there = find_room_.run(request.key); there.next()) {
    const room_found found{room_id{there.number(0)}, request.key, there.text(1)};
    if (request.create)
      use_room_.execute(found.room, now_); // somebody is about to come in
    return found;
  }
  if (!request.create)
    return room_found{room_id{}, request.key, {}};
  const bool listed = !request.key.starts_with('=');
  auto made = insert_room_.run(request.key, request.title, std::uint64_t{listed}, now_);
  if (!made.next())
    return error{error_code::internal_error, "the store gave no id to a new room"};
  const room_id id{made.number(0)};
  made.next(); // to its end: the insert is done then
  return room_found{id, request.key, request.title};
}

directory_result sqlite_directory_writer::change_by(const mark_drained& request) {
  (request.drained ? drain_ : undrain_).execute(request.node);
  return done{};
}

directory_result sqlite_directory_writer::change_by(const delete_room& request) {
  {
    auto there = room_head_.run(request.room);
    if (!there.next())
      return done{}; // a repeat, or retention was first
    if (there.number(2) != 0)
      return room_found{request.room, there.text(0), there.text(1)};
  }
  forgetter_.forget(request.room.value);
  return done{};
}

} // namespace godwit
