// Addresses as operators and people type them.
#include "actors/rules/ip_network.hpp"
#include "client/net/server_address.hpp"
#include "messages/endpoint.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace godwit {
namespace {

using fuzz::require;

void check_endpoint(std::string_view text) {
  const auto read = parse_endpoint(text);
  if (!read)
    return;
  require(!read->host.empty(), "an endpoint has a host");
  require(read->host.find_first_of(std::string_view("[]\0", 3)) == std::string::npos, "a host has no brackets, no NUL");
  const auto again = parse_endpoint(to_string(*read));
  require(again == read, "an endpoint is the same when it is written and read again");
  (void)is_wildcard(*read);
}

/// Servers name others to their clients in this form.
void check_server_address(std::string_view text) {
  const auto read = parse_server_address(text);
  if (!read) {
    require(read.why().code == error_code::request_invalid && !read.why().detail.empty(),
            "what is none has a sentence");
    return;
  }
  require(!read->host.empty() && !read->port.empty(), "a server has a host and a port");
  const auto again = parse_server_address(to_text(*read));
  require(again && *again == *read, "a server's address is the same when it is written and read again");
}

void check_network(std::string_view text) {
  const auto read = parse_ip_network(text);
  if (!read)
    return;
  require(text.find('\0') == std::string_view::npos, "an address has no NUL");
  require(read->bits <= 128 && read->contains(read->first), "a network has its first address");
  const auto one = limited_as_one(read->first);
  require(one.contains(read->first) && one.bits == (read->first.is_v4() ? 128 : 64),
          "limits take an IPv4 address alone, and of an IPv6 one 64 bits");
  auto other = read->first;
  if (read->bits == 0)
    return;
  other.bytes[(read->bits - 1) / 8] ^= static_cast<std::uint8_t>(0x80U >> (read->bits - 1) % 8);
  require(!read->contains(other), "a network has no address that differs within its prefix");
}

void check_address(const std::string& text) {
  const auto read = parse_ip_address(text);
  if (read)
    require(parse_ip_network(text) == ip_network{*read, 128}, "an address alone is a network of one");
}

} // namespace
} // namespace godwit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  godwit::check_endpoint(text);
  godwit::check_server_address(text);
  godwit::check_network(text);
  godwit::check_address(std::string(text));
  return 0;
}
