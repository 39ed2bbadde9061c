#include "actors/session_spawner.hpp"

#include "actors/session_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>

namespace godwit {

void session_spawner::attach(attach_session what) {
  if (auto session = find_or_spawn(what)) {
    caf::anon_send(session, std::move(what));
    return;
  }
  // It lived here and is gone, and nothing is left to begin it from: its client resumes from the store.
  // Without a proxy node the directory asked, to have it ended.
  auto asker = what.proxy.empty() ? broker_service(entity_kind::directory) : service_at(what.proxy, entity_kind::edge);
  board_.send(asker, attach_refused{what.session, what.epoch, what.attach, {error_code::session_lost, {}}});
}

caf::actor session_spawner::find_or_spawn(const attach_session& what) {
  std::lock_guard guard{spawning_};
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
