#include "messages/endpoint.hpp"

#include <arpa/inet.h>
#include <charconv>

namespace godwit {
namespace {

/// What stands around a host, and what ends a text of C before its end.
constexpr std::string_view no_part_of_a_host{"[]\0", 3};

} // namespace

std::string to_string(const endpoint& where) {
  bool bracketed = where.host.find(':') != std::string::npos;
  return (bracketed ? '[' + where.host + ']' : where.host) + ':' + std::to_string(where.port);
}

std::optional<endpoint> parse_endpoint(std::string_view text) {
  auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0)
    return std::nullopt;
  auto host = text.substr(0, colon);
  auto port_text = text.substr(colon + 1);
  if (host.front() == '[') {
    if (host.size() < 3 || host.back() != ']')
      return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt; // an IPv6 address needs its brackets
  }
  if (host.find_first_of(no_part_of_a_host) != std::string_view::npos)
    return std::nullopt;
  std::uint16_t port = 0;
  auto [end, problem] = std::from_chars(port_text.begin(), port_text.end(), port);
  if (problem != std::errc{} || end != port_text.end())
    return std::nullopt;
  return endpoint{std::string{host}, port};
}

bool is_wildcard(const endpoint& where) {
  in_addr v4{};
  in6_addr v6{};
  if (::inet_pton(AF_INET, where.host.c_str(), &v4) == 1)
    return v4.s_addr == INADDR_ANY;
  return ::inet_pton(AF_INET6, where.host.c_str(), &v6) == 1 && IN6_IS_ADDR_UNSPECIFIED(&v6);
}

} // namespace godwit
