/// @file
/// The actor that keeps what the user wants until it is done: it does what client/rules/client_session.hpp decides.
///
/// Lives on    the client's actor system, one per client.
/// Spawned by  client.
/// Receives    submit_request from the user; connection_opened, frames_arrived, connection_lost and what becomes of
///             dialling from its connection_actor.
/// Sends       open_connection, write_frames, close_connection to the connection_actor; tell_news to the
///             session_view_actor, in the order of what happened.
/// Monitors    nothing; linked to the connection_actor.
/// Ends        with the client. Nothing that a server sends may end it: what can not be read ends the connection.
/// Keeps       a client_session (rules).
/// Blocks on   nothing.
#pragma once

#include "client/client_handles.hpp"
#include "client/client_settings.hpp"
#include "client/net/server_port.hpp"
#include "client/rules/client_session.hpp"

#include <caf/typed_event_based_actor.hpp>

namespace godwit {

class outbox_actor : public outbox_handle::base {
public:
  outbox_actor(caf::actor_config& config, const client_settings& settings, server_port_maker make_port,
               session_view_handle view);

  behavior_type make_behavior() override;
  void on_exit() override;

private:
  void take_frames(frames_arrived& what);
  void perform(client_effects effects, const read_ticket& ticket = {});
  void perform(send_frames& effect);
  void perform(begin_pause& effect);
  void perform(finish& effect);

  client_settings settings_;
  server_port_maker make_port_;
  session_view_handle view_;
  connection_handle connection_;
  client_session rules_;
};

} // namespace godwit
