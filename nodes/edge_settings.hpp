/// @file
/// What a proxy node's edge is told of the cluster's config.
#pragma once

#include "nodes/config/config.hpp"
#include "nodes/edge/edge_config.hpp"

namespace godwit {

/// Requires that `self` has a client port.
edge_config edge_settings(const cluster_config& cluster, const node_config& self, incarnation life);

} // namespace godwit
