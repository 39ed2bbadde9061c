#include "client/rules/session_view.hpp"

#include "messages/names.hpp"

namespace godwit {
namespace {

std::string folded(std::string_view label) {
  auto name = fold_room(label); // each nick is a room name too
  return name ? *name : std::string{label};
}

} // namespace

void session_view::apply(const client_news& what) {
  std::visit([this](const auto& it) { take(it); }, what);
}

const room_view* session_view::find(std::string_view label) const {
  for (const auto& [id, view] : rooms_)
    if (folded(view.label()) == folded(label))
      return &view;
  return nullptr;
}

void session_view::take(const news::connected& what) {
  online_ = true;
  if (what.resumed)
    return;
  for (auto& [id, view] : rooms_)
    view.members_known = false; // joins and leaves are told again, but who was away is not
}

void session_view::take(const news::room_opened& what) { rooms_[what.room.id].room = what.room; }

void session_view::take(const news::event& what) {
  const auto at = rooms_.find(what.room.id);
  if (at == rooms_.end())
    return;
  auto& view = at->second;
  const auto& entry = *what.entry;
  view.last = entry.seq;
  if (std::holds_alternative<joined>(entry.body)) {
    view.away_by_member.try_emplace(entry.nick);
  } else if (std::holds_alternative<left>(entry.body)) {
    view.away_by_member.erase(entry.nick);
    if (what.own && what.request != 0)
      rooms_.erase(at);
  } else if (const auto* out = std::get_if<kicked>(&entry.body)) {
    view.away_by_member.erase(out->nick);
  } else if (const auto* topic = std::get_if<topic_set>(&entry.body)) {
    view.topic = topic->text;
  } else if (const auto* change = std::get_if<renamed>(&entry.body)) {
    auto member = view.away_by_member.extract(entry.nick);
    if (!member.empty()) {
      member.key() = change->to;
      view.away_by_member.insert(std::move(member));
    }
    if (view.room.person == entry.nick)
      view.room.person = change->to;
    if (nick_ == entry.nick)
      nick_ = change->to;
  }
}

void session_view::take(const news::presence& what) {
  const auto at = rooms_.find(what.room.id);
  if (at == rooms_.end())
    return;
  const auto member = at->second.away_by_member.find(what.nick);
  if (member != at->second.away_by_member.end())
    member->second = what.away;
}

void session_view::take(const news::answered& what) {
  if (const auto* topic = std::get_if<tell::topic>(&what.answer)) {
    const auto at = rooms_.find(topic->room);
    if (at != rooms_.end())
      at->second.topic = topic->text;
    return;
  }
  const auto* members = std::get_if<tell::members>(&what.answer);
  const auto* question = std::get_if<ask::members>(&what.question);
  if (members == nullptr || question == nullptr)
    return;
  for (auto& [id, view] : rooms_) {
    if (folded(view.label()) != folded(question->room))
      continue;
    view.away_by_member.clear();
    for (const auto& each : members->rows)
      view.away_by_member[each.nick] = each.away;
    view.members_known = true;
  }
}

} // namespace godwit
