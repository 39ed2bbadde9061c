/// @file
/// What the edge and its node say to each other. The node implements `edge_upstream` over its switchboard; tests by a
/// stub.
#pragma once

#include "messages/cluster_messages.hpp"

#include <variant>

namespace godwit {

/// Where the edge's messages go: to the directory, to session hosts, to sessions.
class edge_upstream {
public:
  virtual ~edge_upstream() = default;
  /// Called by all loop threads at the same time, in the order of each session. Must neither block nor throw; it may
  /// call `edge::receive` and `edge::deliver`.
  virtual void send(const address& to, message what) = 0;
};

/// What sessions send to clients. The two share one queue, since their order counts.
using edge_item = std::variant<session_output, delivery>;

} // namespace godwit
