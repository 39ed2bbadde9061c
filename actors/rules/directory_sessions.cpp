// How the directory places sessions, hands them over to other proxy nodes, and hears where they live.
#include "actors/rules/directory.hpp"
#include "actors/rules/limits.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace godwit {

// ------------------------------------------------------------------------------------------------ new sessions

void directory::on(const place_session& asked) {
  const session_row row{asked.session,    1,           asked.protocol,          asked.identity,
                        asked.token_hash, asked.proxy, asked.proxy_incarnation, {}};
  if (auto* known = sessions_.find(asked.session))
    return place_again(asked, row, *known);
  if (ended_.contains(asked.session))
    return refuse(asked, {error_code::session_ended, {}});
  if (sessions_.size() >= limits::directory_sessions_max)
    return refuse(asked, {error_code::too_many_clients, {}});
  if (!desk_.has_room())
    return refuse(asked, {error_code::store_unavailable, {}});
  sessions_.add(row, session_phase::placing);
  ask_store(insert_session{row}, store_purpose::new_session{asked});
}

/// The edge repeats what was not answered: its row may be from before this broker node's life, or its worker node died
/// with the answer on its way. Who has a nick, or another holder, was answered once.
void directory::place_again(const place_session& asked, const session_row& row, held_session& known) {
  auto same = known.row;
  same.nick.clear();
  if (same != row || known.phase == session_phase::ending)
    return refuse(asked, {error_code::session_ended, {}});
  if (known.phase == session_phase::placing)
    return; // the answer is on its way
  if (known.phase != session_phase::lost)
    return answer_placed(known);
  if (known.resuming || !nicks_.of(asked.session).empty())
    return refuse(asked, {error_code::session_ended, {}});
  sessions_.set_deadline(asked.session, known, std::nullopt);
  known.phase = session_phase::placing;
  ask_pick(placed_thing::session, session_pick{asked.session, known.epoch.generation});
}

void directory::stored(const store_purpose::new_session& purpose, const directory_result& result) {
  const auto id = purpose.asked.session;
  if (const auto* why = std::get_if<error>(&result)) {
    if (why->code == error_code::request_invalid) // the row is another's
      sessions_.remove(id);
    else if (const auto* session = sessions_.find(id)) // the store may have taken it all the same
      session_over(id, session->epoch, {});
    return refuse(purpose.asked, *why);
  }
  if (const auto* session = sessions_.find(id); session != nullptr && session->phase == session_phase::placing)
    ask_pick(placed_thing::session, session_pick{id, session->epoch.generation});
}

void directory::session_picked(const session_pick& picked, const std::optional<worker_place>& place) {
  auto* session = sessions_.find(picked.session);
  if (session == nullptr || session->epoch.generation != picked.generation || session->worker)
    return;
  const auto ends = session->phase == session_phase::ending;
  if (!ends && session->phase != session_phase::placing)
    return;
  if (!place)
    return not_placed(*session);
  move_session(picked.session, *session, place);
  if (ends)
    return tell_to_end(*session);
  session->phase = session_phase::placed;
  sessions_.set_deadline(picked.session, *session, now_ + config_.resume_timeout);
  answer_placed(*session);
}

void directory::not_placed(held_session& session) {
  const auto id = session.row.session;
  if (session.phase == session_phase::ending)
    return sessions_.set_deadline(id, session, now_ + limits::ending_repeated_after);
  tell(service_at(session.row.proxy, entity_kind::edge),
       session_placed{id, {}, {}, {}, false, error{error_code::no_worker_node, {}}});
  if (session.resumed)
    return wait_for_resume(id, session, now_ + config_.resume_timeout);
  sessions_.remove(id);
  ask_store(delete_session{id}, store_purpose::removal{id});
}

void directory::answer_placed(const held_session& session) {
  tell(service_at(session.row.proxy, entity_kind::edge),
       session_placed{session.row.session, session.epoch, session.worker->node, session.worker->incarnation,
                      session.resumed, std::nullopt});
}

// ------------------------------------------------------------------------------------------------------ resume

void directory::on(const resume_session& asked) {
  auto* session = sessions_.find(asked.session);
  if (session == nullptr) {
    const auto why = ended_.contains(asked.session) ? error_code::session_ended : error_code::resume_refused;
    return refuse(asked, {why, {}});
  }
  if (!is_good_token(session->row, asked.token_hash, asked.token_number) || session->row.identity != asked.identity)
    return refuse(asked, {error_code::resume_refused, {}});
  if (session->phase == session_phase::ending)
    return refuse(asked, {error_code::session_ended, {}});
  if (session->resuming == asked)
    return; // a repeat: the answer is on its way
  const auto same_holder = session->resumed && session->row.proxy == asked.proxy
                           && session->row.proxy_incarnation == asked.proxy_incarnation
                           && session->row.next_token_hash == asked.next_token_hash && !session->resuming;
  if (same_holder && session->phase == session_phase::placing)
    return;
  if (same_holder && session->phase == session_phase::placed)
    return answer_placed(*session);
  if (!desk_.has_room())
    return refuse(asked, {error_code::store_unavailable, {}});
  session->resuming = asked;
  auto row = session->row;
  row.proxy = asked.proxy;
  row.proxy_incarnation = asked.proxy_incarnation;
  row.protocol = asked.protocol;
  row.token_hash = asked.token_hash;
  row.token_number = asked.token_number;
  row.next_token_hash = asked.next_token_hash;
  ask_store(take_session{row}, store_purpose::resume{asked});
}

