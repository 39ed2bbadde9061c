/// @file
/// What sessions and the hosts of worker nodes say to the directory, and it to them.
#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"

#include <optional>
#include <string>
#include <vector>

namespace godwit {

// ---------------------------------------------------------------------------------- session ↔ directory

struct claim_nick {
  request_origin origin;
  session_epoch epoch;
  std::string nick;
  bool operator==(const claim_nick&) const = default;
};
/// The nick is the session's. A former nick of it stays claimed until `release_nick`.
struct nick_claimed {
  effect_name name;
  std::string nick;
  std::optional<error> why;
  bool operator==(const nick_claimed&) const = default;
};
/// session → directory. Every room of the session has logged the change away from `nick`.
struct release_nick {
  session_id session;
  std::string nick;
  bool operator==(const release_nick&) const = default;
};

struct find_nick {
  request_origin origin;
  std::string nick;
  bool operator==(const find_nick&) const = default;
};
struct found_person {
  session_id session;
  std::string nick;
  identity_hash identity{};
  node_name worker;
  std::string away{}; ///< empty: is here, as far as is known
  bool operator==(const found_person&) const = default;
};
struct nick_found {
  effect_name name;
  std::optional<found_person> person;
  std::optional<error> why;
  bool operator==(const nick_found&) const = default;
};

/// session → directory. Where is this room? Opened if it is not open; made if `create`.
struct locate_room {
  request_origin origin;
  room_key key;
  std::string title; ///< the name as typed, kept if the room is made now
  bool create = false;
  bool operator==(const locate_room&) const = default;
};
struct room_place {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  bool operator==(const room_place&) const = default;
};
struct room_located {
  effect_name name;
  room_key key;
  std::string title; ///< as whoever made it typed it, whatever the asker did; empty: private, or not known
  std::optional<room_place> place;
  std::optional<error> why;
  bool operator==(const room_located&) const = default;
};

struct list_rooms {
  request_origin origin;
  room_key after; ///< the page begins behind this key; empty: at the first
  std::uint32_t limit = 0;
  bool operator==(const list_rooms&) const = default;
};
struct room_summary {
  std::string title;
  std::uint32_t member_count = 0;
  std::string topic;
  timestamp created{};    ///< 0: before this was noted
  timestamp topic_time{}; ///< 0: no topic
  bool operator==(const room_summary&) const = default;
};
struct rooms_listed {
  effect_name name;
  std::vector<room_summary> rooms;
  room_key next; ///< empty: no more
  std::optional<error> why;
  bool operator==(const rooms_listed&) const = default;
};

/// session_host → directory. The session has left its rooms (or never was in one) and is over: free its nick, forget
/// it.
/// Repeated at each link_reset of the broker node until `release_session` answers it.
struct end_session {
  session_id session;
  session_epoch epoch;
  node_name node{}; ///< whose session_host asks
  bool operator==(const end_session&) const = default;
};
/// directory → session_host. Whatever you hold of this session, of this epoch and older, is over: stop the actor,
/// without leaving rooms and without a word to clients; forget it. Answers `end_session`; also said when the session
/// was resumed elsewhere, and to a worker node that reports a session of which a younger epoch is known.
struct release_session {
  session_id session;
  session_epoch epoch;
  bool operator==(const release_session&) const = default;
};
/// directory → session: end yourself, your time is over. edge → directory: its client has not come back in time.
struct session_must_end {
  session_id session;
  session_epoch epoch; ///< of this epoch and older
  error why;
  bool operator==(const session_must_end&) const = default;
};

/// session_host → directory, after the broker node (re)appears: the sessions that live here.
struct session_report {
  session_id session;
  session_epoch epoch;
  node_name proxy;
  incarnation proxy_incarnation;
  bool operator==(const session_report&) const = default;
};
/// session_host → directory, each time a session is attached that was not here in this epoch: it lives here now. Lost
/// only with the link, after which `report_worker` says the same.
struct session_hosted {
  node_name node;
  incarnation node_incarnation;
  session_report session;
  bool operator==(const session_hosted&) const = default;
};
struct room_report {
  room_id room;
  room_epoch epoch = 0;
  room_key key;
  std::string title;
  bool operator==(const room_report&) const = default;
};
struct report_worker {
  node_name node;
  incarnation node_incarnation;
  std::vector<session_report> sessions;
  std::vector<room_report> rooms;
  bool operator==(const report_worker&) const = default;
};

// --------------------------------------------------------------------------------- directory ↔ room_host

/// directory → room_host. Open this room here.
struct host_room {
  room_id room;
  room_key key;
  bool operator==(const host_room&) const = default;
};
/// room_host → directory. It is open here, with this epoch; or it could not be opened.
struct room_hosted {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  std::optional<error> why;
  bool operator==(const room_hosted&) const = default;
};
/// room_host → directory. It is not open here any more (fenced, or empty for long).
struct room_closed {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  bool operator==(const room_closed&) const = default;
};
/// room → every worker node's room_host. The room is open on `node`, with this epoch: relays attach again, sessions
/// send again what is unanswered.
struct room_announced {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  bool operator==(const room_announced&) const = default;
};
/// A worker node that was sent something for a room which is not here → the sender's node. Ask the directory again.
struct room_not_here {
  room_id room;
  room_epoch known_epoch = 0;
  session_id session; ///< 0: the relay asked
  bool operator==(const room_not_here&) const = default;
};

} // namespace godwit
