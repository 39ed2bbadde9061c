/// @file
/// Gives attach_session to its session, and spawns the session's actor if it is not here.
///
/// Not an actor: the frames that follow an attach_session go to the session's actor directly, so it must be there when
/// attach returns, on the thread that will bring the frames.
/// Threads     any; two that attach one session at once spawn one actor.
#pragma once

#include "actors/switchboard.hpp"

#include <caf/fwd.hpp>

#include <mutex>

namespace godwit {

class session_spawner final : public session_port {
public:
  /// Both outlive it.
  session_spawner(caf::actor_system& system, switchboard& board) : system_(system), board_(board) {}

  void attach(attach_session what) override;

private:
  caf::actor find_or_spawn(const attach_session& what);

  caf::actor_system& system_;
  switchboard& board_;
  std::mutex spawning_;
};

} // namespace godwit
