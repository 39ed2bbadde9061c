/// @file
/// An address as a config says it: `host:port`, `[v6]:port`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace godwit {

struct host_port {
  std::string host; ///< without brackets
  std::uint16_t port = 0;
  bool operator==(const host_port&) const = default;
};

/// Nothing, if it is none.
std::optional<host_port> parse_host_port(std::string_view text);

} // namespace godwit
