// Lines about people, from one line to what it asks for; and those of operators of the server.
#include "actors/rules/irc_requests.hpp"
#include "actors/rules/limits.hpp"
#include "messages/irc/irc_limits.hpp"
#include "messages/irc/irc_modes.hpp"
#include "messages/names.hpp"

#include <algorithm>
#include <charconv>

namespace godwit {
namespace {

/// RFC 1459, 5.7: five.
constexpr std::size_t userhost_max = 5;

bool is_tag_key(std::string_view key) {
  return key.size() > 1 && key.front() == '+' && std::ranges::all_of(key.substr(1), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.'
                  || c == '/' || c == '_';
         });
}

std::optional<user_mode> user_mode_of(char letter) {
  switch (letter) {
  case 'i': return user_mode::invisible;
  case 'B': return user_mode::bot;
  case 'w': return user_mode::wallops;
  case 'o': return user_mode::server_operator;
  default: return std::nullopt;
  }
}

} // namespace

bool asks_for_operators_only(const irc::line& who) {
  const auto& options = who.param(1);
  return options.substr(0, options.find('%')).find('o') != std::string::npos;
}

std::string irc_front::request_reader::client_tags() const {
  std::string out;
  for (const auto& each : line().tags) {
    if (!is_tag_key(each.key))
      continue;
    out += (out.empty() ? "" : ";") + each.key;
    if (!each.value.empty())
      out += "=" + irc::escape_tag_value(each.value);
  }
  return out.size() > limits::signal_tags_bytes_max ? std::string{} : out;
}

void irc_front::request_reader::whois() {
  // With two parameters the first one names a server: that of whom it is about, mostly.
  if (line().params.size() > 1 && line().param(0) != line().param(1) && !is_for_this_server(0))
    return;
  const auto nicks = pieces_of(line().param(line().params.size() > 1 ? 1 : 0));
  if (nicks.empty())
    return add_local(verb::no_nick);
  for (std::size_t i = 0; i != nicks.size(); ++i) {
    if (i == limits::irc_message_targets_max)
      return add_local(verb::too_many_targets, nicks[i]);
    add(verb::whois, ask::people{{people_kind::named, {nicks[i]}}}, nicks[i]);
  }
}

void irc_front::request_reader::whowas() {
  const auto& nick = line().param(0);
  if (nick.empty())
    return add_local(verb::no_nick);
  const auto& count = line().param(1);
  std::uint32_t limit = 0; // none, or less than one: all
  std::from_chars(count.data(), count.data() + count.size(), limit);
  people_question question{people_kind::former, {nick}};
  question.limit = limit;
  add(verb::whowas, ask::people{std::move(question)}, nick);
}

void irc_front::request_reader::userhost() {
  if (!needs(1))
    return;
  auto nicks = line().params;
  nicks.resize(std::min(nicks.size(), userhost_max));
  add(verb::userhost, ask::people{{people_kind::named, std::move(nicks)}});
}

void irc_front::request_reader::ison() {
  if (!needs(1))
    return;
  std::vector<std::string> nicks;
  for (const auto& param : line().params) { // one, or several in one
    for (std::string_view rest = param; !rest.empty();) {
      const auto end = std::min(rest.find(' '), rest.size());
      if (end != 0)
        nicks.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  nicks.resize(std::min(nicks.size(), limits::people_named_max));
  add(verb::ison, ask::people{{people_kind::named, std::move(nicks)}});
}

void irc_front::request_reader::lusers() { add(verb::lusers, ask::people{{people_kind::counted}}); }

void irc_front::request_reader::who() {
  const auto& target = line().param(0);
  if (is_channel(target))
    return add(verb::who, ask::members{room_of(target)}, target);
  const bool all = target.empty() || target == "0";
  const bool operators_only = asks_for_operators_only(line());
  if (!all && !operators_only && fold_nick(target))
    return add(verb::who, ask::people{{people_kind::named, {target}}}, target);
  people_question question{people_kind::matching};
  question.mask = all ? "*" : target;
  question.operators_only = operators_only;
  add(verb::who, ask::people{std::move(question)}, all ? "*" : target);
}

void irc_front::request_reader::user_mode_line(const std::string& nick) {
  ask::set_user_modes wanted;
  wanted.nick = nick;
  bool is_known = true;
  bool adds = true;
  for (std::size_t i = 1; i < line().params.size(); ++i)
    for (const char letter : line().param(i)) {
      const auto mode = user_mode_of(letter);
      if (letter == '+' || letter == '-')
        adds = letter == '+';
      else if (mode) {
        (adds ? wanted.add : wanted.drop).set(*mode);
        (adds ? wanted.drop : wanted.add).set(*mode, false);
      } else
        is_known = false;
    }
  const auto whose = fold_nick(nick);
  const auto mine = fold_nick(std::string(nick_));
  if (mine && !(whose && *whose == *mine)) // whether there is somebody, the directory knows
    return add(verb::user_mode_other, ask::people{{people_kind::named, {nick}}}, nick);
  add(verb::user_mode, std::move(wanted), nick, line().params.size() == 1 ? 1 : 0);
  if (!is_known)
    add_local(verb::user_mode_fault);
}

void irc_front::request_reader::set_name() {
  if (needs(1))
    add(verb::set_name,
        ask::set_real_name{std::string(irc::utf8_prefix(line().param(0), limits::irc_real_name_bytes_max))});
}

void irc_front::request_reader::tag_message() {
  if (line().param(0).empty())
    return add_local(verb::no_recipient);
  const auto tags = client_tags();
  std::size_t count = 0;
  for (const auto& target : pieces_of(line().param(0))) {
    if (count++ == limits::irc_message_targets_max)
      return add_local(verb::too_many_targets, target);
    const bool is_part_of_channel = irc::member_mode_of_prefix(target.front()) != member_mode::none;
    if (tags.empty() || is_part_of_channel) // tags alone go to a channel as a whole
      add_local(verb::nothing);
    else if (is_channel(target))
      add(verb::tag_message, ask::signal{ask::room_named{room_of(target)}, tags}, target);
    else
      add(verb::tag_message, ask::signal{ask::person_named{target}, tags}, target);
  }
  if (count == 0)
    add_local(verb::no_recipient);
}

// -------------------------------------------------------------------------------------- operators of the server

void irc_front::request_reader::oper() {
  if (needs(2))
    add(verb::oper, ask::become_operator{line().param(0), line().param(1)});
}

void irc_front::request_reader::kill() {
  if (needs(1))
    add(verb::kill, ask::expel{line().param(0), line().param(1)}, line().param(0));
}

void irc_front::request_reader::wallops() {
  if (needs(1))
    add(verb::wallops, ask::proclaim{proclamation_kind::wallops, line().param(0)});
}

void irc_front::request_reader::rehash() { add(verb::rehash, ask::proclaim{proclamation_kind::rehash, {}}); }

} // namespace godwit
