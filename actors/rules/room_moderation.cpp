#include "actors/rules/room_moderation.hpp"

#include "actors/rules/limits.hpp"
#include "messages/masks.hpp"
#include "messages/overloaded.hpp"

#include <algorithm>
#include <map>

namespace godwit::moderation {
namespace {

bool matches_any(const std::vector<listed_mask>& list, std::string_view address) {
  return std::ranges::any_of(list, [&](const auto& each) { return mask_matches(each.mask, address); });
}

bool is_at_least(member_modes modes, member_mode wanted) { return rank(modes) >= wanted; }

template <class Settings>
auto& list_of(Settings& settings, mask_list list) {
  switch (list) {
  case mask_list::exceptions: return settings.exceptions;
  case mask_list::invite_exceptions: return settings.invite_exceptions;
  default: return settings.bans;
  }
}

auto find_mask(const std::vector<listed_mask>& list, std::string_view mask) {
  return std::ranges::find(list, mask, &listed_mask::mask);
}

/// Who may grant and take a mode.
member_mode rank_for(member_mode mode) {
  switch (mode) {
  case member_mode::voice: return member_mode::half_operator;
  case member_mode::half_operator:
  case member_mode::room_operator: return member_mode::room_operator;
  default: return member_mode::founder;
  }
}

void apply_change(room_settings& settings, const mode_change& change, const std::string& by, timestamp time) {
  std::visit(overloaded{[&](const flag_change& it) { settings.flags.set(it.flag, change.add); },
                        [&](const key_change& it) { settings.key = change.add ? it.key : std::string{}; },
                        [&](const limit_change& it) { settings.limit = change.add ? it.limit : 0; },
                        [&](const member_change&) {},
                        [&](const mask_change& it) {
                          auto& list = list_of(settings, it.list);
                          if (change.add)
                            list.push_back({it.mask, by, time});
                          else
                            std::erase_if(list, [&](const auto& each) { return each.mask == it.mask; });
                        }},
             change.what);
}

/// One request: its changes one after the other, each on what those before it have left.
class decision {
public:
  decision(const room_settings& settings, const room_roster& members, const stored_member& by)
      : settings_(settings), members_(members), by_(by) {
    if (const auto* member = members.find(by.session))
      granted_ = member_modes{static_cast<std::uint8_t>(by.modes.bits & ~member->modes.bits)};
    else
      granted_ = by.modes;
  }

  std::optional<error> take(mode_change change) {
    return std::visit([&](auto what) { return take(change.add, std::move(what)); }, std::move(change.what));
  }
  std::vector<mode_change> changed() { return std::move(changed_); }

