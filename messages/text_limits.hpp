/// @file
/// The limits of what people may say. They stand here, below actors/rules/limits.hpp (which brings them along), because
/// the grammar of names, the codecs and the clients need them too.
#pragma once

#include <cstddef>

namespace godwit::limits {

/// In code points, as people count; IRC clients cope with this many.
inline constexpr std::size_t nick_code_points_max = 32;
inline constexpr std::size_t room_name_code_points_max = 64;
/// In bytes: the four bytes that UTF-8 needs at most.
inline constexpr std::size_t nick_bytes_max = 3 * nick_code_points_max;
inline constexpr std::size_t room_name_bytes_max = 2 * room_name_code_points_max;
/// A post that fills a screen several times over; a longer one is a file.
inline constexpr std::size_t post_bytes_max = 16 * 1024;
inline constexpr std::size_t topic_bytes_max = 1024;
inline constexpr std::size_t reason_bytes_max = 512;
inline constexpr std::size_t away_bytes_max = 512;
/// What a person is shown as besides a nick: `user@host`, and the name that somebody gives of himself.
inline constexpr std::size_t user_at_host_bytes_max = 128;
inline constexpr std::size_t real_name_bytes_max = 256;

// Rooms' lists. All of one room's settings travel as one message, and are written whole when they change.

/// A nick, a user and a host with wildcards; IRC's lines have no room for more.
inline constexpr std::size_t mask_bytes_max = 256;
/// A room's key: IRC clients cope with this many.
inline constexpr std::size_t room_key_bytes_max = 32;
/// Masks in each of a room's lists.
inline constexpr std::size_t listed_masks_max = 100;
/// Invitations that wait; the oldest goes for a new one.
inline constexpr std::size_t invitations_max = 64;
/// Changes of one request.
inline constexpr std::size_t mode_changes_max = 20;

} // namespace godwit::limits
