/// @file
/// The way into a link: what any thread of this node gives for one other node, until the link's actor takes it.
///
/// Requires    nothing of its callers: every function may be called from every thread.
/// Owns        what was pushed and is not drained.
/// Promises    what one thread pushes is drained in that order; one wake per change from empty to not empty.
/// Bounded by  limits::link_queue_bytes_max for what is in here and in the link's own queues together. Beyond it the
/// link
///             is cut: what waits is lost as with every broken link, and `link_reset` makes its owners say it again.
#pragma once

#include "messages/cluster_messages.hpp"
#include "messages/edge_item.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <variant>
#include <vector>

namespace godwit {

/// A batch of deliveries that the local edge has taken; the node that sent it is to hear so.
struct batch_taken {
  std::uint64_t number = 0;
};

class outbound_link {
public:
  /// `wake` is called, under the lock, when something waits and nothing did before: it must not block, nor come back.
  explicit outbound_link(std::function<void()> wake);
  outbound_link(const outbound_link&) = delete;
  outbound_link& operator=(const outbound_link&) = delete;

  /// False: the link is down, or is being cut; `link_reset` will say when it is there again. A session_output goes with
  /// the deliveries, whichever way it comes.
  bool push(envelope what);
  bool push(delivery what);
  bool push(session_output what);
  bool push(batch_taken what);

  // ------------------------------------------------------------------------------------------ for the link's actor

  struct item {
    std::variant<envelope, edge_item, batch_taken> what;
    std::size_t weight = 0;
  };
  struct drained {
    std::vector<item> items;
    bool overflowed = false; ///< the bound was exceeded: cut the link
  };
  drained drain();
  /// `weight` of what was drained has left the node.
  void left(std::size_t weight);
  /// Nothing is taken any more. What waits is dropped, and `wake` is not called again.
  void close();

private:
  bool push(item what);

  std::mutex mutex_;
  std::function<void()> wake_;
  std::vector<item> items_;
  std::size_t weight_ = 0; ///< of what is here, and of what was drained and has not left
  bool overflowed_ = false;
  bool closed_ = false;
};

} // namespace godwit
