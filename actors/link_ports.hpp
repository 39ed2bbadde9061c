/// @file
/// What a link tells its node. The node's switchboard implements it.
///
/// Threads     called from the thread that runs the link's actor: of one link one call at a time, of two links at once.
///             The link to a node is down before the next one to the same node is up.
/// Must not    block, nor throw.
/// Source      docs/ARCHITECTURE.md, "Who can be written to", "Loss".
#pragma once

#include "actors/queues/outbound_link.hpp"
#include "messages/cluster_messages.hpp"
#include "messages/edge_item.hpp"

#include <memory>
#include <vector>

namespace godwit {

class link_ports {
public:
  virtual ~link_ports() = default;

  /// `from` sent `what`. `what.to` is an entity of this node: its `node` is empty, the place is here.
  virtual void received(const node_name& from, envelope what) = 0;
  /// Items for this node's edge, in order. The sender's tickets are dropped when the last copy of `ack` is.
  virtual void received_batch(const node_name& from, std::vector<edge_item> items, std::shared_ptr<const void> ack) = 0;
  /// The link is (re-)established. Push into `out` what is to go there, until link_down.
  virtual void link_up(const link_reset& what, std::shared_ptr<outbound_link> out) = 0;
  /// The link broke; what was pushed and not answered may be lost.
  virtual void link_down(const link_lost& what) = 0;
  /// Nothing was heard for limits::silence_is_suspicious. Told once per silence; the link is still there.
  virtual void link_silent(const node_name& node, incarnation of) = 0;
  /// The silence is over: something was heard again.
  virtual void link_heard(const node_name& node, incarnation of) = 0;
};

} // namespace godwit
