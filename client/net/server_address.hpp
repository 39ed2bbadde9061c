/// @file
/// Where a server is, as people type it: `host:port`, `[2001:db8::1]:port`, or a host alone.
#pragma once

#include "messages/errors.hpp"

#include <string>
#include <string_view>

namespace godwit {

inline constexpr std::string_view default_client_port = "7700";

struct server_address {
  std::string host; ///< a name or an IP address, without brackets
  std::string port;
  bool operator==(const server_address&) const = default;
};

/// Error: `request_invalid`, with a sentence.
result<server_address> parse_server_address(std::string_view typed);
std::string to_text(const server_address& where);

} // namespace godwit
