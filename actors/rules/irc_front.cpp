#include "actors/rules/irc_front.hpp"

#include "actors/rules/irc_requests.hpp"
#include "messages/irc/irc_events.hpp"
#include "messages/irc/irc_limits.hpp"
#include "messages/names.hpp"
#include "messages/overloaded.hpp"

#include <algorithm>
#include <utility>

namespace godwit {
namespace {

/// Quits and changes of nick that are remembered: one shows in all rooms within moments.
constexpr std::size_t told_once_max = 128;
/// With its source, and masks made whole, it is less than the 512 of a line.
constexpr std::size_t one_line_bytes_max = 200;

/// The nick of the other one in a conversation, as he changes it or comes back under another.
void follow_companion(std::string& nick, const log_entry& entry) {
  if (const auto* changed = std::get_if<renamed>(&entry.body))
    nick = changed->to;
  if (std::holds_alternative<joined>(entry.body))
    nick = entry.nick;
}

} // namespace

irc_front::irc_front(std::shared_ptr<const irc_network> network, std::string host)
    : network_(std::move(network)), host_(std::move(host)) {}

void irc_front::restore(const irc_state& state) { state_ = state; }

void irc_front::go_on(std::optional<std::uint64_t> not_begun, const std::map<room_id, room_seq>& shown) {
  not_begun_ = not_begun.value_or(not_begun_);
  for (auto& [op, of] : asked_by_op_) {
    const auto at = shown.find(of.first_room);
    if (at != shown.end() && at->second >= of.first_seq)
      continue;
    of.batch.clear();
    of.is_shown = of.is_unclaimed = false;
    of.first_seq = 0;
  }
}

std::string irc_front::mask() const { return (state_.user.empty() ? "~user" : state_.user) + "@" + host_; }
const std::string& irc_front::nick_or_star() const {
  static const std::string star = "*";
  return state_.told_nick.empty() ? star : state_.told_nick;
}
std::string irc_front::source() const { return irc::source_of(nick_or_star(), mask()); }

irc::line_writer irc_front::numeric(irc::numeric which) const {
  irc::line_writer line(network_->server, irc::text_of(which));
  line.param(nick_or_star());
  return line;
}

void irc_front::say(irc::line_writer& line) { lines_.push_back(line.str()); }

void irc_front::standard_reply(std::string_view kind, std::string_view command, std::string_view code,
                               std::string_view text) {
  const bool knows = state_.capabilities.has(irc::capability::standard_replies);
  if (knows)
    return say(irc::line_writer(network_->server, kind).param(command).param(code).trailing(text));
  say(irc::line_writer(network_->server, "NOTICE").param(nick_or_star()).trailing(text));
}

std::string irc_front::farewell(const error& why) const {
  for (const auto& [op, of] : asked_by_op_)
    if (why.code == error_code::session_ended && !of.parts.empty() && of.parts.front().what == verb::quit)
      return nick_or_star() + " (Quit" + (of.line.param(0).empty() ? "" : ": " + of.line.param(0)) + ")";
  return nick_or_star() + " (" + (why.detail.empty() ? std::string(sentence_of(why.code)) : why.detail) + ")";
}

// ------------------------------------------------------------------------------------------------------------ asked

client_command irc_front::take(std::uint64_t op, std::string_view line, irc::text_check check) {
  auto read = irc::parse_line(line, check);
  asked entry;
  entry.line = std::move(read.what);
  entry.fault = read.fault;
  if (const auto* label = entry.line.tag_value("label"); label && label->size() <= 64)
    entry.label = *label;
  auto requests = request_reader(*network_, state_.told_nick, entry).read();
  client_command command{op, false, std::move(requests.front())};
  requests.erase(requests.begin());
  command.further = std::move(requests);
  entry.op = op;
  if (const auto before = asked_by_op_.find(op); before != asked_by_op_.end()) { // said again, after a lost link
    const auto& of = before->second;
    entry.batch = of.batch;
    entry.is_shown = of.is_shown;
    entry.is_unclaimed = of.is_unclaimed;
    entry.first_room = of.first_room;
    entry.first_seq = of.first_seq;
  }
  asked_by_op_.insert_or_assign(op, std::move(entry));
  return command;
}

// ------------------------------------------------------------------------------------------------------------- told

std::string irc_front::tell(const server_frame& what) {
  lines_.clear();
  std::visit(
    overloaded{[this](const tell::confirmed& it) { flush_until(it.op + 1); },
               [this](const client_reply& it) {
                 flush_until(it.op);
                 const auto at = asked_by_op_.find(it.op);
                 if (at == asked_by_op_.end() || it.part >= at->second.parts.size())
                   return;
                 reply(at->second, at->second.parts[it.part], it);
               },
               [this](const tell::room_opened& it) {
                 rooms_[it.room] = {it.person.empty() ? irc::channel_name(it.title) : std::string{}, it.person};
               },
               [this](const tell::invitation& it) {
                 say(irc::line_writer(irc::source_of(it.by, it.by_mask), "INVITE")
                       .param(nick_or_star())
                       .param(irc::channel_name(it.title)));
               },
               [this](const tell::signal& it) {
                 auto text = tag_message_of(irc::source_of(it.nick, it.mask), nick_or_star(), {}, it.tags);
                 if (!text.empty())
                   lines_.push_back(std::move(text));
               },
               [this](const tell::proclaimed& it) { lines_.push_back(proclaimed_line(it)); }, [](const tell::event&) {},
               [](const tell::presence&) {}, [](const tell::unknown_frame&) {}},
    what);
  std::string out;
  for (const auto& line : lines_)
    out += line;
  lines_.clear();
  return out;
}

/// The lines of a labelled frame wait for its end: one is labelled itself, several become a batch.
void irc_front::reply(asked& of, const part& to, const client_reply& what) {
  const auto& answer = what.answer;
  const auto before = lines_.size();
  if (is_shut(of, to))
    return;
  if (const auto* why = std::get_if<error>(&answer)) {
    of.is_refused = true;
    refuse(of, to, *why);
  } else if (const auto* in = std::get_if<tell::logged_in>(&answer)) {
    state_.told_nick = in->nick;
    step_noted(of, to);
    welcome();
  } else if (const auto* changed = std::get_if<tell::nick_changed>(&answer)) {
    say(irc::line_writer(source(), "NICK").trailing(changed->nick));
    state_.told_nick = changed->nick;
  } else if (const auto* where = std::get_if<tell::was_posted>(&answer)) {
    was_shown_before(of, to, *where);
  } else if (std::holds_alternative<tell::noted>(answer)) {
    step_noted(of, to);
  } else if (const auto* members = std::get_if<tell::members>(&answer)) {
    to.what == verb::who ? tell_who(of, to, *members, what.more) : tell_members(to, *members, what.more);
  } else if (const auto* topic = std::get_if<tell::topic>(&answer)) {
    tell_topic(to, *topic);
  } else if (const auto* rooms = std::get_if<tell::rooms>(&answer)) {
    tell_rooms(of, *rooms, what.more);
  } else if (const auto* settings = std::get_if<tell::settings>(&answer)) {
    tell_settings(to, *settings);
  } else if (const auto* history = std::get_if<tell::history>(&answer)) {
    tell_replay(to, *history, what.more);
  } else if (std::holds_alternative<tell::pong>(answer)) {
    say(irc::line_writer(network_->server, "PONG").param(network_->server).trailing(to.target));
  } else if (const auto* away = std::get_if<tell::is_away>(&answer)) {
    say(away->text.empty() ? numeric(irc::numeric::unaway).trailing("You are no longer marked as being away")
                           : numeric(irc::numeric::now_away).trailing("You have been marked as being away"));
  } else if (std::holds_alternative<tell::your_turn>(answer)) {
    tell_locally(of, to);
  } else if (const auto* people = std::get_if<tell::people>(&answer)) {
    tell_people(of, to, *people, what.more);
  } else if (const auto* modes = std::get_if<tell::user_modes_set>(&answer)) {
    tell_user_modes(to, *modes);
  } else if (const auto* name = std::get_if<tell::real_name_set>(&answer)) {
    state_.real_name = name->real_name;
    if (state_.capabilities.has(irc::capability::setname))
      say(irc::line_writer(source(), "SETNAME").trailing(name->real_name));
  } else if (const auto* open = std::get_if<tell::invitations>(&answer)) {
    for (const auto& each : open->titles)
      say(numeric(irc::numeric::invitations).param(irc::channel_name(each)));
    say(numeric(irc::numeric::end_of_invitations).trailing("End of /INVITE list"));
  } else if (const auto* absent = std::get_if<tell::person_away>(&answer)) {
    say(numeric(irc::numeric::away).param(absent->nick).trailing(absent->text));
  } else if (std::holds_alternative<tell::ordered>(answer) && to.what == verb::rehash) {
    say(numeric(irc::numeric::rehashing).param("config").trailing("Rehashing"));
  }
  if (!is_labelled(of))
    return;
  of.answer.insert(of.answer.end(), lines_.begin() + static_cast<std::ptrdiff_t>(before), lines_.end());
  lines_.resize(before);
}

void irc_front::flush_until(std::uint64_t op) {
  while (!asked_by_op_.empty() && asked_by_op_.begin()->first < op) {
    flush(asked_by_op_.begin()->second);
    asked_by_op_.erase(asked_by_op_.begin());
  }
}

namespace {

/// A tag more before the others of a line.
std::string tagged(const std::string& line, const std::string& tag) {
  return line.starts_with('@') ? "@" + tag + ";" + line.substr(1) : "@" + tag + " " + line;
}

std::string batch_of(std::uint64_t op) { return "label-" + std::to_string(op); }

/// Whether an event that the line causes surely is one line too, whoever says it.
bool is_told_by_one_line(const irc::line& line) {
  std::size_t bytes = 0;
  for (const auto& each : line.params)
    bytes += each.size();
  return bytes <= one_line_bytes_max;
}

/// What stands in a batch of its own goes into the label's with that.
bool is_in_inner_batch(const std::string& line) {
  const auto read = irc::parse_line(std::string_view(line).substr(0, line.size() - 2)).what;
  return read.tag_value("batch") || (read.command == "BATCH" && read.param(0).starts_with('-'));
}

std::vector<std::string> lines_in(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at) + 1;
    out.push_back(text.substr(at, end - at));
    at = end;
  }
  return out;
}

} // namespace

