// A command from its arrival to its append.
#include "actors/rules/limits.hpp"
#include "actors/rules/room.hpp"
#include "actors/rules/room_moderation.hpp"
#include "messages/admin_messages.hpp"
#include "messages/names.hpp"

namespace godwit {
namespace {

bool is_post(const room_command& what) { return std::holds_alternative<post>(what.action); }
bool is_leave(const room_command& what) { return std::holds_alternative<leave_room>(what.action); }

std::optional<error> why_text_refused(std::size_t bytes, std::size_t bytes_max, bool may_be_empty) {
  if (bytes > bytes_max)
    return error{error_code::text_too_long, {}};
  if (bytes == 0 && !may_be_empty)
    return error{error_code::text_empty, {}};
  return std::nullopt;
}

std::optional<error> why_nick_refused(const std::string& nick) {
  if (nick.empty())
    return error{error_code::nick_invalid, {}};
  if (nick.size() > limits::nick_bytes_max)
    return error{error_code::nick_too_long, {}};
  return std::nullopt;
}

std::optional<error> why_person_refused(const std::string& nick, const std::string& mask, const std::string& real) {
  if (auto why = why_nick_refused(nick))
    return why;
  if (mask.size() > limits::user_at_host_bytes_max || real.size() > limits::real_name_bytes_max)
    return error{error_code::request_invalid, "user@host or the real name is too long"};
  return std::nullopt;
}

/// Sessions check what people type; the room relies on nobody for what it keeps for ever.
std::optional<error> why_action_refused(const room_action& action) {
  if (const auto* said = std::get_if<post>(&action); said && said->tags.size() > limits::signal_tags_bytes_max)
    return error{error_code::request_invalid, "tags"};
  if (const auto* said = std::get_if<post>(&action))
    return why_text_refused(said->text.size(), limits::post_bytes_max, false);
  if (const auto* topic = std::get_if<set_topic>(&action))
    return why_text_refused(topic->text.size(), limits::topic_bytes_max, true);
  if (const auto* leave = std::get_if<leave_room>(&action))
    return why_text_refused(leave->reason.size(), limits::reason_bytes_max, true);
  if (const auto* rename = std::get_if<rename_member>(&action))
    return why_nick_refused(rename->to);
  if (const auto* kick = std::get_if<kick_member>(&action))
    return why_text_refused(kick->reason.size(), limits::reason_bytes_max, true);
  if (const auto* invite = std::get_if<invite_member>(&action))
    return invite->session ? why_nick_refused(invite->nick) : error{error_code::no_such_nick, invite->nick};
  return std::nullopt;
}

entry_body body_of(const room_action& action) {
  // What is not among them has a `decide` of its own.
  struct make {
    entry_body operator()(const change_modes&) const { return unknown_entry{}; }
    entry_body operator()(const kick_member&) const { return unknown_entry{}; }
    entry_body operator()(const invite_member&) const { return unknown_entry{}; }
    entry_body operator()(const join_room&) const { return joined{}; }
    entry_body operator()(const leave_room& it) const { return left{it.reason, it.quit}; }
    entry_body operator()(const post& it) const { return posted{it.text, it.kind, it.audience, it.tags}; }
    entry_body operator()(const set_topic& it) const { return topic_set{it.text}; }
    entry_body operator()(const rename_member& it) const { return renamed{it.to}; }
  };
  return std::visit(make{}, action);
}

} // namespace

void room::refuse(const effect_name& name, error why, room_effects& out) {
  order_.decided({name, std::nullopt, why});
  out.push_back(send{session_at(order_.home(name.session), name.session),
                     command_answered{name, id_, std::nullopt, std::move(why), epoch_}});
}

void room::answer(const effect_name& name, logged_at at, room_effects& out) {
  out.push_back(
    send{session_at(order_.home(name.session), name.session), command_answered{name, id_, at, std::nullopt, epoch_}});
}

void room::take(const room_command& what, timestamp now, room_effects& out) {
  if (!what.name || what.name.k >= companion_k || !order_.admit(what.name.session, what.epoch, what.reply_to))
    return; // nobody's command, or a former owner's: the present one says it by the same name
  const auto placed = order_.judge(what.name, what.previous);
  if (placed.place == command_place::in_order)
    accept(what, now, out);
  else if (placed.place == command_place::astray)
    out.push_back(send{session_at(what.reply_to, what.name.session), command_expected{what.name, id_, placed.last}});
  else
    answer_repeat(what, placed, out);
}

void room::answer_repeat(const room_command& what, const placed_command& placed, room_effects& out) {
  if (placed.place == command_place::decided)
    out.push_back(send{session_at(what.reply_to, what.name.session),
                       command_answered{what.name, id_, placed.decision.at, placed.decision.why, epoch_}});
  else if (placed.place == command_place::last_logged) {
    const auto* member = ledger_.members().find(what.name.session);
    const bool joins = std::holds_alternative<join_room>(what.action) && member;
    const auto entry = ledger_.recents().find(joins ? member->joined_seq : placed.logged.seq);
    if (entry)
      answer(what.name, {entry->seq, entry->time}, out);
    else
      ask_log(what, out);
  } else if (placed.place == command_place::before)
    ask_log(what, out);
}

void room::ask_log(const room_command& what, room_effects& out) {
  if (finding_.try_emplace(what.name, what.action).second)
    out.push_back(send{broker_service(entity_kind::store), find_logged{id_, node_, what.name}});
}

void room::accept(const room_command& what, timestamp now, room_effects& out) {
  const bool is_held = is_post(what) && (!window_.takes_posts() || !waiting_.empty());
  const bool waits_for_window = is_held || waiting_.has(what.name.session);
  auto& queue = waits_for_window ? waiting_ : undecided_;
  if (!waits_for_window && undecided_.empty() && decides_now())
    decide(what, now, out);
  else if (queue.takes_more() || is_leave(what)) {
    order_.begin(what.name);
    queue.push(what, now);
  } else
    refuse(what.name, {error_code::too_many_requests, {}}, out);
}

/// What is decided goes into the next append at once, so that nothing has to be taken back.
bool room::decides_now() const { return !away_since_ && ledger_.appends().takes_now(); }

void room::drain_waiting(timestamp now, room_effects& out) {
  send_next_appends(now, out);
  while (decides_now() && (!undecided_.empty() || (!waiting_.empty() && window_.takes_posts()))) {
    while (!undecided_.empty() && decides_now())
      decide(undecided_.pop(), now, out);
    while (undecided_.empty() && !waiting_.empty() && window_.takes_posts() && decides_now())
      decide(waiting_.pop(), now, out);
    send_next_appends(now, out);
  }
}

void room::send_next_appends(timestamp now, room_effects& out) {
  if (away_since_)
    return;
  send_appends(ledger_.appends().next(), out);
  if (ledger_.appends().is_unanswered() && !unwritten_since_)
    unwritten_since_ = now;
}

std::optional<timestamp> room::log_silent_since() const {
  if (away_since_ && unwritten_since_)
    return std::min(*away_since_, *unwritten_since_);
  return away_since_ ? away_since_ : unwritten_since_;
}

void room::refuse_overdue(timestamp now, room_effects& out) {
  const auto silent = log_silent_since();
  if (!silent || now - *silent < patience_.store_wait)
    return;
  const auto may_go = [](const room_command& what) {
    return !is_leave(what) && !std::holds_alternative<rename_member>(what.action);
  };
  for (auto* queue : {&undecided_, &waiting_})
    for (const auto& what : queue->take_until(now - patience_.store_wait, may_go))
      refuse(what.name, {error_code::store_unavailable, {}}, out);
}

std::optional<error> room::why_join_refused(const room_command& what, const join_room& join) const {
  const auto& members = ledger_.members_to_be();
  if (auto why = why_person_refused(what.nick, what.mask, join.real_name))
    return why;
  if (is_private(key_) != join.companion.has_value() && join.companion)
    return error{error_code::request_invalid, "a room takes no companions"};
  if (is_private(key_)) {
    const auto people = identities_of(key_);
    if (!people || (what.identity != people->first && what.identity != people->second))
      return error{error_code::no_such_room, {}};
    if (join.companion && private_room_key(what.identity, join.companion->identity) != key_)
      return error{error_code::request_invalid, "the companion is somebody else"};
    if (join.companion && (!join.companion->session || why_nick_refused(join.companion->nick)))
      return error{error_code::request_invalid, "the companion has no name"};
  }
  const auto& settings = ledger_.settings_to_be();
  if (settings && !members.find(what.name.session))
    if (auto why = moderation::why_join_refused(*settings, what, join, members.size()))
      return why;
  const std::size_t newcomers = (members.find(what.name.session) ? 0U : 1U) + (join.companion ? 1U : 0U);
  if (newcomers > 0 && members.size() + newcomers > limits::members_per_room_max)
    return error{error_code::room_full, {}};
  return std::nullopt;
}

std::optional<error> room::why_refused(const room_command& what) const {
  if (const auto* join = std::get_if<join_room>(&what.action))
    return why_join_refused(what, *join);
  const auto* member = ledger_.members_to_be().find(what.name.session);
  if (is_post(what))
    if (auto why = why_post_refused(what))
      return why;
  const bool recovers =
    what.by_server_operator
    && (std::holds_alternative<change_modes>(what.action)
        || (what.name.session == admin_session && std::holds_alternative<kick_member>(what.action)));
  if (!member && !is_post(what) && !(recovers && ledger_.settings_to_be()))
    return why_outside(what.name.session);
  if (auto why = why_action_refused(what.action))
    return why;
  if (member)
    return why_moderation_refused(what, *member);
  if (auto why = why_kick_refused(what))
    return why;
  if (what.name.session == admin_session) // nobody's nick: it is the server who does it
    return std::nullopt;
  return why_person_refused(what.nick, what.mask, {});
}

entry_group room::begin_group(const room_command& what) {
  entry_group group;
  group.command = what.name;
  order_.begin(what.name);
  return group;
}

void room::decide(const room_command& what, timestamp now, room_effects& out) {
  if (auto why = why_refused(what)) {
    refuse_outsider(what, std::move(*why), out);
    return;
  }
  if (!is_post(what))
    silenced_.clear(); // whom it silences may be others after this
  if (std::holds_alternative<join_room>(what.action))
    return decide_join(what, now, out);
  if (const auto* asked = std::get_if<change_modes>(&what.action))
    return decide_changes(what, *asked, now, out);
  if (const auto* kick = std::get_if<kick_member>(&what.action))
    return decide_kick(what, *kick, now, out);
  if (const auto* invite = std::get_if<invite_member>(&what.action))
    return decide_invite(what, *invite, now, out);
  auto group = begin_group(what);
  const auto* found = ledger_.members_to_be().find(what.name.session);
  group.answer_outsider = !found; // of outsiders only posts come so far
  auto member = found ? *found : stored_member{what.name.session, what.nick, what.identity, 0, {}, what.mask};
  if (member.mask.empty()) // brought into a conversation, he has not said it yet
    member.mask = what.mask;
  ledger_.plan(group, {what.name, member.nick, member.identity, body_of(what.action), member.mask}, now);
  if (const auto* rename = std::get_if<rename_member>(&what.action)) {
    member.nick = rename->to;
    ledger_.plan_member(group, std::move(member));
  } else if (is_leave(what)) {
    ledger_.plan_gone(group, what.name.session);
    keep_an_operator(group, {}, now);
  }
  ledger_.appends().push(std::move(group));
}

void room::log_companion(entry_group& group, const room_command& what, const companion& who, timestamp now) {
  auto name = what.name;
  name.k += companion_k;
  const stored_member member{who.session, who.nick, who.identity, ledger_.next_seq()};
  ledger_.plan(group, {name, who.nick, who.identity, joined{}}, now);
  ledger_.plan_member(group, member);
}

void room::decide_join(const room_command& what, timestamp now, room_effects& out) {
  const auto& join = std::get<join_room>(what.action);
  const auto* member = ledger_.members_to_be().find(what.name.session);
  const bool brings = join.companion && join.companion->session != what.name.session;
  const bool companion_is_new = brings && !ledger_.members_to_be().find(join.companion->session);
  if (member && !companion_is_new) {
    const auto seq = member->joined_seq;
    order_.begin(what.name);
    late_answers_.push_back({seq, what.name, brings ? join.companion : std::nullopt});
    answer_late(out);
    return;
  }
  auto group = begin_group(what);
  group.answer_joined = member != nullptr;
  if (brings)
    group.given = join.companion;
  // The companion first: the last entry with a name of the sender is then its own effect, its last op.
  if (companion_is_new)
    log_companion(group, what, *join.companion, now);
  if (!group.answer_joined) {
    const auto modes = modes_of_newcomer();
    const stored_member self{what.name.session, what.nick,     what.identity, ledger_.next_seq(), modes,
                             what.mask,         join.real_name};
    ledger_.plan(group, {what.name, what.nick, what.identity, joined{modes, join.real_name}, what.mask}, now);
    ledger_.plan_member(group, self);
    kicked_at_.erase(what.name.session);
    keep_an_operator(group, {}, now);
  }
  ledger_.appends().push(std::move(group));
}

} // namespace godwit