void directory::stored(const store_purpose::resume& purpose, const directory_result& result) {
  auto* session = sessions_.find(purpose.asked.session);
  if (session == nullptr || session->phase == session_phase::ending) {
    if (const auto* late = std::get_if<session_taken>(&result)) // it undid the mark of the end
      mark_ended(late->row);
    return refuse(purpose.asked, {error_code::session_ended, {}});
  }
  if (session->resuming != purpose.asked) { // somebody resumed it after that
    const auto& later = session->resuming;
    const auto same_proxy =
      later && later->proxy == purpose.asked.proxy && later->proxy_incarnation == purpose.asked.proxy_incarnation;
    if (!same_proxy) // its route of today waits for the later answer
      refuse(purpose.asked, {error_code::replaced, {}});
    return;
  }
  session->resuming.reset();
  const auto* taken = std::get_if<session_taken>(&result);
  if (taken == nullptr) {
    const auto* why = std::get_if<error>(&result);
    return refuse(purpose.asked, why != nullptr ? *why : error{error_code::internal_error, {}});
  }
  retire_holder(*session, purpose.asked);
  adopt(*session, taken->row);
  session->phase = session_phase::placing;
  session->resumed = true;
  ask_pick(placed_thing::session, session_pick{taken->row.session, taken->row.generation});
}

/// Former tokens are worth nothing here from now on, and nowhere once the store has it. Only the holder knows.
void directory::on(const renew_token& told) {
  auto* session = sessions_.find(told.session);
  // It was ended, or never reached within the time to resume, and the word of that may have been lost with the link.
  if (session == nullptr)
    return revoke_route(told.proxy, told.session, session_epoch{std::numeric_limits<std::uint32_t>::max(), 0},
                        {error_code::session_ended, {}});
  if (session->row.proxy != told.proxy || session->row.proxy_incarnation != told.proxy_incarnation || !desk_.has_room()
      || !renew_token_of(session->row, told.token_hash, told.token_number))
    return;
  ask_store(renew_token_row{told.session, told.token_hash, told.token_number}, store_purpose::renewal{});
}

/// The session has a new holder in the store: it lives nowhere yet.
void directory::adopt(held_session& session, const session_row& row) {
  move_session(row.session, session, std::nullopt);
  sessions_.set_deadline(row.session, session, std::nullopt);
  session.row = row;
  session.epoch = {row.generation, 0};
}

/// The former route tells its client, the former actor vanishes in silence: the session stays in its rooms.
void directory::retire_holder(held_session& session, const resume_session& by) {
  const auto& row = session.row;
  const auto same_route = row.proxy == by.proxy && row.proxy_incarnation == by.proxy_incarnation;
  if (!row.proxy.empty() && !same_route && !is_dead(row.proxy, row.proxy_incarnation)) {
    session.former_routes.push_back({row.proxy, row.proxy_incarnation, last_move_of(session.epoch)});
    if (session.former_routes.size() > limits::former_routes_max)
      session.former_routes.erase(session.former_routes.begin());
    revoke_route(row.proxy, row.session, session.epoch, {error_code::replaced, {}});
  }
  if (session.worker && !is_dead(session.worker->node, session.worker->incarnation))
    release_at(session.worker->node, row.session, session.epoch);
}

/// A route moves its session by itself: what is said of all its moves is said of the last.
session_epoch directory::last_move_of(const session_epoch& epoch) {
  return {epoch.generation, std::numeric_limits<std::uint32_t>::max()};
}

void directory::revoke_route(const node_name& proxy, session_id id, const session_epoch& epoch, error why) {
  if (!proxy.empty())
    tell(service_at(proxy, entity_kind::edge), route_revoked{id, last_move_of(epoch), std::move(why)});
}

// ----------------------------------------------------------------------------------------- where sessions live

void directory::on(const session_hosted& told) { hosted({told.node, told.node_incarnation}, told.session); }

void directory::on(const report_worker& told) {
  const worker_place place{told.node, told.node_incarnation};
  if (is_dead(place.node, place.incarnation)) {
    early_reports_.insert_or_assign(told.node, told); // of a new life, perhaps, of which no view has told yet
    return;
  }
  std::set<session_id> sessions;
  for (const auto& report : told.sessions) {
    sessions.insert(report.session);
    hosted(place, report);
  }
  sessions_not_reported(place, sessions);
  std::set<room_id> rooms;
  for (const auto& report : told.rooms) {
    rooms.insert(report.room);
    rooms_.opened(report, place);
    answer_waiters(report.room);
  }
  rooms_not_reported(place, rooms);
  touched_[place];
}

