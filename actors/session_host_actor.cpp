#include "actors/session_host_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>

namespace godwit {

session_host_actor::session_host_actor(caf::actor_config& config, switchboard& board)
    : session_host_handle::base(config), board_(board) {
  set_down_handler([this](const caf::down_msg& what) { session_went_down(what); });
}

session_host_actor::behavior_type session_host_actor::make_behavior() {
  return {
    [this](const session_here& what) { note(what); },
    [this](const release_session& what) { release(what); },
    [this](const session_over_here& what) { session_left(what); },
    [this](const rooms_here& what) { report(what); },
    [](const link_reset&) {
      // The directory needs sessions and rooms in one report: the room_host begins it.
    },
    [](const link_lost&) {},
  };
}

void session_host_actor::note(const session_here& what) {
  auto& row = sessions_[what.report.session];
  if (auto handle = board_.local(entity_kind::session, what.report.session.value); row.handle != handle) {
    row.handle = handle;
    monitor(handle);
  }
  bool news = row.report != what.report;
  row.report = what.report;
  row.attach = what.attach;
  if (news)
    tell_directory(session_hosted{board_.self(), board_.self_incarnation(), what.report});
}

void session_host_actor::release(const release_session& what) {
  if (auto ended = ended_.find(what.session); ended != ended_.end() && ended->second <= what.epoch)
    ended_.erase(ended);
  auto found = sessions_.find(what.session);
  if (found != sessions_.end() && found->second.report.epoch <= what.epoch)
    sessions_.erase(found); // session_spawner has ended it; or it was attached anew, and says so right away
}

void session_host_actor::session_left(const session_over_here& what) {
  auto found = sessions_.find(what.session);
  if (found == sessions_.end())
    return;
  sessions_.erase(found);
  ended_[what.session] = what.epoch;
  tell_directory(end_session{what.session, what.epoch, board_.self()});
}

void session_host_actor::session_went_down(const caf::down_msg& what) {
  for (auto each = sessions_.begin(); each != sessions_.end(); ++each) {
    if (each->second.handle.address() != what.source)
      continue;
    // It ended by an error. What it held is safe: its rooms and its nick are in the store, its frames at the edge.
    auto lost = each->second;
    board_.sessions().end(each->first, lost.handle);
    sessions_.erase(each);
    board_.send(service_at(lost.report.proxy, entity_kind::edge),
                attach_refused{lost.report.session, lost.report.epoch, lost.attach, {error_code::session_lost, {}}});
    return;
  }
}

void session_host_actor::report(const rooms_here& rooms) {
  report_worker all;
  all.node = board_.self();
  all.node_incarnation = board_.self_incarnation();
  all.rooms = rooms.rooms;
  all.sessions.reserve(sessions_.size());
  for (const auto& [id, row] : sessions_)
    all.sessions.push_back(row.report);
  tell_directory(std::move(all));
  for (const auto& [id, epoch] : ended_)
    tell_directory(end_session{id, epoch, board_.self()});
}

} // namespace godwit
