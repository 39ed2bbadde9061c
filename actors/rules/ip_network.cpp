#include "actors/rules/ip_network.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace godwit {
namespace {

constexpr unsigned v4_prefix_bits = 96;
constexpr unsigned v6_site_bits = 64;

/// The address with all bits behind the prefix cleared.
ip_address masked(ip_address one, unsigned bits) {
  for (unsigned i = 0; i != one.bytes.size(); ++i) {
    const unsigned kept = std::min(8U, bits > 8 * i ? bits - 8 * i : 0U);
    one.bytes[i] = static_cast<std::uint8_t>(one.bytes[i] & (0xff00U >> kept));
  }
  return one;
}

} // namespace

ip_address ip_address::v4(const std::array<std::uint8_t, 4>& bytes) {
  ip_address mapped;
  mapped.bytes[10] = mapped.bytes[11] = 0xff;
  std::copy(bytes.begin(), bytes.end(), mapped.bytes.begin() + 12);
  return mapped;
}

bool ip_address::is_v4() const { return masked(*this, v4_prefix_bits) == v4({}); }

std::optional<ip_address> parse_ip_address(const std::string& text) {
  if (text.find('\0') != std::string::npos) // inet_pton would not see what follows
    return std::nullopt;
  std::array<std::uint8_t, 4> four{};
  if (::inet_pton(AF_INET, text.c_str(), four.data()) == 1)
    return ip_address::v4(four);
  ip_address six;
  if (::inet_pton(AF_INET6, text.c_str(), six.bytes.data()) == 1)
    return six;
  return std::nullopt;
}

bool ip_network::contains(const ip_address& one) const { return masked(one, bits) == first; }

std::optional<ip_network> parse_ip_network(std::string_view text) {
  const auto slash = text.find('/');
  const std::string host{text.substr(0, slash)};
  const auto first = parse_ip_address(host);
  if (!first)
    return std::nullopt;
  ip_network network{*first};
  if (slash != std::string_view::npos) {
    const auto length = text.substr(slash + 1);
    const unsigned before = host.find(':') == std::string::npos ? v4_prefix_bits : 0;
    const auto [end, problem] = std::from_chars(length.begin(), length.end(), network.bits);
    if (problem != std::errc{} || end != length.end() || network.bits > 128 - before)
      return std::nullopt;
    network.bits += before;
  }
  return masked(network.first, network.bits) == network.first ? std::optional(network) : std::nullopt;
}

bool any_contains(const std::vector<ip_network>& networks, const ip_address& one) {
  return std::any_of(networks.begin(), networks.end(), [&](const ip_network& each) { return each.contains(one); });
}

ip_network limited_as_one(const ip_address& one) {
  const unsigned bits = one.is_v4() ? 128 : v6_site_bits;
  return {masked(one, bits), bits};
}

} // namespace godwit
