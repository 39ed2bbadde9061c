// How the directory finds, opens and lists rooms.
#include "actors/rules/directory.hpp"
#include "actors/rules/limits.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit {

namespace {

bool is_well_formed(const room_key& key) {
  if (is_private(key))
    return identities_of(key).has_value();
  const auto folded = fold_room(key);
  return folded && *folded == key;
}

/// The title as typed, where it is this room's name at all.
std::string title_of(const locate_room& asked) {
  if (is_private(asked.key))
    return {};
  const auto folded = fold_room(asked.title);
  auto shown = shown_room(asked.title);
  return folded && shown && *folded == asked.key ? *std::move(shown) : asked.key;
}

} // namespace

// ------------------------------------------------------------------------------------------------------ locate

void directory::on(const locate_room& asked) {
  if (!is_well_formed(asked.key))
    return refuse(asked, {error_code::room_invalid, {}});
  if (const auto id = rooms_.id_of(asked.key))
    return add_waiter(id, asked);
  const auto search = rooms_.searches_by_key.find(asked.key);
  if (search == rooms_.searches_by_key.end()) {
    if (!desk_.has_room())
      return refuse(asked, {error_code::store_unavailable, {}});
    rooms_.searches_by_key[asked.key].waiters.push_back(asked);
    return search_room(asked.key, title_of(asked), asked.create);
  }
  auto& waiters = search->second.waiters;
  if (std::find(waiters.begin(), waiters.end(), asked) != waiters.end())
    return; // a repeat
  if (waiters.size() >= limits::room_waiters_max)
    return refuse(asked, {error_code::too_many_requests, {}});
  waiters.push_back(asked);
}

void directory::search_room(const room_key& key, const std::string& title, bool create) {
  ask_store(find_room{key, title, create}, store_purpose::search{key});
}

void directory::stored(const store_purpose::search& purpose, const directory_result& result) {
  auto search = rooms_.searches_by_key.extract(purpose.key);
  if (search.empty())
    return;
  const auto& waiters = search.mapped().waiters;
  const auto* found = std::get_if<room_found>(&result);
  if (found == nullptr) {
    const auto* why = std::get_if<error>(&result);
    for (const auto& asked : waiters)
      refuse(asked, why != nullptr ? *why : error{error_code::internal_error, {}});
    return;
  }
  if (found->room) {
    rooms_.add(found->room, purpose.key, found->title);
    for (const auto& asked : waiters)
      add_waiter(found->room, asked);
    return;
  }
  // The first who asked did not want to make it; others may.
  for (const auto& asked : waiters) {
    if (asked.create)
      on(asked);
    else
      refuse(asked, {error_code::no_such_room, {}});
  }
}

void directory::add_waiter(room_id id, const locate_room& asked) {
  auto& room = *rooms_.find(id);
  const auto known = std::find(room.waiters.begin(), room.waiters.end(), asked) != room.waiters.end();
  if (!known && room.waiters.size() >= limits::room_waiters_max)
    return refuse(asked, {error_code::too_many_requests, {}});
  if (!known)
    room.waiters.push_back(asked);
  if (room.place)
    answer_waiters(id);
  else
    open_room(id);
}

void directory::answer_waiters(room_id id) {
  auto* room = rooms_.find(id);
  if (room == nullptr || !room->place)
    return;
  room_opened(id);
  for (const auto& asked : std::exchange(room->waiters, {}))
    tell_session(asked.origin, room_located{asked.origin.name, room->key, room->title,
                                            room_place{id, room->epoch, room->place->node}, std::nullopt});
}

void directory::refuse_waiters(room_id id, const error& why) {
  auto* room = rooms_.find(id);
  quits_by_room_.erase(id); // they are said again
  for (const auto& asked : std::exchange(room->waiters, {}))
    tell_session(asked.origin, room_located{asked.origin.name, room->key, room->title, std::nullopt, why});
  rooms_.forget_if_unused(id);
}

/// The store has forgotten it since it was found there, for want of members. Its name may be another room's by now, or
/// becomes one: who waits is answered by what the store says next.
void directory::room_is_gone(room_id id) {
  auto waiters = std::exchange(rooms_.find(id)->waiters, {});
  quits_by_room_.erase(id);
  rooms_.forget(id);
  for (const auto& asked : waiters)
    on(asked);
}

// -------------------------------------------------------------------------------------------------------- open

void directory::open_room(room_id id) {
  auto* room = rooms_.find(id);
  if (room->opening || std::exchange(room->asking, true))
    return; // under way
  ask_pick(placed_thing::room, id);
}

