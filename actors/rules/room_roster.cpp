#include "actors/rules/room_roster.hpp"

#include <limits>

namespace godwit {

void room_roster::put(const stored_member& who) {
  auto& at = members_[who.session];
  by_nick_.erase({at.who.nick, who.session});
  at.who = who;
  by_nick_.emplace(who.nick, who.session);
}

void room_roster::remove(session_id session) {
  const auto at = members_.find(session);
  if (at == members_.end())
    return;
  by_nick_.erase({at->second.who.nick, session});
  members_.erase(at);
}

bool room_roster::set_away(session_id session, const std::string& away) {
  const auto at = members_.find(session);
  if (at == members_.end() || at->second.away == away)
    return false;
  at->second.away = away;
  return true;
}

const stored_member* room_roster::find(session_id session) const {
  const auto at = members_.find(session);
  return at == members_.end() ? nullptr : &at->second.who;
}

members_read room_roster::page(const std::string& after, std::size_t rows_max) const {
  members_read page;
  auto at = by_nick_.upper_bound({after, session_id{std::numeric_limits<std::uint64_t>::max()}});
  for (; at != by_nick_.end(); ++at) {
    if (page.members.size() >= rows_max && page.members.back().nick != at->first) {
      page.more = true;
      break;
    }
    page.members.push_back({at->first, members_.at(at->second).away});
  }
  return page;
}

} // namespace godwit
