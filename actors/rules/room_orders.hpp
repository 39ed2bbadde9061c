/// @file
/// What operators' tools have ordered rooms to do and is not done yet.
///
/// The directory does it as an operator of the server would, in the name of `admin_session`: it asks the room, and says
/// commands one after the other, each when the last one was answered. Commands are named (admin_session, ticket, k), so
/// that saying one again is known. Of one room's orders the oldest is under way, the others wait.
///
///   found ──ban, make_operator: change_modes──▶ done
///   found ──clear: read_settings, change_modes until all is taken back; read_members, kick_member until nobody is
///   left──▶ done
///   found ──remove: read_members, kick_member until nobody is left──▶ deleting ──done──▶ done, its place is forgotten
///                                 ▲──────────somebody came in since───────┘
///
/// Limits: here. Source: docs/ARCHITECTURE.md, "Operators' tools".
#pragma once

#include "actors/rules/instant.hpp"
#include "messages/admin_messages.hpp"
#include "messages/room_messages.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

/// Orders that are not done, of all operators.
inline constexpr std::size_t room_orders_max = 32;
/// A command that was not answered is said again after this time.
inline constexpr std::chrono::milliseconds room_order_repeated_after{1000};
/// A room that has answered nothing for so long is given up.
inline constexpr std::chrono::milliseconds room_order_given_up_after{20'000};
/// Pages of members that are asked for to clear a room: who comes back again and again does not make it endless.
inline constexpr std::uint32_t clear_rounds_max = 100;

struct room_order {
  treat_room what;
  room_key key;
  room_id room;           ///< 0: the store is asked
  std::uint32_t k = 0;    ///< of the newest command or question
  effect_name previous{}; ///< the room's last command of ours
  std::optional<room_action> doing{};
  std::optional<room_question> asking{};
  bool settings_done = false;
  bool deleting = false; ///< the store is asked
  std::uint32_t rounds = 0;
  std::deque<std::string> to_kick{}; ///< nicks
  instant say_again_at{};
  instant give_up_at{};
};

/// What takes a room's settings back to those of a new one, as many changes as one request may hold; none: they are.
std::vector<mode_change> changes_to_new(const room_settings& settings);

} // namespace godwit
