// Pings: a PONG is a barrier. It says that all that the client has sent before has taken effect, and stands in the
// queues of everybody who sees it, on whatever node.
#include "actors/rules/limits.hpp"
#include "actors/rules/session_core.hpp"

namespace godwit {

/// It holds nobody up: what is behind it goes on, and only its answer waits.
void session_core::begin_ping(const client_command& command) { start(command, task_step::finding); }

/// In its turn: when all before it is confirmed, what it caused is known.
void session_core::ask_whether_delivered() {
  if (frames_.frames().empty())
    return;
  const auto& frame = frames_.frames().front();
  std::uint32_t part = 0;
  while (part != frame.part_count() && frame.part(part).answered)
    ++part;
  const auto at = tasks_by_key_.find({frame.command.op, part});
  if (at == tasks_by_key_.end() || at->second.step != task_step::finding)
    return;
  auto& task = at->second;
  const auto* ping = std::get_if<ask::ping>(&task.command.request);
  if (ping == nullptr)
    return;
  task.step = task_step::acting;
  std::uint32_t step = effect_k::act;
  for (const auto& [room, seq] : said_) {
    const auto name = name_of_effect(at->first, step++);
    task.undelivered.emplace(room, seq);
    ask(room_anywhere(room), name, room_query{room, origin(name), identity_, await_delivery{seq}});
  }
  if (task.undelivered.empty())
    done(at->first, tell::pong{ping->number});
}

/// An error is no reason to keep a client waiting: the room knows nothing that could be delivered.
void session_core::delivered(session_task& task, room_id room) {
  const auto waited = task.undelivered.extract(room);
  if (!waited)
    return;
  if (const auto said = said_.find(room); said != said_.end() && said->second <= waited.mapped())
    said_.erase(said);
  if (task.undelivered.empty())
    done(key_of(task.command), tell::pong{std::get<ask::ping>(task.command.request).number});
}

/// The room is not where it was, and this session is in it no more: whoever opens it again shows it to its members.
void session_core::forget_delivery(room_id room) {
  said_.erase(room);
  std::vector<task_key> pings;
  for (const auto& [key, task] : tasks_by_key_)
    if (task.undelivered.contains(room))
      pings.push_back(key);
  for (const auto& each : pings)
    delivered(tasks_by_key_.at(each), room);
}

void session_core::drop_pings() {
  std::vector<task_key> pings;
  for (const auto& [key, task] : tasks_by_key_)
    if (std::holds_alternative<ask::ping>(task.command.request))
      pings.push_back(key);
  for (const auto& each : pings)
    done(each);
}

void session_core::note_said(room_id room, room_seq seq) {
  if (const auto at = said_.find(room); at != said_.end())
    at->second = std::max(at->second, seq);
  else if (said_.size() < limits::rooms_per_session_max + limits::conversations_per_session_max)
    said_.emplace(room, seq);
}

} // namespace godwit
