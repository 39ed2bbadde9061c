/// @file
/// What a room writes to its log: entries that wait, and appends whose outcome is not known yet.
///
///   push ──▶ waiting ──next()──▶ under way (at most appends_in_flight_max) ──written()──▶ durable
///                                  └──again(): as they were
///
/// Promises  groups are never split, and leave in the order in which they came; an append is repeated as it was.
/// Limits    append_entries_max, append_bytes_max per append; what is pushed only after `takes_now` leaves with the
/// next.
#pragma once

#include "messages/room_messages.hpp"
#include "messages/store_messages.hpp"

#include <cstddef>
#include <list>
#include <optional>
#include <vector>

namespace godwit {

struct membership_change {
  session_id session;
  std::optional<stored_member> member; ///< as it is now; nothing: gone
};

/// The entries of one command, with what follows when they are durable.
struct entry_group {
  effect_name command;
  std::vector<shared_entry> entries; ///< the command's own among them, by its name
  std::vector<membership_change> changes;
  std::optional<companion> given; ///< give this one its membership
  bool answer_joined = false;     ///< the command has no entry of its own: answer where the sender joined
  bool answer_outsider = false;   ///< the sender is no member and sees no events: answer where it stands
  std::optional<room_invitation> invitation;
  node_name invitee_node;
};

class append_queue {
public:
  append_queue(room_id room, node_name reply_to) : room_(room), reply_to_(std::move(reply_to)) {}

  /// Empties it. `state` is the room's as the log has it.
  void open(room_epoch epoch, room_state state);
  void push(entry_group group);
  /// Whether the entries of another command would leave with the next append, now.
  [[nodiscard]] bool takes_now() const;
  /// The appends that may leave now.
  std::vector<append_entries> next();
  /// All whose outcome is not known.
  [[nodiscard]] std::vector<append_entries> again() const;
  /// The append that begins at `first_seq` is durable, and so all before it. None: it is not under way.
  std::vector<entry_group> written(room_seq first_seq);
  [[nodiscard]] bool is_under_way(room_seq first_seq) const;
  /// What is not known to be durable.
  [[nodiscard]] std::vector<effect_name> commands() const;
  [[nodiscard]] bool empty() const { return waiting_.empty() && under_way_.empty(); }
  [[nodiscard]] bool is_unanswered() const { return !under_way_.empty(); }

private:
  struct append {
    append_entries request;
    std::vector<entry_group> groups;
  };

  append form();

  room_id room_;
  node_name reply_to_;
  room_epoch epoch_ = 0;
  room_state state_; ///< as it is after the last append that was formed
  std::list<entry_group> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::size_t waiting_entries_ = 0;
  std::list<append> under_way_;
};

} // namespace godwit
