/// @file
/// The actor that keeps what a screen would show (client/rules/session_view.hpp), and hands the news to the user.
///
/// Lives on    the client's actor system, one per client.
/// Spawned by  client.
/// Receives    tell_news from the outbox_actor, in order; read_view from the user.
/// Sends       nothing; pushes news into the user's queue.
/// Monitors    nothing.
/// Ends        with the client.
/// Keeps       a session_view.
/// Blocks on   nothing.
#pragma once

#include "client/client_handles.hpp"
#include "client/news_queue.hpp"

#include <caf/typed_event_based_actor.hpp>

#include <memory>

namespace godwit {

class session_view_actor : public session_view_handle::base {
public:
  session_view_actor(caf::actor_config& config, std::shared_ptr<news_queue> user);

  behavior_type make_behavior() override;

private:
  std::shared_ptr<news_queue> user_;
  session_view view_;
};

} // namespace godwit
