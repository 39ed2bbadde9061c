#include "messages/cloak.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>

namespace godwit {
namespace {

/// "192.0.2.7:1234", "[2001:db8::1]:1234".
std::string host_of(std::string_view peer) {
  const auto colon = peer.rfind(':');
  auto host = peer.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']'))
    host = host.substr(1, host.size() - 2);
  return std::string(host);
}

/// The bytes that stand for one customer: all of an IPv4 address, the network's half of an IPv6 one. Empty: no address.
std::string network_of(const std::string& host) {
  std::array<char, sizeof(in6_addr)> bytes{};
  if (::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1)
    return {bytes.data(), sizeof(in_addr)};
  if (::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1)
    return {bytes.data(), sizeof(in6_addr) / 2};
  return {};
}

} // namespace

std::string cloaked_host(std::string_view key, std::string_view peer) {
  const auto network = network_of(host_of(peer));
  if (key.empty() || network.empty())
    return "hidden";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (!::HMAC(::EVP_sha256(), key.data(), static_cast<int>(key.size()),
              reinterpret_cast<const unsigned char*>(network.data()), network.size(), digest.data(), &size))
    return "hidden";
  constexpr std::size_t shown_bytes = 6;
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i != shown_bytes; ++i) {
    out += digits[digest[i] >> 4U];
    out += digits[digest[i] & 15U];
  }
  return out + ".cloak";
}

} // namespace godwit
