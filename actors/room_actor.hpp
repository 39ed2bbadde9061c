/// @file
/// The actor that hosts one chat room: it does what actors/rules/room.hpp decides.
///
/// Lives on    worker nodes, one actor per room.
/// Spawned by  room_host_actor, when the directory places the room here.
/// Receives    host_room, once, first; commands and questions of sessions, answers of the store, attachments and
///             reports of relays.
/// Sends       events, to one relay per worker node; appends, to the store; answers, to sessions.
/// Monitors    nothing: membership ends only by a logged entry.
/// Ends        when it is fenced, idle for long, or its log is not as it believed. Nothing that a member sends may end
///             it.
/// Keeps       a room (rules). The time of its entries is the clock's that it is given.
/// Blocks on   nothing.
#pragma once

#include "actors/local_messages.hpp"
#include "actors/message_types.hpp"
#include "actors/rules/room.hpp"
#include "actors/switchboard.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <functional>

namespace godwit {

using room_handle =
  caf::typed_actor<caf::reacts_to<host_room>, caf::reacts_to<log_opened>, caf::reacts_to<room_command>,
                   caf::reacts_to<room_query>, caf::reacts_to<set_presence>, caf::reacts_to<signal_room>,
                   caf::reacts_to<accept_membership>, caf::reacts_to<entries_appended>, caf::reacts_to<logged_found>,
                   caf::reacts_to<log_read>, caf::reacts_to<attach_relay>, caf::reacts_to<detach_relay>,
                   caf::reacts_to<fan_out_delivered>, caf::reacts_to<fetch_entries>, caf::reacts_to<link_reset>,
                   caf::reacts_to<link_lost>, caf::reacts_to<membership_view>, caf::reacts_to<wake_up>,
                   caf::reacts_to<end_self>>;

/// Tells the time of day. Called by any actor's thread.
using room_clock = std::function<timestamp()>;

class room_actor : public room_handle::base {
public:
  room_actor(caf::actor_config& config, switchboard& board, room_clock clock, room_id id, room_key key,
             const room_patience& patience = {});

  behavior_type make_behavior() override;

private:
  void perform(room_effects effects);
  void perform(godwit::send& effect);
  void perform(hosted& effect);
  void perform(announce& effect);
  void perform(wake_after& effect);
  void perform(end_room& effect);

  switchboard& board_;
  room_clock clock_;
  room rules_;
};

} // namespace godwit
