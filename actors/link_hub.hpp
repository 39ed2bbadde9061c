/// @file
/// All links of a node: takes connected sockets from the transport, speaks CAF's BASP on them, and keeps one link actor
/// per other node.
///
/// Lives on    every node of more than one, one per process.
/// Requires    an actor system configured by configure_for_links(); `ports` outlives the hub.
/// Owns        the sockets that it was given, its hub actor, the link actors, the pulse thread.
/// Promises    of two connections with the same node the older one is down (link_down told, CAF rid of it) before the
///             newer one is up: CAF would close the newer one as redundant. A link whose actor ends by an error is a
///             link that was cut: it is down, its connection is closed, and the transport dials again. When what all
///             links need ends so (the hub's actor, CAF's BASP), `failed` is called with the reason: the node has to
///             end.
/// Threads     every function may be called from every thread.
/// Source      design.md, "Links".
#pragma once

#include "actors/link_ports.hpp"
#include "messages/hello.hpp"

#include <caf/fwd.hpp>

#include <functional>
#include <memory>
#include <string>

namespace godwit {

/// Loads CAF's middleman, the `sharing` scheduler, and the one message type that crosses nodes; no heartbeats.
void configure_for_links(caf::actor_system_config& config);

class link_hub {
public:
  link_hub(caf::actor_system& system, node_hello self, link_ports& ports,
           const std::function<void(const std::string&)>& failed = {});
  ~link_hub(); ///< stop()
  link_hub(const link_hub&) = delete;
  link_hub& operator=(const link_hub&) = delete;

  /// A connection with `peer` stands. `fd`: a stream socket whose bytes go to the peer; owned by the hub from here on.
  void connected(const node_hello& peer, int fd, bool is_dialler);
  /// Ends the link with `node`, if there is one: link_down follows, and the peer sees its end closed.
  void cut(const node_name& node);
  /// Ends all links, tells so, and waits until it is done. Not to be called from a callback of `ports`.
  void stop();

private:
  class implementation;
  std::unique_ptr<implementation> implementation_;
};

} // namespace godwit
