/// @file
/// The effects that all rules share. Each rules header adds its own to a `std::variant`.
#pragma once

#include "messages/cluster_messages.hpp"

namespace godwit {

/// Give `what` to the entity at `to`, wherever it lives.
struct send {
  address to;
  message what;
};

/// Give `what` to this node's relay of the room; the room_host spawns it if there is none. Never crosses nodes.
struct tell_relay {
  room_id room;
  std::variant<enrol_session, withdraw_session, replay_events> what;
};

} // namespace godwit
