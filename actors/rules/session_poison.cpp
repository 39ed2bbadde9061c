// What becomes of a frame that two worker nodes have died with: it is not begun again. docs/decisions/0024.
#include "actors/rules/session_core.hpp"
#include "messages/names.hpp"

namespace godwit {

/// Nothing of what the request says is looked at, or sent anywhere: what it did before a node died of it is asked for
/// by its name alone.
void session_core::give_up(const client_command& command) {
  if (tasks_by_key_.contains(key_of(command)))
    return; // the client's attach was renewed while it was being asked for
  if (std::holds_alternative<ask::quit>(command.request)) // who goes is not kept for what he says
    return begin({command.op, command.resent, ask::quit{}, command.part, {}});
  note_begun(command);
  auto& task = start(command, task_step::acting);
  task.given_up = true;
  task.to_come = rooms_that_may_have(command.request);
  ask_next_room_whether_it_has(task);
}

/// Also where the request names its room: to compare names is to look at it. Rooms that the session has left since the
/// frame came are among them.
std::deque<room_id> session_core::rooms_that_may_have(const ask::request& request) const {
  std::deque<room_id> out;
  if (!tasks::is_logged_by_one_room(request))
    return out;
  const auto* target = tasks::target_of(request);
  const auto* numbered = target ? std::get_if<ask::room_numbered>(target) : nullptr;
  const bool to_person = target && std::holds_alternative<ask::person_named>(*target);
  for (const auto& [room, seat] : seats_by_room_)
    if (numbered ? room == numbered->room : is_private(seat.key) == to_person)
      out.push_back(room);
  return out;
}

/// Each is asked by an empty post with the name of what is looked for, said to stand behind itself: a room that has
/// not seen that name takes it neither now nor, from this epoch on, from a former owner (docs/decisions/0009). Rooms
/// look at names before anything else.
void session_core::ask_next_room_whether_it_has(session_task& task) {
  const auto which = key_of(task.command);
  if (task.to_come.empty())
    return refuse(which, {error_code::internal_error, "given up: what served it died of it twice"});
  task.room = task.to_come.front();
  task.to_come.pop_front();
  const auto name = name_of_effect(which, effect_k::act);
  ask(room_anywhere(task.room), name,
      room_command{task.room, name, name, route_.epoch, self_, nick_, identity_, post{}});
}

/// It is told as any repeat is; what is being written is answered by its event.
void session_core::given_up_answered(room_seat& seat, const command_answered& what) {
  if (what.why && what.epoch != 0 && what.epoch < seat.epoch)
    return; // by a former life; the later one is asked as well
  if (what.at)
    recognised(seat, what.name, *what.at);
  else
    given_up_denied(*task_of(what.name));
}

void session_core::given_up_denied(session_task& task) {
  close_request(name_of_effect(key_of(task.command), effect_k::act));
  ask_next_room_whether_it_has(task);
}

} // namespace godwit
