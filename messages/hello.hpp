/// @file
/// What two nodes say to each other before a link is open, and how it is judged.
///
/// Limits    greeting_bytes_max.
/// Source    messages/hello.capnp.
#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

namespace godwit {

/// The node-to-node protocol that this build speaks: messages/cluster.capnp.
inline constexpr std::uint16_t node_protocol_version_min = 1;
inline constexpr std::uint16_t node_protocol_version_max = 1;

/// One greeting, encoded: a name or two and a sentence.
inline constexpr std::size_t greeting_bytes_max = 4096;

/// Who a node is.
struct node_hello {
  std::string cluster;
  node_name name;
  godwit::incarnation incarnation;
  std::uint8_t roles = 0; ///< bits: 1 broker, 2 worker, 4 proxy
  std::uint16_t version_min = node_protocol_version_min;
  std::uint16_t version_max = node_protocol_version_max;
  std::string software;
  std::chrono::milliseconds clock{0}; ///< its time as it says this, since 1970 in UTC; 0: not told
  std::uint32_t pid = 0;              ///< of its process, for people; 0: not told

  bool operator==(const node_hello&) const = default;
};
struct link_welcome {
  bool operator==(const link_welcome&) const = default;
};
struct link_refused {
  std::string why; ///< a sentence for the operator
  bool operator==(const link_refused&) const = default;
};
using link_greeting = std::variant<node_hello, link_welcome, link_refused>;

/// Without the frame header.
std::string encode_link_greeting(const link_greeting& greeting);
/// `bad_frame` for what can not be read.
result<link_greeting> decode_link_greeting(std::string_view bytes);

/// Of each pair of nodes one dials: the later name the earlier one.
inline bool dials(const node_name& self, const node_name& peer) { return peer < self; }

/// How far the clocks of a node and of the broker node may be apart: what is logged has a time that people compare, and
/// certificates end at one. Beyond what NTP ever leaves, and what a greeting may need to arrive.
inline constexpr std::chrono::milliseconds clock_difference_max{30'000};

/// A sentence if one of the two is a broker node, both told their time, and these are too far apart; else empty.
std::string clock_objection_to(const node_hello& peer, const node_hello& self);

/// A sentence that says why `self` can not work with `peer`; empty if it can: same cluster, another name, an
/// incarnation, a shared version.
std::string objection_to(const node_hello& peer, const node_hello& self);

} // namespace godwit
