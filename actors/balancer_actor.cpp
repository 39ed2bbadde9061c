#include "actors/balancer_actor.hpp"

#include <caf/send.hpp>

namespace godwit {

balancer_actor::behavior_type balancer_actor::make_behavior() {
  return {
    [this](const placement_asker& asker, const pick_worker& what) { caf::anon_send(asker, rules_.handle(what)); },
    [this](const load_changed& what) { rules_.handle(what); },
    [this](const drained_workers& what) { rules_.handle(what); },
    [this](const membership_view& what) { rules_.handle(what); },
  };
}

} // namespace godwit
