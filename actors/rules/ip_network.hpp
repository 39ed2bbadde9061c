/// @file
/// IP addresses and networks as limits know them: an IPv4 address is the IPv6 address that it is mapped to.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

struct ip_address {
  std::array<std::uint8_t, 16> bytes{};

  /// `bytes` in network order.
  static ip_address v4(const std::array<std::uint8_t, 4>& bytes);
  bool is_v4() const;
  auto operator<=>(const ip_address&) const = default;
};
/// `192.0.2.1`, `2001:db8::1`; none for anything else.
std::optional<ip_address> parse_ip_address(const std::string& text);

struct ip_network {
  ip_address first;
  unsigned bits = 128; ///< of `first` that matter; IPv4: 96 and its own

  bool contains(const ip_address& one) const;
  bool operator==(const ip_network&) const = default;
};
/// `127.0.0.0/8`, `2001:db8::/32`, or an address alone. None for anything else, and where bits behind the prefix are
/// set: then either address or length is a mistake.
std::optional<ip_network> parse_ip_network(std::string_view text);

bool any_contains(const std::vector<ip_network>& networks, const ip_address& one);

/// Whom limits take for one client: an IPv4 address, or the 64 bits that an IPv6 network has at least.
ip_network limited_as_one(const ip_address& one);

} // namespace godwit
