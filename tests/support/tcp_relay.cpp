#include "tests/support/tcp_relay.hpp"

#include <algorithm>
#include <array>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>

namespace godwit::test {
namespace {

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in result{};
  result.sin_family = AF_INET;
  result.sin_port = htons(port);
  result.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return result;
}

unique_fd stream_socket() { return unique_fd{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)}; }

bool send_all(int to, const char* bytes, std::size_t count) {
  while (count > 0) {
    const auto sent = ::send(to, bytes, count, MSG_NOSIGNAL);
    if (sent <= 0)
      return false;
    bytes += sent;
    count -= static_cast<std::size_t>(sent);
  }
  return true;
}

/// Ends it for whoever waits on it, now; the descriptor stays open until its owner closes it.
void end_connection(int fd) { ::shutdown(fd, SHUT_RDWR); }

} // namespace

tcp_relay::tcp_relay(std::uint16_t target) : target_(target), listening_(stream_socket()) {
  auto where = loopback(0);
  socklen_t length = sizeof where;
  if (::bind(listening_.get(), reinterpret_cast<const sockaddr*>(&where), length) != 0
      || ::listen(listening_.get(), 64) != 0
      || ::getsockname(listening_.get(), reinterpret_cast<sockaddr*>(&where), &length) != 0)
    throw std::runtime_error("the relay can not listen");
  port_ = ntohs(where.sin_port);
  accepting_ = std::jthread{[this] { accept_clients(); }};
}

tcp_relay::~tcp_relay() {
  {
    const std::lock_guard guard{lock_};
    stopped_ = true;
  }
  cut();
  ::shutdown(listening_.get(), SHUT_RDWR);
  accepting_.join();
}

void tcp_relay::cut() {
  const std::lock_guard guard{lock_};
  for (auto& each : passages_) {
    end_connection(each.client.get());
    end_connection(each.server.get());
  }
}

void tcp_relay::accept_clients() {
  for (;;) {
    unique_fd client{::accept4(listening_.get(), nullptr, nullptr, SOCK_CLOEXEC)};
    if (!client)
      return;
    if (!lets_in_)
      continue;
    auto server = stream_socket();
    auto own = loopback(0);
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + static_cast<std::uint32_t>(goes_out_from_));
    const auto where = loopback(target_);
    if (::bind(server.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0)
      continue;
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
      continue; // the client sees its connection closed
    const std::lock_guard guard{lock_};
    if (stopped_)
      return;
    auto& added = passages_.emplace_back();
    added.client = std::move(client);
    added.server = std::move(server);
    const int near_end = added.client.get();
    const int far_end = added.server.get();
    added.up = std::jthread{[=, &left = to_server_left_] { pass(near_end, far_end, left); }};
    added.down = std::jthread{[=, &left = to_client_left_] { pass(far_end, near_end, left); }};
    ++accepted_;
  }
}

void tcp_relay::pass(int from, int to, std::atomic<std::int64_t>& left) {
  std::array<char, 4096> bytes{};
  for (;;) {
    const auto got = ::recv(from, bytes.data(), bytes.size(), 0);
    if (got <= 0)
      break;
    auto may_go = static_cast<std::int64_t>(got);
    bool is_last = false;
    if (left.load() != no_end) {
      const auto before = left.fetch_sub(may_go);
      is_last = before <= may_go;
      may_go = std::clamp<std::int64_t>(before, 0, may_go);
    }
    if (!send_all(to, bytes.data(), static_cast<std::size_t>(may_go)) || is_last)
      break;
  }
  if (left.load() <= 0)
    left = no_end; // the next connection goes on
  end_connection(from);
  end_connection(to);
}

} // namespace godwit::test
