/// @file
/// Accepts connections on one address.
///
/// Lives on    the transport's thread (open() is called before it runs).
/// Promises    goes on after an error, such as too many open files, a little later.
#pragma once

#include "actors/rules/refusal_log.hpp"
#include "messages/endpoint.hpp"
#include "messages/errors.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace godwit {

/// Of the peer, for the log: HOST:PORT.
std::string address_of(const asio::ip::tcp::socket& socket);

class link_listener : public std::enable_shared_from_this<link_listener> {
public:
  using accepted_function = std::function<void(asio::ip::tcp::socket)>;

  /// Binds and listens on every address that the name has, all on one port; looks the name up, and blocks for that. The
  /// error names the address. `what`: what the log calls the port.
  static result<std::vector<std::shared_ptr<link_listener>>> open(const asio::any_io_executor& on,
                                                                  const endpoint& where,
                                                                  const accepted_function& accepted,
                                                                  const std::string& what = "cluster port");
  link_listener(asio::ip::tcp::acceptor acceptor, accepted_function accepted, std::string what)
      : acceptor_(std::move(acceptor)), retry_(acceptor_.get_executor()), accepted_(std::move(accepted)),
        what_(std::move(what)) {}

  std::uint16_t port() const;
  void start();
  void stop();

private:
  asio::ip::tcp::acceptor acceptor_;
  asio::steady_timer retry_;
  refusal_log failures_{limits::refusals_counted_for, 1}; // to accept
  accepted_function accepted_;
  std::string what_;
};

} // namespace godwit
