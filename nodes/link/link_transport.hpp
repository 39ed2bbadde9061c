/// @file
/// The connections between nodes: dialled or accepted, secured by mutual TLS, judged, and handed over as one end of a
/// socket pair that CAF's BASP speaks on.
///
/// Lives on    every node, one per process, on a thread of its own.
/// Owns        listeners, dial attempts, connections, the other ends of the socket pairs.
/// Promises    one open link per peer; a link is reported open once and closed once, and an old one closed before a new
///             one opens; every refused peer is logged with address and reason at both ends and its socket closed
///             within the deadline; a lost link is dialled again at once, then with jittered backoff.
/// Bounded by  limits::link_buffer_bytes in each direction of a link, limits::link_handshakes_max connections that
///             are accepted and not yet links: then the oldest of them is closed.
/// Threads     callbacks come from the transport's thread and must not block; cut() may be called from everywhere.
/// Source      design.md, "Links"; messages/hello.capnp.
#pragma once

#include "actors/rules/limits.hpp"
#include "messages/hello.hpp"
#include "messages/tls_session.hpp"
#include "nodes/work/work_pool.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace godwit {

/// A link's number within this process, from 1, never used again.
using link_id = strong_id<struct link_tag>;

struct link_peer {
  node_name name;
  std::vector<std::string> addresses; ///< host:port, [v6]:port; tried in order; unused if the peer is the one who dials
};

/// This machine's time since 1970 in UTC.
std::chrono::milliseconds milliseconds_since_1970();

struct link_options {
  node_hello self;
  std::vector<std::string> listen; ///< host:port, [v6]:port; port 0: any. Empty: none, for a node that dials all others
  std::vector<link_peer> peers;    ///< all other nodes of the config
  std::chrono::milliseconds handshake_timeout = limits::link_handshake_timeout; ///< TCP, TLS and hello together
  std::chrono::milliseconds redial_backoff_min = limits::redial_backoff_min;
  std::chrono::milliseconds redial_backoff_max = limits::redial_backoff_max;
  std::function<std::chrono::milliseconds()> clock = milliseconds_since_1970; ///< what is told to peers, and compared
  std::chrono::milliseconds refusals_counted_for = limits::refusals_counted_for; ///< rather than logged one by one
  work_pool* work = nullptr; ///< looks names up; stopped before the transport is destroyed. Null: one of its own
};

/// What the owner hears. Unset functions are not called.
struct link_events {
  /// A link is open. `fd`: a non-blocking stream socket whose bytes go to the peer; the receiver closes it.
  std::function<void(const node_hello& peer, int fd, bool is_dialler, link_id)> on_link;
  /// It is closed, by whomever. The dialler dials again by itself.
  std::function<void(const node_hello& peer, link_id, const std::string& reason)> on_link_closed;
  /// A dial attempt ended without a link; the next follows after a backoff.
  std::function<void(const node_name& peer, const std::string& reason)> on_dial_failed;
  /// A peer was refused since its clock and this node's are too far apart, and one of the two is the broker node.
  /// `on_refused` or `on_dial_failed` follows.
  std::function<void(const node_hello& peer, const std::string& sentence)> on_clock_far;
  /// Somebody who dialled us was not let in. Logged already, or counted (actors/rules/refusal_log.hpp).
  std::function<void(const std::string& address, const std::string& reason)> on_refused;
};

class link_transport {
public:
  /// Listens and begins to dial. An error names the address that can not be listened on, or says that the node's
  /// certificate is for another name.
  static result<std::unique_ptr<link_transport>> start(const tls_context& tls, link_options options,
                                                       link_events events);
  ~link_transport(); ///< stop()
  link_transport(const link_transport&) = delete;
  link_transport& operator=(const link_transport&) = delete;

  /// The ports that are listened on, in the order of link_options::listen.
  const std::vector<std::uint16_t>& ports() const;

  /// Closes a link; on_link_closed follows, with `reason`. Nothing if it is closed already.
  void cut(link_id link, std::string reason);

  /// Closes everything, reports open links closed, and joins the thread; no callback comes afterwards. Not to be called
  /// from a callback.
  void stop();

private:
  class implementation;
  explicit link_transport(std::unique_ptr<implementation> started);
  std::unique_ptr<implementation> implementation_;
};

} // namespace godwit
