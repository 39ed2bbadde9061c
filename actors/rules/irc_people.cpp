// What a client is told of people, as numerics.
#include "actors/rules/irc_front.hpp"
#include "messages/irc/irc_events.hpp"
#include "messages/irc/irc_limits.hpp"

#include <algorithm>

namespace godwit {
namespace {

using irc::numeric;

std::int64_t seconds(timestamp time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

/// "192.0.2.1:4711" or "[2001:db8::1]:4711" without the port.
std::string_view without_port(std::string_view address) {
  address = address.substr(0, address.rfind(':'));
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  return address;
}

std::int64_t idle_seconds(const person_row& row, timestamp now) {
  const auto since = row.spoke_at != timestamp{} ? row.spoke_at : row.signed_on;
  return since == timestamp{} ? 0 : std::max<std::int64_t>(0, seconds(now) - seconds(since));
}

} // namespace

std::string irc_front::letters_of(user_modes modes) {
  std::string out;
  for (const auto& [mode, letter] : {std::pair{user_mode::bot, 'B'}, std::pair{user_mode::invisible, 'i'},
                                     std::pair{user_mode::server_operator, 'o'}, std::pair{user_mode::wallops, 'w'}})
    if (modes.has(mode))
      out += letter;
  return out;
}

void irc_front::tell_people(const asked& of, const part& to, const tell::people& what, bool more) {
  switch (to.what) {
  case verb::whois: return tell_whois(to, what);
  case verb::whowas: return tell_whowas(to, what);
  case verb::user_mode_other:
    if (what.rows.empty())
      return say(numeric(numeric::no_such_nick).param(to.target).trailing("No such nick/channel"));
    return say(numeric(numeric::users_do_not_match).trailing("Can't change mode for other users"));
  case verb::lusers: return tell_counts(what.counts);
  case verb::who:
    for (const auto& each : what.rows)
      tell_who_row(of, {"*",
                        each.nick,
                        each.mask,
                        each.real_name,
                        each.away,
                        {},
                        each.modes,
                        idle_seconds(each, now_),
                        std::string(without_port(each.address))});
    if (!more)
      say(numeric(numeric::end_of_who).param(to.target).trailing("End of /WHO list"));
    return;
  case verb::userhost:
  case verb::ison: {
    std::string text;
    for (const auto& each : what.rows) {
      text += text.empty() ? "" : " ";
      text += each.nick;
      if (to.what == verb::userhost)
        text += std::string(each.modes.has(user_mode::server_operator) ? "*" : "") + "="
                + (each.away.empty() ? "+" : "-") + each.mask;
    }
    return say(numeric(to.what == verb::ison ? numeric::ison : numeric::userhost).trailing(text));
  }
  default: return;
  }
}

void irc_front::tell_whois(const part& to, const tell::people& what) {
  if (what.rows.empty())
    say(numeric(numeric::no_such_nick).param(to.target).trailing("No such nick/channel"));
  for (const auto& each : what.rows)
    tell_person(each);
  say(numeric(numeric::end_of_whois).param(to.target).trailing("End of /WHOIS list"));
}

void irc_front::tell_person(const person_row& who) {
  const auto [user, host] = irc::split_mask(who.mask);
  const auto about = [&](irc::numeric which) {
    auto line = numeric(which);
    line.param(who.nick);
    return line;
  };
  say(about(numeric::whois_user).param(user).param(host).param("*").trailing(who.real_name));
  if (!who.address.empty()) {
    const std::string address(without_port(who.address));
    say(about(numeric::whois_host).trailing("is connecting from *@" + address + " " + address));
  }
  std::string channels;
  const auto room = about(numeric::whois_channels).room();
  const auto end_line = [&] {
    if (!channels.empty())
      say(about(numeric::whois_channels).trailing(channels));
    channels.clear();
  };
  for (const auto& each : who.rooms) {
    const auto name = irc::prefixes_of(each.modes, state_.capabilities.has(irc::capability::multi_prefix))
                      + irc::channel_name(each.title);
    if (channels.size() + name.size() + 1 > room)
      end_line();
    channels += (channels.empty() ? "" : " ") + name;
  }
  end_line();
  say(about(numeric::whois_server).param(network_->server).trailing(network_->name));
  if (!who.away.empty())
    say(about(numeric::away).trailing(who.away));
  if (who.modes.has(user_mode::server_operator))
    say(about(numeric::whois_operator).trailing("is an IRC operator"));
  if (who.modes.has(user_mode::bot))
    say(about(numeric::whois_bot).trailing("is a bot on " + network_->name));
  if (!who.plaintext)
    say(about(numeric::whois_secure).trailing("is using a secure connection"));
  if (who.signed_on != timestamp{})
    say(about(numeric::whois_idle)
          .param(std::to_string(idle_seconds(who, now_)))
          .param(std::to_string(seconds(who.signed_on)))
          .trailing("seconds idle, signon time"));
}

void irc_front::tell_whowas(const part& to, const tell::people& what) {
  if (what.rows.empty())
    say(numeric(numeric::was_no_such_nick).param(to.target).trailing("There was no such nickname"));
  for (const auto& each : what.rows) {
    const auto [user, host] = irc::split_mask(each.mask);
    say(numeric(numeric::whowas_user).param(each.nick).param(user).param(host).param("*").trailing(each.real_name));
    const auto gone = now_ - std::chrono::seconds(each.gone_seconds);
    say(numeric(numeric::whois_server).param(each.nick).param(network_->server).trailing(irc::time_text(gone)));
  }
  say(numeric(numeric::end_of_whowas).param(to.target).trailing("End of WHOWAS"));
}

/// All nodes are one server to people.
void irc_front::tell_counts(const people_counts& counts) {
  const auto people = std::to_string(counts.people);
  const auto most = std::to_string(counts.most);
  say(numeric(numeric::luser_client)
        .trailing("There are " + std::to_string(counts.people - counts.invisible) + " users and "
                  + std::to_string(counts.invisible) + " invisible on 1 servers"));
  say(numeric(numeric::luser_op).param(std::to_string(counts.operators)).trailing("operator(s) online"));
  say(numeric(numeric::luser_unknown).param(std::to_string(counts.logging_in)).trailing("unknown connection(s)"));
  say(numeric(numeric::luser_channels).param(std::to_string(counts.rooms)).trailing("channels formed"));
  say(numeric(numeric::luser_me).trailing("I have " + people + " clients and 0 servers"));
  const auto current = [&](irc::numeric which, const std::string& text) {
    say(numeric(which).param(people).param(most).trailing("Current " + text + " users " + people + ", max " + most));
  };
  current(numeric::local_users, "local");
  current(numeric::global_users, "global");
}

void irc_front::tell_who_row(const asked& of, const who_row& row) {
  const auto& options = of.line.param(1);
  const auto percent = options.find('%');
  const auto [user, host] = irc::split_mask(row.mask);
  const bool is_operator = row.marks.has(user_mode::server_operator);
  const auto flags = std::string(row.away.empty() ? "H" : "G") + (is_operator ? "*" : "")
                     + irc::prefixes_of(row.modes, state_.capabilities.has(irc::capability::multi_prefix))
                     + (row.marks.has(user_mode::bot) ? "B" : "");
  if (percent == std::string::npos)
    return say(numeric(numeric::who_reply)
                 .param(row.channel)
                 .param(user)
                 .param(host)
                 .param(network_->server)
                 .param(row.nick)
                 .param(flags)
                 .trailing("0 " + row.real_name));
  const auto comma = std::min(options.find(',', percent), options.size());
  const auto fields = std::string_view(options).substr(percent + 1, comma - percent - 1);
  const auto token = std::string_view(options).substr(std::min(comma + 1, options.size()));
  auto line = numeric(numeric::who_special_reply);
  const std::string address = row.address.empty() ? "255.255.255.255" : row.address; // those are for operators
  const std::string idle = std::to_string(row.idle);
  const std::pair<char, std::string_view> values[] = {
    {'t', token},    {'c', row.channel}, {'u', user}, {'i', address}, {'h', host}, {'s', network_->server},
    {'n', row.nick}, {'f', flags},       {'d', "0"},  {'l', idle},    {'a', "0"},  {'o', "n/a"}};
  for (const auto& [field, value] : values)
    if (fields.find(field) != std::string_view::npos)
      line.param(value);
  if (fields.find('r') != std::string_view::npos)
    line.trailing(row.real_name);
  say(line);
}

void irc_front::tell_user_modes(const part& to, const tell::user_modes_set& what) {
  if (to.extra == 1) // a question
    return say(numeric(numeric::user_mode_is).param("+" + letters_of(what.now)));
  const user_modes added{static_cast<std::uint8_t>(what.now.bits & ~what.before.bits)};
  const user_modes dropped{static_cast<std::uint8_t>(what.before.bits & ~what.now.bits)};
  const auto words =
    (added.empty() ? "" : "+" + letters_of(added)) + (dropped.empty() ? "" : "-" + letters_of(dropped));
  if (to.what == verb::oper)
    say(numeric(numeric::youre_oper).trailing("You are now an IRC operator"));
  if (!words.empty())
    say(irc::line_writer(source(), "MODE").param(nick_or_star()).trailing(words));
}

// ---------------------------------------------------------------------------------------------------- what passes

/// Empty: the client has no tags, or no time.
void irc_front::add_tags(irc::line_writer& line, timestamp time, const std::string& tags) const {
  if (state_.capabilities.has(irc::capability::server_time) && time != timestamp{})
    line.tag("time", irc::time_text(time));
  if (state_.capabilities.has(irc::capability::message_tags))
    line.raw_tags(tags);
}

std::string irc_front::tag_message_of(const std::string& from, const std::string& target, timestamp time,
                                      const std::string& tags) const {
  if (!state_.capabilities.has(irc::capability::message_tags))
    return {};
  irc::line_writer line(from, "TAGMSG");
  add_tags(line, time, tags);
  return line.param(target).str();
}

std::string irc_front::proclaimed_line(const tell::proclaimed& what) const {
  const auto from = irc::source_of(what.by, what.mask);
  if (what.kind == proclamation_kind::wallops)
    return irc::line_writer(from, "WALLOPS").trailing(what.text).str();
  return irc::line_writer(network_->server, "NOTICE").param(nick_or_star()).trailing(what.text).str();
}

} // namespace godwit
