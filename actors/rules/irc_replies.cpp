// Answers as numerics.
#include "actors/rules/irc_front.hpp"
#include "actors/rules/irc_list_filter.hpp"
#include "actors/rules/irc_requests.hpp"
#include "messages/irc/irc_events.hpp"
#include "messages/irc/irc_limits.hpp"
#include "messages/irc/irc_modes.hpp"

#include <algorithm>
#include <array>

namespace godwit {
namespace {

using irc::numeric;

std::int64_t unix_seconds(timestamp time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

struct refusal {
  numeric which;
  std::string_view text;
};

/// Of an error about a channel; each has the channel as its parameter.
refusal channel_refusal(error_code code, bool speaks) {
  switch (code) {
  case error_code::not_in_room:
    return speaks ? refusal{numeric::cannot_send_to_channel, "Cannot send to channel"}
                  : refusal{numeric::not_on_channel, "You're not on that channel"};
  case error_code::muted: return {numeric::cannot_send_to_channel, "Cannot send to channel"};
  case error_code::banned:
    return speaks ? refusal{numeric::cannot_send_to_channel, "Cannot send to channel (you're banned)"}
                  : refusal{numeric::banned_from_channel, "Cannot join channel (+b)"};
  case error_code::too_many_rooms: return {numeric::too_many_channels, "You have joined too many channels"};
  case error_code::room_full: return {numeric::channel_is_full, "Cannot join channel (+l)"};
  case error_code::invite_only: return {numeric::invite_only_channel, "Cannot join channel (+i)"};
  case error_code::wrong_key: return {numeric::bad_channel_key, "Cannot join channel (+k)"};
  case error_code::not_permitted:
  case error_code::protected_member: return {numeric::channel_operator_needed, "You're not channel operator"};
  case error_code::no_such_room:
  case error_code::room_invalid:
  case error_code::room_name_too_long:
  default: return {numeric::no_such_channel, "No such channel"};
  }
}

bool is_about_channel(error_code code) {
  switch (code) {
  case error_code::not_in_room:
  case error_code::muted:
  case error_code::banned:
  case error_code::too_many_rooms:
  case error_code::room_full:
  case error_code::invite_only:
  case error_code::wrong_key:
  case error_code::not_permitted:
  case error_code::protected_member:
  case error_code::no_such_room:
  case error_code::room_invalid:
  case error_code::room_name_too_long: return true;
  default: return false;
  }
}

/// Of the first list that the line adds to.
std::string list_letter(const irc::line& line) {
  for (const auto& each : irc::read_modes(std::span(line.params).subspan(1)).changes)
    if (const auto* mask = std::get_if<mask_change>(&each.what); mask && each.add)
      return std::string(1, irc::letter_of(mask->list));
  return "b";
}

} // namespace

/// A channel that it has not come into has neither topic nor names for it, though others may read them.
bool irc_front::is_shut(const asked& of, const part& to) {
  const bool follows = to.what == verb::join_topic || to.what == verb::join_names || to.what == verb::join_replay;
  return follows && std::ranges::find(of.shut, to.target) != of.shut.end();
}

/// RFC 1459, 4.4.2: a notice is never answered, nor are tags alone; but for who has not logged in yet.
bool irc_front::is_answered(const part& to, const error& why) {
  const bool is_silent = to.what == verb::notice || to.what == verb::tag_message;
  return !is_silent || why.code == error_code::not_logged_in;
}

void irc_front::refuse(asked& of, const part& to, const error& why) {
  const auto& command = of.line.command;
  if (to.what == verb::join_topic || to.what == verb::join_names || to.what == verb::join_replay)
    return; // the join itself has been refused
  if (to.what == verb::join)
    of.shut.push_back(to.target);
  if (to.what == verb::cap || to.what == verb::user)
    step_noted(of, to);
  if (!is_answered(to, why))
    return;
  const auto& nick = to.what == verb::nick ? to.target : state_.asked_nick;
  switch (why.code) {
  case error_code::not_logged_in: return say(numeric(numeric::not_registered).trailing("You have not registered"));
  case error_code::already_logged_in:
    return say(numeric(numeric::already_registered).trailing("You may not reregister"));
  case error_code::nick_in_use:
  case error_code::nick_confusable:
    return say(numeric(numeric::nickname_in_use)
                 .param(nick)
                 .trailing(why.code == error_code::nick_in_use ? std::string_view("Nickname is already in use")
                                                               : sentence_of(why.code)));
  case error_code::nick_invalid:
  case error_code::nick_too_long:
  case error_code::nick_reserved:
    if (to.what == verb::nick || to.what == verb::user || to.what == verb::cap)
      return say(numeric(numeric::erroneous_nickname).param(nick).trailing(sentence_of(why.code)));
    return say(numeric(numeric::no_such_nick).param(to.target).trailing("No such nick/channel"));
  case error_code::no_such_nick: {
    const auto& whom = to.what == verb::invite ? of.line.param(0) : to.target;
    return say(numeric(numeric::no_such_nick).param(whom).trailing("No such nick/channel"));
  }
  case error_code::no_such_member:
    return say(numeric(numeric::user_not_in_channel)
                 .param(why.detail.empty() ? of.line.param(1) : why.detail)
                 .param(to.target)
                 .trailing("They aren't on that channel"));
  case error_code::mask_invalid:
    if (to.what == verb::who)
      return say(numeric(numeric::end_of_who).param(to.target).trailing("End of /WHO list"));
    break;
  case error_code::not_permitted:
    if (to.what == verb::user_mode)
      return say(numeric(numeric::users_do_not_match).trailing("Can't change mode for other users"));
    break;
  case error_code::mode_invalid: // what can be none whatever the room is was told before
    return say(numeric(numeric::invalid_mode_parameter)
                 .param(to.target)
                 .param("*")
                 .param("*")
                 .trailing(why.detail.empty() ? std::string(sentence_of(why.code)) : why.detail));
  case error_code::list_full:
    return say(
      numeric(numeric::ban_list_full).param(to.target).param(list_letter(of.line)).trailing("Channel list is full"));
  case error_code::banned:
  case error_code::muted:
    if (to.what == verb::nick)
      return say(numeric(numeric::unavailable_resource)
                   .param(nick)
                   .trailing("Nobody changes his nick where he is banned or muted"));
    break;
  case error_code::too_many_requests:
    if (to.what == verb::oper)
      return say(numeric(numeric::try_again).param(command).trailing("Please wait a while and try again."));
    break;
  case error_code::not_an_operator:
    return say(numeric(numeric::no_privileges).trailing("Permission Denied- You're not an IRC operator"));
  case error_code::operator_refused:
    if (why.detail == "plaintext")
      return say(
        numeric(numeric::no_operator_host).trailing("OPER is taken over TLS only; your password is known now"));
    if (why.detail == "address")
      return say(numeric(numeric::no_operator_host).trailing("No O-lines for your host"));
    return say(numeric(numeric::password_mismatch).trailing("Password incorrect"));
  case error_code::text_empty: return say(numeric(numeric::no_text_to_send).trailing("No text to send"));
  case error_code::text_too_long: return say(numeric(numeric::input_too_long).trailing("Input line was too long"));
  case error_code::text_invalid: return standard_reply("FAIL", command, "INVALID_TEXT", sentence_of(why.code));
  default: break;
  }
  if (is_about_channel(why.code)) {
    if (to.what == verb::names) // Modern IRC, "NAMES", "WHO": of what there is not, the end alone
      return say(numeric(numeric::end_of_names).param(to.target).trailing("End of /NAMES list"));
    if (to.what == verb::who)
      return say(numeric(numeric::end_of_who).param(to.target).trailing("End of /WHO list"));
    const auto [which, text] = channel_refusal(why.code, to.what == verb::message);
    return say(numeric(which).param(to.target).trailing(text));
  }
  say(numeric(numeric::unknown_error)
        .param(command.empty() ? "*" : command)
        .trailing(std::string(sentence_of(why.code)) + (why.detail.empty() ? "" : " (" + why.detail + ")")));
}

// --------------------------------------------------------------------------------------------------------- channels

void irc_front::tell_members(const part& to, const tell::members& what, bool more) {
  const bool all = state_.capabilities.has(irc::capability::multi_prefix);
  const bool masks = state_.capabilities.has(irc::capability::userhost_in_names);
  std::string names;
  const auto* const kind = what.of_secret_room ? "@" : "=";
  const auto room = numeric(numeric::names_reply).param(kind).param(to.target).room();
  const auto end_line = [&] {
    if (!names.empty())
      say(numeric(numeric::names_reply).param(kind).param(to.target).trailing(names));
    names.clear();
  };
  for (const auto& each : what.rows) {
    auto name = irc::prefixes_of(each.modes, all) + (masks ? irc::source_of(each.nick, each.mask) : each.nick);
    if (names.size() + name.size() + 1 > room)
      end_line();
    names += (names.empty() ? "" : " ") + name;
  }
  end_line();
  if (!more)
    say(numeric(numeric::end_of_names).param(to.target).trailing("End of /NAMES list"));
}

void irc_front::tell_who(const asked& of, const part& to, const tell::members& what, bool more) {
  const bool operators_only = asks_for_operators_only(of.line);
  for (const auto& each : what.rows)
    if (!operators_only || each.marks.has(user_mode::server_operator))
      tell_who_row(of, {to.target, each.nick, each.mask, each.real_name, each.away, each.modes, each.marks});
  if (!more)
    say(numeric(numeric::end_of_who).param(to.target).trailing("End of /WHO list"));
}

void irc_front::tell_topic(const part& to, const tell::topic& what) {
  if (what.text.empty()) {
    if (to.what == verb::topic_read)
      say(numeric(numeric::no_topic).param(to.target).trailing("No topic is set"));
    return;
  }
  say(numeric(numeric::topic).param(to.target).trailing(what.text));
  say(numeric(numeric::topic_who_time).param(to.target).param(what.by).param(std::to_string(unix_seconds(what.time))));
}

void irc_front::tell_rooms(const asked& of, const tell::rooms& what, bool more) {
  const irc_list_filter filter(of.line.param(0));
  for (const auto& each : what.rows)
    if (each.member_count != 0 && filter.shows(each, now_)) // to IRC there is no channel without somebody in it
      say(numeric(numeric::list)
            .param(irc::channel_name(each.room))
            .param(std::to_string(each.member_count))
            .trailing(each.topic));
  if (!more)
    say(numeric(numeric::list_end).trailing("End of /LIST"));
}

void irc_front::tell_settings(const part& to, const tell::settings& what) {
  const auto& settings = what.what;
  if (to.what == verb::mode_read) {
    auto line = numeric(numeric::channel_mode_is);
    line.param(to.target);
    const auto words = irc::words_of(settings);
    for (std::size_t at = 0; at < words.size();) {
      const auto end = std::min(words.find(' ', at), words.size());
      line.param(std::string_view(words).substr(at, end - at));
      at = end + 1;
    }
    say(line);
    if (settings.created != timestamp{})
      say(numeric(numeric::creation_time).param(to.target).param(std::to_string(unix_seconds(settings.created))));
    return;
  }
  struct listing {
    const std::vector<listed_mask>& masks;
    irc::numeric row;
    irc::numeric end;
    std::string_view text;
  };
  const auto list = [&]() -> listing {
    switch (static_cast<mask_list>(to.extra)) {
    case mask_list::exceptions:
      return {settings.exceptions, numeric::except_list, numeric::end_of_except_list, "End of channel exception list"};
    case mask_list::invite_exceptions:
      return {settings.invite_exceptions, numeric::invite_list, numeric::end_of_invite_list,
              "End of channel invite exception list"};
    default: return {settings.bans, numeric::ban_list, numeric::end_of_ban_list, "End of channel ban list"};
    }
  }();
  for (const auto& each : list.masks) {
    const auto& by = each.by.empty() ? network_->server : each.by; // an operator's tool has put it there
    say(numeric(list.row).param(to.target).param(each.mask).param(by).param(std::to_string(unix_seconds(each.time))));
  }
  say(numeric(list.end).param(to.target).trailing(list.text));
}

/// What was said before the client came; in a batch where it has them.
void irc_front::tell_replay(const part& to, const tell::history& what, bool more) {
  auto profile = this->profile();
  const bool in_batch = state_.capabilities.has(irc::capability::batch);
  std::vector<std::string> shown;
  for (const auto& each : what.events) {
    if (!std::holds_alternative<posted>(each.entry->body))
      continue;
    const auto text = irc::encode_event({profile, to.target, network_->server}, what.room, *each.entry);
    for (std::size_t at = 0; at < text.size();) {
      const auto end = text.find('\n', at) + 1;
      shown.push_back(text.substr(at, end - at));
      at = end;
    }
  }
  (void)more; // each piece is a batch of its own
  if (shown.empty())
    return;
  if (in_batch)
    say(irc::line_writer(network_->server, "BATCH").param("+replay").param("chathistory").param(to.target));
  for (const auto& each : shown)
    lines_.push_back(!in_batch               ? each
                     : each.starts_with('@') ? "@batch=replay;" + each.substr(1)
                                             : "@batch=replay " + each);
  if (in_batch)
    say(irc::line_writer(network_->server, "BATCH").param("-replay"));
}

// ------------------------------------------------------------------------------------------------------------ local

void irc_front::tell_locally(const asked& of, const part& to) {
  const auto& command = of.line.command;
  const bool registered = !state_.told_nick.empty();
  const bool logs_in = command == "USER" || command == "NICK" || command == "PASS" || command == "CAP";
  const bool any_time = to.what == verb::cap || to.what == verb::pass || to.what == verb::nothing
                        || to.what == verb::unreadable || to.what == verb::no_nick
                        || (to.what == verb::too_few_params && logs_in);
  const bool is_silent = command == "NOTICE" || command == "TAGMSG";
  if (registered && is_silent && to.what != verb::unreadable)
    return;
  if (!registered && !any_time)
    return say(numeric(numeric::not_registered).trailing("You have not registered"));
  switch (to.what) {
  case verb::unreadable:
    switch (of.fault) {
    case irc::line_fault::too_long: return say(numeric(numeric::input_too_long).trailing("Input line was too long"));
    case irc::line_fault::not_utf8:
      return standard_reply("FAIL", command.empty() ? "*" : command, "INVALID_UTF8",
                            "Your message was not UTF-8, and was not taken");
    case irc::line_fault::bad_bytes:
      return say(
        numeric(numeric::unknown_error).param(command.empty() ? "*" : command).trailing("A line has no NUL in it"));
    default:
      return say(numeric(numeric::unknown_command).param(command.empty() ? "*" : command).trailing("Unknown command"));
    }
  case verb::unknown: return say(numeric(numeric::unknown_command).param(command).trailing("Unknown command"));
  case verb::too_few_params:
    return say(numeric(numeric::need_more_params).param(command).trailing("Not enough parameters"));
  case verb::cap: return tell_cap(of);
  case verb::pass:
    if (registered)
      say(numeric(numeric::already_registered).trailing("You may not reregister"));
    return;
  case verb::no_nick: return say(numeric(numeric::no_nickname_given).trailing("No nickname given"));
  case verb::no_recipient: return say(numeric(numeric::no_recipient).trailing("No recipient given (" + command + ")"));
  case verb::no_text: return say(numeric(numeric::no_text_to_send).trailing("No text to send"));
  case verb::too_many_targets:
    return say(numeric(numeric::too_many_targets).param(to.target).trailing("Too many targets; this one was left out"));
  case verb::names: return say(numeric(numeric::end_of_names).param(to.target).trailing("End of /NAMES list"));
  case verb::who: return say(numeric(numeric::end_of_who).param(to.target).trailing("End of /WHO list"));
  case verb::no_server: return say(numeric(numeric::no_such_server).param(to.target).trailing("No such server"));
  case verb::mode_unknown:
  case verb::mode_missing:
  case verb::mode_bad: return tell_mode_fault(to);
  case verb::user_mode_fault: return say(numeric(numeric::user_mode_unknown_flag).trailing("Unknown MODE flag"));
  case verb::motd: return tell_motd();
  case verb::version:
    say(numeric(numeric::version).param(network_->version).param(network_->server).trailing("Godwit"));
    return tell_isupport();
  case verb::time: return say(numeric(numeric::time).param(network_->server).trailing(irc::time_text(now_)));
  case verb::info:
    say(numeric(numeric::info).trailing(network_->version + ", a chat cluster whose sessions move without landing"));
    return say(numeric(numeric::end_of_info).trailing("End of INFO list"));
  case verb::admin:
    if (network_->admin.empty())
      return say(numeric(numeric::no_admin_info).param(network_->server).trailing("No administrative info available"));
    say(numeric(numeric::admin_me).param(network_->server).trailing("Administrative info"));
    say(numeric(numeric::admin_loc1).trailing(network_->name));
    say(numeric(numeric::admin_loc2).trailing(network_->version));
    return say(numeric(numeric::admin_email).trailing(network_->admin));
  case verb::help: return tell_help(to.target);
  case verb::links:
    say(numeric(numeric::links).param(network_->server).param(network_->server).trailing("0 " + network_->name));
    return say(numeric(numeric::end_of_links).param("*").trailing("End of /LINKS list"));
  case verb::stats: return tell_stats(of.line.param(0));
  default: return;
  }
}

void irc_front::tell_mode_fault(const part& to) {
  const std::string letter(1, static_cast<char>(to.extra));
  if (to.what == verb::mode_unknown)
    return say(numeric(numeric::unknown_mode).param(letter).trailing("is unknown mode char to me"));
  if (to.what == verb::mode_bad && letter == "k")
    return say(numeric(numeric::invalid_key).param(to.target).trailing("Key is not well-formed"));
  const bool is_missing = to.what == verb::mode_missing;
  say(numeric(numeric::invalid_mode_parameter)
        .param(to.target)
        .param(letter)
        .param(is_missing || to.word.empty() || to.word.find(' ') != std::string::npos ? "*" : to.word)
        .trailing(is_missing ? "This mode needs a parameter" : "This mode takes no such parameter"));
}

void irc_front::tell_stats(const std::string& letter) {
  if (letter == "u" && network_->started_at != timestamp{}) {
    const auto up = std::max<std::int64_t>(0, unix_seconds(now_) - unix_seconds(network_->started_at));
    const auto two = [](std::int64_t value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    say(numeric(numeric::stats_uptime)
          .trailing("Server Up " + std::to_string(up / 86'400) + " days " + std::to_string(up / 3'600 % 24) + ":"
                    + two(up / 60 % 60) + ":" + two(up % 60)));
  }
  say(
    numeric(numeric::end_of_stats).param(letter.empty() ? "*" : letter.substr(0, 1)).trailing("End of /STATS report"));
}

/// Of a subject the line that it stands in.
void irc_front::tell_help(const std::string& subject) {
  constexpr std::array texts{
    std::string_view("Channels: JOIN PART NAMES LIST TOPIC MODE KICK INVITE"),
    std::string_view("People: PRIVMSG NOTICE TAGMSG WHO WHOIS WHOWAS USERHOST ISON AWAY NICK SETNAME"),
    std::string_view("Server: MOTD LUSERS VERSION TIME INFO ADMIN LINKS STATS HELP PING QUIT"),
    std::string_view("Operators of the server: OPER KILL WALLOPS REHASH"),
  };
  auto wanted = subject;
  std::ranges::transform(wanted, wanted.begin(),
                         [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c; });
  const auto is_about = [&](std::string_view text) {
    const auto words = " " + std::string(text.substr(text.find(':') + 1)) + " ";
    return wanted.empty() || words.find(" " + wanted + " ") != std::string::npos;
  };
  const std::string shown = subject.empty() ? "*" : subject;
  if (std::ranges::none_of(texts, is_about))
    return say(numeric(numeric::help_not_found).param(shown).trailing("No help available on this topic"));
  say(numeric(numeric::help_start).param(shown).trailing("What this server understands"));
  for (const auto each : texts)
    if (is_about(each))
      say(numeric(numeric::help_text).param(shown).trailing(each));
  say(numeric(numeric::end_of_help).param(shown).trailing("End of HELP"));
}

} // namespace godwit
