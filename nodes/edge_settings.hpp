/// @file
/// What a proxy node's edge is told of the cluster's config.
#pragma once

#include "nodes/config/config.hpp"
#include "nodes/edge/edge_config.hpp"

#include <cstddef>

namespace godwit {

/// The most threads that serve this client port: what the config says, or one per core.
std::size_t most_loops(const client_port_config& client);

/// Requires that `self` has a client port.
edge_config edge_settings(const cluster_config& cluster, const node_config& self, incarnation life);

} // namespace godwit
