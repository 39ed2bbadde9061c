// A client's log-in: capabilities, the steps of the registration, and what it is told when it is in.
#include "actors/rules/irc_front.hpp"
#include "actors/rules/limits.hpp"
#include "messages/irc/irc_limits.hpp"

#include <algorithm>
#include <charconv>

namespace godwit {
namespace {

/// Of one CAP LS line, so that it fits into 512 bytes with everything before it.
constexpr std::size_t cap_list_bytes_max = 400;

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end != 0)
      out.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

} // namespace

/// What a step of the log-in says of the client holds from the moment that its answer goes out.
void irc_front::step_noted(const asked& of, const part& to) {
  if (to.what == verb::cap)
    tell_cap(of);
  else if (to.what == verb::nick)
    state_.asked_nick = to.target;
  else if (to.what == verb::user && state_.user.empty()) {
    state_.user = "~" + to.target; // nobody has verified it
    state_.real_name = of.line.param(3);
  }
}

void irc_front::tell_cap(const asked& of) {
  const auto& verb_text = of.parts.front().target;
  if (verb_text == "LS") {
    const auto& version = of.line.param(1);
    std::uint32_t number = 0;
    std::from_chars(version.data(), version.data() + version.size(), number);
    state_.cap_version = std::max(state_.cap_version, number);
    if (state_.cap_version >= 302)
      state_.capabilities.set(irc::capability::cap_notify);
    list_capabilities("LS", true);
  } else if (verb_text == "LIST") {
    list_capabilities("LIST", false);
  } else if (verb_text == "REQ") {
    request_capabilities(of.line.param(1));
  } else if (verb_text != "END") {
    say(numeric(irc::numeric::invalid_cap_command).param(verb_text).trailing("Invalid CAP command"));
  }
}

void irc_front::list_capabilities(std::string_view verb_text, bool all) {
  std::vector<std::string> lines(1);
  for (const auto& each : irc::capability_names) {
    if (!all && !state_.capabilities.has(each.which))
      continue;
    if (lines.back().size() + each.name.size() + 1 > cap_list_bytes_max && state_.cap_version >= 302)
      lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + std::string(each.name);
  }
  for (std::size_t i = 0; i != lines.size(); ++i) {
    irc::line_writer line(network_->server, "CAP");
    line.param(nick_or_star()).param(verb_text);
    if (i + 1 != lines.size())
      line.param("*");
    say(line.trailing(lines[i]));
  }
}

/// All or nothing, as the specification says.
void irc_front::request_capabilities(const std::string& names) {
  auto wanted = state_.capabilities;
  bool known = true;
  for (const auto& each : words_of(names)) {
    const bool off = each.starts_with('-');
    const auto which = irc::find_capability(std::string_view(each).substr(off ? 1 : 0));
    const bool may_not_go = off && which == irc::capability::cap_notify && state_.cap_version >= 302;
    known = known && which && !may_not_go;
    if (which)
      wanted.set(*which, !off);
  }
  if (known)
    state_.capabilities = wanted;
  say(irc::line_writer(network_->server, "CAP").param(nick_or_star()).param(known ? "ACK" : "NAK").trailing(names));
}

void irc_front::welcome() {
  using irc::numeric;
  say(this->numeric(numeric::welcome).trailing("Welcome to the " + network_->name + " network, " + source()));
  say(this->numeric(numeric::your_host)
        .trailing("Your host is " + network_->server + ", running version " + network_->version));
  say(this->numeric(numeric::created).trailing("This server has been up since " + network_->started));
  say(this->numeric(numeric::my_info)
        .param(network_->server)
        .param(network_->version)
        .param("Biow")
        .param("beIklimnstvhoaq")
        .param("beIklvhoaq"));
  tell_isupport();
  tell_motd();
}

/// Only what is there. Source: Modern IRC, "RPL_ISUPPORT Parameters".
void irc_front::tell_isupport() {
  const auto number = [](std::size_t value) { return std::to_string(value); };
  const std::vector<std::string> tokens{
    "CASEMAPPING=ascii",
    "CHANTYPES=#",
    "CHANMODES=beI,k,l,imnst",
    "PREFIX=(qaohv)~&@%+",
    "STATUSMSG=~&@%+",
    "CHANLIMIT=#:" + number(limits::rooms_per_session_max),
    "NICKLEN=" + number(limits::nick_code_points_max),
    "USERLEN=" + number(limits::irc_user_bytes_max),
    "CHANNELLEN=" + number(limits::room_name_code_points_max + 1),
    "TOPICLEN=" + number(390),
    "KICKLEN=" + number(390),
    "AWAYLEN=" + number(390),
    "MODES=" + number(limits::irc_modes_with_parameter_max),
    "MAXLIST=b:" + number(limits::listed_masks_max) + ",e:" + number(limits::listed_masks_max)
      + ",I:" + number(limits::listed_masks_max),
    "TARGMAX=PRIVMSG:" + number(limits::irc_message_targets_max) + ",NOTICE:" + number(limits::irc_message_targets_max)
      + ",JOIN:" + number(limits::irc_channels_per_line_max) + ",PART:" + number(limits::irc_channels_per_line_max)
      + ",KICK:" + number(limits::irc_message_targets_max),
    "EXCEPTS=e",
    "INVEX=I",
    "EXTBAN=,m",
    "WHOX",
    "BOT=B",
    "ELIST=CMNTU",
    "UTF8ONLY",
    "NETWORK=" + network_->name,
  };
  constexpr std::size_t tokens_per_line = 13;
  for (std::size_t from = 0; from < tokens.size(); from += tokens_per_line) {
    auto line = numeric(irc::numeric::isupport);
    for (std::size_t i = from; i != std::min(from + tokens_per_line, tokens.size()); ++i)
      line.param(tokens[i]);
    say(line.trailing("are supported by this server"));
  }
}

void irc_front::tell_motd() {
  if (network_->motd.empty())
    return say(numeric(irc::numeric::no_motd).trailing("MOTD File is missing"));
  say(numeric(irc::numeric::motd_start).trailing("- " + network_->server + " Message of the day -"));
  for (const auto& each : network_->motd)
    say(numeric(irc::numeric::motd).trailing("- " + each));
  say(numeric(irc::numeric::end_of_motd).trailing("End of /MOTD command."));
}

} // namespace godwit
