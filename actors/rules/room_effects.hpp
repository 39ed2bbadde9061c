/// @file
/// What the rules of a room want to be done.
///
/// Source: docs/ARCHITECTURE.md, "The path of a command to a room".
#pragma once

#include "actors/rules/effects.hpp"

#include <chrono>
#include <variant>
#include <vector>

namespace godwit {

/// Tell the room_host of this node that the room is open.
struct hosted {
  room_epoch epoch = 0;
};

/// Give this to the room_host of every worker node, the own one too.
struct announce {
  room_announced what;
};

/// Call `wake` after this time. Several may be under way; a wake that comes too early or too often does no harm.
struct wake_after {
  std::chrono::milliseconds delay{};
};

/// Why a room is over.
enum class room_end : std::uint8_t {
  not_opened = 1, ///< the store refused to open it
  fenced = 2,     ///< somebody opened it after us
  broken = 3,     ///< the log is not as we believed: it has to be opened anew
  idle = 4,       ///< nobody is in it
};

/// The room is over; tell the room_host. What still comes in is to be given to the rules, which answer it by
/// `room_not_here`: take the room off the switchboard first, empty the mailbox, then end the actor.
struct end_room {
  room_end why = room_end::idle;
  error detail;
};

using room_effect = std::variant<send, hosted, announce, wake_after, end_room>;
using room_effects = std::vector<room_effect>;

} // namespace godwit
