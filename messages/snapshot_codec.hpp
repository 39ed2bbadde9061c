/// @file
/// The snapshot of a session as bytes: what its proxy node holds for it, and what a new owner starts from.
///
/// The form is messages/state.capnp's SessionSnapshot. Positions are not in it: the proxy node counts what it
/// delivered. Limits: rooms_per_session_max, conversations_per_session_max.
#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"
#include "messages/moderation.hpp"
#include "messages/people_messages.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

struct snapshot_room {
  room_id room;
  room_key key;
  std::string title;
  std::string companion; ///< private conversations: the other one's nick
  room_seq joined_seq = 0;
  member_modes modes{}; ///< what the session may there
  bool operator==(const snapshot_room&) const = default;
};

/// How far a reply in pieces has come: the next piece goes on from here.
struct piece_cursor {
  std::uint64_t op = 0;
  std::uint32_t piece = 0; ///< pieces that were told
  std::string after;       ///< the last row told: a nick, a room's key, a room_seq in decimal
  std::uint32_t left = 0;  ///< history: events that may still follow
  std::uint32_t part = 0;  ///< of the frame
  bool operator==(const piece_cursor&) const = default;
};

/// What a client has said towards a log-in that it makes piece by piece.
struct login_steps {
  std::string nick; ///< to log in with; empty: not said yet
  std::string user; ///< empty: not introduced yet
  std::string real_name;
  bool held = false; ///< no log-in before it is let go
  bool operator==(const login_steps&) const = default;
};

/// What the IRC of a client keeps besides.
struct irc_part {
  std::uint32_t capabilities = 0;
  std::uint32_t cap_version = 0; ///< 0: it speaks no IRC
  std::string asked_nick;
  std::string told_nick; ///< which the client takes for its own
  bool operator==(const irc_part&) const = default;
};

/// A room that the session was kicked from while its client may not have been there.
struct departed_room {
  snapshot_room room;
  room_seq gone_seq = 0;
  bool operator==(const departed_room&) const = default;
};
struct heard_invitation {
  room_id room;
  std::string title;
  std::string by;
  bool operator==(const heard_invitation&) const = default;
};
/// A post that was refused, whose frame the client may have sent a second time before it knew.
struct refused_post {
  std::uint64_t op = 0;
  error_code why{};
  bool operator==(const refused_post&) const = default;
};
/// What most sessions have not.
struct loose_ends {
  std::string real_name;                   ///< changed since the log-in; empty: not
  std::vector<std::string> released_nicks; ///< given back to the directory, which has not answered
  std::vector<departed_room> departed;
  std::vector<heard_invitation> invitations;
  std::vector<refused_post> refused_posts{};
  bool operator==(const loose_ends&) const = default;
};

struct session_snapshot {
  std::string nick; ///< empty: not logged in
  std::string away; ///< empty: here
  std::vector<snapshot_room> rooms;
  std::optional<piece_cursor> piece;
  login_steps login{};
  irc_part irc{};
  timestamp signed_on{}; ///< 0: not known
  user_modes modes{};
  loose_ends loose{};
  std::uint32_t presence_change = 0; ///< set_presence::change
  std::string first_host{};          ///< with which it came; empty: it can have no other
  bool operator==(const session_snapshot&) const = default;
};

std::string encode_snapshot(const session_snapshot& snapshot);
/// internal_error where the bytes are none: they come from our own node.
result<session_snapshot> decode_snapshot(std::string_view bytes);

} // namespace godwit
