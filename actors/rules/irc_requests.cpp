#include "actors/rules/irc_requests.hpp"

#include "messages/irc/irc_limits.hpp"

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
  static constexpr std::array locals{
    local_row{"PASS", verb::pass},       local_row{"PONG", verb::nothing}, local_row{"MOTD", verb::motd},
    local_row{"VERSION", verb::version}, local_row{"TIME", verb::time},    local_row{"INFO", verb::info},
    local_row{"ADMIN", verb::admin},     local_row{"HELP", verb::help},    local_row{"LINKS", verb::links},
    local_row{"STATS", verb::stats},
  };
  const auto& command = line().command;
  if (into_.fault != irc::line_fault{})
    add_local(verb::unreadable);
  else if (command == "PRIVMSG" || command == "NOTICE")
    message(command == "NOTICE" ? verb::notice : verb::message);
  else if (command == "QUIT")
    add(verb::quit, ask::quit{line().params.empty() ? std::string{} : line().param(0)});
  else if (const auto* own = std::ranges::find(readers, command, &row::command); own != readers.end())
    (this->*own->read)();
  else if (const auto* local = std::ranges::find(locals, command, &local_row::command); local != locals.end())
    add_local(local->what);
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

void irc_front::request_reader::add(verb what, ask::request request, std::string target, std::uint32_t extra) {
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
    add_local(verb::mode_fault, "unknown", static_cast<unsigned char>(letter));
  for (const char letter : asked.missing)
    add_local(verb::mode_fault, channel, static_cast<unsigned char>(letter));
  if (!asked.changes.empty())
    add(verb::mode_change, ask::change_modes{room, std::move(asked.changes)}, channel);
  for (const auto list : asked.lists)
    add(verb::mode_list, ask::read_settings{room}, channel, static_cast<std::uint32_t>(list));
  if (into_.parts.empty())
    add_local(verb::nothing);
}

} // namespace godwit
