#include "actors/session_spawner.hpp"

#include "actors/local_messages.hpp"
#include "actors/session_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/error.hpp>
#include <caf/send.hpp>

#include <spdlog/spdlog.h>

#include <tuple>

namespace godwit {

void session_spawner::attach(attach_session what) {
  if (give_to_actor(what))
    return;
  // It lived here and is gone, and nothing is left to begin it from: its client resumes from the store.
  refuse(what.session, {what.epoch, what.attach, what.proxy});
}

void session_spawner::refuse(session_id session, const last_attach& what) {
  // Without a proxy node the directory asked, to have it ended.
  auto asker = what.proxy.empty() ? broker_service(entity_kind::directory) : service_at(what.proxy, entity_kind::edge);
  board_.send(asker, attach_refused{session, what.epoch, what.attach, {error_code::session_lost, {}}});
}

bool session_spawner::give_to_actor(const attach_session& what) {
  std::lock_guard guard{lock_};
  auto session = find_or_spawn(what);
  if (!session)
    return false;
  auto& last = attached_[what.session];
  if (std::tie(last.epoch, last.attach) < std::tie(what.epoch, what.attach))
    last = {what.epoch, what.attach, what.proxy};
  caf::anon_send(session, what);
  return true;
}

void session_spawner::release(const release_session& what) {
  std::lock_guard guard{lock_};
  auto session = board_.local(entity_kind::session, what.session.value);
  auto attached = attached_.find(what.session);
  if (session && (attached == attached_.end() || attached->second.epoch <= what.epoch))
    end_locked(what.session, session);
}

void session_spawner::end(session_id session, const caf::actor& handle) {
  std::lock_guard guard{lock_};
  end_locked(session, handle);
}

void session_spawner::end_locked(session_id session, const caf::actor& handle) {
  if (board_.local(entity_kind::session, session.value) == handle) {
    attached_.erase(session);
    board_.leave(entity_kind::session, session.value, handle);
  }
  caf::anon_send(handle, end_self{});
}

/// What it held is safe: its rooms and its nick are in the store, its frames and its snapshot at the edge.
void session_spawner::went_down(session_id session, std::uint64_t actor, const std::string& why) {
  last_attach last;
  {
    std::lock_guard guard{lock_};
    auto handle = board_.local(entity_kind::session, session.value);
    if (!handle || handle.id() != actor)
      return; // it was told to end
    last = attached_.at(session);
    end_locked(session, handle);
    // Before a successor's session_here.
    caf::anon_send(board_.local(entity_kind::session_host, 0), session_lost_here{session});
  }
  spdlog::error("session {:x} ended by an error: {}", session.value, why);
  refuse(session, last);
}

/// Requires the lock.
caf::actor session_spawner::find_or_spawn(const attach_session& what) {
  if (auto session = board_.local(entity_kind::session, what.session.value)) {
    const auto attached = attached_.find(what.session);
    if (attached == attached_.end() || attached->second.epoch >= what.epoch)
      return session;
    // The session has had another owner since, or it would be of this epoch: it knows less than what begins it anew.
    end_locked(what.session, session);
  }
  const bool begins = what.attach <= 1 || what.unheard || what.from_store || !what.snapshot.empty();
  if (!begins)
    return {};
  auto session = caf::actor_cast<caf::actor>(system_.spawn<session_actor>(std::ref(board_), what.session));
  session->attach_functor([this, id = what.session, actor = session.id()](const caf::error& why) {
    went_down(id, actor, caf::to_string(why));
  });
  board_.enter(entity_kind::session, what.session.value, session);
  return session;
}

} // namespace godwit
