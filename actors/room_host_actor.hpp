/// @file
/// The node service that opens rooms on this worker node and knows its relays.
///
/// Lives on    worker nodes, one each.
/// Spawned by  the node, at start.
/// Receives    host_room, from the directory; room_announced, from rooms everywhere; the first enrolment at a relay.
/// Sends       room_hosted and room_closed to the directory; announcements on to its relays.
/// Monitors    its rooms: one that ends by an error is closed, and opened again by whoever needs it.
/// Ends        with its node.
/// Keeps       a row per open room.
/// Blocks on   nothing.
#pragma once

#include "actors/local_messages.hpp"
#include "actors/message_types.hpp"
#include "actors/relay_actor.hpp"
#include "actors/room_actor.hpp"
#include "actors/switchboard.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <unordered_map>

namespace godwit {

using room_host_handle =
  caf::typed_actor<caf::reacts_to<host_room>, caf::reacts_to<room_opened_here>, caf::reacts_to<room_over_here>,
                   caf::reacts_to<room_announced>, caf::reacts_to<enrol_session>, caf::reacts_to<withdraw_session>,
                   caf::reacts_to<replay_events>, caf::reacts_to<link_reset>, caf::reacts_to<link_lost>>;

class room_host_actor : public room_host_handle::base {
public:
  room_host_actor(caf::actor_config& config, switchboard& board);

  behavior_type make_behavior() override;

private:
  struct hosted_room {
    room_handle handle;
    room_key key;
    room_epoch epoch = 0; ///< 0: opening
  };

  void host(const host_room& what);
  void opened(const room_opened_here& what);
  void over(const room_over_here& what);
  void room_went_down(const caf::down_msg& what);
  void announced(const room_announced& what);
  void end_former(const room_announced& what);
  void enrol(const enrol_session& what);
  void pass_to_relay(room_id room, const caf::message& what);
  void begin_report(const link_reset& what);
  void tell_directory(message what) { board_.send(broker_service(entity_kind::directory), std::move(what)); }

  switchboard& board_;
  std::unordered_map<room_id, hosted_room> rooms_;
};

} // namespace godwit
