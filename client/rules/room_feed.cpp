#include "client/rules/room_feed.hpp"

#include <utility>

namespace godwit {

bool room_feed::opened(news::room_ref room, room_seq seq) {
  const bool is_news = !std::exchange(told_open_, true) || room != room_;
  room_ = std::move(room);
  if (seq > last_)
    catching_up_ = true;
  return is_news;
}

std::vector<tell::event> room_feed::live(tell::event event) {
  const auto seq = event.entry->seq;
  if (seq <= last_)
    return {};
  if (!catching_up_) {
    last_ = seq;
    return {std::move(event)};
  }
  if (held_.size() < held_events_max)
    held_.push_back(std::move(event));
  else
    dropped_ = true;
  return {};
}

std::vector<tell::event> room_feed::missed(std::vector<tell::event> events) {
  answered_ += events.size();
  std::vector<tell::event> fresh;
  for (auto& each : events) {
    if (each.entry->seq <= last_)
      continue;
    last_ = each.entry->seq;
    fresh.push_back(std::move(each));
  }
  return fresh;
}

std::vector<tell::event> room_feed::caught_up(std::size_t limit) {
  asked = false;
  if (std::exchange(answered_, 0) >= limit)
    return {}; // behind last_ there may be more
  return release();
}

std::vector<tell::event> room_feed::give_up() {
  asked = false;
  answered_ = 0;
  dropped_ = false;
  return release();
}

std::vector<tell::event> room_feed::release() {
  catching_up_ = dropped_; // what was dropped lies behind what was held
  dropped_ = false;
  std::vector<tell::event> told;
  for (auto& each : held_) {
    if (each.entry->seq <= last_)
      continue;
    last_ = each.entry->seq;
    told.push_back(std::move(each));
  }
  held_.clear();
  return told;
}

void room_feed::follow(const log_entry& entry, bool own) {
  const bool other_is_back = !own && !room_.person.empty() && std::holds_alternative<joined>(entry.body);
  if (other_is_back)
    room_.person = entry.nick; // the same person as ever, under whatever nick he has logged in now
  if (std::holds_alternative<left>(entry.body))
    told_away_by_nick_.erase(entry.nick);
  if (const auto* out = std::get_if<kicked>(&entry.body))
    told_away_by_nick_.erase(out->nick);
  const auto* change = std::get_if<renamed>(&entry.body);
  if (change == nullptr)
    return;
  if (room_.person == entry.nick)
    room_.person = change->to;
  if (auto told = told_away_by_nick_.extract(entry.nick); !told.empty()) {
    told.key() = change->to;
    told_away_by_nick_.insert(std::move(told));
  }
}

bool room_feed::is_news(const std::string& nick, const std::string& away) {
  const auto [at, is_first] = told_away_by_nick_.try_emplace(nick, away);
  return is_first || std::exchange(at->second, away) != away;
}

void room_feed::resumed() {
  told_open_ = false;
  held_.clear();
  dropped_ = false;
  answered_ = 0;
}

void room_feed::session_over() {
  told_open_ = false;
  held_.clear();
  dropped_ = false;
  catching_up_ = false;
  asked = false;
  answered_ = 0;
}

} // namespace godwit
