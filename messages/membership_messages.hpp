/// @file
/// Who is alive, and what a node tells its own entities about its links.
#pragma once

#include "messages/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace godwit {

// ------------------------------------------------------------------------------------------ membership

enum class node_state : std::uint8_t { alive = 1, dead = 2 };
struct member_node {
  node_name name;
  godwit::incarnation incarnation;
  std::uint8_t roles = 0; ///< bits: 1 broker, 2 worker, 4 proxy
  node_state state = node_state::alive;
  /// Of a worker node: its part of what is to be placed, beside the others'. 0: nothing, unless no other is left.
  std::uint32_t share = 0;
  bool operator==(const member_node&) const = default;
};
/// broker node's membership → every node's. It alone declares a worker node dead; numbered, the highest is true.
struct membership_view {
  std::uint64_t number = 0;
  incarnation by; ///< the broker node's; numbers of another life do not compare
  std::vector<member_node> nodes;
  bool operator==(const membership_view&) const = default;
};
/// A node → the broker node's membership: my link to `node` broke or is silent.
struct suspect_node {
  node_name by;
  node_name node;
  godwit::incarnation incarnation;
  bool operator==(const suspect_node&) const = default;
};

// ------------------------------------------------------------------------- what a node tells its own entities

/// The link to `node` was (re-)established; what was sent before and is unanswered may be lost: say it again.
/// For the node itself it is told once, at start. Local only.
struct link_reset {
  node_name node;
  godwit::incarnation incarnation;
  std::uint8_t roles = 0;
  std::string software{}; ///< for people; empty: not told
  std::uint32_t pid = 0;  ///< the same; 0: not told
  bool operator==(const link_reset&) const = default;
};
/// The link to `node` broke; it may come back. Local only.
struct link_lost {
  node_name node;
  bool operator==(const link_lost&) const = default;
};

} // namespace godwit
