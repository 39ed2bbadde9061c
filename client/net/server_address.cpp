#include "client/net/server_address.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace godwit {
namespace {

/// What stands around a host, and what ends a text of C before its end.
constexpr std::string_view no_part_of_a_host{"[]\0", 3};

bool is_port(std::string_view text) {
  std::uint16_t number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  return bad == std::errc{} && end == text.data() + text.size() && number != 0;
}

error not_an_address(std::string_view typed) {
  return {error_code::request_invalid,
          "'" + std::string{typed}
            + "' is no address of a server; write HOST:PORT, such as localhost:7700 or [::1]:7700"};
}

} // namespace

result<server_address> parse_server_address(std::string_view typed) {
  auto host = typed;
  std::string_view port = default_client_port;
  const auto colons = std::ranges::count(typed, ':');
  if (typed.starts_with('[')) {
    const auto close = typed.find(']');
    if (close == std::string_view::npos)
      return not_an_address(typed);
    host = typed.substr(1, close - 1);
    const auto rest = typed.substr(close + 1);
    if (!rest.empty() && !rest.starts_with(':'))
      return not_an_address(typed);
    if (!rest.empty())
      port = rest.substr(1);
  } else if (colons == 1) {
    host = typed.substr(0, typed.find(':'));
    port = typed.substr(typed.find(':') + 1);
  }
  if (host.empty() || host.find_first_of(no_part_of_a_host) != std::string_view::npos || !is_port(port))
    return not_an_address(typed);
  return server_address{std::string{host}, std::string{port}};
}

std::string to_text(const server_address& where) {
  const bool bracketed = where.host.find(':') != std::string::npos;
  return (bracketed ? "[" + where.host + "]" : where.host) + ":" + where.port;
}

} // namespace godwit
