#include "tests/sim/world.hpp"

#include "tests/sim/network.hpp"
#include "tests/sim/node.hpp"
#include "tests/sim/store_shell.hpp"
#include "tests/sim/witness.hpp"

#include <algorithm>

namespace godwit::sim {

const node_plan& cluster_plan::find(const node_name& name) const {
  return *std::ranges::find(nodes, name, &node_plan::name);
}

const node_name& cluster_plan::broker() const {
  return std::ranges::find_if(nodes, [](const auto& each) { return (each.roles & role_broker) != 0; })->name;
}

std::vector<node_name> cluster_plan::named(std::uint8_t role) const {
  std::vector<node_name> names;
  for (const auto& each : nodes)
    if ((each.roles & role) != 0)
      names.push_back(each.name);
  return names;
}

std::vector<configured_node> cluster_plan::configured() const {
  std::vector<configured_node> all;
  for (const auto& each : nodes)
    all.push_back({each.name, each.roles});
  return all;
}

world::world(std::uint64_t seed, cluster_plan of, safeguards guarded)
    : plan(std::move(of)), guards(guarded), random(seed), disk(std::make_unique<store_disk>(guards)),
      seen(std::make_unique<witness>(*this)), links(std::make_unique<network>(*this)) {}

world::~world() {
  for (const auto& each : plan.nodes)
    kill(each.name);
  events.clear();
}

timestamp world::wall(span skew) const {
  constexpr std::chrono::hours since_1970{490'000};
  return timestamp{std::chrono::duration_cast<std::chrono::microseconds>(now().time_since_epoch() + skew) + since_1970};
}

void world::broken(std::string promise) {
  if (log.on())
    log.say(now(), "!!", "BROKEN PROMISE: " + promise);
  if (failure.empty())
    failure = std::move(promise);
}

std::shared_ptr<node> world::alive(const node_name& name) const {
  const auto found = nodes.find(name);
  return found == nodes.end() ? nullptr : found->second;
}

void world::boot(const node_name& name) {
  const auto fresh = std::make_shared<node>(*this, plan.find(name), incarnation{random.name()});
  ++lives;
  log.say(now(), name, "starts");
  nodes[name] = fresh;
  fresh->start();
  links->booted(*fresh);
}

void world::kill(const node_name& name) {
  const auto found = nodes.extract(name);
  if (found.empty())
    return;
  log.say(now(), name, "is killed");
  found.mapped()->die();
  links->died(*found.mapped());
}

} // namespace godwit::sim
