#include "tests/support/free_ports.hpp"

#include "tests/support/unique_fd.hpp"

#include <netinet/in.h>
#include <random>
#include <set>
#include <stdexcept>
#include <sys/socket.h>

namespace godwit::test {
namespace {

constexpr std::uint16_t first_port = 11'000;
constexpr std::uint16_t last_port = 31'999;

template <class Address>
bool can_listen(int family, const Address& where) {
  const unique_fd socket{::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!socket)
    return family == AF_INET6; // a machine without IPv6
  return ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) == 0
         && ::listen(socket.get(), 1) == 0;
}

bool is_free(std::uint16_t port) {
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  v6.sin6_addr = in6addr_loopback;
  return can_listen(AF_INET, v4) && can_listen(AF_INET6, v6);
}

} // namespace

std::vector<std::uint16_t> free_ports(std::size_t count) {
  static std::mt19937 chance{std::random_device{}()};
  static std::set<std::uint16_t> given; // in this process, for good
  std::uniform_int_distribution<std::uint16_t> any{first_port, last_port};
  std::vector<std::uint16_t> result;
  for (int attempts = 0; result.size() < count; ++attempts) {
    if (attempts == 10'000)
      throw std::runtime_error("no free ports");
    const auto port = any(chance);
    if (!given.contains(port) && is_free(port)) {
      given.insert(port);
      result.push_back(port);
    }
  }
  return result;
}

} // namespace godwit::test
