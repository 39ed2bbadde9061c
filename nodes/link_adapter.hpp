/// @file
/// Joins a node's links and its switchboard.
#pragma once

#include "actors/link_ports.hpp"
#include "actors/switchboard.hpp"
#include "nodes/edge_adapter.hpp"

#include <functional>
#include <map>
#include <mutex>

namespace godwit {

class link_adapter final : public link_ports {
public:
  /// `edge` may be null: a node without clients. `broker_linked` is called each time the link to the broker node is up.
  link_adapter(switchboard& board, edge_adapter* edge, std::function<void()> broker_linked);

  void received(const node_name& from, envelope what) override;
  void received_batch(const node_name& from, std::vector<edge_item> items, std::shared_ptr<const void> ack) override;
  void link_up(const link_reset& what, std::shared_ptr<outbound_link> out) override;
  void link_down(const link_lost& what) override;
  void link_silent(const node_name& node, incarnation of) override;
  void link_heard(const node_name& node, incarnation of) override;

private:
  switchboard& board_;
  edge_adapter* edge_;
  std::function<void()> broker_linked_;
  std::mutex lock_;
  std::map<node_name, std::shared_ptr<node_port>> ports_;
};

} // namespace godwit
