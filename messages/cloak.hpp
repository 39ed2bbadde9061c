/// @file
/// Where a client comes from, as others see it: the same for one address, telling nothing of it to who lacks the key.
///
/// Source: docs/IRC.md, "Hosts".
#pragma once

#include <string>
#include <string_view>

namespace godwit {

/// A keyed hash (HMAC-SHA-256, its first 48 bits in hex) of an IPv4 address or of the /64 of an IPv6 address, with
/// ".cloak" behind it. `peer`: host:port, as sockets name it. Without a key, or of what is no address: "hidden".
std::string cloaked_host(std::string_view key, std::string_view peer);

} // namespace godwit
