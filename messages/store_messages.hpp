/// @file
/// What rooms, session hosts and the directory say to the store, and it to them.
#pragma once

#include "messages/directory_messages.hpp"
#include "messages/errors.hpp"
#include "messages/ids.hpp"
#include "messages/log_entry.hpp"

#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace godwit {

// ----------------------------------------------------------------------------------------------- store

/// The row that stands for a room between its lives.
struct room_state {
  std::string title;
  std::string topic;
  std::string topic_by;
  timestamp topic_time{};
  room_seq last_seq = 0;
  timestamp last_time{};
  std::optional<room_settings> settings{}; ///< in an append: only if they changed; none in a private conversation
  bool operator==(const room_state&) const = default;
};
struct stored_member {
  session_id session;
  std::string nick;
  identity_hash identity{};
  room_seq joined_seq = 0;
  member_modes modes{};
  std::string mask{}; ///< user@host
  std::string real_name{};
  bool operator==(const stored_member&) const = default;
};
struct last_op {
  effect_name name;
  room_seq seq = 0;
  bool operator==(const last_op&) const = default;
};

/// room → store. Raise the room's epoch and give me what I need to go on.
struct open_log {
  room_id room;
  node_name reply_to;
  bool operator==(const open_log&) const = default;
};
struct log_opened {
  room_id room;
  room_epoch epoch = 0;
  room_key key;
  room_state state;
  std::vector<stored_member> members;
  std::vector<last_op> last_ops;
  std::vector<shared_entry> tail; ///< the newest entries, oldest first
  std::optional<error> why;
};

/// room → store. Whole or not at all: entries, state row, last ops, index and what identities have left behind, in one
/// transaction. Repeated as it was until its outcome is known.
struct append_entries {
  room_id room;
  room_epoch epoch = 0;
  node_name reply_to;
  room_seq first_seq = 0;
  std::vector<shared_entry> entries; ///< seqs from first_seq on, without gaps
  room_state state;                  ///< as it is after these
  std::vector<stored_member> members_in;
  std::vector<session_id> members_out;
};
enum class append_outcome : std::uint8_t {
  written = 1,  ///< durable now, or known to be from before
  expected = 2, ///< the log goes on at `expected_seq`; nothing was written
  fenced = 3,   ///< somebody opened the room after you; you own nothing any more
  away = 4,     ///< the store can not write now; unknown whether it did; say it again
};
struct entries_appended {
  room_id room;
  room_epoch epoch = 0;
  room_seq first_seq = 0;
  std::uint32_t count = 0;
  append_outcome outcome = append_outcome::written;
  room_seq expected_seq = 0;
  bool operator==(const entries_appended&) const = default;
};

/// room → store. As read_history says; `session` and `name` only come back.
struct read_log {
  room_id room;
  node_name reply_to;
  std::uint64_t ticket = 0; ///< the reader's own number for this read
  room_seq from = 1;
  room_seq to = 0;
  std::uint32_t limit = 0;
  bool last = false;
  std::optional<identity_hash> since_left_by; ///< from := behind what this identity saw last
  bool operator==(const read_log&) const = default;
};
struct log_read {
  room_id room;
  std::uint64_t ticket = 0;
  std::vector<shared_entry> entries;
  bool more = false;
  std::optional<error> why;
};
/// room → store. Is this command in the log?
struct find_logged {
  room_id room;
  node_name reply_to;
  effect_name name;
  bool operator==(const find_logged&) const = default;
};
struct logged_found {
  room_id room;
  effect_name name;
  std::optional<logged_at> at;
  std::optional<error> why;
  bool operator==(const logged_found&) const = default;
};

/// session_host → store. What is known of a session that has to be spawned without a snapshot.
struct load_session {
  session_id session;
  node_name reply_to;
  bool operator==(const load_session&) const = default;
};
struct stored_membership {
  room_id room;
  room_key key;
  std::string title;
  room_seq joined_seq = 0;
  std::string companion_nick; ///< private conversations
  last_op last;               ///< of this session in this room
  member_modes modes{};
  bool operator==(const stored_membership&) const = default;
};
struct session_loaded {
  session_id session;
  std::string nick; ///< empty: never logged in
  std::vector<stored_membership> rooms;
  std::optional<error> why;
  bool operator==(const session_loaded&) const = default;
};

// The directory's own rows. The directory and the store stand on the same node, but speak by messages all the same:
// the store may move behind a network later.

