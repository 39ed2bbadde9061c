/// @file
/// A session's place in one room: whether it is a member, how far it has shown, what it asked and has no answer for.
///
/// A session has a seat while it is a member, while it is joining, and while something it asked there is unanswered.
#pragma once

#include "actors/rules/room_cursor.hpp"
#include "actors/rules/room_outbox.hpp"

#include "messages/moderation.hpp"

#include <optional>
#include <string>

namespace godwit {

struct room_seat {
  room_id id;
  room_key key; ///< empty: only the number is known
  std::string title;
  std::string companion;        ///< private conversations: the other one's nick
  session_id companion_session; ///< who is known to be there; 0: nobody, or not known
  room_seq joined_seq = 0;
  member_modes modes; ///< what the session may there, as far as it has shown the log
  bool member = false;
  bool joining = false; ///< enrolled, waits for its own `joined`
  room_epoch epoch = 0; ///< the newest life of the room that was heard of; what is unanswered was said to it again
  bool lost = false;    ///< the directory could not say where it is: ask again when something has changed
  std::optional<effect_name> came_by; ///< a join that its room has answered by where the session came in:
  room_seq came_at = 0;               ///< with the event of that seq it is done, whichever frame's it is
  room_cursor cursor;
  room_outbox outbox;
};

} // namespace godwit
