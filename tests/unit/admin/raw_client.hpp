/// @file
/// A stranger at a TLS port: blocking, without a protocol.
#pragma once

#include "messages/tls_session.hpp"
#include "tests/support/unique_fd.hpp"

#include <arpa/inet.h>
#include <array>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <sys/time.h>

namespace godwit::test {

class raw_client {
public:
  raw_client(std::uint16_t port, const tls_context& context)
      : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), tls_(tls_session::connect(context, "broker-1")) {
    const timeval patience{20, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
      throw std::runtime_error("no connection");
  }

  void say(std::string_view plaintext) { tls_.write(plaintext); }
  /// All that it says, until it closes or TLS fails.
  std::string read_to_the_end() {
    std::string plaintext;
    std::array<char, 4096> buffer{};
    for (;;) {
      std::string out;
      tls_.take_output(out);
      if (!out.empty())
        ::send(fd_.get(), out.data(), out.size(), MSG_NOSIGNAL);
      const auto count = ::recv(fd_.get(), buffer.data(), buffer.size(), 0);
      if (count <= 0)
        return plaintext;
      if (tls_.feed({buffer.data(), static_cast<std::size_t>(count)}, plaintext) == tls_state::failed)
        return plaintext;
    }
  }

private:
  unique_fd fd_;
  tls_session tls_;
};

} // namespace godwit::test