/// The view and the report come by different ways.
void directory::take_early_reports() {
  for (auto it = early_reports_.begin(); it != early_reports_.end();) {
    const auto& [name, report] = *it;
    const auto is_due = standing_of(view_, name, report.node_incarnation) == standing::alive;
    if (is_due)
      on(std::exchange(it->second, {}));
    it = is_due ? early_reports_.erase(it) : std::next(it);
  }
}

void directory::hosted(const worker_place& place, const session_report& report) {
  if (is_dead(place.node, place.incarnation))
    return;
  auto* session = sessions_.find(report.session);
  const auto elsewhere = session != nullptr && report.epoch == session->epoch && session->worker
                         && session->worker != place && session->phase == session_phase::hosted;
  if (session == nullptr || report.epoch < session->epoch || elsewhere) {
    // Its route has attached it, so it does not know either. One of an earlier move is the route's own to know.
    const bool is_over = session == nullptr || session->phase == session_phase::ending;
    if (is_over || report.epoch.generation < session->epoch.generation)
      revoke_route(report.proxy, report.session, report.epoch,
                   {is_over ? error_code::session_ended : error_code::replaced, {}});
    return release_at(place.node, report.session, report.epoch);
  }
  const auto moved = session->worker && session->worker != place && session->epoch < report.epoch;
  if (moved && !is_dead(session->worker->node, session->worker->incarnation)) // its former owner has not heard of it
    release_at(session->worker->node, report.session, session->epoch);
  session->epoch = report.epoch;
  move_session(report.session, *session, place);
  if (session->phase == session_phase::ending)
    return tell_to_end(*session);
  session->phase = session_phase::hosted;
  session->row.proxy = report.proxy;
  session->row.proxy_incarnation = report.proxy_incarnation;
  std::optional<instant> deadline;
  if (report.proxy.empty()) // it was hosted only to end
    deadline = now_;
  else if (is_dead(report.proxy, report.proxy_incarnation))
    deadline = now_ + config_.resume_timeout;
  sessions_.set_deadline(report.session, *session, deadline);
}

void directory::sessions_not_reported(const worker_place& place, const std::set<session_id>& reported) {
  for (const auto id : sessions_.at(place)) {
    const auto* session = sessions_.find(id);
    if (reported.contains(id) || session->phase == session_phase::placed) // that one is on its way
      continue;
    if (session->phase == session_phase::ending)
      tell_to_end(*session);
    else
      session_lost_at_worker(id);
  }
}

void directory::session_lost_at_worker(session_id id) {
  auto* session = sessions_.find(id);
  move_session(id, *session, std::nullopt);
  if (session->phase == session_phase::ending)
    return sessions_.set_deadline(id, *session, now_);
  if (session->phase == session_phase::placing)
    return;
  // Where its proxy node is gone too its time runs already.
  const auto running = session->phase == session_phase::hosted ? session->deadline : std::nullopt;
  const auto& row = session->row;
  if (row.protocol == protocol::irc && is_dead(row.proxy, row.proxy_incarnation)) // nobody can come back for it
    return wait_for_resume(id, *session, now_);
  // Its route has it housed elsewhere, which is heard of from there; else its client comes back for it.
  wait_for_resume(id, *session, running.value_or(now_ + config_.resume_timeout));
}

/// Its proxy node keeps it, and can house it nowhere: its time does not run.
bool directory::is_homeless(const held_session& session) const {
  const auto& row = session.row;
  const auto may_host = [](const member_node& node) { return is_worker(node) && node.state == node_state::alive; };
  return session.phase == session_phase::lost && !row.proxy.empty() && !is_dead(row.proxy, row.proxy_incarnation)
         && std::none_of(view_.nodes.begin(), view_.nodes.end(), may_host);
}

/// A session without its proxy node waits for its client, an IRC one ends at once: its client is gone for good.
void directory::watch_proxies() {
  for (auto& [id, session] : sessions_.all()) {
    const auto& row = session.row;
    if (row.proxy.empty() || session.deadline || session.phase != session_phase::hosted
        || !is_dead(row.proxy, row.proxy_incarnation))
      continue;
    const auto new_life = alive_node(view_, row.proxy) != nullptr;
    // A proxy node without a new life was away for the whole time to resume before it was declared dead.
    const auto waits = new_life && row.protocol == protocol::native;
    sessions_.set_deadline(id, session, waits ? now_ + config_.resume_timeout : now_);
  }
}

void directory::move_session(session_id id, held_session& session, std::optional<worker_place> worker) {
  if (session.worker)
    touched_[*session.worker];
  if (worker)
    touched_[*worker];
  sessions_.set_worker(id, session, std::move(worker));
  if (session_moves_.contains(id))
    sessions_to_judge_.insert(id);
}

void directory::wait_for_resume(session_id id, held_session& session, instant until) {
  session.phase = session_phase::lost;
  sessions_.set_deadline(id, session, until);
}

} // namespace godwit