  /// A room with members always has an operator: who is the only member keeps it.
  bool leaves_nobody_in_charge() const {
    if (members_.size() > 1)
      return false; // then another gets it
    const auto* member = members_.find(by_.session);
    return member && is_at_least(member->modes, member_mode::room_operator)
           && !is_at_least(real_modes(), member_mode::room_operator);
  }

private:
  std::optional<error> take(bool add, flag_change what) {
    if (auto why = why_below(member_mode::half_operator))
      return why;
    if (settings_.flags.has(what.flag) != add)
      note({add, what});
    return std::nullopt;
  }
  std::optional<error> take(bool add, key_change what) {
    if (auto why = why_below(member_mode::half_operator))
      return why;
    if (add && !is_room_key(what.key))
      return error{error_code::mode_invalid, "a key is one word of 1 to 32 bytes"};
    if (!add)
      what.key.clear();
    if (settings_.key != what.key)
      note({add, std::move(what)});
    return std::nullopt;
  }
  std::optional<error> take(bool add, limit_change what) {
    if (auto why = why_below(member_mode::half_operator))
      return why;
    if (add && (what.limit == 0 || what.limit > limits::members_per_room_max))
      return error{error_code::mode_invalid, "a limit is 1 to " + std::to_string(limits::members_per_room_max)};
    if (!add)
      what.limit = 0;
    if (settings_.limit != what.limit)
      note({add, what});
    return std::nullopt;
  }
  std::optional<error> take(bool add, mask_change what) {
    if (auto why = why_below(member_mode::half_operator))
      return why;
    auto mask = normalise_mask(what.mask);
    if (!mask)
      return mask.why();
    if (is_mute(*mask) && what.list != mask_list::bans)
      return error{error_code::mask_invalid, "only a ban can be a mute"};
    what.mask = *std::move(mask);
    const auto& list = list_of(settings_, what.list);
    const bool listed = find_mask(list, what.mask) != list.end();
    if (add && !listed && list.size() >= limits::listed_masks_max)
      return error{error_code::list_full, std::to_string(limits::listed_masks_max)};
    if (listed != add)
      note({add, std::move(what)});
    return std::nullopt;
  }
  std::optional<error> take(bool add, member_change what) {
    const auto* whom = members_.find_nick(what.nick);
    if (!whom)
      return error{error_code::no_such_member, what.nick};
    if (!is_member_mode(static_cast<std::uint8_t>(what.mode)))
      return error_code_of_mode();
    auto& modes = modes_.try_emplace(whom->session, whom->modes).first->second;
    const bool drops_own = !add && whom->session == by_.session;
    if (!drops_own) {
      if (auto why = why_below(rank_for(what.mode)))
        return why;
      if (!add && rank(modes) > rank(own_modes()))
        return error{error_code::protected_member, whom->nick};
    }
    if (modes.has(what.mode) == add)
      return std::nullopt;
    modes.set(what.mode, add);
    note({add, member_change{whom->session, whom->nick, what.mode}});
    return std::nullopt;
  }

  static error error_code_of_mode() { return {error_code::mode_invalid, {}}; }
  std::optional<error> why_below(member_mode wanted) const {
    if (is_at_least(own_modes(), wanted))
      return std::nullopt;
    return error{error_code::not_permitted, std::string{name_of(wanted)}};
  }
  /// What it has in the room as far as it is decided.
  member_modes real_modes() const {
    if (const auto at = modes_.find(by_.session); at != modes_.end())
      return at->second;
    const auto* member = members_.find(by_.session);
    return member ? member->modes : member_modes{};
  }
  member_modes own_modes() const { return member_modes{static_cast<std::uint8_t>(real_modes().bits | granted_.bits)}; }
  void note(mode_change change) {
    apply_change(settings_, change, by_.nick, {});
    changed_.push_back(std::move(change));
  }

