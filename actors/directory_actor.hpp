/// @file
/// The actor that knows who is where: it does what actors/rules/directory.hpp decides.
///
/// Lives on    the broker node, one.
/// Spawned by  the node, at start.
/// Receives    requests of edges and sessions, reports of worker nodes, answers of the store and of the balancer, the
///             view.
/// Sends       places, to whoever asked; host_room and attach_session, to worker nodes; requests, to the store; what
///             operators' tools asked for, to the admin port.
/// Monitors    nothing.
/// Ends        with its node.
/// Keeps       a directory (rules), the balancer's handle. The time is its actor system's.
/// Blocks on   nothing.
#pragma once

#include "actors/admin_port.hpp"
#include "actors/balancer_actor.hpp"
#include "actors/local_messages.hpp"
#include "actors/message_types.hpp"
#include "actors/rules/directory.hpp"
#include "actors/switchboard.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace godwit {

using directory_handle = placement_asker::extend<
  caf::reacts_to<place_session>, caf::reacts_to<resume_session>, caf::reacts_to<renew_token>,
  caf::reacts_to<session_hosted>, caf::reacts_to<report_worker>, caf::reacts_to<end_session>,
  caf::reacts_to<session_must_end>, caf::reacts_to<attach_refused>, caf::reacts_to<membership_given>,
  caf::reacts_to<claim_nick>, caf::reacts_to<release_nick>, caf::reacts_to<find_nick>, caf::reacts_to<locate_room>,
  caf::reacts_to<list_rooms>, caf::reacts_to<room_hosted>, caf::reacts_to<room_closed>, caf::reacts_to<describe_person>,
  caf::reacts_to<describe_room>, caf::reacts_to<ask_people>, caf::reacts_to<expel_person>, caf::reacts_to<proclamation>,
  caf::reacts_to<store_answered>, caf::reacts_to<membership_view>, caf::reacts_to<link_reset>,
  caf::reacts_to<link_lost>, caf::reacts_to<wake_up>, caf::reacts_to<admin_asked>, caf::reacts_to<command_answered>,
  caf::reacts_to<command_expected>, caf::reacts_to<room_not_here>, caf::reacts_to<query_answered>>;

class directory_actor : public directory_handle::base {
public:
  /// `admin` may be null: a node without an admin port.
  directory_actor(caf::actor_config& config, switchboard& board, directory_config rules,
                  std::shared_ptr<admin_answers> admin = nullptr);

  behavior_type make_behavior() override;

private:
  template <class T>
  void take(const T& what) {
    perform(rules_.handle(what, now()));
  }
  instant now() const;
  void tick();
  void perform(directory_effects effects);
  void perform(godwit::send& effect);
  void perform(ask_balancer& effect);
  void perform(tell_balancer& effect);
  void perform(tell_drained& effect);
  void perform(tell_admin& effect);

  switchboard& board_;
  directory rules_;
  std::shared_ptr<admin_answers> admin_;
  balancer_handle balancer_;
};

} // namespace godwit
