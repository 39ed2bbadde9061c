/// @file
/// What an edge is told at its start: where it listens, who it is, and its limits (defaults: actors/rules/limits.hpp).
#pragma once

#include "actors/rules/address_limits.hpp"
#include "actors/rules/flood_control.hpp"
#include "actors/rules/limits.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace godwit {

/// Where to listen. `port` 0: the system chooses.
struct edge_address {
  std::string host; ///< an IPv4 or IPv6 address or a name, without brackets
  std::uint16_t port = 0;
  bool operator==(const edge_address&) const = default;
};

struct edge_config {
  node_name node;
  incarnation node_incarnation;
  std::vector<edge_address> listen;
  std::vector<edge_address> irc_listen;
  std::vector<edge_address> irc_plain_listen;        ///< without TLS
  std::string irc_server = "irc.godwit.test";        ///< the name that IRC clients are shown
  std::size_t loops_min = 1;                         ///< threads; at least 1
  std::size_t loops_max = 1;                         ///< at least loops_min; more than shard_count are of no use
  std::chrono::milliseconds sampling_interval{1000}; ///< after which the loops' load is looked at
  std::vector<std::string> alternatives;             ///< host:port of other proxy nodes, told to clients

  std::chrono::milliseconds handshake_timeout = limits::handshake_timeout;
  std::chrono::milliseconds opening_timeout = limits::session_opening_timeout;
  std::chrono::milliseconds idle_ping_after = limits::idle_ping_after;
  std::chrono::milliseconds resume_timeout = limits::resume_timeout;
  std::chrono::milliseconds closing_linger = limits::closing_linger;
  std::size_t clients_max = limits::clients_max;
  std::size_t routes_max = limits::routes_max;
  std::size_t frame_bytes_max = limits::client_frame_bytes_max;
  std::size_t send_queue_bytes_max = limits::send_queue_bytes_max;
  std::size_t unconfirmed_frames_max = limits::unconfirmed_frames_max;
  std::size_t unconfirmed_bytes_max = limits::unconfirmed_bytes_max;
  address_settings addresses;
  flood_settings flood;
  std::chrono::milliseconds refusals_counted_for = limits::refusals_counted_for;
};

} // namespace godwit
