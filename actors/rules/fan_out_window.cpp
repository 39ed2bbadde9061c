#include "actors/rules/fan_out_window.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>

namespace godwit {

void fan_out_window::open(room_epoch epoch, room_seq last_seq) {
  epoch_ = epoch;
  last_seq_ = last_seq;
  relays_.clear();
  numbers_.clear();
  expected_.clear();
  lost_.clear();
}

void fan_out_window::drop(const node_name& node) {
  expect_open_join(node);
  relays_.erase(node);
  lost_.erase(node);
}

void fan_out_window::lose(const node_name& node, timestamp now) {
  expect_open_join(node);
  if (relays_.erase(node) != 0)
    lost_.insert_or_assign(node, now);
}

bool fan_out_window::awaits_return(timestamp now) const {
  return std::ranges::any_of(lost_, [&](const auto& it) { return now - it.second < limits::relay_returns_within; });
}

std::vector<relay_progress> fan_out_window::progress() const {
  std::vector<relay_progress> all;
  all.reserve(relays_.size());
  for (const auto& [node, relay] : relays_) {
    const auto at = numbers_.find(node);
    const auto numbered = at == numbers_.end() ? 0 : at->second;
    all.push_back({node, relay.attachment, relay.position, numbered, relay.open_until != 0 ? 0 : relay.delivered});
  }
  return all;
}

void fan_out_window::expect(const node_name& node, room_seq seq) {
  if (node.empty())
    return;
  const auto at = relays_.find(node);
  if (at == relays_.end()) {
    expected_.try_emplace(node, seq);
    return;
  }
  auto& relay = at->second;
  const bool is_delivered = relay.open_join_numbered != 0 && relay.delivered >= relay.open_join_numbered;
  if (relay.open_join != 0 && !is_delivered)
    return; // an earlier one
  relay.open_join = seq;
  relay.open_join_numbered = 0;
}

void fan_out_window::expect_open_join(const node_name& node) {
  const auto at = relays_.find(node);
  if (at == relays_.end() || at->second.open_join == 0)
    return;
  const auto& relay = at->second;
  if (relay.open_join_numbered == 0 || relay.delivered < relay.open_join_numbered)
    expected_.try_emplace(node, relay.open_join);
}

std::uint64_t fan_out_window::undelivered(const node_name& node, const relay_place& relay) const {
  const auto at = numbers_.find(node);
  return at == numbers_.end() ? 0 : at->second - std::min(at->second, relay.delivered);
}

void fan_out_window::attach(const attach_relay& what, timestamp now, room_effects& out) {
  relay_place relay;
  relay.node_incarnation = what.node_incarnation;
  relay.attachment = ++attachments_;
  expect_open_join(what.node);
  const auto expected = expected_.extract(what.node);
  const auto newest = expected ? expected.mapped() - 1 : last_seq_;
  relay.position = std::min(what.newest ? newest : what.after, last_seq_);
  relay.following = relay.position == last_seq_;
  relay.delivered = numbers_[what.node]; // what was lost before does not count
  relay.open_until = std::min(what.open_until, relay.delivered);
  relay.progress = now;
  out.push_back(send{relay_at(what.node, room_), fan_out{room_, epoch_, relay.position, {}}});
  relays_[what.node] = relay;
  lost_.erase(what.node);
}

void fan_out_window::drop_dead(const membership_view& view, timestamp now) {
  for (const auto& node : view.nodes) {
    const auto at = relays_.find(node.name);
    if (node.state == node_state::dead && at != relays_.end() && at->second.node_incarnation == node.incarnation)
      lose(node.name, now);
  }
}

void fan_out_window::reported(const fan_out_delivered& what, timestamp now, room_effects& out) {
  if (what.epoch != epoch_)
    return;
  out.push_back(send{relay_at(what.node, room_), report_taken{room_, epoch_}});
  const auto at = relays_.find(what.node);
  if (at == relays_.end())
    return;
  if (what.fan_out_number >= at->second.open_until)
    at->second.open_until = 0;
  if (what.fan_out_number <= at->second.delivered)
    return;
  at->second.delivered = std::min(what.fan_out_number, numbers_[what.node]);
  at->second.progress = now;
}

void fan_out_window::judge(timestamp now) {
  for (auto& [node, relay] : relays_) {
    if (undelivered(node, relay) > 0 && now - relay.progress >= limits::fan_out_stall)
      relay.following = false;
  }
}

void fan_out_window::number(const node_name& node, relay_place& relay, fan_out& outgoing, timestamp now) {
  if (undelivered(node, relay) == 0)
    relay.progress = now;
  for (auto& item : outgoing.items)
    item.fan_out_number = ++numbers_[node];
}

void fan_out_window::send_entries(const node_name& node, relay_place& relay, const std::vector<shared_entry>& entries,
                                  timestamp now, room_effects& out) {
  fan_out outgoing{room_, epoch_, relay.position, {}};
  outgoing.items.reserve(entries.size());
  for (const auto& entry : entries)
    outgoing.items.push_back({0, entry});
  number(node, relay, outgoing, now);
  relay.position = entries.back()->seq;
  if (relay.open_join != 0 && relay.open_join_numbered == 0 && relay.position >= relay.open_join)
    relay.open_join_numbered = numbers_[node];
  out.push_back(send{relay_at(node, room_), std::move(outgoing)});
}

void fan_out_window::publish(const std::vector<shared_entry>& entries, timestamp now, room_effects& out) {
  if (entries.empty())
    return;
  last_seq_ = entries.back()->seq;
  for (auto& [node, relay] : relays_) {
    if (undelivered(node, relay) >= 2 * limits::undelivered_fan_out_max)
      relay.following = false;
    if (relay.following)
      send_entries(node, relay, entries, now, out);
  }
}

void fan_out_window::publish(const presence_changed& what, timestamp now, room_effects& out) {
  for (auto& [node, relay] : relays_) {
    if (!relay.following || undelivered(node, relay) >= limits::undelivered_fan_out_max)
      continue;
    fan_out outgoing{room_, epoch_, relay.position, {{0, what}}};
    number(node, relay, outgoing, now);
    out.push_back(send{relay_at(node, room_), std::move(outgoing)});
  }
}

std::vector<hungry_relay> fan_out_window::hungry() const {
  std::vector<hungry_relay> found;
  for (const auto& [node, relay] : relays_) {
    if (!relay.following && !relay.waits_for_log && undelivered(node, relay) < limits::catch_up_fan_out_max)
      found.push_back({node, relay.attachment, relay.position});
  }
  return found;
}

void fan_out_window::feed(const hungry_relay& whom, const std::vector<shared_entry>& entries, timestamp now,
                          room_effects& out) {
  const auto at = relays_.find(whom.node);
  if (at == relays_.end() || at->second.attachment != whom.attachment || at->second.following)
    return;
  auto& relay = at->second;
  relay.waits_for_log = false;
  if (!entries.empty() && first_seq_of(*entries.front()) == relay.position + 1)
    send_entries(whom.node, relay, entries, now, out);
  relay.following = relay.position == last_seq_;
}

void fan_out_window::wait_for_log(const hungry_relay& whom, bool waits) {
  const auto at = relays_.find(whom.node);
  if (at != relays_.end() && at->second.attachment == whom.attachment)
    at->second.waits_for_log = waits;
}

bool fan_out_window::takes_posts() const {
  return std::all_of(relays_.begin(), relays_.end(), [this](const auto& it) {
    return !it.second.following || undelivered(it.first, it.second) < limits::undelivered_fan_out_max;
  });
}

bool fan_out_window::is_undelivered() const {
  return std::any_of(relays_.begin(), relays_.end(),
                     [this](const auto& it) { return undelivered(it.first, it.second) > 0; });
}

} // namespace godwit
