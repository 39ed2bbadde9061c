/// @file
/// Masks: patterns of who somebody is, `nick!user@host`, by which rooms ban, mute and let in.
///
/// `*` stands for any number of code points, `?` for one. A mask is kept folded as nicks are (messages/names.hpp), so
/// that it is compared byte by byte with the folded address of a person.
///
/// As typed → as kept:   ada → ada!*@*          ada@x → *!ada@x       ada!x → ada!x@*
///                       *.example → *!*@*.example    (a '.', ':' or '/' is in no nick: it is a host)
///                       m:ada → m:ada!*@*      (a mute)
/// Limits: mask_bytes_max, as typed and as kept.
/// Source: Modern IRC Client Protocol, "Wildcard Expressions"; docs/PROTOCOL.md, "Moderation".
#pragma once

#include "messages/errors.hpp"

#include <string>
#include <string_view>

namespace godwit {

/// Before a mask in the list of bans: whoever it matches may be here, but not speak.
inline constexpr std::string_view mute_prefix = "m:";
constexpr bool is_mute(std::string_view mask) { return mask.starts_with(mute_prefix); }
/// The mask without `mute_prefix`.
constexpr std::string_view without_mute(std::string_view mask) {
  return is_mute(mask) ? mask.substr(mute_prefix.size()) : mask;
}

/// The mask as it is kept. Normalising it again changes nothing. Error: mask_invalid (empty, too long, no UTF-8, a
/// space, comma or control in it, nothing behind `m:`).
result<std::string> normalise_mask(std::string_view typed);

/// What a room's key may be: UTF-8 without spaces, commas and controls, of 1 to room_key_bytes_max bytes.
bool is_room_key(std::string_view typed);

/// What masks are compared with. `user_at_host` without '@' is a user of no host.
std::string folded_address(std::string_view nick, std::string_view user_at_host);

/// Requires a mask as kept, but without `m:`, and an address as folded_address gives it. At most as many steps as the
/// mask has bytes times the address: both are bounded.
bool mask_matches(std::string_view mask, std::string_view address);
bool mask_matches(std::string_view mask, std::string_view nick, std::string_view user_at_host);

} // namespace godwit