bool irc_front::part::is_logged() const {
  switch (what) {
  case verb::join:
  case verb::part:
  case verb::message:
  case verb::notice:
  case verb::topic_set:
  case verb::invite:
  case verb::kick:
  case verb::mode_change: return true;
  default: return false;
  }
}

bool irc_front::is_labelled(const asked& of) const {
  return !of.label.empty() && state_.capabilities.has(irc::capability::labeled_response);
}

/// By the frame's number, and whether there is one by its line: so a next owner of the session closes what this one has
/// opened, and no other frame's batch has this name.
std::string irc_front::open_batch(asked& of) const {
  of.batch = batch_of(of.op);
  return tagged(irc::line_writer(network_->server, "BATCH").param("+" + of.batch).param("labeled-response").str(),
                "label=" + irc::escape_tag_value(of.label));
}

/// An event that may be all of the answer has the label itself; else it begins the batch, or goes on with it. Where it
/// is not known yet whether a former owner has begun it, the event stands for itself.
std::string irc_front::labelled_event(asked& of, const std::string& text) {
  const auto is_alone = of.parts.size() == 1 && is_told_by_one_line(of.line);
  if (is_alone && of.answer.empty() && of.batch.empty() && !of.is_shown)
    return tagged(text, "label=" + irc::escape_tag_value(of.label));
  std::string out;
  if (of.batch.empty()) {
    const bool has_one_event = std::ranges::count_if(of.parts, &part::is_logged) <= 1;
    if (of.op < not_begun_ && !has_one_event) {
      of.is_unclaimed = true;
      return text;
    }
    out = open_batch(of);
  }
  for (const auto& each : lines_in(text))
    out += tagged(each, "batch=" + of.batch);
  return out;
}

