/// @file
/// The node service that opens rooms on this worker node and knows its relays.
///
/// Lives on    worker nodes, one each.
/// Spawned by  the node, at start.
/// Receives    host_room, from the directory; room_announced, from rooms everywhere; the first enrolment at a relay.
/// Sends       room_hosted and room_closed to the directory; announcements on to its relays.
/// Monitors    its rooms and relays. A room that ends by an error is opened again from its log, with the next epoch;
/// for a
///             relay its sessions are told to enrol again. The first time at once, then after pauses that grow
///             (actors/rules/restart_policy.hpp): what comes for them meanwhile is said again by whoever said it.
/// Ends        with its node.
/// Keeps       a row per room that is open or rests, a row per relay.
/// Blocks on   nothing.
#pragma once

#include "actors/local_messages.hpp"
#include "actors/message_types.hpp"
#include "actors/relay_actor.hpp"
#include "actors/room_actor.hpp"
#include "actors/rules/restart_policy.hpp"
#include "actors/switchboard.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <unordered_map>

namespace godwit {

using room_host_handle =
  caf::typed_actor<caf::reacts_to<host_room>, caf::reacts_to<room_opened_here>, caf::reacts_to<room_over_here>,
                   caf::reacts_to<room_announced>, caf::reacts_to<enrol_session>, caf::reacts_to<withdraw_session>,
                   caf::reacts_to<replay_events>, caf::reacts_to<room_rested>, caf::reacts_to<relay_rested>,
                   caf::reacts_to<link_reset>, caf::reacts_to<link_lost>>;

class room_host_actor : public room_host_handle::base {
public:
  room_host_actor(caf::actor_config& config, switchboard& board, room_clock clock, const room_patience& patience = {});

  behavior_type make_behavior() override;

private:
  struct hosted_room {
    caf::actor handle; ///< null: it rests after its end by an error
    room_key key;
    std::string title;     ///< of a room that was open here
    room_epoch epoch = 0;  ///< 0: not open
    room_epoch former = 0; ///< the directory holds it for open with this epoch; 0: it does not
    bool wanted = true;    ///< is to be opened when it has rested
    restart_policy restarts;
    restart_policy::clock::time_point rests_until{};
  };
  struct hosted_relay {
    caf::actor handle; ///< null: it rests, or nobody has enrolled since
    restart_policy restarts;
    restart_policy::clock::time_point rests_until{};
  };

  void host(const host_room& what);
  void opened(const room_opened_here& what);
  void over(const room_over_here& what);
  void open(room_id room, hosted_room& row);
  void opening_failed(room_id room, const hosted_room& row, error why);
  void actor_went_down(const caf::down_msg& what);
  void room_went_down(room_id room, hosted_room& row);
  void room_has_rested(room_id room);
  void relay_went_down(room_id room, caf::actor_id actor, bool by_error);
  void relay_has_rested(room_id room);
  void forget(const hosted_room& row);
  restart_policy::clock::time_point now() const;
  void announced(const room_announced& what);
  void end_former(const room_announced& what);
  void enrol(const enrol_session& what);
  void pass_to_relay(room_id room, const caf::message& what);
  void begin_report(const link_reset& what);
  void tell_directory(message what) { board_.send(broker_service(entity_kind::directory), std::move(what)); }

  switchboard& board_;
  room_clock clock_;
  room_patience patience_; ///< of its rooms
  std::unordered_map<room_id, hosted_room> rooms_;
  std::unordered_map<room_id, hosted_relay> relays_;
  std::unordered_map<caf::actor_id, room_id> rooms_by_actor_; // of all that are monitored
  std::unordered_map<caf::actor_id, room_id> relays_by_actor_;
};

} // namespace godwit
