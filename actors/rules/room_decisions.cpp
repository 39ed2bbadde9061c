// How a room decides what keeps it in order: who speaks, kicks, invites, changes modes, and who is in charge.
#include "actors/rules/room.hpp"
#include "actors/rules/room_moderation.hpp"
#include "messages/admin_messages.hpp"
#include "messages/masks.hpp"
#include "messages/names.hpp"

namespace godwit {

// -------------------------------------------------------------------------------------------------- who may what

bool room::is_silenced(const stored_member& who) const {
  if (ledger_.settings_to_be()->bans.empty())
    return false;
  const auto [at, is_new] = silenced_.try_emplace(who.session);
  if (is_new) {
    const auto is_silenced_as = [&](const std::string& mask) {
      return moderation::is_silenced(*ledger_.settings_to_be(), folded_address(who.nick, mask));
    };
    const auto& mask_now = ledger_.members_to_be().mask_of(who);
    at->second = is_silenced_as(who.mask) || (mask_now != who.mask && is_silenced_as(mask_now));
  }
  return at->second;
}

std::optional<error> room::why_post_refused(const room_command& what) const {
  const auto* member = ledger_.members_to_be().find(what.name.session);
  const auto& settings = ledger_.settings_to_be();
  if (!member && !settings)
    return error{error_code::not_in_room, {}};
  if (!settings && std::get<post>(what.action).audience != member_mode::none)
    return error{error_code::request_invalid, "a private conversation has no modes"};
  if (!settings)
    return std::nullopt;
  const bool silenced =
    member ? is_silenced(*member) : moderation::is_silenced(*settings, folded_address(what.nick, what.mask));
  auto why = moderation::why_post_refused(*settings, member, silenced);
  return why && !member && is_secret() ? why_outside(what.name.session) : why;
}

bool room::is_secret() const {
  const auto& settings = ledger_.settings_to_be();
  return settings && settings->flags.has(room_flag::secret);
}

/// Only the session knows how its client asked, and so what it is told of a room that is not there.
error room::why_outside(session_id session) const {
  const bool is_outside = !ledger_.members().find(session);
  return {error_code::not_in_room, is_outside && is_secret() ? std::string{secret_room_detail} : std::string{}};
}

std::optional<error> room::why_moderation_refused(const room_command& what, const stored_member& by) const {
  const auto& settings = ledger_.settings_to_be();
  const bool moderates = std::holds_alternative<change_modes>(what.action)
                         || std::holds_alternative<kick_member>(what.action)
                         || std::holds_alternative<invite_member>(what.action);
  if (!settings)
    return moderates ? std::optional{error{error_code::request_invalid, "a private conversation"}} : std::nullopt;
  if (std::holds_alternative<set_topic>(what.action))
    return moderation::why_topic_refused(*settings, by);
  if (std::holds_alternative<invite_member>(what.action))
    return moderation::why_invite_refused(*settings, by);
  if (const auto* kick = std::get_if<kick_member>(&what.action)) {
    const auto* whom = ledger_.members_to_be().find_nick(kick->nick);
    return whom ? moderation::why_kick_refused(by, *whom) : error{error_code::no_such_member, kick->nick};
  }
  return std::nullopt;
}

/// By an operator of the server who is not in the room.
std::optional<error> room::why_kick_refused(const room_command& what) const {
  const auto* kick = std::get_if<kick_member>(&what.action);
  if (kick == nullptr || ledger_.members_to_be().find_nick(kick->nick))
    return std::nullopt;
  return error{error_code::no_such_member, kick->nick};
}

/// Whose membership ended by another's doing hears where: its session shows everything up to there first.
void room::refuse_outsider(const room_command& what, error why, room_effects& out) {
  const auto kicked = kicked_at_.find(what.name.session);
  if (why.code != error_code::not_in_room || kicked == kicked_at_.end())
    return refuse(what.name, std::move(why), out);
  const logged_at at{kicked->second, {}};
  order_.decided({what.name, at, why});
  out.push_back(send{session_at(order_.home(what.name.session), what.name.session),
                     command_answered{what.name, id_, at, std::move(why), epoch_}});
}

void room::note_kicked(session_id session, room_seq seq) {
  constexpr std::size_t kicked_max = 1024;
  if (kicked_at_.size() >= kicked_max)
    kicked_at_.clear(); // they hear a little less
  kicked_at_[session] = seq;
}

// ----------------------------------------------------------------------------------------------------- deciding

void room::done_without_entry(const effect_name& name, room_effects& out) {
  order_.decided({name, std::nullopt, std::nullopt});
  out.push_back(send{session_at(order_.home(name.session), name.session),
                     command_answered{name, id_, std::nullopt, std::nullopt, epoch_}});
}

bool room::changes_nothing(const change_modes& asked, const stored_member& by) const {
  const auto& settings = ledger_.settings_to_be();
  if (!settings)
    return false;
  const auto changes = moderation::real_changes(*settings, ledger_.members_to_be(), by, asked.changes);
  return changes && changes->empty();
}

/// An operator of the server may change what a founder may, and need not be in the room.
stored_member room::changer_of(const room_command& what) const {
  const auto* found = ledger_.members_to_be().find(what.name.session);
  auto by = found ? *found : stored_member{what.name.session, what.nick, what.identity, 0, {}, what.mask};
  if (what.by_server_operator)
    by.modes.set(member_mode::founder);
  return by;
}

void room::decide_changes(const room_command& what, const change_modes& asked, timestamp now, room_effects& out) {
  const auto by = changer_of(what);
  auto changes = moderation::real_changes(*ledger_.settings_to_be(), ledger_.members_to_be(), by, asked.changes);
  if (!changes)
    return refuse(what.name, changes.why(), out);
  if (changes->empty())
    return done_without_entry(what.name, out);
  auto group = begin_group(what);
  group.answer_outsider = !ledger_.members_to_be().find(what.name.session);
  std::vector<session_id> dropped;
  for (const auto& each : *changes)
    if (const auto* member = std::get_if<member_change>(&each.what); member && !each.add)
      dropped.push_back(member->session);
  plan_changes(group, *changes);
  ledger_.plan(group, {what.name, by.nick, by.identity, modes_changed{*std::move(changes)}, by.mask}, now);
  keep_an_operator(group, dropped, now);
  ledger_.appends().push(std::move(group));
}

/// The members' part of it; settings follow the entry.
void room::plan_changes(entry_group& group, const std::vector<mode_change>& changes) {
  for (const auto& each : changes) {
    const auto* change = std::get_if<member_change>(&each.what);
    const auto* found = change ? ledger_.members_to_be().find(change->session) : nullptr;
    if (!found)
      continue;
    auto member = *found;
    member.modes.set(change->mode, each.add);
    ledger_.plan_member(group, std::move(member));
  }
}

void room::decide_kick(const room_command& what, const kick_member& kick, timestamp now, room_effects&) {
  const auto by = changer_of(what);
  const auto whom = *ledger_.members_to_be().find_nick(kick.nick);
  auto group = begin_group(what);
  group.answer_outsider = !ledger_.members_to_be().find(what.name.session);
  note_kicked(whom.session, ledger_.next_seq());
  ledger_.plan(group, {what.name, by.nick, by.identity, kicked{whom.session, whom.nick, kick.reason}, by.mask}, now);
  ledger_.plan_gone(group, whom.session);
  keep_an_operator(group, {}, now);
  ledger_.appends().push(std::move(group));
}

void room::decide_invite(const room_command& what, const invite_member& invite, timestamp now, room_effects& out) {
  if (ledger_.members_to_be().find(invite.session))
    return done_without_entry(what.name, out); // is here already
  const auto by = *ledger_.members_to_be().find(what.name.session);
  auto group = begin_group(what);
  if (!invite.worker.empty()) {
    group.invitation =
      room_invitation{invite.session, id_, ledger_.state().title, by.nick, ledger_.members_to_be().mask_of(by)};
    group.invitee_node = invite.worker;
  }
  ledger_.plan(group, {what.name, by.nick, by.identity, invited{invite.session, invite.nick}, by.mask}, now);
  ledger_.appends().push(std::move(group));
}

// ------------------------------------------------------------------------------------------------- who is in charge

/// The first who ever comes founds the room; into an empty one comes its operator.
member_modes room::modes_of_newcomer() const {
  if (!ledger_.settings_to_be() || ledger_.members_to_be().size() != 0)
    return {};
  const member_modes first = ledger_.is_new() ? member_modes{member_mode::founder} : member_modes{};
  return first | member_mode::room_operator;
}

/// A room with members has an operator: who is here longest becomes one. Not those who have just given it up, unless
/// nobody else is here.
void room::keep_an_operator(entry_group& group, const std::vector<session_id>& but_for, timestamp now) {
  const auto& members = ledger_.members_to_be();
  if (!ledger_.settings_to_be() || members.size() == 0 || members.operator_count() != 0)
    return;
  const auto* found = members.longest_present(but_for);
  if (!found)
    found = members.longest_present({});
  const std::vector<mode_change> changes{
    {true, member_change{found->session, found->nick, member_mode::room_operator}}};
  auto name = group.command;
  name.k += room_k;
  plan_changes(group, changes);
  ledger_.plan(group, {name, {}, {}, modes_changed{changes}}, now);
}

// ------------------------------------------------------------------------------------------------------ questions

bool room::answer_at_once(const room_query& what, room_effects& out) const {
  const bool sees_all =
    what.origin.name.session == admin_session || ledger_.members().find(what.origin.name.session) != nullptr;
  const auto& settings = ledger_.state().settings;
  const auto answer = [&](decltype(query_answered::answer) with) {
    out.push_back(send{session_at(what.origin.reply_to, what.origin.name.session),
                       query_answered{what.origin.name, id_, std::move(with)}});
  };
  if (std::holds_alternative<read_settings>(what.question)) {
    if (!settings || (!sees_all && settings->flags.has(room_flag::secret))) {
      answer(error{error_code::no_such_room, {}});
      return true;
    }
    auto told = *settings;
    told.invitations.clear();
    if (!sees_all)
      told.key.clear();
    answer(settings_read{std::move(told)});
    return true;
  }
  if (!std::holds_alternative<ask_rename>(what.question))
    return false;
  const auto* now_and_soon = ledger_.members_to_be().find(what.origin.name.session);
  const bool stays =
    settings && now_and_soon && rank(now_and_soon->modes) < member_mode::voice && is_silenced(*now_and_soon);
  if (stays)
    answer(error{error_code::muted, {}});
  else
    answer(rename_allowed{});
  return true;
}

} // namespace godwit
