#include "actors/room_host_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/actor_system.hpp>
#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/send.hpp>

#include <spdlog/spdlog.h>

#include <utility>

namespace godwit {

room_host_actor::room_host_actor(caf::actor_config& config, switchboard& board, room_clock clock,
                                 const room_patience& patience)
    : room_host_handle::base(config), board_(board), clock_(std::move(clock)), patience_(patience) {
  set_down_handler([this](const caf::down_msg& what) { actor_went_down(what); });
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
    [this](const room_rested& what) { room_has_rested(what.room); },
    [this](const relay_rested& what) { relay_has_rested(what.room); },
    [this](const link_reset& what) { begin_report(what); },
    [](const link_lost&) {},
  };
}

restart_policy::clock::time_point room_host_actor::now() const { return home_system().clock().now(); }

// ------------------------------------------------------------------------------------------------------- rooms

void room_host_actor::host(const host_room& what) {
  auto [found, is_new] = rooms_.try_emplace(what.room);
  auto& row = found->second;
  if (is_new) {
    row.key = what.key;
    return open(what.room, row);
  }
  row.wanted = true;
  if (row.epoch != 0) // the answer was lost
    tell_directory(room_hosted{what.room, row.epoch, board_.self(), {}});
  else if (!row.handle)
    room_has_rested(what.room);
}

void room_host_actor::open(room_id room, hosted_room& row) {
  row.handle =
    caf::actor_cast<caf::actor>(home_system().spawn<room_actor>(std::ref(board_), clock_, room, row.key, patience_));
  row.restarts.started(now());
  rooms_by_actor_[row.handle.id()] = room;
  monitor(row.handle);
  board_.enter(entity_kind::room, room.value, row.handle);
  caf::anon_send(row.handle, host_room{room, row.key}); // it asks the store now, whose answer finds it
}

void room_host_actor::opened(const room_opened_here& what) {
  auto found = rooms_.find(what.room);
  if (found == rooms_.end() || !found->second.handle)
    return;
  found->second.epoch = found->second.former = what.epoch;
  found->second.title = what.title;
  board_.learn({what.room, what.epoch, board_.self()});
  tell_directory(room_hosted{what.room, what.epoch, board_.self(), {}});
}

void room_host_actor::over(const room_over_here& what) {
  auto found = rooms_.extract(what.room);
  if (found.empty())
    return;
  forget(found.mapped());
  if (what.refused) {
    opening_failed(what.room, found.mapped(), what.why);
    if (const auto former = found.mapped().former; former != 0) // its members wait for its next life
      board_.announce({what.room, former, {}});
    return;
  }
  tell_directory(room_closed{what.room, what.epoch, board_.self()});
  // Relays that counted on it, if there are any, have it opened again; behind the word to the directory.
  board_.announce({what.room, what.epoch, {}});
}

void room_host_actor::opening_failed(room_id room, const hosted_room& row, error why) {
  if (row.former != 0)
    tell_directory(room_closed{room, row.former, board_.self()});
  tell_directory(room_hosted{room, 0, board_.self(), std::move(why)});
}

void room_host_actor::forget(const hosted_room& row) {
  if (!row.handle)
    return;
  demonitor(row.handle.address());
  rooms_by_actor_.erase(row.handle.id());
}

void room_host_actor::actor_went_down(const caf::down_msg& what) {
  if (what.reason == caf::exit_reason::user_shutdown)
    return; // the node stops
  const auto by_error = static_cast<bool>(what.reason);
  if (auto room = rooms_by_actor_.extract(what.source.id())) {
    spdlog::error("room {:x} ended by an error: {}", room.mapped().value, caf::to_string(what.reason));
    room_went_down(room.mapped(), rooms_.at(room.mapped()));
  } else if (auto relay = relays_by_actor_.extract(what.source.id())) {
    if (by_error)
      spdlog::error("the relay of room {:x} ended by an error: {}", relay.mapped().value, caf::to_string(what.reason));
    relay_went_down(relay.mapped(), what.source.id(), by_error);
  }
}

