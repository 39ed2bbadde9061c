/// @file
/// Accepts connections on one address.
///
/// Lives on    the transport's thread (listen() may be called before it runs).
/// Promises    goes on after an error, such as too many open files, a little later.
#pragma once

#include "messages/endpoint.hpp"
#include "messages/errors.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace godwit {

class link_listener : public std::enable_shared_from_this<link_listener> {
public:
  using accepted_function = std::function<void(asio::ip::tcp::socket)>;

  link_listener(const asio::any_io_executor& on, accepted_function accepted)
      : acceptor_(on), retry_(on), accepted_(std::move(accepted)) {}

  /// Binds and listens; resolves a name, and blocks for that. The error names the
  /// address.
  std::optional<error> listen(const endpoint& where);
  std::uint16_t port() const;
  void start();
  void stop();

private:
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  accepted_function accepted_;
};

} // namespace godwit
