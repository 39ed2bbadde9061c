/// @file
/// Gives attach_session to its session, and spawns the session's actor if it is not here.
///
/// Not an actor: the frames that follow an attach_session go to the session's actor directly, so it must be there when
/// attach returns, on the thread that will bring the frames.
/// Threads     any; two that attach one session at once spawn one actor.
/// Promises    an actor that was given an attach_session is not ended by a release_session of an older epoch, on
///             whichever links the two came, and none is given to an actor that was told to end.
///             Of an actor that ends by an error whoever attached it last hears, with the number of that attach: so
///             nobody waits for an answer to one that the actor was given and has not read.
/// Requires    to live as long as the actors that it spawned.
#pragma once

#include "actors/switchboard.hpp"

#include <caf/fwd.hpp>

#include <mutex>
#include <unordered_map>

namespace godwit {

class session_spawner final : public session_port {
public:
  /// Both outlive it.
  session_spawner(caf::actor_system& system, switchboard& board) : system_(system), board_(board) {}

  void attach(attach_session what) override;
  void release(const release_session& what) override;
  void end(session_id session, const caf::actor& handle) override;

private:
  /// The youngest attach_session that an actor was given.
  struct last_attach {
    session_epoch epoch;
    std::uint32_t attach = 0;
    node_name proxy; ///< empty: the directory's
  };

  bool give_to_actor(const attach_session& what);
  void went_down(session_id session, std::uint64_t actor, const std::string& why);
  void refuse(session_id session, const last_attach& what);
  caf::actor find_or_spawn(const attach_session& what);
  void end_locked(session_id session, const caf::actor& handle);

  caf::actor_system& system_;
  switchboard& board_;
  std::mutex lock_; ///< held while an actor is found and given something: none ends in between
  std::unordered_map<session_id, last_attach> attached_;
};

} // namespace godwit
