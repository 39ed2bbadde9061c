/// @file
/// What operators' tools ask of the cluster and are told, as the admin port and the directory exchange it. These never
/// leave the broker node; messages/admin.capnp is their form on the wire.
///
/// Who asked is a name of the operator CA and needs no further check. A question may be asked again: its effect is one.
#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace godwit {

/// In whose name the directory orders rooms about for operators' tools: no session has this id.
inline constexpr session_id admin_session{~std::uint64_t{0}};
/// Rows of one answer.
inline constexpr std::size_t admin_page_rows_max = 1000;

// ------------------------------------------------------------------------------------------------- questions

struct show_nodes {
  bool operator==(const show_nodes&) const = default;
};
/// A page of at most admin_page_rows_max, in the order of the ids.
struct show_sessions {
  session_id after; ///< 0: the first page
  bool operator==(const show_sessions&) const = default;
};
/// Rooms that are open or being opened.
struct show_rooms {
  room_id after; ///< 0: the first page
  bool operator==(const show_rooms&) const = default;
};
/// Where is this nick, session (its number) or room (`#name`)?
struct show_where {
  std::string what;
  bool operator==(const show_where&) const = default;
};
/// Answered when the session is served by `to`, or it is known that it will not be.
struct migrate_session {
  std::string who; ///< a nick, or a session's number
  node_name to;
  bool operator==(const migrate_session&) const = default;
};
/// Answered when the room is open at `to`, or it is known that it will not be.
struct migrate_room {
  std::string room; ///< with or without its `#`
  node_name to;
  bool operator==(const migrate_room&) const = default;
};
/// Nothing new is placed on this worker node, and all that is there moves off. Answered by drain_progress, once the
/// store has it: a tool asks again until it is done.
struct drain_node {
  node_name node;
  bool operator==(const drain_node&) const = default;
};
struct undrain_node {
  node_name node;
  bool operator==(const undrain_node&) const = default;
};
/// How far is the drain? Changes nothing.
struct show_drain {
  node_name node;
  bool operator==(const show_drain&) const = default;
};
/// Ends a person's session, as KILL does.
struct kick_person {
  std::string who; ///< a nick, or a session's number
  std::string reason;
  bool operator==(const kick_person&) const = default;
};
/// What is done to a room with the rights of a server operator.
enum class room_measure : std::uint8_t {
  ban = 1,       ///< `who` is a nick or a mask
  make_operator, ///< `who` is a member's nick
  clear,         ///< all members are kicked, modes, lists and key are taken back
  remove         ///< cleared, and its history deleted with it
};
struct treat_room {
  std::string room; ///< with or without its `#`
  room_measure what = room_measure::ban;
  std::string who;
  std::string reason;
  bool operator==(const treat_room&) const = default;
};

using admin_question = std::variant<show_nodes, show_sessions, show_rooms, show_where, migrate_session, migrate_room,
                                    drain_node, undrain_node, show_drain, kick_person, treat_room>;

/// Admin port → directory.
struct admin_asked {
  std::uint64_t ticket = 0; ///< the admin port's own number, used once in its life
  std::string by;           ///< the operator's name, for the log
  admin_question what;
  bool operator==(const admin_asked&) const = default;
};

// --------------------------------------------------------------------------------------------------- answers

struct admin_done {
  bool operator==(const admin_done&) const = default;
};
/// A node of the config, alive or not.
struct node_shown {
  node_name name;
  std::uint8_t roles = 0; ///< bits: 1 broker, 2 worker, 4 proxy
  std::string state;      ///< alive, draining, drained, dead, unheard
  std::string address;    ///< what other nodes dial; of the config
  std::uint32_t pid = 0;  ///< 0: not known
  std::string version;    ///< of the program; empty: not known
  std::uint64_t sessions = 0;
  std::uint64_t rooms = 0;
  std::uint32_t share = 0;
  bool operator==(const node_shown&) const = default;
};
struct session_shown {
  session_id session;
  session_epoch epoch;
  std::string nick; ///< empty: none yet
  godwit::protocol protocol = godwit::protocol::native;
  std::string state; ///< placing, placed, hosted, moving, lost, ending
  node_name proxy;   ///< empty: none
  node_name worker;  ///< empty: none
  bool operator==(const session_shown&) const = default;
};
struct room_shown {
  room_id room;
  room_epoch epoch = 0;
  std::string title; ///< with its `#`; empty: a private conversation, or not known
  std::string state; ///< open, opening, moving
  node_name worker;  ///< empty: none yet
  bool operator==(const room_shown&) const = default;
};
struct nodes_shown {
  std::vector<node_shown> nodes;
  bool operator==(const nodes_shown&) const = default;
};
struct sessions_shown {
  std::vector<session_shown> sessions;
  session_id next; ///< ask with `after` = this one; 0: there are no more
  bool operator==(const sessions_shown&) const = default;
};
struct rooms_shown {
  std::vector<room_shown> rooms;
  room_id next; ///< 0: there are no more
  bool operator==(const rooms_shown&) const = default;
};
struct where_shown {
  std::vector<session_shown> sessions;
  std::vector<room_shown> rooms;
  bool operator==(const where_shown&) const = default;
};
/// Where it is now, and how long the hand-off took: from the order until the new owner reported.
struct migrated {
  node_name worker;
  std::uint64_t microseconds = 0; ///< 0: it was there already
  bool operator==(const migrated&) const = default;
};
struct drain_progress {
  node_name node;
  bool draining = false;           ///< it gets nothing new
  std::uint64_t sessions_left = 0; ///< still there; those that can not move are among them
  std::uint64_t rooms_left = 0;
  std::uint64_t sessions_moved = 0; ///< by this drain since the broker node knows of it
  std::uint64_t rooms_moved = 0;
  std::uint64_t stuck = 0; ///< of those left: without a living proxy node, they wait for their end
  std::string waits_for;   ///< why nothing moves, a sentence; empty: it moves, or is done
  bool operator==(const drain_progress&) const = default;
};

using admin_result =
  std::variant<admin_done, nodes_shown, sessions_shown, rooms_shown, where_shown, migrated, drain_progress, error>;

/// Directory → admin port. Answers each `admin_asked` once, perhaps late.
struct admin_answered {
  std::uint64_t ticket = 0;
  admin_result result;
  bool operator==(const admin_answered&) const = default;
};

} // namespace godwit
