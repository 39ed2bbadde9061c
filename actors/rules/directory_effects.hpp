/// @file
/// What the rules of the directory want done, in this order.
#pragma once

#include "actors/rules/balancer.hpp"
#include "actors/rules/effects.hpp"
#include "messages/admin_messages.hpp"

#include <variant>
#include <vector>

namespace godwit {

/// To the balancer, another actor of the broker node; its `worker_picked` goes to directory::handle.
struct ask_balancer {
  pick_worker question;
  bool operator==(const ask_balancer&) const = default;
};
struct tell_balancer {
  load_changed load;
  bool operator==(const tell_balancer&) const = default;
};

/// To the balancer and to the judge of membership of this node.
struct tell_drained {
  drained_workers what;
  bool operator==(const tell_drained&) const = default;
};

/// To the admin port of this node.
struct tell_admin {
  admin_answered answer;
  bool operator==(const tell_admin&) const = default;
};

using directory_effect = std::variant<send, ask_balancer, tell_balancer, tell_drained, tell_admin>;
using directory_effects = std::vector<directory_effect>;

} // namespace godwit
