#include "actors/rules/append_queue.hpp"

#include "actors/rules/limits.hpp"
#include "actors/rules/recent_entries.hpp"
#include "actors/rules/room_ledger.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace godwit {
namespace {

std::size_t group_bytes(const entry_group& group) {
  std::size_t bytes = 0;
  for (const auto& entry : group.entries)
    bytes += entry_bytes(*entry);
  return bytes;
}

/// Only how a session stands at the end of an append counts: it may join and leave within one.
void add_net_changes(const std::vector<entry_group>& groups, append_entries& request) {
  std::map<session_id, std::optional<stored_member>> net;
  for (const auto& group : groups) {
    for (const auto& change : group.changes)
      net[change.session] = change.member;
  }
  for (auto& [session, member] : net) {
    if (member)
      request.members_in.push_back(std::move(*member));
    else
      request.members_out.push_back(session);
  }
}

} // namespace

void append_queue::open(room_epoch epoch, room_state state) {
  epoch_ = epoch;
  state_ = std::move(state);
  waiting_.clear();
  waiting_bytes_ = 0;
  waiting_entries_ = 0;
  under_way_.clear();
}

void append_queue::push(entry_group group) {
  waiting_bytes_ += group_bytes(group);
  waiting_entries_ += group.entries.size();
  waiting_.push_back(std::move(group));
}

bool append_queue::takes_now() const {
  constexpr std::size_t group_entries_max = 2; // an effect, and what it brought about beside itself
  return under_way_.size() < limits::appends_in_flight_max
         && waiting_entries_ + group_entries_max <= limits::append_entries_max
         && waiting_bytes_ + group_entries_max * limits::post_bytes_max <= limits::append_bytes_max / 2;
}

append_queue::append append_queue::form() {
  append made;
  std::size_t bytes = 0;
  bool changes_settings = false;
  while (!waiting_.empty()) {
    auto& group = waiting_.front();
    bytes += group_bytes(group);
    const bool fits = bytes <= limits::append_bytes_max
                      && made.request.entries.size() + group.entries.size() <= limits::append_entries_max;
    if (!fits && !made.groups.empty())
      break;
    waiting_bytes_ -= group_bytes(group);
    waiting_entries_ -= group.entries.size();
    for (const auto& entry : group.entries) {
      changes_settings = apply_entry(state_, *entry) || changes_settings;
      made.request.entries.push_back(entry);
    }
    made.groups.push_back(std::move(group));
    waiting_.pop_front();
  }
  auto& request = made.request;
  request.room = room_;
  request.epoch = epoch_;
  request.reply_to = reply_to_;
  request.first_seq = request.entries.front()->seq;
  auto settings = std::exchange(state_.settings, std::nullopt); // they may be long, and seldom change
  request.state = state_;
  state_.settings = std::move(settings);
  if (changes_settings)
    request.state.settings = state_.settings;
  add_net_changes(made.groups, request);
  return made;
}

std::vector<append_entries> append_queue::next() {
  std::vector<append_entries> requests;
  while (!waiting_.empty() && under_way_.size() < limits::appends_in_flight_max) {
    under_way_.push_back(form());
    requests.push_back(under_way_.back().request);
  }
  return requests;
}

std::vector<append_entries> append_queue::again() const {
  std::vector<append_entries> requests;
  for (const auto& one : under_way_)
    requests.push_back(one.request);
  return requests;
}

bool append_queue::is_under_way(room_seq first_seq) const {
  return std::any_of(under_way_.begin(), under_way_.end(),
                     [&](const append& it) { return it.request.first_seq == first_seq; });
}

std::vector<entry_group> append_queue::written(room_seq first_seq) {
  std::vector<entry_group> groups;
  if (!is_under_way(first_seq))
    return groups;
  // A log has no gaps: what stands before a written append is written, even if the answer to it was lost.
  while (!under_way_.empty() && under_way_.front().request.first_seq <= first_seq) {
    for (auto& group : under_way_.front().groups)
      groups.push_back(std::move(group));
    under_way_.pop_front();
  }
  return groups;
}

std::vector<effect_name> append_queue::commands() const {
  std::vector<effect_name> all;
  for (const auto& each : under_way_)
    for (const auto& group : each.groups)
      all.push_back(group.command);
  for (const auto& group : waiting_)
    all.push_back(group.command);
  return all;
}

} // namespace godwit
