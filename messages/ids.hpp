/// @file
/// The names by which Godwit's parts know each other: sessions, rooms, nodes, epochs, effects.
///
/// Plain values without behaviour. They cross nodes as the numbers and strings they hold.
#pragma once

#include <array>
#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace godwit {

/// A 64-bit number that can not be mixed up with one of another kind. 0 means "none".
template <class Tag>
struct strong_id {
  std::uint64_t value = 0;

  constexpr auto operator<=>(const strong_id&) const = default;
  constexpr explicit operator bool() const { return value != 0; }
};

/// One session, from login to its end. Random, chosen by the proxy node; not a secret (the resume token is).
using session_id = strong_id<struct session_tag>;
/// One room. Given by the store when the room is first opened, never used again.
using room_id = strong_id<struct room_tag>;
/// One life of one node's process. Random at start.
using incarnation = strong_id<struct incarnation_tag>;

/// A node's name as the config and its certificate say it.
using node_name = std::string;

/// What a room is found by: a public room's folded name, or `=` and two identity hashes for a private conversation.
using room_key = std::string;

/// Raised by one, in the store, each time a room is opened. Only the owner of the highest may append.
using room_epoch = std::uint64_t;
/// The place of a logged event in its room's log. From 1, without gaps.
using room_seq = std::uint64_t;

/// Which owner of a session is meant: the store counts generations (a resume through another proxy node),
/// the session's proxy node counts moves. Compared in this order.
struct session_epoch {
  std::uint32_t generation = 0;
  std::uint32_t moves = 0;

  constexpr auto operator<=>(const session_epoch&) const = default;
};

/// The name of one effect of one frame of a client. Ops rise, so names of a session are ordered.
/// `op` is the native client's frame number, for IRC the edge's `in_seq`; 0 means "no effect".
/// `k` counts the effects of one frame from 0.
struct effect_name {
  session_id session;
  std::uint64_t op = 0;
  std::uint32_t k = 0;

  constexpr auto operator<=>(const effect_name&) const = default;
  constexpr explicit operator bool() const { return op != 0; }
};

/// SHA-256 of a person's secret identity. The server never keeps the identity itself.
using identity_hash = std::array<std::uint8_t, 32>;

/// Microseconds since 1970, UTC.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// Immutable bytes that many hold at once: an encoded event on its way to many clients is one of these.
using shared_bytes = std::shared_ptr<const std::string>;

/// Which language a client speaks.
enum class protocol : std::uint8_t { native = 1, irc = 2 };

/// What an effect of a session on the directory is called, and who waits for the answer.
struct request_origin {
  effect_name name;
  node_name reply_to;
  bool operator==(const request_origin&) const = default;
};

} // namespace godwit

template <class Tag>
struct std::hash<godwit::strong_id<Tag>> {
  std::size_t operator()(const godwit::strong_id<Tag>& id) const noexcept {
    return std::hash<std::uint64_t>{}(id.value);
  }
};

template <>
struct std::hash<godwit::effect_name> {
  std::size_t operator()(const godwit::effect_name& name) const noexcept {
    return std::hash<std::uint64_t>{}(name.session.value ^ (name.op * 0x9e3779b97f4a7c15U)
                                      ^ (std::uint64_t{name.k} << 48U));
  }
};
