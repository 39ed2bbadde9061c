/// @file
/// Where a message between Godwit's parts goes.
#pragma once

#include "messages/ids.hpp"

namespace godwit {

/// What can be written to. The numbers are the wire form.
enum class entity_kind : std::uint8_t {
  session = 1,      ///< id: session_id
  room = 2,         ///< id: room_id
  relay = 3,        ///< id: room_id; one per room and worker node
  session_host = 4, ///< node service of a worker node: attaches and spawns sessions
  room_host = 5,    ///< node service of a worker node: opens rooms, knows the node's relays
  edge = 6,         ///< node service of a proxy node: routes and connections
  directory = 7,    ///< node service of the broker node
  store = 8,        ///< node service of the broker node
  membership = 9,   ///< node service of every node; the broker node's decides, the others follow
};

/// An entity on a node. An empty node means "wherever it is now": the broker node for its services,
/// the last place heard of for a room.
struct address {
  entity_kind kind = entity_kind::session;
  std::uint64_t id = 0;
  node_name node;

  auto operator<=>(const address&) const = default;
};

inline address session_at(node_name node, session_id id) { return {entity_kind::session, id.value, std::move(node)}; }
inline address room_anywhere(room_id id) { return {entity_kind::room, id.value, {}}; }
inline address relay_at(node_name node, room_id id) { return {entity_kind::relay, id.value, std::move(node)}; }
inline address service_at(node_name node, entity_kind kind) { return {kind, 0, std::move(node)}; }
inline address broker_service(entity_kind kind) { return {kind, 0, {}}; }

} // namespace godwit
