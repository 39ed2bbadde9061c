/// @file
/// What sessions say to rooms, and rooms to them.
#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"
#include "messages/log_entry.hpp"
#include "messages/people_messages.hpp"

#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace godwit {

// --------------------------------------------------------------------------------------- session ↔ room

/// A member of a private conversation that the one who opens it brings along.
struct companion {
  session_id session;
  std::string nick;
  identity_hash identity{};
  node_name worker;
  bool operator==(const companion&) const = default;
};

struct join_room {
  std::optional<godwit::companion> companion; ///< private conversations: becomes a member with the sender
  std::string key{};                          ///< of a room that has one
  std::string real_name{};
  bool operator==(const join_room&) const = default;
};
struct leave_room {
  std::string reason;
  bool quit = false;
  bool operator==(const leave_room&) const = default;
};
struct post {
  std::string text;
  post_kind kind = post_kind::message;
  member_mode audience = member_mode::none; ///< for the sender, and members of this rank or more
  std::string tags{};                       ///< of an IRC client, as `posted::tags`
  bool operator==(const post&) const = default;
};
struct set_topic {
  std::string text;
  bool operator==(const set_topic&) const = default;
};
struct rename_member {
  std::string to;
  bool operator==(const rename_member&) const = default;
};
/// All or nothing. What is so already is left out; if nothing is left it is answered as done, without an entry.
struct change_modes {
  std::vector<mode_change> changes;
  bool operator==(const change_modes&) const = default;
};
struct kick_member {
  std::string nick; ///< folded by the room
  std::string reason;
  bool operator==(const kick_member&) const = default;
};
/// The invitee as the directory knows it; on `worker` it is told.
struct invite_member {
  session_id session;
  std::string nick;
  node_name worker;
  bool operator==(const invite_member&) const = default;
};
using room_action =
  std::variant<join_room, leave_room, post, set_topic, rename_member, change_modes, kick_member, invite_member>;

/// session → room. What is to be logged. Known by its name; ordered behind `previous`, the name of the session's
/// command to this room before it: the unanswered one, else the last logged, else none.
struct room_command {
  room_id room;
  effect_name name;
  effect_name previous;
  session_epoch epoch;
  node_name reply_to;
  std::string nick; ///< of the sender; taken over by join_room, and by a post of an outsider
  identity_hash identity{};
  room_action action;
  std::string mask{};              ///< user@host of the sender, as people are shown it; taken over as its nick is
  bool by_server_operator = false; ///< modes may be changed by whoever is sent by an operator of the server
  bool operator==(const room_command&) const = default;
};

/// room → session. Refused (`why`), or recognised as logged before (`at`), or done without an entry (neither). What is
/// logged now is answered by its event; to a sender who is no member also by this.
struct command_answered {
  effect_name name;
  room_id room;
  std::optional<logged_at> at;
  std::optional<error> why;
  /// Of the room that answers. What a former life of the room refused, a later one that is told it again takes as new.
  room_epoch epoch = 0;
  bool operator==(const command_answered&) const = default;
};
/// room → session. `refused` did not follow `last`, the last of yours that this room has seen: stamp anew and resend in
/// order.
struct command_expected {
  effect_name refused;
  room_id room;
  effect_name last;
  bool operator==(const command_expected&) const = default;
};

/// Members of the room, from `after` (a nick) on.
struct read_members {
  std::string after;
  bool operator==(const read_members&) const = default;
};
/// Logged events with from <= seq <= to, the first `limit` of them; with `last` the newest `limit` of them instead.
struct read_history {
  room_seq from = 1;
  room_seq to = 0; ///< 0: no upper end
  std::uint32_t limit = 0;
  bool last = false;
  bool since_left =
    false; ///< from := what the identity missed since its last session left; joins when it never was here
  bool operator==(const read_history&) const = default;
};
struct read_topic {
  bool operator==(const read_topic&) const = default;
};
/// Also answered to outsiders, unless the room is secret.
struct read_settings {
  bool operator==(const read_settings&) const = default;
};
/// May I be called otherwise? Who is banned or muted and has no voice may not: a ban can not be evaded so. The rename
/// itself is not refused: by then other rooms may have logged it.
struct ask_rename {
  bool operator==(const ask_rename&) const = default;
};
/// Tell me when all up to here stands in the queues of everybody who sees it.
struct await_delivery {
  room_seq seq = 0; ///< behind the room's newest: up to that
  bool operator==(const await_delivery&) const = default;
};
using room_question = std::variant<read_members, read_history, read_topic, read_settings, ask_rename, await_delivery>;

/// session → room. Changes nothing; answered to members only (and to those who were, for what they saw).
struct room_query {
  room_id room;
  request_origin origin;
  identity_hash identity{};
  room_question question;
  bool operator==(const room_query&) const = default;
};
struct member_row {
  std::string nick;
  std::string away; ///< empty: here
  member_modes modes{};
  std::string mask{};
  std::string real_name{};
  user_modes marks{}; ///< in all rooms
  bool operator==(const member_row&) const = default;
};
struct members_read {
  std::vector<member_row> members;
  bool more = false;
  bool of_secret_room = false;
  bool operator==(const members_read&) const = default;
};
struct history_read {
  std::vector<shared_entry> entries;
  bool more = false; ///< the question covers more than this answer
};
struct topic_read {
  std::string text;
  std::string by;
  timestamp time{};
  bool operator==(const topic_read&) const = default;
};
struct settings_read {
  room_settings settings; ///< without invitations; to outsiders without key
  bool operator==(const settings_read&) const = default;
};
struct rename_allowed {
  bool operator==(const rename_allowed&) const = default;
};
struct delivered_everywhere {
  bool operator==(const delivered_everywhere&) const = default;
};
/// room → session.
struct query_answered {
  effect_name name;
  room_id room;
  std::variant<members_read, history_read, topic_read, settings_read, rename_allowed, error, delivered_everywhere>
    answer;
};

/// room → session. You are a member, by another's doing or from before: show from `joined_seq` on. Repeated until
/// `accept_membership`.
struct membership_given {
  session_id session;
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  room_key key;
  std::string title;
  std::string companion_nick; ///< private conversations: who else is in it
  room_seq joined_seq = 0;
  effect_name last; ///< of this session in this room
  bool operator==(const membership_given&) const = default;
};
struct accept_membership {
  session_id session;
  room_id room;
  bool operator==(const accept_membership&) const = default;
};

/// room → session, passing: you are invited.
struct room_invitation {
  session_id session;
  room_id room;
  std::string title;
  std::string by;        ///< a nick
  std::string by_mask{}; ///< user@host, as people are shown it
  bool operator==(const room_invitation&) const = default;
};

/// Of `not_in_room`: the room is secret, and its existence nothing that the client is to be told.
constexpr std::string_view secret_room_detail = "secret";

/// session → room, passing: shown to those who are there now, kept by nobody.
struct set_presence {
  room_id room;
  session_id session;
  std::string away; ///< empty: back
  std::string real_name{};
  user_modes marks{};
  std::uint32_t change = 0; ///< rises with each change of what passes here; the same in all rooms; 0: not known
  std::string mask{};       ///< user@host as it is now; empty: as it came in
  bool operator==(const set_presence&) const = default;
};

} // namespace godwit
