/// @file
/// What the rules of a session want done, in this order. The shell (actors/session_actor.hpp) encodes for its client's
/// protocol and stamps what leaves for the edge with the session's route.
#pragma once

#include "actors/rules/effects.hpp"
#include "messages/client_commands.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace godwit {

/// Give this to the relay of the room on this node; it is there, or is spawned for it. Never crosses nodes.
struct ask_relay {
  std::variant<enrol_session, withdraw_session, replay_events> what;
};

/// Becomes one session_output: the replies that frames caused, their confirmation and the snapshot, whole or not at
/// all.
struct give_output {
  std::vector<server_frame> replies;   ///< in order; `tell::confirmed` is among them
  std::uint64_t confirmed_in_seq = 0;  ///< 0: none newly
  std::optional<std::string> snapshot; ///< only if it changed
  bool paced = false;
  std::optional<error> close;
  std::uint32_t cost = 0; ///< of what was begun since the last one (actors/rules/request_cost.hpp)
};

/// Becomes one delivery. `native` and `others` are the shared encodings: to be used where `event.op` is 0.
struct show_event {
  tell::event event;
  shared_bytes native;
  std::shared_ptr<const void> ticket;
  std::shared_ptr<const encodings> others{};
};

/// Becomes one delivery with position 0: it passes, and nobody resumes from it.
struct show_presence {
  tell::presence what;
  shared_bytes native;
  std::shared_ptr<const void> ticket;
};

/// Is there such an operator of the server, with this password, from there? Answered by `session::checked`, later.
/// Never logged.
struct check_operator {
  effect_name name;
  std::string operator_name;
  std::string password;
  std::string address; ///< of the client
  std::string mask;    ///< user@host
};

/// The session is over: the last effect. Its actor ends.
struct session_over {};

using session_effect =
  std::variant<send, ask_relay, give_output, show_event, show_presence, session_over, check_operator>;
using session_effects = std::vector<session_effect>;

} // namespace godwit
