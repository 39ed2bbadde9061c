/// @file
/// The actor by which a node knows who is alive: on the broker node it judges, elsewhere it follows, as
/// actors/rules/membership.hpp decides.
///
/// Lives on    every node, one each.
/// Spawned by  the node, at start.
/// Receives    what becomes of this node's links; the view (followers), suspicions, loads and drained nodes (the
///             judge).
/// Sends       the view to all nodes (the judge), suspicions to the judge (followers); the view to this node's own
///             entities.
/// Monitors    nothing.
/// Ends        with its node.
/// Keeps       a membership or a membership_follower (rules). The time is its actor system's.
/// Blocks on   nothing.
#pragma once

#include "actors/local_messages.hpp"
#include "actors/message_types.hpp"
#include "actors/rules/membership.hpp"
#include "actors/switchboard.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>
#include <variant>

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::link_silent)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(godwit::link_heard)

namespace godwit {

using membership_handle =
  caf::typed_actor<caf::reacts_to<link_reset>, caf::reacts_to<link_lost>, caf::reacts_to<link_silent>,
                   caf::reacts_to<link_heard>, caf::reacts_to<suspect_node>, caf::reacts_to<membership_view>,
                   caf::reacts_to<load_changed>, caf::reacts_to<drained_workers>, caf::reacts_to<wake_up>>;

class membership_actor : public membership_handle::base {
public:
  using rules = std::variant<membership, membership_follower>;

  /// `end_life` is called when this life of the node was declared dead.
  membership_actor(caf::actor_config& config, switchboard& board, rules decide, std::function<void()> end_life);

  behavior_type make_behavior() override;

private:
  template <class T>
  void take(const T& what);
  void tick();
  void perform(membership_effects effects);
  void perform(godwit::send& effect);
  void perform(follow_view& effect);
  void perform(end_this_life& effect);

  switchboard& board_;
  rules rules_;
  std::function<void()> end_life_;
  membership_view last_view_; // what this node was told last: who is dead now and was not then is logged
};

} // namespace godwit
