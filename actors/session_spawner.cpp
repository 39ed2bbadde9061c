#include "actors/session_spawner.hpp"

#include "actors/session_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

#include <algorithm>

namespace godwit {

void session_spawner::attach(attach_session what) {
  if (give_to_actor(what))
    return;
  // It lived here and is gone, and nothing is left to begin it from: its client resumes from the store.
  // Without a proxy node the directory asked, to have it ended.
  auto asker = what.proxy.empty() ? broker_service(entity_kind::directory) : service_at(what.proxy, entity_kind::edge);
  board_.send(asker, attach_refused{what.session, what.epoch, what.attach, {error_code::session_lost, {}}});
}

bool session_spawner::give_to_actor(const attach_session& what) {
  std::lock_guard guard{lock_};
  auto session = find_or_spawn(what);
  if (!session)
    return false;
  auto& epoch = epochs_[what.session];
  epoch = std::max(epoch, what.epoch);
  caf::anon_send(session, what);
  return true;
}

void session_spawner::release(const release_session& what) {
  std::lock_guard guard{lock_};
  auto session = board_.local(entity_kind::session, what.session.value);
  auto attached = epochs_.find(what.session);
  if (session && (attached == epochs_.end() || attached->second <= what.epoch))
    end_locked(what.session, session);
}

void session_spawner::end(session_id session, const caf::actor& handle) {
  std::lock_guard guard{lock_};
  end_locked(session, handle);
}

void session_spawner::end_locked(session_id session, const caf::actor& handle) {
  if (board_.local(entity_kind::session, session.value) == handle) {
    epochs_.erase(session);
    board_.leave(entity_kind::session, session.value, handle);
  }
  caf::anon_send(handle, end_self{});
}

/// Requires the lock.
caf::actor session_spawner::find_or_spawn(const attach_session& what) {
  if (auto session = board_.local(entity_kind::session, what.session.value))
    return session;
  bool begins = what.attach <= 1 || what.from_store || !what.snapshot.empty();
  if (!begins)
    return {};
  auto session = caf::actor_cast<caf::actor>(system_.spawn<session_actor>(std::ref(board_), what.session));
  board_.enter(entity_kind::session, what.session.value, session);
  return session;
}

} // namespace godwit
