/// @file
/// The node service that knows which sessions live on this worker node, and reports them to the directory.
///
/// Lives on    worker nodes, one each.
/// Spawned by  the node, at start.
/// Receives    session_here and session_over_here, from sessions; session_lost_here, from session_spawner;
///             release_session, from the directory. (attach_session, though addressed to it, is taken by
///             session_spawner, which also ends what is released.)
/// Sends       session_hosted, report_worker and end_session to the directory.
/// Monitors    nothing: session_spawner hears of a session that ends by an error, and its edge from that.
/// Ends        with its node.
/// Keeps       a row per session that lives here; a row per ended one that the directory has not released.
/// Blocks on   nothing.
#pragma once

#include "actors/local_messages.hpp"
#include "actors/message_types.hpp"
#include "actors/session_actor.hpp"
#include "actors/switchboard.hpp"

#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <unordered_map>

namespace godwit {

using session_host_handle =
  caf::typed_actor<caf::reacts_to<session_here>, caf::reacts_to<release_session>, caf::reacts_to<session_over_here>,
                   caf::reacts_to<session_lost_here>, caf::reacts_to<rooms_here>, caf::reacts_to<proclamation>,
                   caf::reacts_to<link_reset>, caf::reacts_to<link_lost>>;

class session_host_actor : public session_host_handle::base {
public:
  session_host_actor(caf::actor_config& config, switchboard& board);

  behavior_type make_behavior() override;

private:
  struct hosted_session {
    session_report report;
    std::uint32_t attach = 0;
  };

  void note(const session_here& what);
  void release(const release_session& what);
  void session_left(const session_over_here& what);
  void report(const rooms_here& rooms);
  void pass_on(const proclamation& what);
  void tell_directory(message what) { board_.send(broker_service(entity_kind::directory), std::move(what)); }

  switchboard& board_;
  std::unordered_map<session_id, hosted_session> sessions_;
  std::unordered_map<session_id, session_epoch> ended_; ///< end_session was sent, release_session has not come
};

} // namespace godwit
