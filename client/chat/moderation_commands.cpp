#include "client/chat/moderation_commands.hpp"

#include "messages/masks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

namespace godwit {
namespace {

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  while (true) {
    const auto begin = text.find_first_not_of(" \t");
    if (begin == std::string_view::npos)
      return words;
    text.remove_prefix(begin);
    const auto length = std::min(text.find_first_of(" \t"), text.size());
    words.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
}

typed_line mistyped_usage(std::string_view of) { return mistyped{"Usage: " + std::string{of}}; }

/// The commands that are one letter of IRC's MODE, said of each word behind them.
struct short_command {
  std::string_view name;
  bool add;
  char letter;
  std::string_view usage;
};
constexpr std::array short_commands{
  short_command{"op", true, 'o', "/op NICK..."},          short_command{"deop", false, 'o', "/deop NICK..."},
  short_command{"halfop", true, 'h', "/halfop NICK..."},  short_command{"dehalfop", false, 'h', "/dehalfop NICK..."},
  short_command{"voice", true, 'v', "/voice NICK..."},    short_command{"devoice", false, 'v', "/devoice NICK..."},
  short_command{"ban", true, 'b', "/ban NICK|MASK..."},   short_command{"unban", false, 'b', "/unban NICK|MASK..."},
  short_command{"mute", true, 'm', "/mute NICK|MASK..."}, short_command{"unmute", false, 'm', "/unmute NICK|MASK..."},
};

std::optional<room_flag> flag_of(char letter) {
  switch (letter) {
  case 'i': return room_flag::invite_only;
  case 'm': return room_flag::moderated;
  case 'n': return room_flag::members_only;
  case 's': return room_flag::secret;
  case 't': return room_flag::topic_locked;
  default: return std::nullopt;
  }
}

std::optional<member_mode> mode_of(char letter) {
  switch (letter) {
  case 'v': return member_mode::voice;
  case 'h': return member_mode::half_operator;
  case 'o': return member_mode::room_operator;
  case 'a': return member_mode::admin;
  case 'q': return member_mode::founder;
  default: return std::nullopt;
  }
}

std::optional<mask_list> list_of(char letter) {
  switch (letter) {
  case 'b': return mask_list::bans;
  case 'e': return mask_list::exceptions;
  case 'I': return mask_list::invite_exceptions;
  default: return std::nullopt;
  }
}

/// Nothing: no number.
std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (bad != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

bool takes_a_word(char letter, bool add) {
  return mode_of(letter) || list_of(letter) || (add && (letter == 'k' || letter == 'l'));
}

/// One letter of /mode, with its word where it takes one. Nothing: there is no such letter.
std::optional<mode_change> change_of(char letter, bool add, const std::string& word) {
  if (const auto flag = flag_of(letter))
    return mode_change{add, flag_change{*flag}};
  if (const auto mode = mode_of(letter))
    return mode_change{add, member_change{{}, word, *mode}};
  if (const auto list = list_of(letter))
    return mode_change{add, mask_change{*list, word}};
  if (letter == 'k')
    return mode_change{add, key_change{word}};
  const auto limit = add ? number_of(word) : 0;
  if (letter == 'l' && limit)
    return mode_change{add, limit_change{*limit}};
  return std::nullopt;
}

constexpr std::string_view mode_usage = "/mode [+|-]LETTERS [WORD...], of i m n s t, v h o a q NICK, b e I MASK, "
                                        "k KEY, l N; without anything it shows what holds";

typed_line read_mode(const std::string& room, const std::vector<std::string>& words) {
  if (words.empty())
    return ask::read_settings{room};
  ask::change_modes request{room, {}};
  std::size_t next_word = 1;
  bool add = true;
  for (const char letter : words[0]) {
    if (letter == '+' || letter == '-') {
      add = letter == '+';
      continue;
    }
    const bool wants = takes_a_word(letter, add);
    if (wants && next_word >= words.size())
      return mistyped_usage(mode_usage);
    auto change = change_of(letter, add, wants ? words[next_word++] : std::string{});
    if (!change)
      return mistyped_usage(mode_usage);
    request.changes.push_back(*std::move(change));
  }
  if (request.changes.empty() || next_word != words.size())
    return mistyped_usage(mode_usage);
  return request;
}

typed_line of_each(const short_command& command, const std::string& room, const std::vector<std::string>& words) {
  if (words.empty())
    return mistyped_usage(command.usage);
  ask::change_modes request{room, {}};
  for (const auto& word : words) {
    if (command.letter == 'm')
      request.changes.push_back({command.add, mask_change{mask_list::bans, std::string{mute_prefix} + word}});
    else
      request.changes.push_back(*change_of(command.letter, command.add, word));
  }
  return request;
}

typed_line read_kick(const std::string& room, std::string_view rest) {
  const auto words = words_of(rest);
  if (words.empty())
    return mistyped_usage("/kick NICK [REASON]");
  const auto reason = rest.find_first_not_of(" \t", rest.find(words[0]) + words[0].size());
  return ask::kick{room, words[0], std::string{reason == std::string_view::npos ? "" : rest.substr(reason)}};
}

/// /key and /limit: a value, or `off`.
typed_line read_value(char letter, const std::string& room, const std::vector<std::string>& words,
                      std::string_view how) {
  if (words.size() != 1)
    return mistyped_usage(how);
  const bool add = words[0] != "off";
  auto change = change_of(letter, add, add ? words[0] : std::string{});
  return change ? typed_line{ask::change_modes{room, {*std::move(change)}}} : mistyped_usage(how);
}

/// Requires a command of moderation_help that is none of short_commands.
typed_line read_longer(std::string_view name, std::string_view rest, const std::string& room) {
  const auto words = words_of(rest);
  if (name == "kick")
    return read_kick(room, rest);
  if (name == "key")
    return read_value('k', room, words, "/key KEY, or /key off");
  if (name == "limit")
    return read_value('l', room, words, "/limit N, or /limit off");
  if (name == "invite")
    return words.size() == 1 ? typed_line{ask::invite{room, words[0]}} : mistyped_usage("/invite NICK");
  return name == "bans" ? typed_line{ask::read_settings{room}} : read_mode(room, words);
}

bool is_longer(std::string_view name) {
  constexpr std::array<std::string_view, 6> names{"kick", "key", "limit", "invite", "bans", "mode"};
  return std::ranges::find(names, name) != names.end();
}

} // namespace

std::optional<typed_line> read_moderation(std::string_view name, std::string_view rest, const std::string& room) {
  const auto* found = std::ranges::find(short_commands, name, &short_command::name);
  if (found == short_commands.end() && !is_longer(name))
    return std::nullopt;
  if (room.empty())
    return mistyped{"There is no current room: /join ROOM goes to one."};
  return found != short_commands.end() ? of_each(*found, room, words_of(rest)) : read_longer(name, rest, room);
}

std::string_view moderation_help() {
  return "/kick NICK [REASON]   put somebody out of the current room\n"
         "/ban, /unban MASK     keep out whoever is like NICK or nick!user@host (* and ? stand for the rest), or not\n"
         "/mute, /unmute MASK   let nobody like that speak, or again\n"
         "/op, /deop NICK       make somebody an operator, or no more; /halfop, /dehalfop; /voice, /devoice\n"
         "/invite NICK          invite somebody into the current room\n"
         "/key KEY, /limit N    what it takes to join, and for how many; off: nothing\n"
         "/mode, /bans          show what holds for the current room\n"
         "/mode +LETTERS [...]  change it: i invite only, m moderated, n members only, s secret, t topic locked;\n"
         "                      -LETTERS takes it away; also v h o a q NICK, b e I MASK, k KEY, l N\n";
}

} // namespace godwit
