/// @file
/// What a session sends to its client's edge: outputs and deliveries, in one order.
#pragma once

#include "messages/cluster_messages.hpp"

#include <variant>

namespace godwit {

/// Both travel through one queue per proxy node, so that they arrive in the order in which the session made them.
using edge_item = std::variant<session_output, delivery>;

} // namespace godwit
