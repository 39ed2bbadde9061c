#include "actors/rules/membership_view.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace godwit {

namespace {

const member_node* row_of(const membership_view& view, const node_name& name) {
  const auto row =
    std::find_if(view.nodes.begin(), view.nodes.end(), [&name](const member_node& node) { return node.name == name; });
  return row == view.nodes.end() ? nullptr : &*row;
}

/// Mixes a session's id and a node's name into a number that looks drawn (splitmix64's finaliser).
std::uint64_t drawn(session_id session, const node_name& node) {
  std::uint64_t mixed = session.value;
  for (const unsigned char each : node)
    mixed = (mixed ^ each) * 0x100000001b3U;
  mixed = (mixed ^ (mixed >> 30U)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31U);
}

/// Weighted rendezvous hashing: who has twice the share wins twice as often.
double score(session_id session, const member_node& node, bool by_share) {
  constexpr double steps = 1.0 + static_cast<double>(std::numeric_limits<std::uint64_t>::max());
  const auto lot = (static_cast<double>(drawn(session, node.name)) + 0.5) / steps;
  return (by_share ? node.share : 1) / -std::log(std::min(lot, 1.0 - 1e-16));
}

} // namespace

standing standing_of(const membership_view& view, const node_name& name, incarnation life) {
  const auto* row = row_of(view, name);
  if (row == nullptr)
    return standing::unknown;
  // One row per name, the newest life: any other life of that name is over.
  return row->incarnation == life && row->state == node_state::alive ? standing::alive : standing::dead;
}

std::optional<worker_place> home_of(session_id session, const membership_view& view, const worker_place& shunned) {
  const auto may_host = [&](const member_node& node) {
    return is_worker(node) && node.state == node_state::alive && worker_place{node.name, node.incarnation} != shunned;
  };
  const auto by_share = std::any_of(view.nodes.begin(), view.nodes.end(),
                                    [&](const member_node& node) { return may_host(node) && node.share != 0; });
  const member_node* best = nullptr;
  double highest = 0;
  for (const auto& node : view.nodes) {
    if (!may_host(node) || (by_share && node.share == 0))
      continue;
    const auto its = score(session, node, by_share);
    if (best == nullptr || its > highest) {
      best = &node;
      highest = its;
    }
  }
  if (best == nullptr)
    return std::nullopt;
  return worker_place{best->name, best->incarnation};
}

const member_node* alive_node(const membership_view& view, const node_name& name) {
  const auto* row = row_of(view, name);
  return row != nullptr && row->state == node_state::alive ? row : nullptr;
}

} // namespace godwit
