/// @file
/// A listening socket: gives each new connection to the least busy loop.
///
/// Lives on   the first loop.
/// Promises   where descriptors run out it waits a moment instead of spinning; clients wait in the system's backlog.
#pragma once

#include "nodes/edge/loop_pool.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <memory>
#include <vector>

namespace godwit {

class listener : public std::enable_shared_from_this<listener> {
public:
  /// One for each address that `where` resolves to, already listening. `address_unusable` if one of them fails.
  static result<std::vector<std::shared_ptr<listener>>> open(edge_shared& shared, loop_pool& loops,
                                                             const edge_address& where, port_kind kind);

  listener(edge_shared& shared, loop_pool& loops, asio::ip::tcp::acceptor socket, port_kind kind);

  void start();
  /// On the first loop's thread.
  void close();
  edge_address address() const;

private:
  void wait();
  void accept_all();
  void wait_for_descriptors();
  void hand_over(accepted_socket socket, const ip_address& from);

  edge_shared& shared_;
  loop_pool& loops_;
  asio::ip::tcp::acceptor socket_;
  port_kind kind_;
  asio::steady_timer pause_;
  refusal_log lacks_{limits::refusals_counted_for, 1}; // of descriptors
};

} // namespace godwit