/// An event of this frame, by a former owner: with it the client has the label, or the beginning of its batch.
void irc_front::was_shown_before(asked& of, const part& to, const tell::was_posted& where) {
  const bool speaks = to.what == verb::message || to.what == verb::notice;
  if (speaks && !state_.capabilities.has(irc::capability::echo_message))
    return;
  of.is_shown = true;
  of.is_unclaimed = false;
  of.first_room = where.room;
  of.first_seq = where.seq;
  if (is_labelled(of) && (of.parts.size() > 1 || !is_told_by_one_line(of.line)))
    of.batch = batch_of(of.op);
}

bool irc_front::is_in(std::string_view channel) const {
  const auto key = fold_room(channel.substr(std::min<std::size_t>(1, channel.size())));
  return std::ranges::any_of(rooms_, [&](const auto& each) {
    const auto& known = each.second.channel;
    const auto other = known.empty() ? key : fold_room(std::string_view(known).substr(1));
    return !known.empty() && key && other && *key == *other;
  });
}

void irc_front::flush(asked& of) {
  const auto before = lines_.size();
  if (of.parts.front().what == verb::invite && !of.is_shown && !of.is_refused)
    say(numeric(irc::numeric::user_on_channel)
          .param(of.line.param(0))
          .param(of.line.param(1))
          .trailing("is already on channel"));
  const auto changes = std::ranges::find(of.parts, verb::mode_change, &part::what);
  if (changes != of.parts.end() && !of.is_refused && !is_in(changes->target))
    say(irc::line_writer(network_->server, "NOTICE") // an operator of the server sees no event of a room it is not in
          .param(nick_or_star())
          .trailing("The modes of " + changes->target + " are as you wanted them"));
  if (!is_labelled(of))
    return;
  std::ranges::move(lines_.begin() + static_cast<std::ptrdiff_t>(before), lines_.end(), std::back_inserter(of.answer));
  lines_.resize(before);
  const auto label = "label=" + irc::escape_tag_value(of.label);
  if (of.batch.empty() && of.answer.size() <= 1) {
    if (!of.answer.empty())
      lines_.push_back(tagged(of.answer.front(), label));
    else if (!of.is_shown || of.is_unclaimed)
      lines_.push_back(tagged(irc::line_writer(network_->server, "ACK").str(), label));
    return;
  }
  if (of.batch.empty())
    lines_.push_back(open_batch(of));
  for (const auto& each : of.answer)
    lines_.push_back(is_in_inner_batch(each) ? each : tagged(each, "batch=" + of.batch));
  lines_.push_back(irc::line_writer(network_->server, "BATCH").param("-" + of.batch).str());
}

