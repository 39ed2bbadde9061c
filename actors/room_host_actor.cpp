#include "actors/room_host_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/make_message.hpp>
#include <caf/send.hpp>

namespace godwit {

room_host_actor::room_host_actor(caf::actor_config& config, switchboard& board)
    : room_host_handle::base(config), board_(board) {
  set_down_handler([this](const caf::down_msg& what) { room_went_down(what); });
}

room_host_actor::behavior_type room_host_actor::make_behavior() {
  return {
    [this](const host_room& what) { host(what); },
    [this](const room_opened_here& what) { opened(what); },
    [this](const room_over_here& what) { over(what); },
    [this](const room_announced& what) { announced(what); },
    [this](const enrol_session& what) { enrol(what); },
    [this](const withdraw_session& what) { pass_to_relay(what.room, caf::make_message(what)); },
    [this](const replay_events& what) { pass_to_relay(what.room, caf::make_message(what)); },
    [this](const link_reset& what) { begin_report(what); },
    [](const link_lost&) {},
  };
}

void room_host_actor::host(const host_room& what) {
  auto found = rooms_.find(what.room);
  if (found == rooms_.end()) {
    auto handle = home_system().spawn<room_actor>(std::ref(board_), what.room, what.key);
    monitor(handle);
    rooms_[what.room] = {handle, what.key, 0};
    board_.enter(entity_kind::room, what.room.value, caf::actor_cast<caf::actor>(handle));
    caf::anon_send(handle, what); // it asks the store now, whose answer finds it
    return;
  }
  if (found->second.epoch != 0) // the answer was lost
    tell_directory(room_hosted{what.room, found->second.epoch, board_.self(), {}});
}

void room_host_actor::opened(const room_opened_here& what) {
  auto found = rooms_.find(what.room);
  if (found == rooms_.end())
    return;
  found->second.epoch = what.epoch;
  board_.learn({what.room, what.epoch, board_.self()});
  tell_directory(room_hosted{what.room, what.epoch, board_.self(), {}});
}

void room_host_actor::over(const room_over_here& what) {
  auto found = rooms_.find(what.room);
  if (found == rooms_.end())
    return;
  rooms_.erase(found);
  if (what.refused)
    return tell_directory(room_hosted{what.room, 0, board_.self(), what.why});
  tell_directory(room_closed{what.room, what.epoch, board_.self()});
  // Relays that counted on it, if there are any, have it opened again; behind the word to the directory.
  board_.announce({what.room, what.epoch, {}});
}

void room_host_actor::room_went_down(const caf::down_msg& what) {
  for (auto each = rooms_.begin(); each != rooms_.end(); ++each) {
    if (each->second.handle.address() != what.source)
      continue;
    board_.leave(entity_kind::room, each->first.value, caf::actor_cast<caf::actor>(each->second.handle));
    const auto room = each->first;
    const auto epoch = each->second.epoch;
    rooms_.erase(each);
    if (epoch == 0) // the directory waits for its opening
      tell_directory(room_hosted{room, 0, board_.self(), error{error_code::internal_error, {}}});
    else
      tell_directory(room_closed{room, epoch, board_.self()});
    return;
  }
}

void room_host_actor::announced(const room_announced& what) {
  board_.learn({what.room, what.epoch, what.node});
  end_former(what);
  if (auto relay = board_.local(entity_kind::relay, what.room.value))
    caf::anon_send(relay, what);
}

/// A room that was opened elsewhere after it was opened here owns nothing any more. It would learn so from the store at
/// its next append; but where nobody speaks to it, it would be offered to the directory once more, with its old epoch.
void room_host_actor::end_former(const room_announced& what) {
  auto found = rooms_.find(what.room);
  if (found == rooms_.end() || what.node == board_.self() || found->second.epoch == 0
      || what.epoch <= found->second.epoch)
    return;
  caf::anon_send(found->second.handle,
                 entries_appended{what.room, found->second.epoch, 0, 0, append_outcome::fenced, 0});
}

void room_host_actor::enrol(const enrol_session& what) {
  if (auto relay = board_.local(entity_kind::relay, what.room.value)) {
    caf::anon_send(relay, what);
    return;
  }
  auto relay = home_system().spawn<relay_actor>(std::ref(board_), what.room);
  // In its mailbox first: whoever finds the relay by the switchboard writes behind it.
  caf::anon_send(relay, what);
  board_.enter(entity_kind::relay, what.room.value, caf::actor_cast<caf::actor>(relay));
}

void room_host_actor::pass_to_relay(room_id room, const caf::message& what) {
  if (auto relay = board_.local(entity_kind::relay, room.value))
    caf::anon_send(relay, what);
}

void room_host_actor::begin_report(const link_reset& what) {
  if (what.node != board_.broker())
    return;
  rooms_here rooms;
  for (const auto& [id, row] : rooms_)
    if (row.epoch != 0)
      rooms.rooms.push_back({id, row.epoch, row.key});
  caf::anon_send(board_.local(entity_kind::session_host, 0), std::move(rooms));
}

} // namespace godwit
