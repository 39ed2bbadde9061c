#include "actors/rules/membership.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>

namespace godwit {

using limits::pulse_interval;
using limits::redial_is_suspicious;
using limits::silence_is_suspicious;
using limits::suspicion_holds;

membership::membership(configured_node self, incarnation self_incarnation, std::vector<configured_node> cluster,
                       std::chrono::milliseconds resume_timeout, instant now)
    : self_(std::move(self)), cluster_(std::move(cluster)), resume_timeout_(resume_timeout), last_tick_(now) {
  view_.by = self_incarnation;
  view_.number = 1;
  view_.nodes.push_back({self_.name, self_incarnation, self_.roles, node_state::alive});
}

// ------------------------------------------------------------------------------------------------ what is told

membership_effects membership::handle(const link_reset& reset, instant now) {
  if (reset.node == self_.name)
    return publish();
  linked_.insert(reset.node);
  auto* node = find(reset.node);
  if (node != nullptr && node->incarnation == reset.incarnation) {
    if (node->state == node_state::alive)
      seen_by_name_[reset.node] = {};
    // It may have missed views, its own death among them.
    return {send{service_at(reset.node, entity_kind::membership), view_}};
  }
  const auto roles = reset.roles != 0 ? reset.roles : configured_roles(reset.node);
  if (node == nullptr)
    node = &view_.nodes.emplace_back();
  *node = {reset.node, reset.incarnation, roles, node_state::alive};
  if (const auto probation = probation_until_by_name_.find(reset.node); probation != probation_until_by_name_.end())
    probation->second = now + limits::probation;
  seen_by_name_[reset.node] = {};
  forget_suspicions_of(reset.node);
  ++view_.number;
  return publish();
}

membership_effects membership::handle(const link_lost& lost, instant now) {
  linked_.erase(lost.node);
  if (const auto* node = find(lost.node); node != nullptr && node->state == node_state::alive) {
    auto& seen = seen_by_name_[lost.node];
    if (!seen.closed_since)
      seen.closed_since = now;
    seen.silent_since.reset(); // what is closed is no longer silent, and is judged by its redial
  }
  return {};
}

membership_effects membership::handle(const link_silent& silent, instant now) {
  const auto* node = find(silent.node);
  if (node == nullptr || node->incarnation != silent.incarnation || node->state == node_state::dead)
    return {};
  auto& seen = seen_by_name_[silent.node];
  if (!seen.silent_since && !seen.closed_since)
    seen.silent_since = now;
  if (const auto probation = probation_until_by_name_.find(silent.node); probation != probation_until_by_name_.end())
    probation->second = now + limits::probation;
  return {};
}

membership_effects membership::handle(const load_changed& load, instant) {
  sessions_by_place_[load.place] = load.sessions;
  return {};
}

membership_effects membership::handle(const drained_workers& told, instant) {
  if (told.nodes == drained_)
    return {};
  drained_ = told.nodes;
  ++view_.number;
  return publish();
}

membership_effects membership::handle(const link_heard& heard, instant) {
  const auto* node = find(heard.node);
  if (node != nullptr && node->incarnation == heard.incarnation)
    seen_by_name_[heard.node].silent_since.reset();
  return {};
}

membership_effects membership::handle(const suspect_node& told, instant now) {
  if (told.by == told.node || told.node == self_.name || configured_roles(told.node) == 0)
    return {};
  const auto* by = find(told.by);
  if (by == nullptr || by->state == node_state::dead)
    return {};
  auto* node = find(told.node);
  if (node == nullptr) {
    // A node that died while no broker node was there: it is known by this word only, and judged as if its link had
    // closed now.
    view_.nodes.push_back({told.node, told.incarnation, configured_roles(told.node), node_state::alive});
    seen_by_name_[told.node].closed_since = now;
    ++view_.number;
    return publish();
  }
  if (node->incarnation != told.incarnation || node->state == node_state::dead)
    return {};
  auto [row, is_new] = suspicions_by_pair_.try_emplace({told.by, told.node}, doubt{now, now});
  row->second.last = now;
  return {};
}

// -------------------------------------------------------------------------------------------------- judgement

membership_effects membership::tick(instant now) {
  forgive_lateness(now);
  last_tick_ = now;
  lapse_suspicions(now);
  if (self_at_fault())
    return {};
  bool changed = false;
  for (auto& node : view_.nodes) {
    if (node.name == self_.name || node.state == node_state::dead)
      continue;
    const auto over = is_proxy(node) ? proxy_is_over(node, now) : worker_is_over(node, now);
    if (over) {
      declare_dead(node);
      changed = true;
    }
  }
  changed |= judge_pairs(now);
  changed |= end_probations(now);
  return changed ? publish() : membership_effects{};
}

/// A judge that slept has heard nobody in that time, which says nothing about them.
void membership::forgive_lateness(instant now) {
  const auto late = now - last_tick_ - pulse_interval;
  if (late <= pulse_interval)
    return;
  for (auto& [name, seen] : seen_by_name_) {
    if (seen.closed_since)
      *seen.closed_since = std::min(*seen.closed_since + late, now);
    if (seen.silent_since)
      *seen.silent_since = now;
  }
  for (auto& [pair, suspicion] : suspicions_by_pair_) {
    suspicion.since = std::min(suspicion.since + late, now);
    suspicion.last = now;
  }
}

void membership::lapse_suspicions(instant now) {
  std::erase_if(suspicions_by_pair_, [now](const auto& row) { return now - row.second.last > suspicion_holds; });
}

bool membership::reached(const node_name& name) const {
  const auto seen = seen_by_name_.find(name);
  return seen == seen_by_name_.end() || (!seen->second.closed_since && !seen->second.silent_since);
}

bool membership::self_at_fault() const {
  std::size_t others = 0;
  for (const auto& node : view_.nodes) {
    if (node.name == self_.name || node.state == node_state::dead)
      continue;
    if (reached(node.name))
      return false;
    ++others;
  }
  return others >= 2;
}

bool membership::worker_is_over(const member_node& node, instant now) {
  auto& seen = seen_by_name_[node.name];
  if (seen.closed_since)
    return now - *seen.closed_since >= redial_is_suspicious;
  if (!seen.silent_since || now - *seen.silent_since < 2 * pulse_interval || !silence_may_fell_one_more())
    return false;
  seen.fell_to_silence = true;
  probation_until_by_name_[node.name] = now + limits::probation;
  return true;
}

bool membership::silence_may_fell_one_more() const {
  const auto workers = static_cast<std::size_t>(std::count_if(view_.nodes.begin(), view_.nodes.end(), is_worker));
  const auto fallen = static_cast<std::size_t>(std::count_if(
    seen_by_name_.begin(), seen_by_name_.end(), [](const auto& row) { return row.second.fell_to_silence; }));
  return 2 * (fallen + 1) <= workers;
}

bool membership::proxy_is_over(const member_node& node, instant now) const {
  const auto seen = seen_by_name_.find(node.name);
  if (seen == seen_by_name_.end() || !seen->second.closed_since || now - *seen->second.closed_since < resume_timeout_)
    return false;
  return std::all_of(view_.nodes.begin(), view_.nodes.end(), [&](const member_node& other) {
    return !is_worker(other) || other.state == node_state::dead || other.name == node.name || other.name == self_.name
           || suspicions_by_pair_.contains({other.name, node.name});
  });
}

bool membership::at_fault(const node_name& name) const {
  std::size_t others = 0;
  std::size_t missed = 0;
  for (const auto& node : view_.nodes) {
    if (node.name == name || node.state == node_state::dead)
      continue;
    ++others;
    missed += suspicions_by_pair_.contains({name, node.name}) ? 1 : 0;
  }
  return 2 * missed > others;
}

std::size_t membership::suspicions_around(const node_name& name) const {
  return static_cast<std::size_t>(
    std::count_if(suspicions_by_pair_.begin(), suspicions_by_pair_.end(),
                  [&name](const auto& row) { return row.first.first == name || row.first.second == name; }));
}

const member_node& membership::weaker_of(const member_node& a, const member_node& b) const {
  if (is_proxy(a) != is_proxy(b))
    return is_proxy(a) ? b : a;
  const auto around_a = suspicions_around(a.name);
  const auto around_b = suspicions_around(b.name);
  if (around_a != around_b)
    return around_a > around_b ? a : b;
  return a.name > b.name ? a : b;
}

/// Who is not reached from here either may be what is wrong: only the time counts in which both are.
void membership::begin_doubts_anew(instant now) {
  for (auto& [pair, suspicion] : suspicions_by_pair_)
    if (!reached(pair.first) || !reached(pair.second))
      suspicion.since = now;
}

/// Two nodes that do not reach each other, while both are reached from here: one of them has to go.
bool membership::judge_pairs(instant now) {
  begin_doubts_anew(now);
  bool changed = false;
  const auto pairs = suspicions_by_pair_;
  for (const auto& [pair, suspicion] : pairs) {
    auto* by = find(pair.first);
    auto* of = find(pair.second);
    if (by == nullptr || of == nullptr || by->state == node_state::dead || of->state == node_state::dead)
      continue;
    if (now - suspicion.since < silence_is_suspicious || at_fault(by->name))
      continue;
    const auto& weaker = weaker_of(*by, *of);
    if (is_proxy(weaker) || !is_worker(weaker))
      continue;
    declare_dead(*find(weaker.name));
    changed = true;
  }
  return changed;
}

// -------------------------------------------------------------------------------------------------- the view

member_node* membership::find(const node_name& name) {
  const auto node =
    std::find_if(view_.nodes.begin(), view_.nodes.end(), [&name](const auto& row) { return row.name == name; });
  return node == view_.nodes.end() ? nullptr : &*node;
}

std::uint8_t membership::configured_roles(const node_name& name) const {
  const auto node =
    std::find_if(cluster_.begin(), cluster_.end(), [&name](const auto& row) { return row.name == name; });
  return node == cluster_.end() ? 0 : node->roles;
}

void membership::declare_dead(member_node& node) {
  node.state = node_state::dead;
  forget_suspicions_of(node.name);
  ++view_.number;
}

void membership::forget_suspicions_of(const node_name& name) {
  std::erase_if(suspicions_by_pair_,
                [&name](const auto& row) { return row.first.first == name || row.first.second == name; });
}

/// Of the living, once their time is over.
bool membership::end_probations(instant now) {
  const auto ended = std::erase_if(probation_until_by_name_, [&](const auto& row) {
    return row.second <= now && alive_node(view_, row.first) != nullptr;
  });
  view_.number += ended != 0 ? 1 : 0;
  return ended != 0;
}

/// A node's share is what it lacks to the mean load of all that are left, once they have the load of the dead.
void membership::put_shares() {
  const auto load_of = [this](const member_node& node) {
    const auto known = sessions_by_place_.find({node.name, node.incarnation});
    return known == sessions_by_place_.end() ? 0 : known->second;
  };
  const auto may_take = [this](const member_node& node) {
    return is_worker(node) && node.state == node_state::alive && !on_probation(node.name)
           && !drained_.contains(node.name);
  };
  std::size_t all = 0;
  for (const auto& [place, sessions] : sessions_by_place_)
    all += sessions;
  const auto takers =
    std::max<std::size_t>(1, static_cast<std::size_t>(std::count_if(view_.nodes.begin(), view_.nodes.end(), may_take)));
  const auto mean = all / takers + 1;
  for (auto& node : view_.nodes)
    node.share = may_take(node) ? static_cast<std::uint32_t>(mean - std::min(mean - 1, load_of(node))) : 0;
  std::erase_if(sessions_by_place_, [this](const auto& row) {
    return standing_of(view_, row.first.node, row.first.incarnation) == standing::dead;
  });
}

membership_effects membership::publish() {
  put_shares();
  membership_effects effects{follow_view{view_}};
  for (const auto& name : linked_) // the dead among them too: they have to learn it
    effects.emplace_back(send{service_at(name, entity_kind::membership), view_});
  return effects;
}

} // namespace godwit
