/// @file
/// What a client asks for (`ask`), and what a session tells its client (`tell`): plain values, whatever the protocol.
///
/// Codecs stand between these and bytes: messages/native_codec.hpp for the native protocol. Session rules know this
/// file and no wire format.
///
/// Texts are as the client wrote them: names are checked and folded by messages/names.hpp, texts by messages/text.hpp,
/// both when the rules begin the command.
/// Source: messages/client.capnp, docs/PROTOCOL.md.
#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"
#include "messages/log_entry.hpp"
#include "messages/people_messages.hpp"
#include "messages/relay_messages.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace godwit::ask {

// What a post or a question is about.
struct room_named {
  std::string room;
  bool operator==(const room_named&) const = default;
};
struct person_named {
  std::string nick;
  bool operator==(const person_named&) const = default;
};
/// A room or private conversation that the session is in.
struct room_numbered {
  room_id room;
  bool operator==(const room_numbered&) const = default;
};
using target = std::variant<room_named, person_named, room_numbered>;

struct login {
  std::string nick;
  bool operator==(const login&) const = default;
};
struct change_nick {
  std::string nick;
  bool operator==(const change_nick&) const = default;
};
struct join {
  std::string room;
  std::string key{}; ///< of a room that has one
  bool operator==(const join&) const = default;
};
struct leave {
  std::string room;
  std::string reason;
  bool operator==(const leave&) const = default;
};
struct post {
  target to;
  std::string text;
  post_kind kind = post_kind::message;
  member_mode audience = member_mode::none; ///< in a room: for members of this rank or more
  std::string tags{};                       ///< client-only, as they stand in a line of IRC, without '@'
  bool operator==(const post&) const = default;
};
struct members {
  std::string room;
  bool operator==(const members&) const = default;
};
struct rooms {
  bool operator==(const rooms&) const = default;
};
struct set_topic {
  std::string room;
  std::string text;
  bool operator==(const set_topic&) const = default;
};
struct read_topic {
  std::string room;
  bool operator==(const read_topic&) const = default;
};
/// Empty: back.
struct away {
  std::string text;
  bool operator==(const away&) const = default;
};

/// The newest `count` events.
struct newest {
  std::uint32_t count = 0;
  bool operator==(const newest&) const = default;
};
/// All behind `seq`.
struct since {
  room_seq seq = 0;
  bool operator==(const since&) const = default;
};
/// All that this identity has missed since it was last there.
struct since_left {
  bool operator==(const since_left&) const = default;
};
struct history {
  target of;
  std::variant<newest, since, since_left> range;
  std::uint32_t limit = 0; ///< of since and since_left; 0: the server's maximum
  bool operator==(const history&) const = default;
};

struct kick {
  std::string room;
  std::string nick;
  std::string reason;
  bool operator==(const kick&) const = default;
};
struct invite {
  std::string room;
  std::string nick;
  bool operator==(const invite&) const = default;
};
/// All or nothing. Members are named by nick.
struct change_modes {
  std::string room;
  std::vector<mode_change> changes;
  bool operator==(const change_modes&) const = default;
};
struct read_settings {
  std::string room;
  bool operator==(const read_settings&) const = default;
};

struct ping {
  std::uint64_t number = 0;
  bool operator==(const ping&) const = default;
};
struct quit {
  std::string reason;
  bool operator==(const quit&) const = default;
};
/// A frame whose number could be read, but not what it asks for: it is answered with `why`, in its turn.
struct unreadable {
  error why;
  bool operator==(const unreadable&) const = default;
};

// What only protocols ask that log in piece by piece (IRC: NICK, USER, CAP … END, in any order).

/// The nick to log in with; where the session has logged in, a change of nick.
struct take_nick {
  std::string nick;
  bool operator==(const take_nick&) const = default;
};
/// The first one counts. Needed for a log-in that `take_nick` begins.
struct introduce {
  std::string user;
  std::string real_name;
  bool operator==(const introduce&) const = default;
};
/// No log-in before it is let go. Without effect once the session has logged in.
struct hold_login {
  bool hold = true;
  bool operator==(const hold_login&) const = default;
};
/// Nothing: the codec of the client's protocol answers it by itself, in its turn.
struct local {
  bool operator==(const local&) const = default;
};
/// What was said in a room that the session has just joined, before it came.
struct replay {
  std::string room;
  std::uint32_t count = 0; ///< the newest; 0: what the identity has missed
  bool operator==(const replay&) const = default;
};

// People, and operators of the server.

