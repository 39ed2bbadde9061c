#include "actors/rules/people.hpp"

#include "actors/rules/limits.hpp"
#include "messages/masks.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit {

// ------------------------------------------------------------------------------------------------- what is told

void people::describe(const describe_person& what, instant now) {
  const auto folded = fold_nick(what.nick);
  if (!folded || (by_session_.size() >= limits::directory_sessions_max && !by_session_.contains(what.session)))
    return;
  auto& who = by_session_[what.session];
  if (what.epoch < who.card.epoch)
    return;
  if (!who.folded_nick.empty() && who.card.nick != what.nick)
    former_.note(who.card, now);
  by_nick_.erase({who.folded_nick, what.session});
  by_nick_.emplace(*folded, what.session);
  count(who.card.modes, false);
  count(what.modes, true);
  who.folded_nick = *folded;
  who.address = folded_address(what.nick, what.mask);
  who.card = what;
  who.card.rooms.clear();
  if (what.whole)
    while (!who.rooms.empty())
      leave(who, who.rooms.begin()->first);
  for (const auto& each : what.rooms)
    each.in ? enter(who, each) : leave(who, each.room);
  most_ = std::max(most_, by_session_.size());
}

void people::enter(known_person& who, const seen_room& where) {
  if (who.rooms.size() >= 2 * limits::rooms_per_session_max && !who.rooms.contains(where.room))
    return;
  if (who.rooms.insert_or_assign(where.room, where).second)
    rooms_in_use_ += rooms_[where.room].member_count++ == 0;
}

/// A room of which the last one has gone is described anew when it is opened again.
void people::leave(known_person& who, room_id room) {
  if (who.rooms.erase(room) == 0)
    return;
  const auto at = rooms_.find(room);
  if (at == rooms_.end() || --at->second.member_count != 0)
    return;
  --rooms_in_use_;
  if (!at->second.described)
    rooms_.erase(at);
}

/// Rooms are described when they are opened, often before anybody is known to be in.
void people::describe(const describe_room& what) {
  constexpr std::size_t rooms_max = limits::directory_sessions_max;
  if (rooms_.size() >= rooms_max) // those with nobody in them may have been closed since
    std::erase_if(rooms_, [](const auto& each) { return each.second.member_count == 0; });
  auto& room = rooms_[what.room];
  if (what.epoch < room.epoch)
    return;
  room.epoch = what.epoch;
  room.secret = what.secret;
  room.described = true;
}

void people::remove(session_id session, instant now) {
  if (const auto at = by_session_.find(session); at != by_session_.end()) {
    former_.note(at->second.card, now);
    erase(session);
  }
}

void people::erase(session_id session) {
  const auto at = by_session_.find(session);
  while (!at->second.rooms.empty())
    leave(at->second, at->second.rooms.begin()->first);
  by_nick_.erase({at->second.folded_nick, session});
  count(at->second.card.modes, false);
  by_session_.erase(at);
}

void people::count(user_modes modes, bool in) {
  const auto add = [in](std::size_t& to, bool counts) { to = in ? to + counts : to - counts; };
  add(invisible_, modes.has(user_mode::invisible));
  add(operators_, modes.has(user_mode::server_operator));
}

// ---------------------------------------------------------------------------------------------------- questions

const people::known_person* people::person_of(session_id session) const {
  const auto at = by_session_.find(session);
  return at == by_session_.end() ? nullptr : &at->second;
}

const describe_person* people::find(session_id session) const {
  const auto* who = person_of(session);
  return who ? &who->card : nullptr;
}

