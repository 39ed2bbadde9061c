#include "actors/rules/room_roster.hpp"

#include "messages/names.hpp"

#include <algorithm>
#include <limits>

namespace godwit {
namespace {

std::string folded(const std::string& nick) {
  auto key = fold_nick(nick);
  return key ? *std::move(key) : nick;
}

bool is_operator(const stored_member& who) { return rank(who.modes) >= member_mode::room_operator; }

} // namespace

void room_roster::put(const stored_member& who) {
  const auto [at, is_new] = members_.try_emplace(who.session);
  if (!is_new)
    forget(at->second.who);
  at->second.who = who;
  by_nick_.emplace(who.nick, who.session);
  by_folded_nick_.emplace(folded(who.nick), who.session);
  operators_ += is_operator(who);
}

void room_roster::remove(session_id session) {
  const auto at = members_.find(session);
  if (at == members_.end())
    return;
  forget(at->second.who);
  members_.erase(at);
}

void room_roster::forget(const stored_member& who) {
  by_nick_.erase({who.nick, who.session});
  by_folded_nick_.erase({folded(who.nick), who.session});
  operators_ -= is_operator(who);
}

presence_parts room_roster::set_presence(const godwit::set_presence& what) {
  presence_parts parts;
  const auto at = members_.find(what.session);
  if (at == members_.end())
    return parts;
  auto& member = at->second;
  parts.set(presence_part::away, member.away != what.away);
  parts.set(presence_part::real_name, member.who.real_name != what.real_name);
  const bool is_first = what.mask.empty() || what.mask == member.who.mask;
  auto mask_now = is_first ? std::string{} : what.mask;
  parts.set(presence_part::host, member.mask_now != mask_now && !member.who.mask.empty());
  member.mask_now = std::move(mask_now);
  member.away = what.away;
  member.who.real_name = what.real_name;
  member.marks = what.marks;
  return parts;
}

user_modes room_roster::marks_of(session_id session) const {
  const auto at = members_.find(session);
  return at == members_.end() ? user_modes{} : at->second.marks;
}

const std::string& room_roster::mask_of(const stored_member& who) const {
  const auto at = members_.find(who.session);
  return at == members_.end() || at->second.mask_now.empty() ? who.mask : at->second.mask_now;
}

const stored_member* room_roster::find_nick(const std::string& nick) const {
  const auto key = folded(nick);
  const auto at = by_folded_nick_.lower_bound({key, session_id{}});
  return at == by_folded_nick_.end() || at->first != key ? nullptr : find(at->second);
}

const stored_member* room_roster::longest_present(const std::vector<session_id>& but_for) const {
  const stored_member* first = nullptr;
  for (const auto& [session, each] : members_)
    if ((!first || each.who.joined_seq < first->joined_seq) && std::ranges::count(but_for, session) == 0)
      first = &each.who;
  return first;
}

const stored_member* room_roster::find(session_id session) const {
  const auto at = members_.find(session);
  return at == members_.end() ? nullptr : &at->second.who;
}

members_read room_roster::page(const std::string& after, std::size_t rows_max, bool invisible_too) const {
  members_read page;
  auto at = by_nick_.upper_bound({after, session_id{std::numeric_limits<std::uint64_t>::max()}});
  for (; at != by_nick_.end(); ++at) {
    if (page.members.size() >= rows_max && page.members.back().nick != at->first) {
      page.more = true;
      break;
    }
    const auto& member = members_.at(at->second);
    if (!invisible_too && member.marks.has(user_mode::invisible))
      continue;
    page.members.push_back(
      {at->first, member.away, member.who.modes, mask_of(member.who), member.who.real_name, member.marks});
  }
  return page;
}

} // namespace godwit
