/// @file
/// What is known of people, and who asks for it: sessions and rooms tell the directory, sessions ask it. What passes
/// between people and is not logged. What operators of the server order.
///
/// The directory's picture of people is soft: each session describes itself anew when the link to the broker node was
/// reset. What passes (`signal_room`, `person_signal`, `proclamation`) comes at most once.
/// Source: docs/IRC.md, "People", "Operators of the server"; docs/ARCHITECTURE.md, "People".
#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"
#include "messages/moderation.hpp"

#include <optional>
#include <string>
#include <vector>

namespace godwit {

/// What holds for a person, in all rooms. In brackets: the letter by which IRC knows it.
enum class user_mode : std::uint8_t {
  invisible = 1,      ///< [i] not found by masks, but by those who share a room
  bot = 2,            ///< [B] a program
  wallops = 4,        ///< [w] wants to read what operators of the server tell each other
  server_operator = 8 ///< [o]
};
using user_modes = flag_set<user_mode>;

/// A room with somebody in it, as others may see it.
struct seen_room {
  room_id room;
  std::string title;
  member_modes modes{};
  bool in = true; ///< false: not any more
  bool operator==(const seen_room&) const = default;
};

/// session → directory. Who this session is, whenever something of it has changed.
struct describe_person {
  session_id session;
  session_epoch epoch;
  std::string nick;
  std::string mask; ///< user@host
  std::string real_name;
  std::string away; ///< empty: here
  user_modes modes{};
  timestamp signed_on{}; ///< 0: not known
  timestamp spoke_at{};  ///< to the minute; 0: not since it was signed on
  std::string address;   ///< of its client; for operators
  bool whole = true;     ///< `rooms` are all that it is in; else what has changed of them
  std::vector<seen_room> rooms{};
  bool plaintext = false; ///< its client's connection has no TLS
  bool operator==(const describe_person&) const = default;
};

/// room → directory, when it was opened and when it changes. A room of which nothing was heard counts as secret.
struct describe_room {
  room_id room;
  room_epoch epoch = 0;
  bool secret = true;
  bool operator==(const describe_room&) const = default;
};

enum class people_kind : std::uint8_t {
  named = 1,    ///< those of `nicks` who are here, in that order
  matching = 2, ///< by `mask`, in the order of their nicks; of strangers only those who are visible
  former = 3,   ///< who had the nick `nicks[0]`, the newest first
  counted = 4,
};
struct people_question {
  people_kind kind = people_kind::named;
  std::vector<std::string> nicks{};
  std::string mask{};          ///< of nicks, or nick!user@host
  bool operators_only = false; ///< of matching
  std::uint32_t limit = 0;     ///< of matching and former: rows
  bool operator==(const people_question&) const = default;
};
/// session → directory. Changes nothing.
struct ask_people {
  request_origin origin;
  people_question question;
  std::string after; ///< of matching: behind this folded nick
  bool operator==(const ask_people&) const = default;
};
/// Somebody as the asker may see them.
struct person_row {
  std::string nick;
  std::string mask;
  std::string real_name;
  std::string away;
  user_modes modes{};
  timestamp signed_on{};
  timestamp spoke_at{};
  std::uint64_t gone_seconds = 0; ///< of former: so long ago
  std::string address{};          ///< only to operators, and of oneself
  std::vector<seen_room> rooms{}; ///< of named
  bool plaintext = false;         ///< its client's connection has no TLS
  bool operator==(const person_row&) const = default;
};
struct people_counts {
  std::uint32_t people = 0;
  std::uint32_t invisible = 0; ///< among them
  std::uint32_t operators = 0; ///< among them
  std::uint32_t logging_in = 0;
  std::uint32_t rooms = 0; ///< with somebody in them
  std::uint32_t most = 0;  ///< people at once, since the broker node was started
  bool operator==(const people_counts&) const = default;
};
/// directory → session.
struct people_told {
  effect_name name;
  std::vector<person_row> rows{};
  std::string next{}; ///< matching: there may be more behind this folded nick; empty: no more
  people_counts counts{};
  std::optional<error> why{};
  bool operator==(const people_told&) const = default;
};

// ------------------------------------------------------------------------------------------- what passes by

/// session → room. Tags for those who are there and understand them ("is typing"): shown, not logged.
struct signal_room {
  room_id room;
  session_id session;
  std::string tags; ///< as they stand in a line of IRC: client-only ones, without '@'
  bool operator==(const signal_room&) const = default;
};
/// session → session. The same, to one person.
struct person_signal {
  session_id session;
  std::string nick; ///< of who says it
  std::string mask;
  std::string tags;
  bool operator==(const person_signal&) const = default;
};

// --------------------------------------------------------------------------------- operators of the server

/// session → directory. An operator ends another's session; answered by `nick_found`.
struct expel_person {
  request_origin origin;
  std::string nick;
  std::string by;
  std::string reason;
  bool operator==(const expel_person&) const = default;
};

enum class proclamation_kind : std::uint8_t {
  wallops = 1, ///< to operators, and to who wants to read it
  notice = 2,  ///< to everybody
  rehash = 3,  ///< to nodes: read again what can be read again
};
/// session → directory → session_host of each worker node → its sessions.
struct proclamation {
  proclamation_kind kind = proclamation_kind::wallops;
  std::string by; ///< a nick
  std::string mask;
  std::string text;
  bool operator==(const proclamation&) const = default;
};

} // namespace godwit
