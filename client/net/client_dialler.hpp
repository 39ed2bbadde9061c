/// @file
/// Finds a TCP connection to a host: all of its addresses, the next one begun when one fails or is slow, the first that
/// answers wins (RFC 8305, without its sorting: the resolver's order is taken).
///
/// Requires  an io_context that one thread runs; all calls on that thread.
/// Promises  one call of `done`, later than start(), unless cancelled. The owner keeps the deadline.
#pragma once

#include "client/net/server_address.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace godwit {

class client_dialler : public std::enable_shared_from_this<client_dialler> {
public:
  /// A connected socket, or why there is none.
  using done_handler = std::function<void(result<asio::ip::tcp::socket>)>;

  client_dialler(asio::io_context& io, std::chrono::milliseconds next_address_after)
      : io_(io), resolver_(io), next_address_(io), next_address_after_(next_address_after) {}

  void start(const server_address& where, done_handler done);
  void cancel();

private:
  void dial_next();
  void dialled(std::size_t index, const asio::error_code& failed);
  void finish(result<asio::ip::tcp::socket> outcome);

  asio::io_context& io_;
  asio::ip::tcp::resolver resolver_;
  asio::steady_timer next_address_;
  std::chrono::milliseconds next_address_after_;
  std::vector<asio::ip::tcp::endpoint> addresses_;
  std::vector<std::unique_ptr<asio::ip::tcp::socket>> sockets_; // one per address begun
  std::size_t failed_count_ = 0;
  std::string where_;
  done_handler done_;
};

} // namespace godwit