/// Who is, was, or how many: answered by tell::people.
struct people {
  people_question what;
  bool operator==(const people&) const = default;
};
/// What holds for the session in all rooms. A server operator can only be dropped so.
struct set_user_modes {
  user_modes add{};
  user_modes drop{};
  std::string nick{}; ///< whose they are to be: the session's own, or nothing is done; empty: its own
  bool operator==(const set_user_modes&) const = default;
};
struct set_real_name {
  std::string real_name;
  bool operator==(const set_real_name&) const = default;
};
/// Tags for those who are there, not logged.
struct signal {
  std::variant<room_named, person_named> to;
  std::string tags;
  bool operator==(const signal&) const = default;
};
struct become_operator {
  std::string name;
  std::string password; ///< never logged
  bool operator==(const become_operator&) const = default;
};
/// Ends another's session.
struct expel {
  std::string nick;
  std::string reason;
  bool operator==(const expel&) const = default;
};
struct proclaim {
  proclamation_kind kind = proclamation_kind::wallops;
  std::string text;
  bool operator==(const proclaim&) const = default;
};
/// The rooms that the session is invited to and has not joined.
struct invitations {
  bool operator==(const invitations&) const = default;
};
/// All rooms, conversations apart.
struct leave_all {
  bool operator==(const leave_all&) const = default;
};

using request =
  std::variant<login, change_nick, join, leave, post, members, rooms, set_topic, read_topic, away, history, ping, quit,
               unreadable, kick, invite, change_modes, read_settings, take_nick, introduce, hold_login, local, replay,
               people, set_user_modes, set_real_name, signal, become_operator, expel, proclaim, invitations, leave_all>;

} // namespace godwit::ask

