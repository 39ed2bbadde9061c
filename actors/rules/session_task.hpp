/// @file
/// One request of a client under way: from its beginning until all of its effects are answered. A frame of several
/// parts has a task for each.
///
/// The number of an effect depends on the frame alone, never on what was done already, so that a repeat gives the same
/// names. One name may go to several rooms (nick, quit): names are told apart per room.
/// Source: docs/ARCHITECTURE.md, "The path of a command to a room", "Joining", "Nicks".
#pragma once

#include "messages/client_commands.hpp"
#include "messages/cluster_messages.hpp"
#include "messages/snapshot_codec.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace godwit {

/// The k of a frame's effects: the part of the frame in bits 22 to 29, what is done for it below.
namespace effect_k {
inline constexpr std::uint32_t find = 0; ///< find_nick, claim_nick
inline constexpr std::uint32_t locate = 1;
inline constexpr std::uint32_t join = 2;
inline constexpr std::uint32_t act = 3; ///< and further pieces of a reading: 4, 5, …
/// Between the effects of one part of a frame and those of the next.
inline constexpr std::uint32_t part_stride = 1U << 22U;
/// From here on: questions that no frame asks (where a room went).
inline constexpr std::uint32_t reserved = 0x4000'0000;
/// From here on: joins of companions, named by who brought them along.
inline constexpr std::uint32_t companion = 0x8000'0000;
static_assert(frame_parts_max * part_stride == reserved);

constexpr std::uint32_t part_of(std::uint32_t k) { return (k & (reserved - 1)) / part_stride; }
constexpr std::uint32_t step_of(std::uint32_t k) { return k % part_stride; }
} // namespace effect_k

/// Which request of a client: a part of a frame.
struct task_key {
  std::uint64_t op = 0;
  std::uint32_t part = 0;
  auto operator<=>(const task_key&) const = default;
};
inline task_key key_of(const client_command& command) { return {command.op, command.part}; }
/// Whose effect this is.
inline task_key key_of(const effect_name& name) { return {name.op, effect_k::part_of(name.k)}; }

enum class task_step : std::uint8_t {
  finding,  ///< find_nick or claim_nick is unanswered
  locating, ///< locate_room is unanswered
  joining,  ///< join_room is unanswered
  acting,   ///< the commands, or the question, are unanswered
};

/// A piece of a long reply, ready to be told, and where the next goes on.
struct reply_piece {
  tell::answer answer;
  piece_cursor after;
};

/// A reading in pieces.
struct reading {
  std::deque<reply_piece> ready;
  std::string after;        ///< the question goes on behind this row
  std::uint32_t left = 0;   ///< history: events that may still be asked for
  std::uint32_t asked = 0;  ///< questions so far: part of the next one's name
  std::uint32_t told = 0;   ///< pieces so far
  bool more = true;         ///< there is something behind `ready`
  bool outstanding = false; ///< a question is unanswered
};

struct session_task {
  client_command command;
  task_step step = task_step::acting;
  room_key key; ///< of the room it is about; empty: not known yet, or none
  std::string title;
  room_id room;
  std::optional<found_person> person;
  bool begun_before = false; ///< a post to a person: the conversation that it went into is looked for; `room` is asked
  bool rooms_read = false;   ///< `begun_before`: the store was asked which conversations there are
  bool given_up = false;     ///< it is not done: the room that has it already is looked for; `room` is asked
  std::set<room_id> waiting; ///< nick, quit: rooms that have not answered
  std::deque<room_id>
    to_come; ///< nick, quit: rooms that were not told yet; `begun_before`, `given_up`: that were not asked yet
  std::map<room_id, room_seq> undelivered; ///< ping: rooms that have not said that all up to here is delivered
  std::string new_nick;
  std::size_t rooms_asked = 0; ///< nick: rooms that have not said whether they let the session be called otherwise
  std::optional<reading> pages;
};

namespace tasks {

/// Nothing before it is under way when it begins, and nothing behind it begins before it is answered.
bool is_barrier(const ask::request& request);
/// A change of nick, of a session that has one.
bool renames(const ask::request& request);
/// Whoever has not logged in is refused.
bool needs_login(const ask::request& request);
/// It changes nothing, so that it may be dropped and asked again.
bool is_question(const ask::request& request);
/// Whether a room answers it by its log.
inline bool is_command(const ask::request& request) { return !is_question(request); }
/// Whether all that it does is one entry in the log of one room that the session is in; of a post to a person too.
bool is_logged_by_one_room(const ask::request& request);
/// The room, person or conversation that it is about; null: none.
const ask::target* target_of(const ask::request& request);
/// The room's name where it is about a room by name; null: not.
const std::string* room_name_of(const ask::request& request);
/// The nick where it is about a person; null: not.
const std::string* person_of(const ask::request& request);
/// While it is under way, whether the session is in its room is about to change.
bool changes_membership(const session_task& task);
/// Errors: text_*. Nothing: the texts of the request may be said.
std::optional<error> check_texts(const ask::request& request);
/// About what an event takes in a frame or in lines of any protocol; the frame's limit is four times that of a piece.
std::size_t told_bytes(const log_entry& entry);
/// The reason if it may be said, else nothing: who leaves is not kept for what he says.
std::string reason_or_none(const std::string& reason);

} // namespace tasks
} // namespace godwit