  room_settings settings_;
  const room_roster& members_;
  const stored_member& by_;
  member_modes granted_;                     ///< of `by`, for what it is outside of the room; it can not be taken away
  std::map<session_id, member_modes> modes_; ///< of those whom it is about
  std::vector<mode_change> changed_;
};

} // namespace

bool is_banned(const room_settings& settings, std::string_view address) {
  const bool listed = std::ranges::any_of(
    settings.bans, [&](const auto& each) { return !is_mute(each.mask) && mask_matches(each.mask, address); });
  return listed && !matches_any(settings.exceptions, address);
}

bool is_silenced(const room_settings& settings, std::string_view address) {
  const bool listed = std::ranges::any_of(
    settings.bans, [&](const auto& each) { return mask_matches(without_mute(each.mask), address); });
  return listed && !matches_any(settings.exceptions, address);
}

std::optional<error> why_join_refused(const room_settings& settings, const room_command& what, const join_room& join,
                                      std::size_t member_count) {
  const auto address = folded_address(what.nick, what.mask);
  if (is_banned(settings, address))
    return error{error_code::banned, {}};
  if (std::ranges::count(settings.invitations, what.name.session) != 0)
    return std::nullopt;
  if (settings.flags.has(room_flag::invite_only) && !matches_any(settings.invite_exceptions, address))
    return error{error_code::invite_only, {}};
  if (!settings.key.empty() && join.key != settings.key)
    return error{error_code::wrong_key, {}};
  if (settings.limit != 0 && member_count >= settings.limit)
    return error{error_code::room_full, std::to_string(settings.limit)};
  return std::nullopt;
}

std::optional<error> why_post_refused(const room_settings& settings, const stored_member* sender, bool silenced) {
  if (!sender && settings.flags.has(room_flag::members_only))
    return error{error_code::not_in_room, {}};
  if (sender && is_at_least(sender->modes, member_mode::voice))
    return std::nullopt;
  if (silenced || settings.flags.has(room_flag::moderated))
    return error{error_code::muted, {}};
  return std::nullopt;
}

std::optional<error> why_topic_refused(const room_settings& settings, const stored_member& by) {
  if (!settings.flags.has(room_flag::topic_locked) || is_at_least(by.modes, member_mode::half_operator))
    return std::nullopt;
  return error{error_code::not_permitted, std::string{name_of(member_mode::half_operator)}};
}

std::optional<error> why_invite_refused(const room_settings& settings, const stored_member& by) {
  if (!settings.flags.has(room_flag::invite_only) || is_at_least(by.modes, member_mode::half_operator))
    return std::nullopt;
  return error{error_code::not_permitted, std::string{name_of(member_mode::half_operator)}};
}

std::optional<error> why_kick_refused(const stored_member& by, const stored_member& whom) {
  if (!is_at_least(by.modes, member_mode::half_operator))
    return error{error_code::not_permitted, std::string{name_of(member_mode::half_operator)}};
  const auto highest = [&] { // whom `by` may kick at most
    switch (rank(by.modes)) {
    case member_mode::half_operator: return member_mode::voice;
    case member_mode::founder: return member_mode::founder;
    default: return member_mode::room_operator;
    }
  }();
  if (rank(whom.modes) > highest && whom.session != by.session)
    return error{error_code::protected_member, whom.nick};
  return std::nullopt;
}

result<std::vector<mode_change>> real_changes(const room_settings& settings, const room_roster& members,
                                              const stored_member& by, const std::vector<mode_change>& asked) {
  if (asked.size() > limits::mode_changes_max)
    return error{error_code::mode_invalid, "at most " + std::to_string(limits::mode_changes_max) + " changes"};
  decision all(settings, members, by);
  for (const auto& each : asked)
    if (auto why = all.take(each))
      return *std::move(why);
  if (all.leaves_nobody_in_charge())
    return error{error_code::protected_member, "a room has an operator as long as anybody is in it"};
  return all.changed();
}

member_modes modes_after(member_modes before, session_id session, const std::vector<mode_change>& changes) {
  for (const auto& each : changes)
    if (const auto* of = std::get_if<member_change>(&each.what); of && of->session == session)
      before.set(of->mode, each.add);
  return before;
}

bool apply_to_settings(room_settings& settings, const log_entry& entry) {
  if (const auto* in = std::get_if<joined>(&entry.body)) {
    const bool founds = in->modes.has(member_mode::founder); // whoever comes first, and nobody later
    if (founds) {
      settings.flags = new_room_flags;
      settings.created = entry.time;
    }
    return std::erase(settings.invitations, entry.name.session) != 0 || founds;
  }
  if (const auto* modes = std::get_if<modes_changed>(&entry.body)) {
    bool changes = false;
    for (const auto& each : modes->changes) {
      apply_change(settings, each, entry.nick, entry.time);
      changes = changes || !std::holds_alternative<member_change>(each.what);
    }
    return changes;
  }
  if (const auto* invites = std::get_if<invited>(&entry.body)) {
    std::erase(settings.invitations, invites->session);
    settings.invitations.push_back(invites->session);
    if (settings.invitations.size() > limits::invitations_max)
      settings.invitations.erase(settings.invitations.begin());
    return true;
  }
  return false;
}

} // namespace godwit::moderation
