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

} // namespace godwit