namespace godwit::tell {

/// A client's frame, whichever session it was sent in.
struct frame_name {
  session_id session;
  std::uint64_t op = 0;
  auto operator<=>(const frame_name&) const = default;
};

/// A logged event as one client is told it. When decoded by a client, the entry's session, k and identity are empty.
struct event {
  room_id room;
  std::uint64_t op = 0; ///< the receiver's own frame that caused it; 0: not the receiver's
  shared_entry entry;   ///< never null
  /// Of `history` only: the frame that caused it, of whichever session of the receiver's identity. Session 0:
  /// another's, or caused by no frame.
  frame_name frame{};
  bool operator==(const event& that) const {
    return room == that.room && op == that.op && *entry == *that.entry && frame == that.frame;
  }
};

struct logged_in {
  std::string nick;
  bool operator==(const logged_in&) const = default;
};
struct nick_changed {
  std::string nick;
  bool operator==(const nick_changed&) const = default;
};
struct member {
  std::string nick;
  std::string away; ///< empty: here
  member_modes modes{};
  std::string mask{}; ///< user@host
  std::string real_name{};
  user_modes marks{}; ///< in all rooms
  bool operator==(const member&) const = default;
};
struct members {
  std::vector<member> rows;
  bool of_secret_room = false; ///< not on the native wire
  bool operator==(const members&) const = default;
};
struct room_row {
  std::string room;
  std::uint32_t member_count = 0;
  std::string topic;
  timestamp created{};    ///< 0: not known
  timestamp topic_time{}; ///< 0: no topic, or not known
  bool operator==(const room_row&) const = default;
};
struct rooms {
  std::vector<room_row> rows;
  bool operator==(const rooms&) const = default;
};
struct topic {
  room_id room;
  std::string text;
  std::string by;
  timestamp time{};
  bool operator==(const topic&) const = default;
};
struct history {
  room_id room;
  std::vector<event> events;
  bool operator==(const history&) const = default;
};
struct pong {
  std::uint64_t number = 0;
  bool operator==(const pong&) const = default;
};
/// Without invitations; to outsiders without key.
struct settings {
  room_id room;
  room_settings what;
  bool operator==(const settings&) const = default;
};
/// A post whose event is not shown: it was logged before and was sent again, or its sender is not in the room. Its id
/// is message_id(room, seq). Of an IRC client whatever a room logs by its word.
struct was_posted {
  room_id room;
  room_seq seq = 0;
  timestamp time{};
  bool operator==(const was_posted&) const = default;
};
struct is_away {
  std::string text; ///< empty: back
  bool operator==(const is_away&) const = default;
};
/// Of `take_nick`, `introduce`, `hold_login`: noted, and the session has not logged in yet.
struct noted {
  bool operator==(const noted&) const = default;
};
/// Of `ask::local`: its turn has come.
struct your_turn {
  bool operator==(const your_turn&) const = default;
};
/// The session is not in this room (any more).
struct has_left {
  room_id room;
  bool operator==(const has_left&) const = default;
};
/// The rows that were asked for, or the counts.
struct people {
  std::vector<person_row> rows;
  people_counts counts{};
  bool operator==(const people&) const = default;
};
/// What holds for the session now. Of `set_user_modes` and `become_operator`.
struct user_modes_set {
  user_modes before{};
  user_modes now{};
  bool operator==(const user_modes_set&) const = default;
};
struct real_name_set {
  std::string real_name;
  bool operator==(const real_name_set&) const = default;
};
/// Of `expel`, `proclaim`: it was ordered.
struct ordered {
  bool operator==(const ordered&) const = default;
};
struct invitations {
  std::vector<std::string> titles;
  bool operator==(const invitations&) const = default;
};
/// Whom the post is for is away; the post goes on. Not on the native wire.
struct person_away {
  std::string nick;
  std::string text;
  bool operator==(const person_away&) const = default;
};
/// Sent by a newer server: nothing to be shown.
struct unknown_answer {
  bool operator==(const unknown_answer&) const = default;
};
using answer = std::variant<error, logged_in, nick_changed, members, rooms, topic, history, pong, was_posted, is_away,
                            has_left, noted, your_turn, unknown_answer, settings, people, user_modes_set, real_name_set,
                            ordered, invitations, person_away>;

/// All frames up to this op are confirmed: their effects are durable, their replies complete.
struct confirmed {
  std::uint64_t op = 0;
  bool operator==(const confirmed&) const = default;
};
/// The session is in this room; told before the first event of it, and again after a resume.
struct room_opened {
  room_id room;
  std::string title;  ///< the room's name; empty in a private conversation
  std::string person; ///< the other one's nick; empty in a room
  room_seq seq = 0;   ///< events behind this one follow
  bool operator==(const room_opened&) const = default;
};
/// Passing: at most once.
struct presence {
  room_id room;
  std::string nick;
  std::string away; ///< empty: back
  std::string mask{};
  std::string real_name{};
  presence_parts parts = presence_part::away;
  std::string tags{}; ///< where `parts` says so
  timestamp time{};   ///< of tags
  session_id session{};
  std::uint32_t change = 0; ///< of the session, rises; what several rooms tell of one has the same; 0: not known
  std::string new_mask{};   ///< where `parts` says so; `mask` is the former one
  bool operator==(const presence&) const = default;
};
/// Passing: somebody invites the session into a room.
struct invitation {
  room_id room;
  std::string title;
  std::string by;        ///< a nick
  std::string by_mask{}; ///< not on the native wire
  bool operator==(const invitation&) const = default;
};
/// Passing: somebody says something to the session by tags alone.
struct signal {
  std::string nick;
  std::string mask;
  std::string tags;
  bool operator==(const signal&) const = default;
};
/// Passing: an operator of the server says something.
struct proclaimed {
  proclamation_kind kind = proclamation_kind::wallops;
  std::string by;
  std::string mask;
  std::string text;
  bool operator==(const proclaimed&) const = default;
};
/// A frame of a newer server: to be skipped.
struct unknown_frame {
  bool operator==(const unknown_frame&) const = default;
};

} // namespace godwit::tell

namespace godwit {

/// One frame of a client. `op` is what the client calls it, rising; 0 only where it could not be read.
///
/// A frame may ask for several things (an IRC line that names several rooms): these are its parts, numbered from 0,
/// begun in this order and answered each for itself.
struct client_command {
  std::uint64_t op = 0;
  bool resent = false; ///< sent before, on an earlier connection
  ask::request request;
  std::uint32_t part = 0;              ///< of `request`, once the frame was taken apart
  std::vector<ask::request> further{}; ///< parts 1, 2, …; at most frame_parts_max in all
  bool operator==(const client_command&) const = default;
};
/// Parts have a byte in the names of effects.
inline constexpr std::size_t frame_parts_max = 256;

/// The answer to a request, or a piece of it.
struct client_reply {
  std::uint64_t op = 0; ///< 0: of no request (a frame that could not be read, or `has_left` after a resume)
  bool more = false;    ///< further pieces follow
  tell::answer answer;
  std::uint32_t part = 0; ///< of the frame
  bool operator==(const client_reply&) const = default;
};

/// One frame to a client.
using server_frame = std::variant<tell::confirmed, client_reply, tell::room_opened, tell::event, tell::presence,
                                  tell::unknown_frame, tell::invitation, tell::signal, tell::proclaimed>;

} // namespace godwit
