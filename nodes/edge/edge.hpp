/// @file
/// The edge of a proxy node: where clients connect. TLS, framing, send queues, and each session's route; it knows no
/// chat.
///
/// Requires  an upstream that outlives it.
/// Owns      its threads (one loop each, more or fewer by their load), listeners, connections, routes.
/// Promises  a slow, silent or hostile client costs its bounded queue and then its connection, nobody else anything;
///           what comes for one session reaches its client in that order; a batch wakes each loop at most once; after
///           `stop` no thread and no descriptor is left.
/// Threads   every function may be called from any thread, except from a loop's own for `stop`.
/// Limits    edge_config.
/// Source    docs/ARCHITECTURE.md, "The life of a session".
#pragma once

#include "messages/edge_item.hpp"
#include "messages/tls_session.hpp"
#include "nodes/edge/edge_config.hpp"
#include "nodes/edge/edge_counters.hpp"
#include "nodes/edge/edge_ports.hpp"

#include <memory>
#include <vector>

namespace godwit {

class edge {
public:
  /// Listens and starts its loops. `address_unusable` with the address and the system's words if one can not be
  /// listened on; then nothing runs.
  static result<std::unique_ptr<edge>> start(edge_config config, tls_context tls, edge_upstream& upstream);
  ~edge();
  edge(const edge&) = delete;
  edge& operator=(const edge&) = delete;

  /// The addresses in use, with the ports that the system gave for port 0; one per resolved address of the config.
  const std::vector<edge_address>& listening() const;
  /// The same for IRC.
  const std::vector<edge_address>& listening_for_irc() const;
  /// The same for IRC without TLS.
  const std::vector<edge_address>& listening_for_plain_irc() const;

  /// What is addressed to this edge: session_placed, session_output, attach_refused, route_revoked, move_session,
  /// membership_view. Anything else is dropped and logged.
  void receive(message what);
  /// A batch. `ticket` is dropped when all of it stands in the clients' queues, or has nobody to go to.
  void deliver(std::vector<edge_item> items, std::shared_ptr<const void> ticket = {});
  void link_reset(const godwit::link_reset& what);
  void view(membership_view what);

  /// Tells all clients `shutting_down`, closes, joins. Lasts at most `closing_linger`. Idempotent.
  void stop();

  edge_counts counts() const;
  /// Of each loop that there may be, by its number.
  std::vector<edge_loop_state> loops() const;
  /// Has a shard of the sessions (their id modulo 64 is its number) served by another loop. The pool does so itself
  /// where load asks for it. False: it is there or on its way, or there is no such loop.
  bool move_shard(std::size_t shard, std::size_t to);

private:
  struct parts;
  explicit edge(std::unique_ptr<parts> running);
  std::unique_ptr<parts> parts_;
};

} // namespace godwit
