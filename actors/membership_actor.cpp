#include "actors/membership_actor.hpp"

#include "actors/rules/limits.hpp"

#include <caf/actor_clock.hpp>
#include <spdlog/spdlog.h>

namespace godwit {

membership_actor::membership_actor(caf::actor_config& config, switchboard& board, rules decide,
                                   std::function<void()> end_life)
    : membership_handle::base(config), board_(board), rules_(std::move(decide)), end_life_(std::move(end_life)) {}

template <class T>
void membership_actor::take(const T& what) {
  const auto at = home_system().clock().now();
  std::visit(
    [&](auto& each) {
      if constexpr (requires { each.handle(what, at); })
        perform(each.handle(what, at));
      else if constexpr (requires { each.handle(what); })
        perform(each.handle(what));
      // else: a suspicion or a load that came to a follower, a view that came to the judge
    },
    rules_);
}

membership_actor::behavior_type membership_actor::make_behavior() {
  tick();
  return {
    [this](const link_reset& what) { take(what); },
    [this](const link_lost& what) { take(what); },
    [this](const link_silent& what) { take(what); },
    [this](const link_heard& what) { take(what); },
    [this](const suspect_node& what) { take(what); },
    [this](const membership_view& what) { take(what); },
    [this](const load_changed& what) { take(what); },
    [this](const drained_workers& what) { take(what); },
    [this](const wake_up&) { tick(); },
  };
}

void membership_actor::tick() {
  const auto at = home_system().clock().now();
  std::visit([&](auto& each) { perform(each.tick(at)); }, rules_);
  delayed_send(this, limits::pulse_interval, wake_up{});
}

void membership_actor::perform(membership_effects effects) {
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(each); }, effect);
}

void membership_actor::perform(godwit::send& effect) { board_.send(effect.to, std::move(effect.what)); }

void membership_actor::perform(follow_view& effect) {
  for (const auto& node : last_view_.nodes)
    if (node.state == node_state::alive && standing_of(effect.view, node.name, node.incarnation) == standing::dead)
      spdlog::warn("this life of {} is over: it was declared dead, or has begun anew", node.name);
  last_view_ = effect.view;
  board_.tell_all(effect.view);
}

void membership_actor::perform(end_this_life&) { end_life_(); }

} // namespace godwit
