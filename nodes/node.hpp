/// @file
/// One node of a cluster, in this process: wires the roles of its config together, and ends them in order.
///
/// Owns, bottom to top: the store (broker nodes), the switchboard, CAF's actor system, the node's actors, links to the
/// other nodes, the edge (proxy nodes). They are stopped from the top.
#pragma once

#include "messages/errors.hpp"
#include "nodes/config/config.hpp"

#include <functional>
#include <memory>

namespace godwit {

/// What the node tells its process. Called from any thread.
struct node_events {
  std::function<void()> ready;    ///< once: it serves
  std::function<void()> failed;   ///< a node service ended by an error: nothing here mends that, start anew
  std::function<void()> must_end; ///< the cluster has declared this life of the node dead: start anew
};

class node {
public:
  /// The error is a sentence for the operator; nothing runs then.
  static result<std::unique_ptr<node>> start(const cluster_config& cluster, const node_config& self,
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
