// How sessions end: by their own word, or at their deadline by the directory's.
#include "actors/rules/directory.hpp"
#include "actors/rules/limits.hpp"

#include <limits>
#include <utility>

namespace godwit {

namespace {

/// Rises with the session's memberships in the room, and is behind every name that the session gave itself.
effect_name quit_after_the_end(session_id session, room_seq joined_seq) {
  constexpr std::uint32_t above_frames = 0x4000'0000;
  const auto k = above_frames | static_cast<std::uint32_t>(joined_seq & (above_frames - 1));
  return {session, std::numeric_limits<std::uint64_t>::max(), k};
}

} // namespace

/// Nobody came back for the session in time, or it was told to end and has not.
void directory::begin_ending(session_id id) {
  auto* session = sessions_.find(id);
  const auto told = session->phase == session_phase::ending; // and has not: its actor may have failed, with nobody
                                                             // there to begin it anew
  const auto lives = session->worker && session->phase != session_phase::placed;
  if (lives && !told) {
    session->phase = session_phase::ending;
    sessions_to_judge_.insert(id);
    return tell_to_end(*session);
  }
  if (session->worker) // placed, but nobody ever came; or told in vain: what is there still finds itself fenced
    release_at(session->worker->node, id, session->epoch);
  if (nicks_.of(id).empty()) // never logged in, so it is in no room; or ended in a former life of the broker node
    return session_over(id, session->epoch, {});
  spawn_to_end(*session);
}

/// Takes the session for the cluster itself, to be hosted where it can leave its rooms.
void directory::spawn_to_end(held_session& session) {
  const auto id = session.row.session;
  session.phase = session_phase::ending;
  session.resuming.reset();
  move_session(id, session, std::nullopt);
  auto row = session.row;
  // It may yet hear that it was placed: its client would wait for ever for a session that is another's.
  revoke_route(row.proxy, id, session.epoch, session.end_why.value_or(error{error_code::session_ended, {}}));
  row.proxy.clear();
  row.proxy_incarnation = {};
  ask_store(take_session{row}, store_purpose::ending{id});
}

void directory::stored(const store_purpose::ending& purpose, const directory_result& result) {
  auto* session = sessions_.find(purpose.session);
  if (session == nullptr)
    return;
  if (const auto* taken = std::get_if<session_taken>(&result)) {
    adopt(*session, taken->row);
    return ask_pick(placed_thing::session, session_pick{purpose.session, taken->row.generation});
  }
  const auto* why = std::get_if<error>(&result);
  if (why != nullptr && why->code == error_code::resume_refused) // the store has no such session
    return session_over(purpose.session, session->epoch, {});
  sessions_.set_deadline(purpose.session, *session, now_ + limits::ending_repeated_after);
}

/// Said again until `end_session` comes: at each link_reset, when the session reports itself, and after a while.
void directory::tell_to_end(const held_session& told) {
  const auto id = told.row.session;
  const auto& worker = *told.worker;
  if (told.row.proxy.empty()) {
    attach_session attach;
    attach.session = id;
    attach.epoch = told.epoch;
    attach.attach = 1;
    attach.protocol = told.row.protocol;
    attach.identity = told.row.identity;
    attach.from_store = true;
    tell(service_at(worker.node, entity_kind::session_host), std::move(attach));
  }
  tell(session_at(worker.node, id),
       session_must_end{id, told.epoch, told.end_why.value_or(error{error_code::session_ended, {}})});
  sessions_.set_deadline(id, *sessions_.find(id), now_ + limits::ending_repeated_after);
}

/// Only a session that was attached to end, which has no edge, is refused to the directory.
void directory::on(const attach_refused& told) {
  auto* session = sessions_.find(told.session);
  if (session == nullptr || session->phase != session_phase::ending || told.epoch != session->epoch)
    return;
  move_session(told.session, *session, std::nullopt);
  sessions_.set_deadline(told.session, *session, now_ + limits::ending_repeated_after);
}

/// The room knows where the session was, this knows where it is. One that lives nowhere for now is told when the room
/// says it again. One that is over has left its rooms already, and would stay in this one for ever: it quits in its
/// name. Nobody speaks for it after that, whence the epoch; the op's k is that of this one membership.
void directory::on(const membership_given& told) {
  if (const auto* session = sessions_.find(told.session)) {
    if (session->worker)
      tell(session_at(session->worker->node, told.session), told);
    return;
  }
  tell({entity_kind::room, told.room.value, told.node},
       quit_in_the_name_of(told.session, told.room, told.joined_seq, told.last));
}

room_command directory::quit_in_the_name_of(session_id session, room_id room, room_seq joined_seq,
                                            const effect_name& last) const {
  room_command quit;
  quit.room = room;
  quit.name = quit_after_the_end(session, joined_seq);
  quit.previous = last;
  quit.epoch.generation = std::numeric_limits<std::uint32_t>::max();
  quit.reply_to = config_.self;
  quit.action = leave_room{{}, true};
  return quit;
}

/// Its route has waited for its client in vain.
void directory::on(const session_must_end& told) {
  auto* session = sessions_.find(told.session);
  if (session == nullptr || session->phase == session_phase::ending
      || told.epoch.generation != session->epoch.generation)
    return;
  session->end_why = told.why;
  if (session->worker && session->phase != session_phase::placed)
    return begin_ending(told.session);
  // It is on its way to a worker node, by its route, which says the same there. Where that fails:
  session->phase = session_phase::ending;
  sessions_.set_deadline(told.session, *session, now_ + limits::ending_repeated_after);
}

void directory::on(const end_session& told) {
  if (const auto ended = ended_.find(told.session); ended != ended_.end()) {
    ended->second.node = told.node;
    ended->second.epoch = std::max(ended->second.epoch, told.epoch);
    return release_if_over(told.session);
  }
  const auto* session = sessions_.find(told.session);
  if (session == nullptr || told.epoch < session->epoch) // it has another holder, who speaks for it
    return release_at(told.node, told.session, told.epoch);
  session_over(told.session, told.epoch, told.node);
}

/// Its row is marked, so that no later life of the broker node takes it for one that waits for its client; then its
/// nicks are freed, then its worker node may forget it. Row and last ops stay for a while, so that late repeats of its
/// commands are recognised.
void directory::session_over(session_id id, session_epoch epoch, const node_name& node) {
  std::optional<session_row> unmarked;
  if (auto* session = sessions_.find(id)) {
    if (!session->row.proxy.empty())
      unmarked = session->row;
    move_session(id, *session, std::nullopt);
    sessions_.remove(id);
  }
  nicks_.forget_answers(id);
  expelled_by_session_.erase(id);
  people_.remove(id, now_);
  ended_[id] = {epoch, node, now_ + config_.ended_kept, !unmarked};
  ended_in_order_.push_back(id);
  unmarked ? mark_ended(*std::move(unmarked)) : free_nicks(id);
}

/// The mark is a row without a proxy node, as of a session that was taken to be ended.
void directory::mark_ended(session_row row) {
  row.proxy.clear();
  row.proxy_incarnation = {};
  const auto id = row.session;
  ask_store(take_session{std::move(row)}, store_purpose::end_mark{id});
}

/// Marked, or there is no row.
void directory::stored(const store_purpose::end_mark& purpose, const directory_result&) {
  const auto ended = ended_.find(purpose.session);
  if (ended == ended_.end())
    return;
  ended->second.marked = true;
  free_nicks(purpose.session);
}

void directory::free_nicks(session_id id) {
  for (const auto& folded : nicks_.of(id)) {
    const auto shown = nicks_.find(folded)->shown;
    if (nicks_.begin_release(folded, id))
      ask_store(release_nick_row{{folded, shown, id}}, store_purpose::release{id, folded});
  }
  release_if_over(id);
}

void directory::release_if_over(session_id id) {
  const auto ended = ended_.find(id);
  if (ended != ended_.end() && ended->second.marked && nicks_.of(id).empty())
    release_at(ended->second.node, id, ended->second.epoch);
}

void directory::release_at(const node_name& node, session_id id, session_epoch epoch) {
  if (!node.empty())
    tell(service_at(node, entity_kind::session_host), release_session{id, epoch});
}

void directory::delete_ended() {
  while (!ended_in_order_.empty()) {
    const auto id = ended_in_order_.front();
    const auto& row = ended_.at(id);
    if (now_ < row.delete_at && ended_.size() <= limits::directory_sessions_max)
      return;
    ended_in_order_.pop_front();
    ask_store(delete_session{id}, store_purpose::removal{id});
  }
}

void directory::stored(const store_purpose::removal& purpose, const directory_result& result) {
  if (const auto* still = std::get_if<session_loaded>(&result))
    return leave_rooms_of(*still);
  const auto row = ended_.find(purpose.session);
  if (std::holds_alternative<error>(result) && row != ended_.end()) {
    // It is in a room still: a membership given late, or a join of a former owner that was logged behind the end.
    row->second.delete_at = now_ + config_.ended_kept;
    ended_in_order_.push_back(purpose.session);
    return ask_store(load_session{purpose.session, config_.self}, store_purpose::removal{purpose.session});
  }
  for (const auto& folded : nicks_.of(purpose.session))
    nicks_.remove(folded, purpose.session);
  ended_.erase(purpose.session);
}

/// Said again when the rows are to be deleted the next time.
void directory::leave_rooms_of(const session_loaded& ended) {
  for (const auto& in : ended.rooms) {
    auto quit = quit_in_the_name_of(ended.session, in.room, in.joined_seq, in.last.name);
    const auto& room = rooms_.add(in.room, in.key, in.title);
    if (room.place) {
      tell({entity_kind::room, in.room.value, room.place->node}, std::move(quit));
      continue;
    }
    quits_by_room_[in.room].insert_or_assign(ended.session, std::move(quit));
    open_room(in.room);
  }
}

void directory::room_opened(room_id id) {
  const auto* room = rooms_.find(id);
  if (room == nullptr || !room->place)
    return;
  say_orders_of(id);
  const auto quits = quits_by_room_.extract(id);
  if (!quits)
    return;
  for (auto& [session, quit] : quits.mapped())
    tell({entity_kind::room, id.value, room->place->node}, quit);
}

} // namespace godwit
