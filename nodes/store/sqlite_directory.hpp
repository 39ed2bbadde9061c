/// @file
/// The directory's rows in SQLite: sessions, nick claims, rooms by key; and what a session is loaded from.
///
/// Throws sqlite_failure; transactions are the caller's. Every change may be repeated.
/// Limits: a page of rooms has at most limits::rooms_piece_rows_max rows.
#pragma once

#include "messages/cluster_messages.hpp"
#include "nodes/store/sqlite_connection.hpp"
#include "nodes/store/sqlite_forgetter.hpp"

namespace godwit {

class sqlite_directory_reader {
public:
  explicit sqlite_directory_reader(sqlite_connection& connection);

  /// A request for which `only_reads` holds.
  directory_result ask(const directory_request& question);
  session_loaded load(const load_session& question);

private:
  directory_result find(const find_room& question);
  directory_result list(const list_room_rows& question);
  directory_result load_all();
  std::string companion_of(room_id room, session_id session);

  sqlite_statement find_, list_, sessions_, nicks_, nick_of_, memberships_, other_member_, other_left_, drained_;
};

class sqlite_directory_writer {
public:
  explicit sqlite_directory_writer(sqlite_connection& connection);

  /// `now`: when a room that is looked for was used.
  directory_result change(const directory_request& request, timestamp now);

private:
  directory_result change_by(const insert_session& request);
  directory_result change_by(const take_session& request);
  directory_result change_by(const renew_token_row& request);
  directory_result change_by(const claim_nick_row& request);
  directory_result change_by(const release_nick_row& request);
  directory_result change_by(const delete_session& request);
  directory_result change_by(const find_room& request);
  directory_result change_by(const mark_drained& request);
  directory_result change_by(const delete_room& request);
  template <class Reading>
  directory_result change_by(const Reading&) {
    return error{error_code::internal_error, "a read came to the writing side of the store"};
  }
  std::optional<session_row> row_of(session_id session);

  timestamp now_{}; ///< of the present change

  sqlite_statement session_, insert_session_, take_session_, set_token_, set_nick_, any_nick_;
  sqlite_statement nick_, upsert_nick_, delete_nick_;
  sqlite_statement is_member_, delete_session_, delete_nicks_, delete_last_ops_;
  sqlite_statement find_room_, use_room_, insert_room_, room_head_;
  sqlite_statement drain_, undrain_;
  sqlite_forgetter forgetter_;
};

} // namespace godwit
