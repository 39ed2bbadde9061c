#include "nodes/link/link_listener.hpp"

#include <asio/ip/v6_only.hpp>
#include <spdlog/spdlog.h>

namespace godwit {

using asio::ip::tcp;

std::optional<error> link_listener::listen(const endpoint& where) {
  const auto failed_with = [&](const std::error_code& failed) {
    return error{error_code::address_unusable, "can not listen on " + to_string(where) + ": " + failed.message()};
  };
  std::error_code failed;
  tcp::resolver resolver(acceptor_.get_executor());
  const auto found = resolver.resolve(where.host, std::to_string(where.port), tcp::resolver::passive, failed);
  if (failed || found.empty())
    return failed_with(failed ? failed : asio::error::host_not_found);
  const auto chosen = found.begin()->endpoint();
  acceptor_.open(chosen.protocol(), failed);
  if (!failed)
    acceptor_.set_option(tcp::acceptor::reuse_address(true), failed);
  if (!failed && chosen.protocol() == tcp::v6()) // 0.0.0.0 and [::] may stand side by side
    acceptor_.set_option(asio::ip::v6_only(true), failed);
  if (!failed)
    acceptor_.bind(chosen, failed);
  if (!failed)
    acceptor_.listen(tcp::acceptor::max_listen_connections, failed);
  if (failed)
    return failed_with(failed);
  return {};
}

std::uint16_t link_listener::port() const {
  std::error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

void link_listener::start() {
  acceptor_.async_accept([self = shared_from_this()](std::error_code failed, tcp::socket socket) {
    if (failed == asio::error::operation_aborted || !self->acceptor_.is_open())
      return;
    if (!failed) {
      self->accepted_(std::move(socket));
      return self->start();
    }
    spdlog::warn("cluster port {}: accepting failed: {}", self->port(), failed.message());
    self->retry_.expires_after(std::chrono::milliseconds{100});
    self->retry_.async_wait([self](std::error_code aborted) {
      if (!aborted)
        self->start();
    });
  });
}

void link_listener::stop() {
  std::error_code ignored;
  acceptor_.close(ignored);
  retry_.cancel();
}

} // namespace godwit
