/// @file
/// What one session has asked of one room and has no answer for: in the order of the names, each with the name before
/// it, so that the room can tell a repeat from a command that overtook another.
///
/// Invariants  names rise; `previous` of each is what was last said to the room: it changes only in `expect`, which
/// asks
///             for a resend.
/// Limits      the caller's: unanswered_effects_max.
/// Source      docs/ARCHITECTURE.md, "The path of a command to a room".
#pragma once

#include "messages/room_messages.hpp"

#include <vector>

namespace godwit {

class room_outbox {
public:
  /// Stamps and keeps it; gives it back to be sent. One that is here already is only given back.
  const room_command& add(room_command command);
  /// Logged, recognised or refused: no more to be resent. False: it was not waiting.
  bool answer(const effect_name& name);
  /// The room has seen `last` and would not take `refused`: stamps anew. True: resend all, in order.
  bool expect(const effect_name& refused, const effect_name& last);
  /// The last name of this session that the room is known to have seen.
  void start_after(const effect_name& last) { last_ = last; }

  [[nodiscard]] bool waits_for(const effect_name& name) const;
  [[nodiscard]] bool empty() const { return unanswered_.empty(); }
  [[nodiscard]] const std::vector<room_command>& unanswered() const { return unanswered_; }

private:
  std::vector<room_command> unanswered_;
  effect_name last_;
};

} // namespace godwit