void directory::room_picked(room_id id, const std::optional<worker_place>& place) {
  auto* room = rooms_.find(id);
  if (room == nullptr)
    return;
  room->asking = false;
  if (room->place)
    return answer_waiters(id); // it was reported open meanwhile
  if (!place)
    return refuse_waiters(id, {error_code::no_worker_node, {}});
  room->opening = place;
  tell(service_at(place->node, entity_kind::room_host), host_room{id, room->key});
}

void directory::on(const room_hosted& told) {
  rooms_to_judge_.insert(told.room);
  auto* room = rooms_.find(told.room);
  const auto asked_for = room != nullptr && room->opening && room->opening->node == told.node;
  if (told.why) {
    if (!asked_for)
      return;
    room->opening.reset();
    room_not_moved(told.room, told.node, *told.why);
    return told.why->code == error_code::no_such_room && !room->place ? room_is_gone(told.room)
                                                                      : refuse_waiters(told.room, *told.why);
  }
  const auto* node = alive_node(view_, told.node);
  if (!asked_for && node == nullptr)
    return; // of a node that is dead, or unheard of
  const auto place = asked_for ? *room->opening : worker_place{told.node, node->incarnation};
  const auto former = room != nullptr ? room->place : std::nullopt;
  if (const auto waits = opened_before_report_.find(told.node); waits != opened_before_report_.end())
    waits->second.insert(told.room);
  if (rooms_.opened({told.room, told.epoch, {}, {}}, place)) {
    touched_[place];
    if (former)
      touched_[*former];
  } else {
    if (asked_for)
      room->opening.reset();
    if (!room->place || room->place->node != told.node) { // a former life of it, which has not heard that it is over
      const auto where = room->place ? room->place->node : node_name{};
      tell(service_at(told.node, entity_kind::room_host), room_announced{told.room, room->epoch, where});
      if (asked_for && !room->place)
        return open_room(told.room);
      if (asked_for)
        room_not_moved(told.room, told.node, {error_code::stale_epoch, {}});
    }
  }
  answer_waiters(told.room);
}

void directory::on(const room_closed& told) {
  const auto* room = rooms_.find(told.room);
  if (room == nullptr)
    return;
  const auto place = room->place;
  if (const auto waits = opened_before_report_.find(told.node); waits != opened_before_report_.end())
    waits->second.erase(told.room);
  if (rooms_.closed(told.room, told.epoch, told.node))
    touched_[*place];
  rooms_.forget_if_unused(told.room);
}

void directory::rooms_not_reported(const worker_place& place, const std::set<room_id>& reported) {
  const auto since = opened_before_report_.extract(place.node);
  for (const auto id : rooms_.at(place)) {
    if (reported.contains(id) || (since && since.mapped().contains(id)))
      continue;
    rooms_.closed(id, rooms_.find(id)->epoch, place.node);
    rooms_.forget_if_unused(id);
  }
}

/// Their members on other nodes wait for them: they are opened again without anybody's asking.
void directory::rooms_of_dead(const worker_place& place) {
  for (const auto id : rooms_.at(place)) {
    rooms_.closed(id, rooms_.find(id)->epoch, place.node);
    open_room(id);
  }
  for (const auto id : rooms_.opening_at(place)) {
    auto& room = *rooms_.find(id);
    room.opening.reset();
    if (!room.place) // else it was to be moved there, and goes on where it is
      open_room(id);
  }
}

// -------------------------------------------------------------------------------------------------------- list

void directory::on(const list_rooms& asked) {
  if (desk_.is_under_way(asked.origin))
    return; // a repeat
  if (!desk_.has_room())
    return refuse(asked, {error_code::store_unavailable, {}});
  const auto limit = std::clamp(asked.limit, 1U, limits::rooms_piece_rows_max);
  ask_store(list_room_rows{asked.after, limit}, store_purpose::listing{asked.origin});
}

void directory::stored(const store_purpose::listing& purpose, const directory_result& result) {
  rooms_listed answer{purpose.origin.name, {}, {}, std::nullopt};
  if (const auto* rows = std::get_if<room_rows>(&result)) {
    answer.rooms = rows->rooms;
    answer.next = rows->next;
  } else {
    const auto* why = std::get_if<error>(&result);
    answer.why = why != nullptr ? *why : error{error_code::internal_error, {}};
  }
  tell_session(purpose.origin, std::move(answer));
}

} // namespace godwit
