/// @file
/// A TCP endpoint as an operator writes it: `127.0.0.1:7700`, `[::1]:7700`, `chat.example:7700`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace godwit {

struct endpoint {
  std::string host; ///< without brackets
  std::uint16_t port = 0;

  bool operator==(const endpoint&) const = default;
};
std::string to_string(const endpoint& where);
/// Nothing, if it is none.
std::optional<endpoint> parse_endpoint(std::string_view text);
/// Whether it stands for every address of a machine (`0.0.0.0`, `::`): to listen on, not to dial.
bool is_wildcard(const endpoint& where);

} // namespace godwit
