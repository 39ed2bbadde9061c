/// @file
/// Peers that are not as they should be: plain sockets, and a node played by hand. Loopback only.
#pragma once

#include "messages/frame.hpp"
#include "messages/hello.hpp"
#include "messages/tls_session.hpp"
#include "tests/unit/link/node_fixture.hpp"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace godwit::test {

inline std::string pattern(std::size_t count, std::size_t seed) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<char>((i + seed) * 2654435761U >> 13U);
  return bytes;
}

inline void wait_until(int fd, short what) {
  pollfd one{fd, what, 0};
  const auto limit = std::chrono::duration_cast<std::chrono::milliseconds>(patience).count();
  if (::poll(&one, 1, static_cast<int>(limit)) != 1)
    throw std::runtime_error("the socket does nothing");
}

inline void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    wait_until(fd, POLLOUT);
    const auto count = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (count < 0 && errno != EAGAIN)
      throw std::runtime_error("the socket is closed");
    bytes.remove_prefix(static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
}

/// Fewer than `count` at the end of the stream.
inline std::string read_exactly(int fd, std::size_t count) {
  std::string bytes;
  std::array<char, 65536> piece;
  while (bytes.size() < count) {
    wait_until(fd, POLLIN);
    const auto got = ::recv(fd, piece.data(), std::min(piece.size(), count - bytes.size()), MSG_DONTWAIT);
    if (got == 0 || (got < 0 && errno == ECONNRESET))
      break;
    if (got > 0)
      bytes.append(piece.data(), static_cast<std::size_t>(got));
  }
  return bytes;
}
inline std::string read_to_end(int fd) { return read_exactly(fd, std::string::npos); }

inline sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

inline owned_fd connect_to(std::uint16_t port) {
  owned_fd fd(::socket(AF_INET, SOCK_STREAM, 0));
  const auto address = loopback(port);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    throw std::runtime_error("can not connect");
  return fd;
}

/// Takes connections and says nothing.
class silent_listener {
public:
  silent_listener() : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    auto address = loopback(0);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(fd_.get(), plain, size) != 0 || ::listen(fd_.get(), 16) != 0
        || ::getsockname(fd_.get(), plain, &size) != 0)
      throw std::runtime_error("can not listen");
    port_ = ntohs(address.sin_port);
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

private:
  owned_fd fd_;
  std::uint16_t port_ = 0;
};

/// A node's end of the greetings, step by step.
class raw_node {
public:
  raw_node(const tls_context& tls, const std::string& peer, std::uint16_t port)
      : fd_(connect_to(port)), tls_(tls_session::connect(tls, peer)) {
    send();
  }

  void say(const link_greeting& greeting) { say_bytes(encode_link_greeting(greeting)); }
  void say_bytes(std::string_view bytes) {
    std::string framed;
    append_frame(framed, 0, bytes);
    say_unframed(framed);
  }
  /// Throws if the peer has had enough before all was said.
  void say_unframed(std::string_view bytes) {
    tls_.write(bytes);
    while (tls_.state() == tls_state::handshaking && receive()) {
    }
    send();
  }
  link_greeting hear() {
    for (;;) {
      const auto next = must(frames_.next());
      if (next)
        return must(decode_link_greeting(next->bytes));
      if (!receive())
        throw std::runtime_error("the peer closed the connection");
    }
  }
  bool hears_the_end() {
    while (receive()) {
    }
    return true;
  }

private:
  bool receive() {
    const auto bytes = read_exactly(fd_.get(), 1); // one at a time is quick enough
    std::string plaintext;
    tls_.feed(bytes, plaintext);
    frames_.feed(plaintext);
    send();
    return !bytes.empty();
  }
  void send() {
    std::string bytes;
    tls_.take_output(bytes);
    write_all(fd_.get(), bytes);
  }

  owned_fd fd_;
  tls_session tls_;
  frame_reader frames_{{.bytes_max = greeting_bytes_max, .channel_count = 1}};
};

} // namespace godwit::test
