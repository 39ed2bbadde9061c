/// @file
/// The actor that stands for one room on one worker node: it does what actors/rules/relay.hpp decides, encodes each
/// event once, and hands out the tickets by which a room learns what has been delivered.
///
/// Lives on    worker nodes, one per room with members there, the room's own node too.
/// Spawned by  room_host_actor, when the first session enrols.
/// Receives    enrolments and replay requests of sessions of this node, what its room fans out.
/// Sends       room_events to sessions, one shared list for all of them; attachments and delivery reports to the room.
/// Monitors    nothing: a session withdraws, or is found gone, sooner or later, when something is shown.
/// Ends        when no session is left; what still comes for the room goes to the room_host then.
/// Keeps       a relay (rules), handles of its sessions.
/// Blocks on   nothing.
#pragma once

#include "actors/local_messages.hpp"
#include "actors/message_types.hpp"
#include "actors/rules/client_codec.hpp"
#include "actors/rules/relay.hpp"
#include "actors/switchboard.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <unordered_map>

namespace godwit {

using relay_handle =
  caf::typed_actor<caf::reacts_to<enrol_session>, caf::reacts_to<withdraw_session>, caf::reacts_to<replay_events>,
                   caf::reacts_to<fan_out>, caf::reacts_to<entries_fetched>, caf::reacts_to<report_taken>,
                   caf::reacts_to<room_announced>, caf::reacts_to<room_not_here>, caf::reacts_to<delivered_here>,
                   caf::reacts_to<link_reset>, caf::reacts_to<link_lost>, caf::reacts_to<membership_view>,
                   caf::reacts_to<end_self>>;

class relay_actor : public relay_handle::base {
public:
  relay_actor(caf::actor_config& config, switchboard& board, room_id room);

  behavior_type make_behavior() override;

private:
  void perform(relay_effects effects);
  void perform(godwit::send& effect);
  void perform(show& effect);
  void perform(tell_reopened& effect);
  void perform(tell_not_here& effect);
  void perform(end_relay& effect);
  template <class T>
  void take_or_pass_on(const T& what, relay_effects (relay::*rule)(const T&));
  void withdraw(session_id session);
  std::shared_ptr<const void> make_ticket(const show& what);
  const std::vector<caf::actor>& handles_of(const session_list& sessions);
  bool has_stale_handle();
  void forget_gone();

  switchboard& board_;
  room_id room_;
  relay rules_;
  profile_counts profiles_;          ///< of the sessions that enrolled
  std::string title_;                ///< of the room; empty: a private conversation, or none has enrolled yet
  bool left_ = false;                ///< off the switchboard: a successor may be there
  session_list resolved_for_;        ///< of which list `resolved_` are the handles
  std::vector<caf::actor> resolved_; ///< in the list's order
  std::size_t next_checked_ = 0;
  std::vector<session_id> gone_; ///< were found on this node no more
};

} // namespace godwit
