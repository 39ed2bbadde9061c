#include "actors/rules/command_order.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>

namespace godwit {
namespace {

/// A last op that is a companion's join stands for the opener's own effect.
last_op as_own(last_op op) {
  if (op.name.k >= companion_k)
    op.name.k -= companion_k;
  return op;
}

} // namespace

effect_name command_order::session_order::accepted() const {
  return under_way.empty() ? logged.name : std::max(logged.name, *under_way.rbegin());
}

effect_name command_order::session_order::seen() const {
  auto seen = accepted();
  for (const auto& decision : decided)
    seen = std::max(seen, decision.name);
  return seen;
}

void command_order::restore(const std::vector<last_op>& last_ops) {
  for (const auto& op : last_ops) {
    orders_[op.name.session].logged = as_own(op);
    departed_.push_back(op.name.session);
  }
}

bool command_order::admit(session_id session, session_epoch epoch, const node_name& home) {
  auto [at, is_new] = orders_.try_emplace(session);
  auto& order = at->second;
  if (epoch < order.epoch)
    return false;
  order.epoch = epoch;
  order.home = home;
  if (is_new) {
    departed_.push_back(session);
    forget_surplus();
  }
  return true;
}

placed_command command_order::judge(const effect_name& name, const effect_name& previous) const {
  placed_command placed;
  const auto at = orders_.find(name.session);
  const session_order none;
  const auto& order = at == orders_.end() ? none : at->second;
  placed.last = order.seen();
  placed.logged = order.logged;
  const auto decision = std::find_if(order.decided.begin(), order.decided.end(),
                                     [&](const decided_command& it) { return it.name == name; });
  if (order.under_way.contains(name))
    placed.place = command_place::under_way;
  else if (decision != order.decided.end()) {
    placed.place = command_place::decided;
    placed.decision = *decision;
  } else if (name == order.logged.name)
    placed.place = command_place::last_logged;
  else if (name <= placed.last)
    placed.place = command_place::before;
  // What the room has forgotten with the session can not be compared; only a join gets in from there.
  else if (forgot_ && !placed.last && previous < name)
    placed.place = command_place::in_order;
  else {
    const auto before = previous ? previous : effect_name{};
    const bool follows = order.accepted() <= before && before <= placed.last;
    placed.place = follows ? command_place::in_order : command_place::astray;
  }
  return placed;
}

void command_order::begin(const effect_name& name) { orders_[name.session].under_way.insert(name); }

void command_order::logged(const effect_name& name, room_seq seq) {
  auto& order = orders_[name.session];
  order.under_way.erase(name);
  if (order.logged.name < name)
    order.logged = {name, seq};
}

void command_order::decided(decided_command decision) {
  auto& order = orders_[decision.name.session];
  order.under_way.erase(decision.name);
  order.decided.push_back(std::move(decision));
  if (order.decided.size() > limits::decided_commands_max)
    order.decided.erase(order.decided.begin());
}

void command_order::stays(session_id session) { orders_[session].forgettable = false; }

void command_order::departed(session_id session) {
  const auto at = orders_.find(session);
  if (at == orders_.end() || at->second.forgettable)
    return;
  at->second.forgettable = true;
  departed_.push_back(session);
  forget_surplus();
}

void command_order::ended(session_id session, timestamp now) { ended_.emplace_back(now, session); }

void command_order::expire(timestamp now) {
  while (!ended_.empty() && now - ended_.front().first >= ended_kept_) {
    const auto at = orders_.find(ended_.front().second);
    if (at != orders_.end() && at->second.forgettable && at->second.under_way.empty())
      orders_.erase(at);
    ended_.pop_front();
  }
}

void command_order::forget_surplus() {
  if (departed_.size() <= limits::room_sessions_remembered_max)
    return;
  const auto session = departed_.front();
  departed_.pop_front();
  const auto at = orders_.find(session);
  if (at == orders_.end() || !at->second.forgettable) // came back: it is noted again when it leaves
    return;
  if (!at->second.under_way.empty()) {
    departed_.push_back(session);
    return;
  }
  orders_.erase(at);
  forgot_ = true;
}

node_name command_order::home(session_id session) const {
  const auto at = orders_.find(session);
  return at == orders_.end() ? node_name{} : at->second.home;
}

effect_name command_order::last_logged(session_id session) const {
  const auto at = orders_.find(session);
  return at == orders_.end() ? effect_name{} : at->second.logged.name;
}

} // namespace godwit