/// A row of a session: who holds it.
struct session_row {
  session_id session;
  std::uint32_t generation = 1;
  godwit::protocol protocol = godwit::protocol::native;
  identity_hash identity{};
  std::array<std::uint8_t, 32> token_hash{};
  node_name proxy;
  incarnation proxy_incarnation;
  std::string nick;                               ///< as shown; empty: none claimed
  std::uint32_t token_number = 0;                 ///< a token of token_hash is good from this one on
  std::array<std::uint8_t, 32> next_token_hash{}; ///< and every one of this; zeros: none
  bool operator==(const session_row&) const = default;
};
/// Whether that token is good for a resume of this session.
inline bool is_good_token(const session_row& row, const std::array<std::uint8_t, 32>& hash, std::uint32_t number) {
  const bool is_next = row.next_token_hash != std::array<std::uint8_t, 32>{} && hash == row.next_token_hash;
  return is_next || (hash == row.token_hash && number >= row.token_number);
}
/// The client has it: former ones are good no more. False: nothing is changed by it.
inline bool renew_token_of(session_row& row, const std::array<std::uint8_t, 32>& hash, std::uint32_t number) {
  if (!is_good_token(row, hash, number) || (hash == row.token_hash && number == row.token_number))
    return false;
  if (hash != row.token_hash)
    row.next_token_hash = {};
  row.token_hash = hash;
  row.token_number = number;
  return true;
}
/// A unique claim of a folded nick.
struct nick_row {
  std::string folded;
  std::string nick;
  session_id session;
  bool operator==(const nick_row&) const = default;
};

struct insert_session {
  session_row row;
  bool operator==(const insert_session&) const = default;
};
/// Compare-and-set of proxy, tokens and generation: succeeds where the identity is the row's and its token is good
/// (`is_good_token`). From then on `next_token_hash` is good too.
struct take_session {
  session_row row; ///< generation: ignored, the store raises its own by one
  bool operator==(const take_session&) const = default;
};
struct claim_nick_row {
  nick_row row;
  effect_name name;
  bool operator==(const claim_nick_row&) const = default;
};
struct release_nick_row {
  nick_row row; ///< removed only where folded and session are the row's
  bool operator==(const release_nick_row&) const = default;
};
/// Former tokens are good no more. Changes nothing where a newer one is known, or the tokens are others.
struct renew_token_row {
  session_id session;
  std::array<std::uint8_t, 32> token_hash{};
  std::uint32_t token_number = 0;
  bool operator==(const renew_token_row&) const = default;
};
/// Remove the session's row, its nick claims and last ops. Its memberships must be gone.
struct delete_session {
  session_id session;
  bool operator==(const delete_session&) const = default;
};
/// Find a room by key; give it an id if it is new and `create`.
struct find_room {
  room_key key;
  std::string title;
  bool create = false;
  bool operator==(const find_room&) const = default;
};
struct list_room_rows {
  room_key after;
  std::uint32_t limit = 0;
  bool operator==(const list_room_rows&) const = default;
};
/// This worker node is drained, until it is not: that outlives the broker node.
struct mark_drained {
  node_name node;
  bool drained = false;
  bool operator==(const mark_drained&) const = default;
};
/// Forget a room, its key and its log. Answered `done` when it is not there (any more); while it has members nothing is
/// changed, and the answer is `room_found`. Whoever has it open is fenced at its next append.
struct delete_room {
  room_id room;
  bool operator==(const delete_room&) const = default;
};
/// The rows that the directory starts from.
struct load_directory {
  bool operator==(const load_directory&) const = default;
};
using directory_request =
  std::variant<insert_session, take_session, claim_nick_row, release_nick_row, delete_session, find_room,
               list_room_rows, load_directory, load_session, renew_token_row, mark_drained, delete_room>;

struct session_taken {
  session_row row;
  bool operator==(const session_taken&) const = default;
};
struct nick_row_claimed {
  nick_row row;
  bool taken = false; ///< by another session: nothing was changed, `row` is the holder's
  bool operator==(const nick_row_claimed&) const = default;
};
struct room_found {
  room_id room; ///< 0: there is none
  room_key key;
  std::string title; ///< of whoever made it
  bool operator==(const room_found&) const = default;
};
struct room_rows {
  std::vector<room_summary> rooms;
  room_key next;
  bool operator==(const room_rows&) const = default;
};
struct directory_loaded {
  std::vector<session_row> sessions;
  std::vector<nick_row> nicks;
  std::vector<node_name> drained{};
  bool operator==(const directory_loaded&) const = default;
};
struct done {
  bool operator==(const done&) const = default;
};
using directory_result =
  std::variant<done, session_taken, nick_row_claimed, room_found, room_rows, directory_loaded, session_loaded, error>;

/// directory → store.
struct ask_store {
  std::uint64_t ticket = 0; ///< the asker's own number
  directory_request request;
  bool operator==(const ask_store&) const = default;
};
/// store → directory.
struct store_answered {
  std::uint64_t ticket = 0;
  directory_result result;
  bool operator==(const store_answered&) const = default;
};

} // namespace godwit