// ----------------------------------------------------------------------------------------------------------- events

bool irc_front::told_before(const log_entry& entry) {
  // A frame has one quit or one new nick, whichever rooms log it.
  const effect_name name{entry.name.session, entry.name.op, 0};
  if (std::ranges::find(told_once_, name) != told_once_.end())
    return true;
  told_once_.push_back(name);
  if (told_once_.size() > told_once_max)
    told_once_.pop_front();
  return false;
}

namespace {

log_entry by_nick(log_entry entry, const std::string& nick) {
  entry.nick = nick;
  return entry;
}

} // namespace
std::string irc_front::inviting(const asked& of, const invited& what) const {
  return numeric(irc::numeric::inviting).param(what.nick).param(of.line.param(1)).str();
}

/// Each room tells of somebody's changes in their order, so that who was told of one was told of those before it.
bool irc_front::told_before(const tell::presence& what) {
  if (what.change == 0)
    return false;
  const auto told = told_changes_.find(what.session);
  if (told != told_changes_.end() && static_cast<std::int32_t>(what.change - told->second) <= 0)
    return true;
  if (told == told_changes_.end() && told_changes_.size() == told_once_max)
    told_changes_.erase(std::ranges::min_element(
      told_changes_, [&](const auto& a, const auto& b) { return what.change - a.second > what.change - b.second; }));
  told_changes_[what.session] = what.change;
  return false;
}

