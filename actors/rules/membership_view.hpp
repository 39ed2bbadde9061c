/// @file
/// How to read a membership view (messages/cluster_messages.hpp): who is alive, who is dead, of whom nothing is known.
#pragma once

#include "messages/membership_messages.hpp"

namespace godwit {

inline constexpr std::uint8_t role_broker = 1;
inline constexpr std::uint8_t role_worker = 2;
inline constexpr std::uint8_t role_proxy = 4;

enum class standing : std::uint8_t {
  unknown, ///< the view does not name it: a broker node that started lately has not heard of it; not dead
  alive,
  dead, ///< declared dead, or the node has a newer life
};

/// How one life of a node stands in `view`.
standing standing_of(const membership_view& view, const node_name& name, incarnation life);
/// The life of the node that `view` calls alive; none: there is none.
const member_node* alive_node(const membership_view& view, const node_name& name);

inline bool is_worker(const member_node& node) { return (node.roles & role_worker) != 0; }
inline bool is_proxy(const member_node& node) { return (node.roles & role_proxy) != 0; }
inline bool is_broker(const member_node& node) { return (node.roles & role_broker) != 0; }

} // namespace godwit
