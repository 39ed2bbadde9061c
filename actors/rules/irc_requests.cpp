#include "actors/rules/irc_requests.hpp"

#include "messages/irc/irc_limits.hpp"
#include "messages/masks.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace godwit {
std::vector<std::string> pieces_of(std::string_view list) {
  std::vector<std::string> out;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (end != 0)
      out.emplace_back(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return out;
}

bool is_channel(std::string_view target) { return target.starts_with('#'); }
std::string room_of(std::string_view channel) { return std::string(is_channel(channel) ? channel.substr(1) : "#"); }

namespace {

/// A channel with prefixes before it: those who have that mode, or more.
struct audience_of_channel {
  member_mode audience = member_mode::none;
  std::string_view channel;
};
audience_of_channel read_audience(std::string_view target) {
  audience_of_channel out{member_mode::none, target};
  while (!out.channel.empty() && irc::member_mode_of_prefix(out.channel.front()) != member_mode::none) {
    const auto mode = irc::member_mode_of_prefix(out.channel.front());
    if (out.audience == member_mode::none || mode < out.audience)
      out.audience = mode;
    out.channel.remove_prefix(1);
  }
  return out;
}

} // namespace

std::vector<ask::request> irc_front::request_reader::read() {
  using reader = request_reader;
  struct row {
    std::string_view command;
    void (reader::*read)();
  };
  static constexpr std::array readers{
    row{"CAP", &reader::cap},       row{"NICK", &reader::nick},         row{"USER", &reader::user},
    row{"PING", &reader::ping},     row{"JOIN", &reader::join},         row{"PART", &reader::part},
    row{"TOPIC", &reader::topic},   row{"NAMES", &reader::names},       row{"LIST", &reader::list},
    row{"WHO", &reader::who},       row{"AWAY", &reader::away},         row{"INVITE", &reader::invite},
    row{"KICK", &reader::kick},     row{"MODE", &reader::mode},         row{"WHOIS", &reader::whois},
    row{"WHOWAS", &reader::whowas}, row{"USERHOST", &reader::userhost}, row{"ISON", &reader::ison},
    row{"LUSERS", &reader::lusers}, row{"SETNAME", &reader::set_name},  row{"TAGMSG", &reader::tag_message},
    row{"OPER", &reader::oper},     row{"KILL", &reader::kill},         row{"WALLOPS", &reader::wallops},
    row{"REHASH", &reader::rehash},
  };
  struct local_row {
    std::string_view command;
    verb what;
  };
  static constexpr std::array locals{local_row{"PASS", verb::pass}, local_row{"PONG", verb::nothing},
                                     local_row{"LINKS", verb::links}};
  struct server_row {
    std::string_view command;
    verb what;
    std::size_t server_param;
  };
  static constexpr std::array about{server_row{"MOTD", verb::motd, 0},   server_row{"VERSION", verb::version, 0},
                                    server_row{"TIME", verb::time, 0},   server_row{"INFO", verb::info, 0},
                                    server_row{"ADMIN", verb::admin, 0}, server_row{"STATS", verb::stats, 1}};
  const auto& command = line().command;
  if (into_.fault != irc::line_fault{})
    add_local(verb::unreadable);
  else if (command == "PRIVMSG" || command == "NOTICE")
    message(command == "NOTICE" ? verb::notice : verb::message);
  else if (command == "QUIT")
    quit();
  else if (const auto* own = std::ranges::find(readers, command, &row::command); own != readers.end())
    (this->*own->read)();
  else if (const auto* local = std::ranges::find(locals, command, &local_row::command); local != locals.end())
    add_local(local->what);
  else if (const auto* of = std::ranges::find(about, command, &server_row::command); of != about.end())
    about_server(of->what, of->server_param);
  else if (command == "HELP")
    add_local(verb::help, line().param(0));
  else
    add_local(verb::unknown);
  return std::move(requests_);
}

bool irc_front::request_reader::needs(std::size_t params) {
  if (line().params.size() >= params)
    return true;
  add_local(verb::too_few_params);
  return false;
}

/// By its name, a mask of it, or the client's own nick, as some clients say it.
bool irc_front::request_reader::is_for_this_server(std::size_t param) {
  const auto& named = line().param(param);
  const auto lower = [](std::string text) {
    std::ranges::transform(text, text.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    return text;
  };
  if (named.empty() || named == nick_ || mask_matches(lower(named), lower(network_.server)))
    return true;
  add_local(verb::no_server, named);
  return false;
}

void irc_front::request_reader::about_server(verb what, std::size_t param) {
  if (is_for_this_server(param))
    add_local(what);
}

/// So that nobody's own words look like those of a server that has ended somebody.
void irc_front::request_reader::quit() {
  const auto& reason = line().param(0);
  add(verb::quit, ask::quit{reason.empty() ? std::string{} : "Quit: " + reason});
}

void irc_front::request_reader::add(verb what, ask::request request, std::string target, std::uint32_t extra) {
  if (into_.parts.size() == frame_parts_max)
    return; // no line of its length asks for so much
  into_.parts.push_back({what, std::move(target), extra});
  requests_.push_back(std::move(request));
}

void irc_front::request_reader::add_local(verb what, std::string target, std::uint32_t extra) {
  add(what, ask::local{}, std::move(target), extra);
}

// --------------------------------------------------------------------------------------------------- registration

void irc_front::request_reader::cap() {
  if (!needs(1))
    return;
  auto verb_text = line().param(0);
  std::ranges::transform(verb_text, verb_text.begin(), [](char c) { return static_cast<char>(c & ~0x20); });
  if (verb_text == "LS" || verb_text == "REQ")
    add(verb::cap, ask::hold_login{true}, verb_text);
  else if (verb_text == "END")
    add(verb::cap, ask::hold_login{false}, verb_text);
  else
    add_local(verb::cap, verb_text);
}

void irc_front::request_reader::nick() {
  if (line().param(0).empty())
    return add_local(verb::no_nick);
  add(verb::nick, ask::take_nick{line().param(0)}, line().param(0));
}

void irc_front::request_reader::user() {
  if (!needs(4))
    return;
  // What people see of it stands between '!' and '@' and in masks.
  std::string user;
  for (const char c : line().param(0))
    if (user.size() < limits::irc_user_bytes_max
        && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_'
            || c == '.'))
      user += c;
  if (user.empty())
    user = "user";
  auto real_name = std::string(irc::utf8_prefix(line().param(3), limits::irc_real_name_bytes_max));
  add(verb::user, ask::introduce{user, std::move(real_name)}, user);
}

void irc_front::request_reader::ping() {
  if (needs(1))
    add(verb::ping, ask::ping{0}, line().param(0));
}

// -------------------------------------------------------------------------------------------------------- channels

void irc_front::request_reader::join() {
  if (!needs(1))
    return;
  if (line().param(0) == "0") // RFC 2812, 3.2.1
    return add(verb::part, ask::leave_all{});
  const auto channels = pieces_of(line().param(0));
  // Keys go by their places, also where one between is empty.
  std::vector<std::string> keys;
  for (std::string_view rest = line().param(1); !rest.empty();) {
    const auto end = std::min(rest.find(','), rest.size());
    keys.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  static_assert(4 * limits::irc_channels_per_line_max < frame_parts_max);
  for (std::size_t i = 0; i != channels.size(); ++i) {
    if (i == limits::irc_channels_per_line_max)
      return add_local(verb::too_many_targets, channels[i]);
    join_one(channels[i], i < keys.size() ? keys[i] : std::string{});
  }
  if (channels.empty())
    add_local(verb::too_few_params);
}

/// Behind its JOIN a client waits for topic, names, and what was said before.
void irc_front::request_reader::join_one(const std::string& channel, const std::string& key) {
  const auto room = room_of(channel);
  ask::join join{room};
  join.key = key;
  add(verb::join, std::move(join), channel);
  add(verb::join_topic, ask::read_topic{room}, channel);
  add(verb::join_names, ask::members{room}, channel);
  if (network_.replay_since_left || network_.replay_lines != 0)
    add(verb::join_replay, ask::replay{room, network_.replay_since_left ? 0 : network_.replay_lines}, channel);
}

void irc_front::request_reader::part() {
  if (!needs(1))
    return;
  std::size_t count = 0;
  for (const auto& channel : pieces_of(line().param(0))) {
    if (count++ == limits::irc_channels_per_line_max)
      return add_local(verb::too_many_targets, channel);
    add(verb::part, ask::leave{room_of(channel), line().param(1)}, channel);
  }
  if (count == 0)
    add_local(verb::too_few_params);
}

void irc_front::request_reader::message(verb as) {
  if (line().params.empty())
    return add_local(verb::no_recipient);
  if (line().params.size() < 2 || line().param(1).empty())
    return add_local(verb::no_text);
  std::size_t count = 0;
  for (const auto& target : pieces_of(line().param(0))) {
    if (count++ == limits::irc_message_targets_max)
      return add_local(verb::too_many_targets, target);
    const auto [audience, channel] = read_audience(target);
    if (target.starts_with('$')) { // a mask of servers: everybody
      add(verb::broadcast, ask::proclaim{proclamation_kind::notice, line().param(1)}, target);
      continue;
    }
    ask::post post;
    if (is_channel(channel))
      post.to = ask::room_named{room_of(channel)};
    else
      post.to = ask::person_named{target};
    post.text = line().param(1);
    post.kind = as == verb::notice ? post_kind::notice : post_kind::message;
    post.audience = is_channel(channel) ? audience : member_mode::none;
    post.tags = client_tags();
    add(as, std::move(post), target);
  }
  if (count == 0)
    add_local(verb::no_recipient);
}

void irc_front::request_reader::topic() {
  if (!needs(1))
    return;
  const auto& channel = line().param(0);
  if (line().params.size() == 1)
    add(verb::topic_read, ask::read_topic{room_of(channel)}, channel);
  else
    add(verb::topic_set, ask::set_topic{room_of(channel), line().param(1)}, channel);
}

void irc_front::request_reader::names() {
  const auto channels = pieces_of(line().param(0));
  if (channels.empty())
    return add_local(verb::names, "*");
  // RPL: one channel per command is what clients ask for; more are answered up to the limit.
  for (std::size_t i = 0; i != channels.size() && i != limits::irc_channels_per_line_max; ++i)
    add(verb::names, ask::members{room_of(channels[i])}, channels[i]);
}

void irc_front::request_reader::list() { add(verb::list, ask::rooms{}); }

void irc_front::request_reader::away() { add(verb::away, ask::away{line().param(0)}); }

void irc_front::request_reader::invite() {
  if (line().params.empty())
    return add(verb::invitations, ask::invitations{});
  if (needs(2))
    add(verb::invite, ask::invite{room_of(line().param(1)), line().param(0)}, line().param(1));
}

void irc_front::request_reader::kick() {
  if (!needs(2))
    return;
  const auto channels = pieces_of(line().param(0));
  std::size_t count = 0;
  for (const auto& nick : pieces_of(line().param(1))) {
    if (channels.empty() || count == limits::irc_message_targets_max)
      return add_local(verb::too_many_targets, nick);
    const auto& channel = channels.size() == 1 ? channels.front() : channels[std::min(count, channels.size() - 1)];
    ++count;
    add(verb::kick, ask::kick{room_of(channel), nick, line().param(2)}, channel);
  }
  if (count == 0)
    add_local(verb::too_few_params);
}

// ----------------------------------------------------------------------------------------------------------- modes

void irc_front::request_reader::mode() {
  if (!needs(1))
    return;
  const auto& target = line().param(0);
  if (is_channel(target))
    channel_mode(target);
  else
    user_mode_line(target);
}

void irc_front::request_reader::channel_mode(const std::string& channel) {
  const auto room = room_of(channel);
  if (line().params.size() == 1)
    return add(verb::mode_read, ask::read_settings{room}, channel);
  auto asked = irc::read_modes(std::span(line().params).subspan(1));
  for (const char letter : asked.unknown)
    add_local(verb::mode_unknown, channel, static_cast<unsigned char>(letter));
  for (const char letter : asked.missing)
    add_local(verb::mode_missing, channel, static_cast<unsigned char>(letter));
  for (auto& each : asked.bad) {
    add_local(verb::mode_bad, channel, static_cast<unsigned char>(each.letter));
    into_.parts.back().word = std::move(each.param);
  }
  if (!asked.changes.empty())
    add(verb::mode_change, ask::change_modes{room, std::move(asked.changes)}, channel);
  for (const auto list : asked.lists)
    add(verb::mode_list, ask::read_settings{room}, channel, static_cast<std::uint32_t>(list));
  if (into_.parts.empty())
    add_local(verb::nothing);
}

} // namespace godwit
