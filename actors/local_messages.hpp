/// @file
/// What the actors of one node say to each other besides messages/cluster_messages.hpp. Never crosses nodes.
#pragma once

#include "actors/rules/balancer.hpp"
#include "messages/admin_messages.hpp"
#include "messages/cluster_messages.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <string>
#include <vector>

namespace godwit {

/// An actor → itself: time passed.
struct wake_up {};
/// A session → itself: by now its client must have logged in.
struct login_due {};
/// A session → itself: it is its turn to describe itself to the directory again.
struct describe_due {};
/// An actor → itself, behind all that is in its mailbox when it leaves the switchboard: end.
struct end_self {};

/// A ticket → its relay: these events stand in the queues of this node's clients, or have nobody to go to.
struct delivered_here {
  room_epoch epoch = 0;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
};

/// room → room_host.
struct room_opened_here {
  room_id room;
  room_key key;
  room_epoch epoch = 0;
  std::string title; ///< as the log has it
};
/// room → room_host. It is off the switchboard.
struct room_over_here {
  room_id room;
  room_epoch epoch = 0;
  bool refused = false; ///< it never opened; `why` says what the store said
  error why;
};
/// session → session_host, at each attach. It lives here.
struct session_here {
  session_report report;
  std::uint32_t attach = 0;
};
/// session → session_host. It has left its rooms and is off the switchboard.
struct session_over_here {
  session_id session;
  session_epoch epoch;
};
/// session_spawner → session_host. Its actor ended by an error.
struct session_lost_here {
  session_id session;
};
/// room_host → all sessions of the node: the room's relay here ended by an error, and with it who was enrolled.
struct relay_lost_here {
  room_id room;
};
/// room_host → itself: the pause after the end of a room or of a relay is over.
struct room_rested {
  room_id room;
};
struct relay_rested {
  room_id room;
};
/// The node's operator desk → session. None: the session's person is that operator of the server.
struct operator_checked {
  effect_name name;
  std::optional<error> why;
};
/// room_host → session_host, for the report to the directory.
struct rooms_here {
  std::vector<room_report> rooms;
};

} // namespace godwit

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::load_changed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::drained_workers)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::wake_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::login_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::describe_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::end_self)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::delivered_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::room_opened_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::room_over_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::session_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::session_over_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::session_lost_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::relay_lost_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::room_rested)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::relay_rested)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::rooms_here)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::operator_checked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::admin_asked)
