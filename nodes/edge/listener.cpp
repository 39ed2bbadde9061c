#include "nodes/edge/listener.hpp"

#include <asio/ip/v6_only.hpp>
#include <spdlog/spdlog.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace godwit {
namespace {

using asio::ip::tcp;

/// Connections that are taken before the loop's own clients get their turn.
constexpr int accepts_per_turn_max = 64;
constexpr auto descriptors_pause = std::chrono::milliseconds(100);

/// Beyond clients_max, connections are told so; beyond this they are closed without the cost of a handshake.
std::size_t told_max(const edge_config& config) { return config.clients_max + config.clients_max / 16 + 16; }

std::string to_string(const edge_address& where) {
  const bool v6 = where.host.find(':') != std::string::npos;
  return (v6 ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

error unusable(const edge_address& where, const asio::error_code& why) {
  return {error_code::address_unusable, to_string(where) + ": " + why.message()};
}

std::string text_of(const sockaddr_storage& peer) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  edge_address where;
  if (peer.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(peer);
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    where.port = ntohs(v6.sin6_port);
  } else {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(peer);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    where.port = ntohs(v4.sin_port);
  }
  where.host = text.data();
  return to_string(where);
}

ip_address address_of(const sockaddr_storage& peer) {
  ip_address from;
  if (peer.ss_family == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6&>(peer).sin6_addr.s6_addr;
    std::copy(std::begin(six), std::end(six), from.bytes.begin());
    return from;
  }
  std::array<std::uint8_t, 4> four{};
  std::memcpy(four.data(), &reinterpret_cast<const sockaddr_in&>(peer).sin_addr, four.size());
  return ip_address::v4(four);
}

asio::error_code listen_on(tcp::acceptor& socket, const tcp::endpoint& where) {
  asio::error_code failed;
  const auto step = [&](auto&& act) {
    if (!failed)
      act();
  };
  step([&] { socket.open(where.protocol(), failed); });
  step([&] { socket.set_option(tcp::acceptor::reuse_address(true), failed); });
  if (where.address().is_v6())
    step([&] { socket.set_option(asio::ip::v6_only(true), failed); });
  step([&] { socket.bind(where, failed); });
  step([&] { socket.listen(asio::socket_base::max_listen_connections, failed); });
  step([&] { socket.non_blocking(true, failed); });
  return failed;
}

} // namespace

result<std::vector<std::shared_ptr<listener>>> listener::open(edge_shared& shared, loop_pool& loops,
                                                              const edge_address& where, port_kind kind) {
  auto& io = shared.loops.at(0).io();
  asio::error_code failed;
  tcp::resolver resolver(io);
  const auto found = resolver.resolve(where.host, std::to_string(where.port), tcp::resolver::passive, failed);
  if (failed)
    return unusable(where, failed);
  std::vector<std::shared_ptr<listener>> listeners;
  for (const auto& one : found) {
    tcp::acceptor socket(io);
    if (const auto why = listen_on(socket, one.endpoint()))
      return unusable(where, why);
    listeners.push_back(std::make_shared<listener>(shared, loops, std::move(socket), kind));
  }
  return listeners;
}

listener::listener(edge_shared& shared, loop_pool& loops, tcp::acceptor socket, port_kind kind)
    : shared_(shared), loops_(loops), socket_(std::move(socket)), kind_(kind), pause_(socket_.get_executor()) {}

edge_address listener::address() const {
  asio::error_code ignored;
  const auto where = socket_.local_endpoint(ignored);
  return {where.address().to_string(), where.port()};
}

void listener::start() { wait(); }

void listener::close() {
  asio::error_code ignored;
  socket_.close(ignored);
  pause_.cancel();
}

void listener::wait() {
  socket_.async_wait(tcp::acceptor::wait_read, [self = shared_from_this()](const asio::error_code& why) {
    if (!why)
      self->accept_all();
  });
}

void listener::accept_all() {
  for (int i = 0; i != accepts_per_turn_max; ++i) {
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    unique_fd accepted(
      ::accept4(socket_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted.get() >= 0) {
      const int on = 1;
      ::setsockopt(accepted.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); // what waits is gathered by us
      hand_over({std::move(accepted), peer.ss_family == AF_INET6, text_of(peer), {}, false, kind_, {}},
                address_of(peer));
    } else if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      return wait_for_descriptors();
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      break;
    }
  }
  wait();
}

void listener::wait_for_descriptors() {
  const auto now = std::chrono::steady_clock::now();
  lacks_.summary(now); // how often it happened says nothing
  if (lacks_.refused("descriptors", now))
    spdlog::error("no descriptors are left for further clients; raise the limit of open files");
  pause_.expires_after(descriptors_pause);
  pause_.async_wait([self = shared_from_this()](const asio::error_code& cancelled) {
    if (!cancelled)
      self->accept_all();
  });
}

void listener::hand_over(accepted_socket socket, const ip_address& from) {
  using verdict = address_limits::verdict;
  const auto now = std::chrono::steady_clock::now();
  const auto refused = [&](error_code why) { shared_.refusals.refused(socket.peer, name_of(why), now); };
  if (shared_.load() >= told_max(shared_.config))
    return refused(error_code::too_many_clients);
  auto [decided, share] = shared_.admissions->connect(from, now);
  if (decided == verdict::closed)
    return refused(error_code::too_many_connections);
  socket.share = std::move(share);
  socket.exempt = decided == verdict::exempt;
  if (decided == verdict::too_many)
    socket.unwelcome = error_code::too_many_connections;
  loops_.next().post(std::move(socket));
}

} // namespace godwit