/// All that it acknowledged is in its log. Commands that it was given are said again when it is open with its next
/// epoch.
void room_host_actor::room_went_down(room_id room, hosted_room& row) {
  board_.leave(entity_kind::room, room.value, std::exchange(row.handle, {}));
  const bool was_open = std::exchange(row.epoch, 0) != 0;
  const auto pause = row.restarts.ended(now());
  row.wanted = was_open;
  if (was_open && pause.count() == 0)
    return open(room, row);
  if (was_open) // whoever asks for it waits at the directory
    tell_directory(room_closed{room, row.former, board_.self()});
  else
    opening_failed(room, row, {error_code::internal_error, {}});
  row.former = 0;
  row.rests_until = now() + pause;
  delayed_send(this, pause, room_rested{room});
}

void room_host_actor::room_has_rested(room_id room) {
  auto found = rooms_.find(room);
  if (found == rooms_.end() || found->second.handle || now() < found->second.rests_until)
    return;
  if (found->second.wanted)
    open(room, found->second);
  else if (now() >= found->second.rests_until + restart_policy::forgiven_after)
    rooms_.erase(found);
  else // its ends are remembered, so that who asks again and again does not have it opened as often
    delayed_send(this, restart_policy::forgiven_after, room_rested{room});
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
  if (found == rooms_.end() || what.node == board_.self())
    return;
  auto& row = found->second;
  if (!row.handle)
    row.wanted = row.wanted && what.node.empty(); // open elsewhere
  else if (row.epoch != 0 && what.epoch > row.epoch)
    caf::anon_send(caf::actor_cast<room_handle>(row.handle),
                   entries_appended{what.room, row.epoch, 0, 0, append_outcome::fenced, 0});
}

// ------------------------------------------------------------------------------------------------------ relays

void room_host_actor::enrol(const enrol_session& what) {
  if (auto relay = board_.local(entity_kind::relay, what.room.value)) {
    caf::anon_send(relay, what);
    return;
  }
  auto& row = relays_[what.room];
  if (now() < row.rests_until)
    return; // all enrol when it has rested
  // One that leaves the switchboard, and whose end is under way, may still be in the row.
  row.handle = caf::actor_cast<caf::actor>(home_system().spawn<relay_actor>(std::ref(board_), what.room));
  row.restarts.started(now());
  relays_by_actor_[row.handle.id()] = what.room;
  monitor(row.handle);
  // In its mailbox first: whoever finds the relay by the switchboard writes behind it.
  caf::anon_send(row.handle, what);
  board_.enter(entity_kind::relay, what.room.value, row.handle);
}

/// Who was enrolled nobody knows but the sessions: they enrol again, with what they have shown. Their room sends it
/// nothing until then.
void room_host_actor::relay_went_down(room_id room, caf::actor_id actor, bool by_error) {
  auto found = relays_.find(room);
  if (found == relays_.end() || !found->second.handle || found->second.handle.id() != actor)
    return; // a successor is there
  auto& row = found->second;
  if (!by_error) {
    relays_.erase(found);
    return;
  }
  board_.leave(entity_kind::relay, room.value, std::exchange(row.handle, {}));
  board_.send(room_anywhere(room), detach_relay{room, board_.self()});
  const auto pause = row.restarts.ended(now());
  row.rests_until = now() + pause;
  if (pause.count() == 0)
    relay_has_rested(room);
  else
    delayed_send(this, pause, relay_rested{room});
}

void room_host_actor::relay_has_rested(room_id room) {
  auto found = relays_.find(room);
  if (found == relays_.end() || found->second.handle || now() < found->second.rests_until)
    return;
  if (now() >= found->second.rests_until + restart_policy::forgiven_after) {
    relays_.erase(found); // nobody was in the room any more
    return;
  }
  const auto lost = caf::make_message(relay_lost_here{room});
  for (auto id : board_.locals(entity_kind::session))
    if (auto session = board_.local(entity_kind::session, id))
      caf::anon_send(session, lost);
  delayed_send(this, restart_policy::forgiven_after, relay_rested{room});
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
      rooms.rooms.push_back({id, row.epoch, row.key, row.title});
  caf::anon_send(board_.local(entity_kind::session_host, 0), std::move(rooms));
}

} // namespace godwit
