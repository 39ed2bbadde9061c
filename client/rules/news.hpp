/// @file
/// What the client library tells its user: everything that happened, in order, as plain values.
///
/// One list serves programs (client/chat prints it as JSON), people (printed as text) and screens (session_view keeps
/// what is to be drawn).
///
/// Promises  the events of a room come in the order of their `seq`, each once, whatever happens to connections and
///           sessions; a request ends with exactly one `confirmed` or `refused`; `over` is the last of all.
#pragma once

#include "messages/client_commands.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace godwit {

/// What a user's request is called by: from 1, rising, as submitted. 0: none of the user's.
using request_number = std::uint64_t;

namespace news {

/// A room or a private conversation. One of `name` and `person` is empty.
struct room_ref {
  room_id id;
  std::string name;
  std::string person; ///< the other one's nick
  bool operator==(const room_ref&) const = default;
};

/// A connection is there. `resumed`: the session goes on. Otherwise a new one begins, and `logged_in` follows.
struct connected {
  std::string node; ///< the proxy node's name
  session_id session;
  bool resumed = false;
};
/// The connection was lost or could not be made; the next attempt begins after `pause`.
struct reconnecting {
  error why;
  unsigned attempt = 0; ///< from 1
  std::chrono::milliseconds pause{};
};
struct logged_in {
  std::string nick;
  bool again = false; ///< the former session could not be resumed
};
/// The user is in this room from here on.
struct room_opened {
  room_ref room;
};
/// The user is not in this room (any more); told where no event says it.
struct room_closed {
  room_ref room;
  std::optional<error> why; ///< after a new login: the room could not be joined again
};
/// Where an event comes from.
enum class source : std::uint8_t {
  live,
  missed, ///< happened while no session was there, told now in its place
};
/// Something logged in a room.
struct event {
  room_ref room;
  shared_entry entry;         ///< never null
  request_number request = 0; ///< the user's request that caused it
  bool own = false;           ///< the user's own doing
  source from = source::live;
};
struct presence {
  room_ref room;
  std::string nick;
  std::string away; ///< empty: back
};
/// Somebody invites the user into a room that the user is not in.
struct invitation {
  std::string room; ///< its name
  std::string by;   ///< a nick
};
/// An operator of the server says something to everybody, or to those who want to read it.
struct proclaimed {
  proclamation_kind kind = proclamation_kind::notice;
  std::string by; ///< a nick
  std::string text;
};
/// The answer to a question, whole.
struct answered {
  request_number request = 0;
  ask::request question;
  room_ref room; ///< of members, topic and history
  tell::answer answer;
};
/// The request is done, for good. For a post: where it was logged.
struct confirmed {
  request_number request = 0;
  ask::request done;
  room_ref room;
  std::optional<tell::was_posted> at;
};
/// The request failed. A post that was refused was not logged.
struct refused {
  request_number request = 0;
  ask::request what;
  error why;
};
/// The server refuses for now; it is asked again after `pause`.
struct waiting {
  error why;
  std::chrono::milliseconds pause{};
};
/// The last of all. `unfinished`: requests whose end is not known.
struct over {
  std::optional<error> why; ///< empty: the user quit
  bool login_refused = false;
  std::vector<request_number> unfinished;
};

} // namespace news

using client_news = std::variant<news::connected, news::reconnecting, news::logged_in, news::room_opened,
                                 news::room_closed, news::event, news::presence, news::answered, news::confirmed,
                                 news::refused, news::waiting, news::over, news::invitation, news::proclaimed>;

} // namespace godwit
