// How rooms are kept in order, as a session sees it: who is invited, kicked, made an operator; what is not for
// everybody.
#include "actors/rules/limits.hpp"
#include "actors/rules/session_core.hpp"
#include "messages/names.hpp"

namespace godwit {

// ---------------------------------------------------------------------------------------------------- invitations

void session_core::invited(const room_invitation& what) {
  note_invitation(what);
  if (!over() && !nick_.empty())
    tell_now({tell::invitation{what.room, what.title, what.by, what.by_mask}});
}

void session_core::begin_invite(const client_command& command, const ask::invite& what) {
  auto key = fold_room(what.room);
  if (!key)
    return refuse(key_of(command), key.why());
  auto shown = shown_nick(what.nick);
  if (!shown)
    return refuse(key_of(command), shown.why());
  auto& task = start(command, task_step::finding);
  task.key = *key;
  const auto name = name_of_effect(key_of(command), effect_k::find);
  ask(broker_service(entity_kind::directory), name, find_nick{origin(name), std::move(*shown)});
}

void session_core::invitee_found(session_task& task, const nick_found& what) {
  if (what.why && what.why->code != error_code::no_such_nick)
    return refuse(key_of(task.command), *what.why);
  task.person = what.person;
  go_to_room(task);
}

/// Requires task.key. Not (any more) in it: the room itself knows whether this is a repeat from a time when the session
/// was.
void session_core::go_to_room(session_task& task) {
  if (const auto* seat = member_seat(task.key)) {
    task.room = seat->id;
    return act(task, *seat_of(seat->id));
  }
  task.step = task_step::locating;
  locate(task, false);
}

// ------------------------------------------------------------------------------------------------------- new nicks

/// Whoever a room has silenced keeps his nick, since by another he would speak again. False: nobody is to be asked.
bool session_core::ask_whether_to_rename(session_task& task) {
  constexpr std::uint32_t first_k = effect_k::act + 1;
  for (const auto& [room, seat] : seats_by_room_) {
    if (!seat.member || is_private(seat.key))
      continue;
    const auto name = name_of_effect(key_of(task.command), first_k + static_cast<std::uint32_t>(task.rooms_asked++));
    ask(room_anywhere(room), name, room_query{room, origin(name), identity_, ask_rename{}});
  }
  return task.rooms_asked != 0;
}

void session_core::rename_answered(session_task& task, const query_answered& what) {
  const auto* why = std::get_if<error>(&what.answer);
  if (why && why->code == error_code::muted)
    return refuse(key_of(task.command), *why);
  if (--task.rooms_asked == 0)
    claim_new_nick(task);
}

// ------------------------------------------------------------------------------------------------- what is shown

/// By what the session may when the post is shown to it.
bool session_core::may_see(const room_seat& seat, const log_entry& entry) const {
  const auto* said = std::get_if<posted>(&entry.body);
  return !said || said->audience == member_mode::none || entry.name.session == id_
         || rank(seat.modes) >= said->audience;
}

void session_core::follow_moderation(room_seat& seat, const log_entry& entry) {
  const auto before = seat.modes;
  if (const auto* in = std::get_if<joined>(&entry.body); in && is_own(entry))
    seat.modes = in->modes;
  if (const auto* changed = std::get_if<modes_changed>(&entry.body))
    for (const auto& each : changed->changes)
      if (const auto* of = std::get_if<member_change>(&each.what); of && of->session == id_)
        seat.modes.set(of->mode, each.add);
  snapshot_changed_ = snapshot_changed_ || !(seat.modes == before);
  if (const auto* out = std::get_if<kicked>(&entry.body); out && out->session == id_)
    kicked_out(seat, entry.seq);
}

// ---------------------------------------------------------------------------------------------------------- kicked

/// Its client has seen the event, or sees it when it comes back.
void session_core::kicked_out(room_seat& seat, room_seq seq) {
  if (departed_.size() >= limits::rooms_per_session_max)
    departed_.clear(); // it hears of these that it is not in them, without the reason
  departed_[seat.id] = {seat.key, seat.title, seat.joined_seq, seq, seat.modes};
  leave_seat(seat);
  tell_now({client_reply{0, false, tell::has_left{seat.id}}});
}

/// The client is back. What it has not got of a room that it was kicked from is shown again, as to a member.
void session_core::bring_back(const std::map<room_id, room_seq>& client_has) {
  for (const auto& [room, was] : std::exchange(departed_, {})) {
    const auto has = client_has.find(room);
    if (has == client_has.end() || has->second >= was.gone_seq)
      continue;
    auto& seat = seat_for(room, was.key, was.title);
    if (seat.member || seat.joining)
      continue;
    seat.member = true;
    seat.joined_seq = was.joined_seq;
    seat.modes = was.modes;
  }
}

} // namespace godwit
