#include "actors/rules/balancer.hpp"

#include "actors/rules/membership_view.hpp"

#include <algorithm>

namespace godwit {

std::size_t balancer::worker_load::count(placed_thing what) const {
  const auto coming = std::count_if(on_their_way.begin(), on_their_way.end(),
                                    [what](const auto& placement) { return placement.second == what; });
  return (what == placed_thing::session ? sessions : rooms) + static_cast<std::size_t>(coming);
}

worker_picked balancer::handle(const pick_worker& asked) {
  const worker_place* best = nullptr;
  std::size_t fewest = 0;
  for (const auto& place : takers_) {
    const auto count = loads_by_place_[place].count(asked.what);
    if (best == nullptr || count < fewest) {
      best = &place;
      fewest = count;
    }
  }
  if (best == nullptr)
    return {asked.ticket, std::nullopt};
  loads_by_place_[*best].on_their_way.emplace(asked.ticket, asked.what);
  return {asked.ticket, *best};
}

void balancer::handle(const load_changed& told) {
  // Also for a place that no view has shown yet: a worker node may report before its hello was counted.
  auto& load = loads_by_place_[told.place];
  load.sessions = told.sessions;
  load.rooms = told.rooms;
  for (const auto ticket : told.counted)
    load.on_their_way.erase(ticket);
}

void balancer::handle(const membership_view& view) {
  view_ = view;
  choose();
  std::erase_if(loads_by_place_, [&view](const auto& row) {
    return standing_of(view, row.first.node, row.first.incarnation) == standing::dead;
  });
}

void balancer::handle(const drained_workers& told) {
  drained_ = told.nodes;
  choose();
}

void balancer::choose() {
  const auto rank_of = [this](const member_node& node) {
    if (drained_.contains(node.name))
      return 2;
    return node.share == 0 ? 1 : 0;
  };
  takers_.clear();
  int best = 3;
  for (const auto& node : view_.nodes) {
    if (!is_worker(node) || node.state != node_state::alive || rank_of(node) > best)
      continue;
    if (rank_of(node) < best)
      takers_.clear();
    best = rank_of(node);
    takers_.insert({node.name, node.incarnation});
  }
}

} // namespace godwit
