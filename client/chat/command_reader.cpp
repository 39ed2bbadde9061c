#include "client/chat/command_reader.hpp"

#include "client/chat/moderation_commands.hpp"
#include "messages/names.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace godwit {
namespace {

constexpr std::uint32_t history_events_typed = 50;
constexpr std::uint32_t history_events_typed_max = 1000;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

/// The first word, and what follows it.
std::pair<std::string_view, std::string_view> split(std::string_view text) {
  const auto space = text.find_first_of(" \t");
  if (space == std::string_view::npos)
    return {text, {}};
  return {text.substr(0, space), trimmed(text.substr(space + 1))};
}

/// People may write a room as IRC does.
std::string room_name(std::string_view typed) {
  if (typed.starts_with('#'))
    typed.remove_prefix(1);
  return std::string{typed};
}

bool same_room(std::string_view one, std::string_view other) {
  const auto left = fold_room(one);
  const auto right = fold_room(other);
  return left && right ? *left == *right : one == other;
}

mistyped no_room() { return {"There is no current room: /join ROOM goes to one."}; }

mistyped usage(std::string_view of) { return {"Usage: " + std::string{of}}; }

} // namespace

std::string_view command_help() {
  return "TEXT                  say it in the current room (//TEXT: begins with a slash)\n"
         "/join ROOM [KEY]      go there; makes it if there is none\n"
         "/leave [ROOM]         leave it, or the current one\n"
         "/msg NICK TEXT        say it to one person\n"
         "/nick NICK            be called so\n"
         "/who [ROOM]           who is there\n"
         "/whois NICK           who somebody is\n"
         "/rooms                all rooms\n"
         "/topic [TEXT]         show or set the topic of the current room\n"
         "/history [N]          the newest N events of the current room (50)\n"
         "/history since SEQ    what came behind that event\n"
         "/history missed       what you missed since you were last there\n"
         "/history @NICK [N]    of your conversation with somebody\n"
         "/away TEXT, /back     say that you are away, or here again\n"
         "/ping                 wait until all before it is done\n"
         "/quit [REASON]        leave everything\n"
         "To keep a room in order: /help room\n"
         "For operators of the server:\n"
         "/oper [NAME]          become one (asks for the password), or be none any more\n"
         "/kill NICK [REASON]   end somebody's session\n"
         "/wallops TEXT         say it to the operators of the server\n"
         "/broadcast TEXT       say it to everybody\n";
}

std::string command_reader::room_or_current(std::string_view typed) const {
  return typed.empty() ? room_ : room_name(typed);
}

typed_line command_reader::read(std::string_view line) {
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  if (trimmed(line).empty())
    return nothing_typed{};
  if (line.starts_with('/') && !line.starts_with("//")) {
    const auto [name, rest] = split(line.substr(1));
    return read_command(name, rest);
  }
  if (line.starts_with("//"))
    line.remove_prefix(1);
  if (room_.empty())
    return no_room();
  return ask::post{ask::room_named{room_}, std::string{line}};
}

typed_line command_reader::read_command(std::string_view name, std::string_view rest) {
  if (name == "join")
    return join(rest);
  if (name == "leave")
    return leave(rest);
  if (name == "msg") {
    const auto [nick, text] = split(rest);
    if (text.empty())
      return usage("/msg NICK TEXT");
    return ask::post{ask::person_named{std::string{nick}}, std::string{text}};
  }
  if (name == "nick")
    return rest.empty() ? typed_line{usage("/nick NICK")} : ask::change_nick{std::string{rest}};
  if (name == "who") {
    auto room = room_or_current(rest);
    return room.empty() ? typed_line{no_room()} : ask::members{std::move(room)};
  }
  if (name == "whois")
    return rest.empty() ? typed_line{usage("/whois NICK")}
                        : ask::people{{people_kind::named, {std::string{split(rest).first}}}};
  if (name == "rooms")
    return ask::rooms{};
  if (name == "topic") {
    if (room_.empty())
      return no_room();
    return rest.empty() ? ask::request{ask::read_topic{room_}} : ask::set_topic{room_, std::string{rest}};
  }
  if (name == "history")
    return history(rest);
  if (name == "away")
    return rest.empty() ? typed_line{usage("/away TEXT; /back when you are here again")} : ask::away{std::string{rest}};
  if (name == "back")
    return ask::away{};
  if (name == "ping")
    return ask::ping{1};
  if (name == "quit")
    return quit_typed{std::string{rest}};
  if (name == "help")
    return help_typed{trimmed(rest) == "room"};
  if (auto typed = read_operator(name, rest))
    return *std::move(typed);
  if (auto typed = read_moderation(name, rest, room_))
    return *std::move(typed);
  return mistyped{"There is no command /" + std::string{name} + "; /help lists all. A text with a slash: //"
                  + std::string{name}};
}

std::optional<typed_line> command_reader::read_operator(std::string_view name, std::string_view rest) {
  if (name == "oper")
    return rest.empty() ? typed_line{ask::set_user_modes{{}, user_mode::server_operator}}
                        : password_needed{std::string{split(rest).first}};
  if (name == "kill") {
    const auto [nick, reason] = split(rest);
    return nick.empty() ? typed_line{usage("/kill NICK [REASON]")} : ask::expel{std::string{nick}, std::string{reason}};
  }
  if (name != "wallops" && name != "broadcast")
    return std::nullopt;
  if (rest.empty())
    return usage("/" + std::string{name} + " TEXT");
  const auto kind = name == "wallops" ? proclamation_kind::wallops : proclamation_kind::notice;
  return ask::proclaim{kind, std::string{rest}};
}

typed_line command_reader::join(std::string_view rest) {
  const auto [room, key] = split(rest);
  if (room.empty())
    return usage("/join ROOM [KEY]");
  auto name = room_name(room);
  if (fold_room(name)) // else the server refuses it, and what is said goes on where it went
    room_ = name;
  return ask::join{std::move(name), std::string{key}};
}

typed_line command_reader::leave(std::string_view rest) {
  auto room = room_or_current(split(rest).first);
  if (room.empty())
    return no_room();
  if (same_room(room, room_))
    room_.clear();
  return ask::leave{std::move(room), std::string{split(rest).second}};
}

typed_line command_reader::history(std::string_view rest) const {
  ask::history question;
  question.of = ask::room_named{room_};
  if (rest.starts_with('@')) {
    const auto [nick, more] = split(rest.substr(1));
    question.of = ask::person_named{std::string{nick}};
    rest = more;
  } else if (room_.empty()) {
    return no_room();
  }
  const auto [word, number] = split(rest);
  const auto digits = word == "since" ? number : word;
  std::uint64_t count = history_events_typed;
  if (!digits.empty() && word != "missed") {
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
    if (bad != std::errc{} || end != digits.data() + digits.size())
      return usage("/history [@NICK] [N | since SEQ | missed]");
  }
  if (word == "since") {
    question.range = ask::since{count};
    question.limit = history_events_typed_max;
  } else if (word == "missed") {
    question.range = ask::since_left{};
    question.limit = history_events_typed_max;
  } else {
    question.range = ask::newest{static_cast<std::uint32_t>(std::min<std::uint64_t>(count, history_events_typed_max))};
  }
  return question;
}

} // namespace godwit
