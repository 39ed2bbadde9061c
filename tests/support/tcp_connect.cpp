#include "tests/support/tcp_connect.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>

namespace godwit::test {

unique_fd connect_to(const std::string& address) {
  const auto colon = address.rfind(':');
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &where.sin_addr);
  unique_fd made{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (::connect(made.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
    throw std::runtime_error("nobody listens on " + address);
  return made;
}

} // namespace godwit::test
