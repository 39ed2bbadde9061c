/// @file
/// What a worker node gives to a proxy node's edge, in the order in which the sessions made it.
#pragma once

#include "messages/cluster_messages.hpp"

namespace godwit {

using edge_item = std::variant<session_output, delivery>;

} // namespace godwit
