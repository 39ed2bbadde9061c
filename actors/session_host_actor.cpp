#include "actors/session_host_actor.hpp"

#include <caf/send.hpp>

#include <tuple>

namespace godwit {

session_host_actor::session_host_actor(caf::actor_config& config, switchboard& board)
    : session_host_handle::base(config), board_(board) {}

session_host_actor::behavior_type session_host_actor::make_behavior() {
  return {
    [this](const session_here& what) { note(what); },
    [this](const release_session& what) { release(what); },
    [this](const session_over_here& what) { session_left(what); },
    [this](const session_lost_here& what) { sessions_.erase(what.session); },
    [this](const rooms_here& what) { report(what); },
    [this](const proclamation& what) { pass_on(what); },
    [](const link_reset&) {
      // The directory needs sessions and rooms in one report: the room_host begins it.
    },
    [](const link_lost&) {},
  };
}

void session_host_actor::note(const session_here& what) {
  const auto id = what.report.session;
  if (!board_.local(entity_kind::session, id.value))
    return; // it was released meanwhile
  const auto [row, is_new] = sessions_.try_emplace(id);
  auto& [report, attach] = row->second;
  if (!is_new && std::tie(what.report.epoch, what.attach) < std::tie(report.epoch, attach))
    return; // of a former actor's time
  const bool news = report != what.report;
  report = what.report;
  attach = what.attach;
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

void session_host_actor::pass_on(const proclamation& what) {
  if (what.kind == proclamation_kind::rehash)
    return board_.rehash(what.by);
  for (const auto& [id, row] : sessions_)
    if (auto session = board_.local(entity_kind::session, id.value))
      caf::anon_send(session, what);
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
