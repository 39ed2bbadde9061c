/// @file
/// What a simulated broker node hosts besides the store, and the membership that every node has: shells as
/// actors/directory_actor.hpp and membership_actor.hpp, around the rules of production.
#pragma once

#include "actors/rules/balancer.hpp"
#include "actors/rules/directory.hpp"
#include "actors/rules/membership.hpp"
#include "tests/sim/node.hpp"

#include <variant>

namespace godwit::sim {

void start_broker_side(node& home);
void start_membership(node& home);

class directory_shell final : public entity {
public:
  explicit directory_shell(node& home);
  void take(message& what) override;
  void reset(const link_reset& what) override { perform(rules_.handle(what, now())); }
  void lost(const link_lost& what) override { perform(rules_.handle(what, now())); }
  void begin() { tick(); }
  void ask(const admin_asked& what) { perform(rules_.handle(what, now())); }
  const directory& rules() const { return rules_; }

private:
  void tick();
  void perform(directory_effects effects);

  directory rules_;
  balancer balancer_;
};

class membership_shell final : public entity {
public:
  using rules = std::variant<membership, membership_follower>;
  membership_shell(node& home, rules decide);
  void take(message& what) override;
  void take(const load_changed& load);
  void take(const drained_workers& what);
  void reset(const link_reset& what) override { hear(what); }
  void lost(const link_lost& what) override { hear(what); }
  void silent(const link_silent& what) override { hear(what); }
  void heard(const link_heard& what) override { hear(what); }
  void begin() { tick(); }
  const membership_view& view() const;

private:
  template <class T>
  void hear(const T& what);
  void tick();
  void perform(membership_effects effects);

  rules rules_;
};

} // namespace godwit::sim
