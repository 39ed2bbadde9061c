/// @file
/// The rooms' logs in SQLite: append and open (writing connection), read and find (reading connection).
///
/// Throws sqlite_failure; transactions are the caller's.
/// Promises: entries, state row, last ops, members, counts and what identities left behind change together, in the
/// transaction that the caller holds.
/// Limits: a tail is at most limits::tail_entries_max entries and limits::recent_bytes_max bytes; a piece of the log at
/// most limits::history_entries_max entries and limits::append_bytes_max bytes (but at least one entry): `more` says
/// so. Source: docs/ARCHITECTURE.md, "The path of a command to a room".
#pragma once

#include "messages/cluster_messages.hpp"
#include "nodes/store/sqlite_connection.hpp"

namespace godwit {

class sqlite_log_reader {
public:
  explicit sqlite_log_reader(sqlite_connection& connection);

  log_read read(const read_log& question);
  logged_found find(const find_logged& question);

private:
  /// From where on this identity has missed events; none: it never was here.
  std::optional<room_seq> missed_from(room_id room, const identity_hash& identity);

  sqlite_statement forward_, backward_, by_name_, left_behind_, first_joined_;
};

class sqlite_log_writer {
public:
  explicit sqlite_log_writer(sqlite_connection& connection);

  /// `now`: when the room was used.
  log_opened open(const open_log& request, timestamp now);
  entries_appended append(const append_entries& request, timestamp now);
  /// For an append whose entries broke a rule of the tables and were rolled back.
  entries_appended refused(const append_entries& request);

private:
  struct room_head {
    room_epoch epoch = 0;
    room_seq last_seq = 0;
  };
  std::optional<room_head> head_of(room_id room);
  bool has_same(const append_entries& request);
  void write_entries(const append_entries& request);
  void write_state(const append_entries& request, std::int64_t joined_count, timestamp now);
  void write_settings(room_id room, const room_settings& settings);
  std::int64_t take_in(room_id room, const std::vector<stored_member>& members);
  std::int64_t let_out(const append_entries& request);
  void leave_behind(const append_entries& request, session_id session, const identity_hash& identity,
                    const std::string& nick);
  std::vector<stored_member> members_of(room_id room);
  std::vector<last_op> last_ops_of(room_id room);
  std::vector<shared_entry> tail_of(room_id room);

  sqlite_statement raise_epoch_, members_, last_ops_, tail_;
  sqlite_statement head_, range_, insert_entry_, upsert_last_op_, update_state_, update_settings_;
  sqlite_statement update_member_, insert_member_, find_member_, delete_member_, find_identity_, leave_behind_;
  sqlite_statement note_irc_reader_;
};

} // namespace godwit
