#include "nodes/link/host_port.hpp"

#include <charconv>

namespace godwit {

std::optional<host_port> parse_host_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos)
    return {};
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc{} || end != digits.data() + digits.size())
    return {};
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  else if (host.find(':') != std::string_view::npos) // an IPv6 address without brackets: which colon is which?
    return {};
  if (host.empty())
    return {};
  return host_port{std::string(host), port};
}

} // namespace godwit
