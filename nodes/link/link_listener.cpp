#include "nodes/link/link_listener.hpp"

#include <asio/ip/v6_only.hpp>
#include <spdlog/spdlog.h>

#include <set>

namespace godwit {

using asio::ip::tcp;

std::string address_of(const tcp::socket& socket) {
  std::error_code failed;
  const auto peer = socket.remote_endpoint(failed);
  if (failed)
    return "an address that is gone";
  const auto host = peer.address().to_string();
  return (peer.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(peer.port());
}

namespace {

std::error_code listen_on(tcp::acceptor& acceptor, const tcp::endpoint& where) {
  std::error_code failed;
  const auto step = [&](auto&& act) {
    if (!failed)
      act();
  };
  step([&] { acceptor.open(where.protocol(), failed); });
  step([&] { acceptor.set_option(tcp::acceptor::reuse_address(true), failed); });
  if (where.protocol() == tcp::v6()) // 0.0.0.0 and [::] may stand side by side
    step([&] { acceptor.set_option(asio::ip::v6_only(true), failed); });
  step([&] { acceptor.bind(where, failed); });
  step([&] { acceptor.listen(tcp::acceptor::max_listen_connections, failed); });
  return failed;
}

} // namespace

result<std::vector<std::shared_ptr<link_listener>>> link_listener::open(const asio::any_io_executor& on,
                                                                        const endpoint& where,
                                                                        const accepted_function& accepted,
                                                                        const std::string& what) {
  const auto failed_with = [&](const std::error_code& failed) {
    return error{error_code::address_unusable, "can not listen on " + to_string(where) + ": " + failed.message()};
  };
  std::error_code failed;
  tcp::resolver resolver(on);
  const auto found = resolver.resolve(where.host, std::to_string(where.port), tcp::resolver::passive, failed);
  if (failed || found.empty())
    return failed_with(failed ? failed : asio::error::host_not_found);
  std::set<tcp::endpoint> all; // a hosts file may name one twice
  for (const auto& each : found)
    all.insert(each.endpoint());
  std::vector<std::shared_ptr<link_listener>> listeners;
  for (auto each : all) {
    if (!listeners.empty())
      each.port(listeners.front()->port()); // of port 0: the one that was given to the first
    tcp::acceptor acceptor(on);
    if (const auto why = listen_on(acceptor, each))
      return failed_with(why);
    listeners.push_back(std::make_shared<link_listener>(std::move(acceptor), accepted, what));
  }
  return listeners;
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
    const auto now = std::chrono::steady_clock::now();
    self->failures_.summary(now); // how often it happened says nothing
    if (self->failures_.refused(failed.message(), now))
      spdlog::warn("{} {}: accepting failed: {}", self->what_, self->port(), failed.message());
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
