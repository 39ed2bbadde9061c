/// @file
/// Where the edge's messages go. The node implements it over its switchboard; tests by a stub.
#pragma once

#include "messages/cluster_messages.hpp"

namespace godwit {

/// The way to the directory, to session hosts, to sessions.
class edge_upstream {
public:
  virtual ~edge_upstream() = default;
  /// Called by all loop threads at the same time, in the order of each session. Must neither block nor throw; it may
  /// call `edge::receive` and `edge::deliver`.
  virtual void send(const address& to, message what) = 0;
};

} // namespace godwit
