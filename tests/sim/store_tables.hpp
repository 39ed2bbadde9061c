/// @file
/// What a store holds, and what becomes of it by each request: a model of nodes/store/ that shares no code with it.
///
/// Only what is durable is in here. The checkers read it as the truth.
#pragma once

#include "messages/cluster_messages.hpp"
#include "tests/sim/world.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace godwit::sim {

struct room_row {
  room_id id;
  room_key key;
  std::string title;
  room_epoch epoch = 0;
  room_state state;
  std::vector<shared_entry> entries; ///< entry of seq n at n - 1
  std::map<session_id, stored_member> members;
  std::map<session_id, last_op> last_ops;
  std::map<identity_hash, std::pair<room_seq, std::string>> left_behind; ///< the last seq seen, the nick then

  // Not of a store: for the checkers.
  std::vector<room_epoch> written_by;          ///< of each entry: under which epoch it was written
  std::map<room_epoch, std::string> opened_by; ///< which node opened the log with this epoch
};

class store_tables {
public:
  explicit store_tables(const safeguards& guards) : guards_(guards) {}

  log_opened open(const open_log& request);
  entries_appended append(const append_entries& request);
  log_read read(const read_log& question) const;
  logged_found find(const find_logged& question) const;
  session_loaded load(const load_session& question) const;
  directory_result ask(const directory_request& request);

  const std::map<room_id, room_row>& rooms() const { return rooms_; }
  const std::map<session_id, session_row>& sessions() const { return sessions_; }
  const std::map<std::string, nick_row>& nicks() const { return nicks_; }
  const std::set<node_name>& drained() const { return drained_; }
  const room_row* room_of(const room_key& key) const;

private:
  bool has_same(const room_row& room, const append_entries& request) const;
  bool names_are_new(const room_row& room, const append_entries& request) const;
  void write(room_row& room, const append_entries& request);
  void let_out(room_row& room, session_id session, const append_entries& request);

  directory_result ask_one(const insert_session& request);
  directory_result ask_one(const take_session& request);
  directory_result ask_one(const claim_nick_row& request);
  directory_result ask_one(const release_nick_row& request);
  directory_result ask_one(const delete_session& request);
  directory_result ask_one(const find_room& request);
  directory_result ask_one(const list_room_rows& request);
  directory_result ask_one(const load_directory& request);
  directory_result ask_one(const load_session& request);
  directory_result ask_one(const renew_token_row& request);
  directory_result ask_one(const mark_drained& request);
  directory_result ask_one(const delete_room& request);

  const safeguards& guards_;
  std::map<room_id, room_row> rooms_;
  std::map<room_key, room_id> rooms_by_key_;
  std::map<session_id, session_row> sessions_;
  std::map<std::string, nick_row> nicks_; ///< by folded nick
  std::set<node_name> drained_;
};

} // namespace godwit::sim
