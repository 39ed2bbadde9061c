/// @file
/// One node of a cluster, in this process: wires the roles of its config together, and ends them in order.
///
/// Owns, bottom to top: the store (broker nodes), the switchboard, CAF's actor system, the node's actors, links to the
/// other nodes, the edge (proxy nodes). They are stopped from the top.
#pragma once

#include "nodes/config/config.hpp"
#include "nodes/exit_codes.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>

namespace godwit {

/// What the node tells its process. Called from any thread.
struct node_events {
  std::function<void()> ready;  ///< once: it serves
  std::function<void()> failed; ///< a node service ended by an error: nothing here mends that, start anew
  /// Before it was ready: this machine's clock is far from the broker node's. A sentence.
  std::function<void(const std::string&)> clock_far;
  std::function<void()> must_end; ///< the cluster has declared this life of the node dead: start anew
};

class node {
public:
  /// Checks first what could keep it from serving (start_checks.hpp). With a fault, nothing runs. `self` is one of the
  /// cluster's nodes.
  static std::variant<std::unique_ptr<node>, start_fault> start(cluster_config cluster, const node_name& self,
                                                                node_events events);
  ~node(); ///< stops
  node(const node&) = delete;
  node& operator=(const node&) = delete;

  /// Tells clients, closes, and ends everything in order. Lasts some seconds at most.
  void stop();

private:
  class parts;
  explicit node(std::unique_ptr<parts> running);
  std::unique_ptr<parts> parts_;
};

} // namespace godwit
