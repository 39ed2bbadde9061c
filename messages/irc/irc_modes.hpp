/// @file
/// Modes of rooms and of their members ↔ the letters of IRC.
///
/// CHANMODES=beI,k,l,imnst   PREFIX=(qaohv)~&@%+
/// Source: Modern IRC Client Protocol, "MODE message", "Channel Modes"; docs/IRC.md, "Modes".
#pragma once

#include "messages/moderation.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::irc {

inline constexpr std::string_view list_mode_letters = "beI";
inline constexpr std::string_view flag_mode_letters = "imnst";
inline constexpr std::string_view member_mode_letters = "qaohv"; ///< from the highest rank down
inline constexpr std::string_view member_prefixes = "~&@%+";

char letter_of(room_flag flag);
char letter_of(member_mode mode);
char letter_of(mask_list list);
/// `none` where it is no prefix.
member_mode member_mode_of_prefix(char prefix);

/// What stands before a nick: of the highest mode only, or (`all`: multi-prefix) of each.
std::string prefixes_of(member_modes modes, bool all);

/// What the parameters of a MODE for a channel, without the channel, ask for.
struct asked_modes {
  std::vector<mode_change> changes;
  std::vector<mask_list> lists; ///< to be shown
  std::vector<char> unknown;    ///< each letter once; '?' for all that is not ASCII
  std::vector<char> missing;    ///< letters without the parameter that they need, each once
  struct bad_param {
    char letter;
    std::string param;
  };
  std::vector<bad_param> bad; ///< keys, limits and masks that can be none
  bool too_many = false;      ///< beyond irc_modes_per_line_max; the rest was left out
};
asked_modes read_modes(std::span<const std::string> params);

/// "+nt-k key": the words of a MODE line that says these changes, split where a line would be longer than `bytes_max`.
std::vector<std::string> words_of(std::span<const mode_change> changes, std::size_t bytes_max);
/// "+ntk key": what holds for a room. The key is shown as it is here; empty ones are left out.
std::string words_of(const room_settings& settings);

} // namespace godwit::irc
