/// @file
/// How a room is kept in order: what its members may, what holds for the room, who is kept out.
///
/// Plain values. The rules are actors/rules/room_moderation.hpp; a private conversation has none of this. In brackets:
/// the letter by which IRC knows it.
/// Limits: messages/text_limits.hpp, "rooms' lists". Source: docs/PROTOCOL.md, "Moderation".
#pragma once

#include "messages/ids.hpp"

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace godwit {

/// A set of flags of one kind, each a bit of a byte. The number is the wire form.
template <class Flag>
struct flag_set {
  std::uint8_t bits = 0;

  constexpr flag_set() = default;
  constexpr flag_set(Flag flag) : bits(static_cast<std::uint8_t>(flag)) {}
  constexpr explicit flag_set(std::uint8_t from) : bits(from) {}

  [[nodiscard]] constexpr bool has(Flag flag) const { return (bits & static_cast<std::uint8_t>(flag)) != 0; }
  [[nodiscard]] constexpr bool empty() const { return bits == 0; }
  constexpr void set(Flag flag, bool on = true) {
    const auto bit = static_cast<std::uint8_t>(flag);
    bits = static_cast<std::uint8_t>(on ? bits | bit : bits & ~bit);
  }
  constexpr bool operator==(const flag_set&) const = default;
};

/// What a member may. In the order of their rank; a member may hold several.
enum class member_mode : std::uint8_t {
  none = 0,
  voice = 1,         ///< [v, +] may speak in a moderated room, and where it is muted
  half_operator = 2, ///< [h, %]
  room_operator = 4, ///< [o, @]
  admin = 8,         ///< [a, &]
  founder = 16,      ///< [q, ~]
};
using member_modes = flag_set<member_mode>;
constexpr member_modes operator|(member_modes one, member_modes other) {
  return member_modes{static_cast<std::uint8_t>(one.bits | other.bits)};
}
/// The highest mode of them.
constexpr member_mode rank(member_modes modes) {
  return static_cast<member_mode>(std::bit_floor(static_cast<unsigned>(modes.bits)));
}
/// Whether `number` is one mode of those above (not `none`, not several).
constexpr bool is_member_mode(std::uint8_t number) { return std::has_single_bit(number) && number <= 16; }

/// What holds for a room.
enum class room_flag : std::uint8_t {
  invite_only = 1,  ///< [i] only who is invited may join
  moderated = 2,    ///< [m] only who has a voice, or more, may speak
  members_only = 4, ///< [n] only members may speak
  secret = 8,       ///< [s] not listed; outsiders are told that there is no such room
  topic_locked = 16 ///< [t] only half-operators, or more, set the topic
};
using room_flags = flag_set<room_flag>;
constexpr room_flags operator|(room_flags one, room_flags other) {
  return room_flags{static_cast<std::uint8_t>(one.bits | other.bits)};
}
constexpr bool is_room_flag(std::uint8_t number) { return std::has_single_bit(number) && number <= 16; }

/// The lists of masks of a room (messages/masks.hpp). A ban `m:MASK` is a mute: it keeps from speaking only.
enum class mask_list : std::uint8_t {
  bans = 1,              ///< [b]
  exceptions = 2,        ///< [e] of bans and mutes
  invite_exceptions = 3, ///< [I] need no invitation
};
constexpr bool is_mask_list(std::uint8_t number) { return number >= 1 && number <= 3; }

struct listed_mask {
  std::string mask; ///< as normalise_mask gives it
  std::string by;   ///< the nick of who put it there
  timestamp time{};
  bool operator==(const listed_mask&) const = default;
};

/// What a room without settings has: of the time before there were any.
inline constexpr room_flags former_room_flags = room_flag::members_only;
/// What a new room has.
inline constexpr room_flags new_room_flags = room_flags{room_flag::members_only} | room_flags{room_flag::topic_locked};

struct room_settings {
  room_flags flags = former_room_flags;
  std::string key;         ///< [k] empty: none
  std::uint32_t limit = 0; ///< [l] of members; 0: the server's own
  std::vector<listed_mask> bans;
  std::vector<listed_mask> exceptions;
  std::vector<listed_mask> invite_exceptions;
  std::vector<session_id> invitations; ///< oldest first; consumed by a join
  timestamp created{};                 ///< 0: before this was noted
  bool operator==(const room_settings&) const = default;
};

// One change of a room, as asked for and as logged.
struct flag_change {
  room_flag flag = room_flag::invite_only;
  bool operator==(const flag_change&) const = default;
};
struct key_change {
  std::string key; ///< where it is taken away: empty, or what the client named
  bool operator==(const key_change&) const = default;
};
struct limit_change {
  std::uint32_t limit = 0; ///< where it is taken away: 0
  bool operator==(const limit_change&) const = default;
};
/// In a request the member is named by nick and `session` is 0: the room finds it.
struct member_change {
  session_id session;
  std::string nick;
  member_mode mode = member_mode::voice;
  bool operator==(const member_change&) const = default;
};
struct mask_change {
  mask_list list = mask_list::bans;
  std::string mask;
  bool operator==(const mask_change&) const = default;
};
struct mode_change {
  bool add = true; ///< else: take away
  std::variant<flag_change, key_change, limit_change, member_change, mask_change> what;
  bool operator==(const mode_change&) const = default;
};

/// The stable names, as programs see them: `operator`, `topic_locked`, `ban`; empty for what is none.
std::string_view name_of(member_mode mode);
std::string_view name_of(room_flag flag);
std::string_view name_of(mask_list list);

/// How a post is meant. A notice is never answered by a program.
enum class post_kind : std::uint8_t { message = 1, notice = 2 };

} // namespace godwit
