/// @file
/// The actor of one session: it does what actors/rules/session.hpp decides, in its client's protocol.
///
/// Lives on    worker nodes.
/// Spawned by  session_spawner, by the first attach_session.
/// Receives    its client's frames, its rooms' events, answers of rooms, the directory and the store.
/// Sends       output and deliveries to its proxy node's edge; commands to rooms; requests to the directory.
/// Monitors    nothing: what it waits for is said again at link_reset.
/// Ends        when its rules say so: the client left, its time to resume was over, or the session lives elsewhere.
/// Keeps       a session (rules).
/// Blocks on   nothing.
#pragma once

#include "actors/local_messages.hpp"
#include "actors/message_types.hpp"
#include "actors/rules/client_codec.hpp"
#include "actors/rules/session.hpp"
#include "actors/switchboard.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

namespace godwit {

using session_handle =
  caf::typed_actor<caf::reacts_to<attach_session>, caf::reacts_to<client_frame>, caf::reacts_to<sending_resumed>,
                   caf::reacts_to<nick_claimed>, caf::reacts_to<nick_found>, caf::reacts_to<room_located>,
                   caf::reacts_to<rooms_listed>, caf::reacts_to<session_must_end>, caf::reacts_to<session_loaded>,
                   caf::reacts_to<shared_room_events>, caf::reacts_to<room_reopened>, caf::reacts_to<command_answered>,
                   caf::reacts_to<command_expected>, caf::reacts_to<query_answered>, caf::reacts_to<membership_given>,
                   caf::reacts_to<room_not_here>, caf::reacts_to<relay_lost_here>, caf::reacts_to<link_reset>,
                   caf::reacts_to<link_lost>, caf::reacts_to<membership_view>, caf::reacts_to<wake_up>,
                   caf::reacts_to<login_due>, caf::reacts_to<describe_due>, caf::reacts_to<end_self>,
                   caf::reacts_to<room_invitation>, caf::reacts_to<people_told>, caf::reacts_to<person_signal>,
                   caf::reacts_to<proclamation>, caf::reacts_to<operator_checked>>;

class session_actor : public session_handle::base {
public:
  session_actor(caf::actor_config& config, switchboard& board, session_id id);

  behavior_type make_behavior() override;

private:
  void take_attach(attach_session what);
  void load();
  void take_loaded(const session_loaded& what);
  void take_frame(const client_frame& what);
  void perform(session_effects effects);
  void perform(godwit::send& effect);
  void perform(ask_relay& effect);
  void perform(give_output& effect);
  void perform(show_event& effect);
  void perform(show_presence& effect);
  void perform(session_over& effect);
  void perform(check_operator& effect);
  void deliver(stream_position position, shared_bytes payload, std::shared_ptr<const void> ticket);

  switchboard& board_;
  session rules_;
  client_codec codec_;
  bool loading_ = false; ///< asked the store for nick and rooms
};

} // namespace godwit
