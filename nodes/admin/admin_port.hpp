/// @file
/// The port of the broker node where operators' tools ask and order: by mutual TLS with certificates of the operator
/// CA, so that no tool ever joins the cluster's own network.
///
/// Lives on    the broker node, on a thread of its own.
/// Owns        listeners, connections, the questions that are not answered yet.
/// Promises    each order is logged with who gave it, from where, and what became of it; each stranger that is refused
///             with address and reason, as actors/rules/refusal_log.hpp says.
/// Bounded by  limits, "admin port".
/// Threads     `ask` is called on the port's thread and must not block; answer() may be called from everywhere.
/// Source      messages/admin.capnp; docs/decisions/0022.
#pragma once

#include "actors/rules/limits.hpp"
#include "messages/admin_messages.hpp"
#include "messages/endpoint.hpp"
#include "messages/tls_session.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace godwit {

struct admin_port_options {
  std::vector<endpoint> listen; ///< port 0: any
  node_name node;
  std::string cluster;
  std::string software;
  std::chrono::milliseconds handshake_timeout = limits::admin_handshake_timeout;
  std::chrono::milliseconds idle_timeout = limits::admin_idle_timeout;
  /// The first question's ticket. Tickets name what rooms are ordered to do, over all lives of the broker node.
  std::uint64_t first_ticket = 1;
};

class admin_port {
public:
  using ask_function = std::function<void(admin_asked)>;

  /// Listens. An error names the address that can not be listened on.
  static result<std::unique_ptr<admin_port>> start(const tls_context& tls, admin_port_options options,
                                                   ask_function ask);
  ~admin_port(); ///< stop()
  admin_port(const admin_port&) = delete;
  admin_port& operator=(const admin_port&) = delete;

  /// The ports that are listened on, in the order of admin_port_options::listen.
  const std::vector<std::uint16_t>& ports() const;
  /// Nothing, if whoever asked is gone.
  void answer(admin_answered what);
  /// Closes everything and joins the thread; nothing is asked afterwards. Not to be called from `ask`.
  void stop();

private:
  class implementation;
  explicit admin_port(std::unique_ptr<implementation> started);
  std::unique_ptr<implementation> implementation_;
};

/// An operator's name as logs can show it: 1 to 63 letters, digits, and - _ . @
bool is_operator_name(const std::string& name);
/// What was asked, in a line for the log.
std::string text_of(const admin_question& what);

} // namespace godwit
