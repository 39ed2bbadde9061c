#include "actors/rules/limits.hpp"
#include "actors/rules/membership.hpp"

namespace godwit {

using limits::redial_is_suspicious;
using limits::suspicion_repeated_after;

membership_follower::membership_follower(node_name self, incarnation self_incarnation, node_name broker)
    : self_(std::move(self)), self_incarnation_(self_incarnation), broker_(std::move(broker)) {}

/// The newest broker node is the one whose hello came last; of its views the highest number is true.
membership_effects membership_follower::handle(const membership_view& view) {
  if (view.by != broker_incarnation_)
    return {};
  if (view_.by == view.by && view.number <= view_.number)
    return {};
  view_ = view;
  membership_effects effects{follow_view{view_}};
  if (standing_of(view_, self_, self_incarnation_) == standing::dead)
    effects.emplace_back(end_this_life{});
  return effects;
}

membership_effects membership_follower::handle(const link_reset& reset, instant) {
  if (reset.node == self_)
    return {};
  if (reset.node == broker_)
    broker_incarnation_ = reset.incarnation;
  lives_by_name_[reset.node] = reset.incarnation;
  bad_links_by_name_.erase(reset.node);
  return {};
}

membership_effects membership_follower::handle(const link_lost& lost, instant now) {
  if (const auto life = lives_by_name_.find(lost.node); life != lives_by_name_.end())
    bad_links_by_name_.try_emplace(lost.node, bad_link{life->second, now + redial_is_suspicious});
  return {};
}

membership_effects membership_follower::handle(const link_silent& silent, instant now) {
  const auto [row, is_new] = bad_links_by_name_.try_emplace(silent.node, bad_link{silent.incarnation, now});
  return is_new ? suspect(row->first, row->second) : membership_effects{};
}

membership_effects membership_follower::handle(const link_heard& heard, instant) {
  const auto row = bad_links_by_name_.find(heard.node);
  if (row != bad_links_by_name_.end() && row->second.incarnation == heard.incarnation)
    bad_links_by_name_.erase(row);
  return {};
}

membership_effects membership_follower::tick(instant now) {
  if (now - last_told_ < suspicion_repeated_after)
    return {};
  last_told_ = now;
  membership_effects effects;
  for (const auto& [name, link] : bad_links_by_name_) {
    if (now < link.suspicious_from || standing_of(view_, name, link.incarnation) == standing::dead)
      continue;
    const auto told = suspect(name, link);
    effects.insert(effects.end(), told.begin(), told.end());
  }
  return effects;
}

membership_effects membership_follower::suspect(const node_name& node, const bad_link& link) const {
  if (node == broker_)
    return {}; // nobody judges the judge
  return {send{address{entity_kind::membership, 0, broker_}, suspect_node{self_, node, link.incarnation}}};
}

} // namespace godwit
