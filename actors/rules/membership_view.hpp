/// @file
/// How to read a membership view (messages/cluster_messages.hpp): who is alive, who is dead, of whom nothing is known.
#pragma once

#include "messages/membership_messages.hpp"

#include <optional>

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

/// One life of a worker node.
struct worker_place {
  node_name node;
  godwit::incarnation incarnation;
  auto operator<=>(const worker_place&) const = default;
};

/// Where a session goes whose worker node is gone, by the shares of the living ones: the same for the same session and
/// view, so that an unchanged view moves nothing twice. `shunned` is known to be gone, whatever the view says. None: no
/// worker node is left. Sessions spread over the nodes by their shares; nodes with none are taken where all have none.
std::optional<worker_place> home_of(session_id session, const membership_view& view, const worker_place& shunned);

inline bool is_worker(const member_node& node) { return (node.roles & role_worker) != 0; }
inline bool is_proxy(const member_node& node) { return (node.roles & role_proxy) != 0; }
inline bool is_broker(const member_node& node) { return (node.roles & role_broker) != 0; }

} // namespace godwit