shared_bytes irc_front::show(const tell::event& what, shared_bytes shared) {
  static const auto nothing = std::make_shared<const std::string>();
  const auto& entry = *what.entry;
  const auto room = rooms_.find(what.room);
  const auto* posted = std::get_if<godwit::posted>(&entry.body);
  const auto* left = std::get_if<godwit::left>(&entry.body);
  const bool is_private = room == rooms_.end() || room->second.channel.empty();
  const bool own = what.op != 0;
  if (is_private && !own && entry.nick != state_.told_nick && room != rooms_.end())
    follow_companion(room->second.person, entry);
  if (is_private && !posted)
    return nothing;
  const bool everywhere = std::holds_alternative<renamed>(entry.body) || (left && left->quit);
  const bool to_itself = is_private && room != rooms_.end() && room->second.person == state_.told_nick;
  const bool hears = to_itself || state_.capabilities.has(irc::capability::echo_message);
  // Its own quit is answered by ERROR, its own nick by the reply, its own words where it wants to hear them.
  if (own && (everywhere || (posted && !hears)))
    return nothing;
  if (everywhere && told_before(entry))
    return nothing;
  const auto at = own ? asked_by_op_.find(what.op) : asked_by_op_.end();
  const bool labelled = at != asked_by_op_.end() && is_labelled(at->second);
  const auto* invited = std::get_if<godwit::invited>(&entry.body);
  // Under a nick that it is told by the reply only once every room has it, its own doings would be another's to it.
  const bool early = own && !entry.nick.empty() && entry.nick != state_.told_nick;
  if (shared && !is_private && !labelled && !early && !(own && invited))
    return shared;
  std::string target = is_private ? state_.told_nick : room->second.channel;
  if (is_private && own && room != rooms_.end())
    target = room->second.person;
  const irc::event_view view{profile(), target, network_->server};
  auto text = invited && at != asked_by_op_.end()
                ? inviting(at->second, *invited)
                : irc::encode_event(view, what.room, early ? by_nick(entry, state_.told_nick) : entry);
  if (labelled && !text.empty())
    text = labelled_event(at->second, text);
  if (at != asked_by_op_.end() && !text.empty() && !std::exchange(at->second.is_shown, true)) {
    at->second.first_room = what.room;
    at->second.first_seq = entry.seq;
  }
  return std::make_shared<const std::string>(std::move(text));
}

shared_bytes irc_front::show(const tell::presence& what) {
  const auto from = irc::source_of(what.nick, what.mask);
  std::string text;
  const bool is_new = !what.parts.has(presence_part::tags) && !told_before(what);
  if (is_new && what.parts.has(presence_part::away) && state_.capabilities.has(irc::capability::away_notify)) {
    irc::line_writer line(from, "AWAY");
    if (!what.away.empty())
      line.trailing(what.away);
    text += line.str();
  }
  if (is_new && what.parts.has(presence_part::host) && state_.capabilities.has(irc::capability::chghost)) {
    const auto [user, host] = irc::split_mask(what.new_mask);
    text += irc::line_writer(from, "CHGHOST").param(user).param(host).str();
  }
  if (is_new && what.parts.has(presence_part::real_name) && state_.capabilities.has(irc::capability::setname))
    text += irc::line_writer(from, "SETNAME").trailing(what.real_name).str();
  const bool echoes = what.nick != state_.told_nick || state_.capabilities.has(irc::capability::echo_message);
  if (const auto room = rooms_.find(what.room); what.parts.has(presence_part::tags) && echoes && room != rooms_.end())
    text += tag_message_of(from, room->second.channel.empty() ? state_.told_nick : room->second.channel, what.time,
                           what.tags);
  if (text.empty())
    return {};
  return std::make_shared<const std::string>(std::move(text));
}

} // namespace godwit
