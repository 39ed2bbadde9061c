/// @file
/// The state of a room twice: as it is durable, and as it will be when all appends are done.
///
/// Requires  that what `plan` returned is pushed to `appends()`, and `commit`ted in the same order when it is durable.
/// Promises  seqs without gaps; times that rise: max(now, last + 1 µs).
#pragma once

#include "actors/rules/append_queue.hpp"
#include "actors/rules/recent_entries.hpp"
#include "actors/rules/room_roster.hpp"

#include <vector>

namespace godwit {

/// The state row after this entry; whether its settings changed.
bool apply_entry(room_state& state, const log_entry& entry);

/// An entry without place and time.
struct entry_draft {
  effect_name name;
  std::string nick;
  identity_hash identity{};
  entry_body body;
  std::string mask{};
};

class room_ledger {
public:
  room_ledger(room_id room, node_name own_node) : appends_(room, std::move(own_node)) {}

  void open(const log_opened& what);

  /// Makes the next entry and adds it to `group`.
  void plan(entry_group& group, entry_draft draft, timestamp now);
  /// Changes the roster to come, and notes it in `group`.
  void plan_member(entry_group& group, stored_member member);
  void plan_gone(entry_group& group, session_id session);
  /// The seq that the next planned entry gets.
  [[nodiscard]] room_seq next_seq() const { return planned_seq_ + 1; }
  /// Nothing was ever said in this room. Its first seq need not be 1.
  [[nodiscard]] bool is_new() const { return planned_time_ == timestamp{}; }
  void commit(const entry_group& group);

  /// As it is durable.
  [[nodiscard]] const room_roster& members() const { return members_; }
  [[nodiscard]] const room_state& state() const { return state_; }
  [[nodiscard]] const recent_entries& recents() const { return recents_; }
  /// As it will be.
  [[nodiscard]] const room_roster& members_to_be() const { return members_to_be_; }
  /// None in a private conversation.
  [[nodiscard]] const std::optional<room_settings>& settings_to_be() const { return settings_to_be_; }
  presence_parts set_presence(const godwit::set_presence& what);
  append_queue& appends() { return appends_; }
  [[nodiscard]] const append_queue& appends() const { return appends_; }

private:
  room_state state_;
  room_roster members_;
  room_roster members_to_be_;
  std::optional<room_settings> settings_to_be_;
  recent_entries recents_;
  append_queue appends_;
  room_seq planned_seq_ = 0;
  timestamp planned_time_{};
};

} // namespace godwit