people_told people::answer(const ask_people& asked, instant now) const {
  people_told out;
  out.name = asked.origin.name;
  const auto* asker = person_of(asked.origin.name.session);
  switch (asked.question.kind) {
  case people_kind::named: answer_named(asked, asker, out); break;
  case people_kind::matching: answer_matching(asked, asker, out); break;
  case people_kind::former:
    if (const auto folded = asked.question.nicks.empty() ? result<std::string>(error_code::nick_invalid)
                                                         : fold_nick(asked.question.nicks.front()))
      out.rows = former_.find(*folded, std::min(asked.question.limit, limits::former_people_told_max), now);
    break;
  case people_kind::counted: out.counts = counts(); break;
  }
  return out;
}

void people::answer_named(const ask_people& asked, const known_person* asker, people_told& out) const {
  std::size_t count = 0;
  for (const auto& nick : asked.question.nicks) {
    if (count++ == limits::people_named_max)
      return;
    const auto folded = fold_nick(nick);
    const auto at = folded ? by_nick_.lower_bound({*folded, session_id{}}) : by_nick_.end();
    if (at != by_nick_.end() && at->first == *folded)
      out.rows.push_back(row_of(*person_of(at->second), asker, asked.question.nicks.size() == 1));
  }
}

/// In the order of the nicks, behind `after`.
void people::answer_matching(const ask_people& asked, const known_person* asker, people_told& out) const {
  const auto& question = asked.question;
  const bool sees_all = asker && asker->card.modes.has(user_mode::server_operator);
  const auto limit = std::min(question.limit, limits::people_piece_rows_max);
  constexpr session_id last_of_nick{~std::uint64_t{0}};
  auto at = asked.after.empty() ? by_nick_.begin() : by_nick_.upper_bound({asked.after, last_of_nick});
  for (std::size_t scanned = 0; at != by_nick_.end(); ++at, ++scanned) {
    if (scanned == limits::people_scanned_max || out.rows.size() >= limit) {
      out.next = std::prev(at)->first;
      return;
    }
    const auto& whom = *person_of(at->second);
    const auto modes = whom.card.modes;
    const bool is_seen = sees_all || !modes.has(user_mode::invisible) || share_room(asker, whom);
    if (is_seen && (!question.operators_only || modes.has(user_mode::server_operator))
        && mask_matches(question.mask, whom.address))
      out.rows.push_back(row_of(whom, asker, false));
  }
}

bool people::share_room(const known_person* asker, const known_person& whom) const {
  if (!asker || asker == &whom)
    return asker != nullptr;
  const bool has_fewer = asker->rooms.size() < whom.rooms.size();
  const auto& few = has_fewer ? asker->rooms : whom.rooms;
  const auto& many = has_fewer ? whom.rooms : asker->rooms;
  return std::ranges::any_of(few, [&](const auto& each) { return many.contains(each.first); });
}

person_row people::row_of(const known_person& whom, const known_person* asker, bool with_rooms) const {
  const auto& card = whom.card;
  const bool sees_all = asker && (asker == &whom || asker->card.modes.has(user_mode::server_operator));
  person_row row;
  row.nick = card.nick;
  row.mask = card.mask;
  row.real_name = card.real_name;
  row.away = card.away;
  row.modes = card.modes;
  row.signed_on = card.signed_on;
  row.spoke_at = card.spoke_at;
  row.plaintext = card.plaintext;
  if (sees_all)
    row.address = card.address;
  if (!with_rooms)
    return row;
  for (const auto& [room, seen] : whom.rooms) {
    const auto known = rooms_.find(room);
    const bool is_open = known != rooms_.end() && known->second.described && !known->second.secret;
    if (is_open || sees_all || (asker && asker->rooms.contains(room)))
      row.rooms.push_back(seen);
  }
  return row;
}

people_counts people::counts() const {
  people_counts out;
  out.people = static_cast<std::uint32_t>(by_session_.size());
  out.invisible = static_cast<std::uint32_t>(invisible_);
  out.operators = static_cast<std::uint32_t>(operators_);
  out.rooms = static_cast<std::uint32_t>(rooms_in_use_);
  out.most = static_cast<std::uint32_t>(most_);
  return out;
}

} // namespace godwit
