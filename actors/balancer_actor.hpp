/// @file
/// The actor that decides which worker node gets a new session or room: it answers as actors/rules/balancer.hpp says.
///
/// Lives on    the broker node, one.
/// Spawned by  directory_actor.
/// Receives    pick_worker, load_changed and drained_workers, from the directory; the membership view.
/// Sends       worker_picked, to the directory.
/// Monitors    nothing.
/// Ends        with its node.
/// Keeps       a balancer (rules): four numbers per worker node.
/// Blocks on   nothing.
#pragma once

#include "actors/local_messages.hpp"
#include "actors/message_types.hpp"
#include "actors/rules/balancer.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::pick_worker)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::worker_picked)

namespace godwit {

/// Who asks: the directory.
using placement_asker = caf::typed_actor<caf::reacts_to<worker_picked>>;
using balancer_handle = caf::typed_actor<caf::reacts_to<placement_asker, pick_worker>, caf::reacts_to<load_changed>,
                                         caf::reacts_to<drained_workers>, caf::reacts_to<membership_view>>;

class balancer_actor : public balancer_handle::base {
public:
  explicit balancer_actor(caf::actor_config& config) : balancer_handle::base(config) {}

  behavior_type make_behavior() override;

private:
  balancer rules_;
};

} // namespace godwit
