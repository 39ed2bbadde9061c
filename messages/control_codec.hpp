/// @file
/// The connection channel of the native protocol: what a client and its proxy node's edge say about the connection
/// itself. Both directions, so that edge and client library share it.
///
/// Requires  nothing of the bytes: they come from outside, of any size and alignment.
/// Promises  `encode` gives whole frames with header (channel 1), ready to be written. `decode_*` take a frame's
///           message without header; they return `bad_frame` as a value (`resume_refused` where only the token has
///           another size) and never throw; what a newer peer says is `unknown_control`, to be skipped.
/// Source    messages/client.capnp, "connection channel".
#pragma once

#include "messages/cluster_messages.hpp"
#include "messages/errors.hpp"
#include "messages/ids.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace godwit::control {

/// The version that this build speaks; wire::PROTOCOL_VERSION.
inline constexpr std::uint16_t protocol_version = 1;
/// A person's secret, random.
inline constexpr std::size_t identity_bytes = 16;
/// For the operator's log; what is longer is cut.
inline constexpr std::size_t client_name_bytes_max = 64;
/// Positions that a hello may hold: more than a session may have rooms, so that one in a hurry may name a few that it
/// has just left.
inline constexpr std::size_t hello_positions_max = 256;
/// Other proxy nodes that a server's hello may name.
inline constexpr std::size_t hello_alternatives_max = 64;

using resume_token = std::array<std::uint8_t, 32>;

struct resume_request {
  session_id session;
  resume_token token{};
  std::vector<stream_position> positions; ///< what the client has
  bool operator==(const resume_request&) const = default;
};

struct client_hello {
  std::uint16_t version_min = protocol_version;
  std::uint16_t version_max = protocol_version;
  std::uint64_t features = 0;
  std::string identity; ///< identity_bytes, else the edge answers `identity_invalid`
  std::string client_name;
  std::optional<resume_request> resume;
  bool operator==(const client_hello&) const = default;
};

struct server_hello {
  std::uint16_t version = protocol_version;
  std::uint64_t features = 0;
  session_id session;
  resume_token token{};
  bool resumed = false;
  std::uint32_t resume_timeout_ms = 0;
  std::int64_t server_time_us = 0;
  std::uint32_t frame_bytes_max = 0;
  std::vector<std::string> alternatives; ///< host:port
  std::uint32_t idle_ping_after_ms = 0;
  std::string node;
  bool operator==(const server_hello&) const = default;
};

struct ping {
  std::uint64_t number = 0;
  bool operator==(const ping&) const = default;
};
struct pong {
  std::uint64_t number = 0;
  bool operator==(const pong&) const = default;
};
/// The last frame of a connection.
struct connection_closed {
  error why;            ///< a number that this build does not know stays as it is
  std::string name;     ///< as the server says it, for errors of newer servers
  std::string sentence; ///< the same
  bool retry = false;
  bool operator==(const connection_closed&) const = default;
};
/// The connection goes on; if the client does so too, it will be closed for this reason.
struct warning {
  error why;
  bool operator==(const warning&) const = default;
};
/// Of a newer peer.
struct unknown_control {
  bool operator==(const unknown_control&) const = default;
};

using client_control = std::variant<client_hello, ping, pong, unknown_control>;
using server_control = std::variant<server_hello, ping, pong, connection_closed, warning, unknown_control>;

result<client_control> decode_client_control(std::string_view bytes);
result<server_control> decode_server_control(std::string_view bytes);

/// `unknown_control` is not encodable: it gives an empty string.
std::string encode(const client_control& what);
std::string encode(const server_control& what);

/// What an edge says last.
connection_closed closed_by(const error& why);

} // namespace godwit::control
