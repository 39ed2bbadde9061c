// What operators' tools order rooms to do: see actors/rules/room_orders.hpp.
#include "actors/rules/directory.hpp"
#include "actors/rules/limits.hpp"
#include "messages/names.hpp"
#include "messages/text.hpp"

#include <algorithm>
#include <utility>

namespace godwit {
namespace {

std::string without_hash(const std::string& typed) { return typed.starts_with('#') ? typed.substr(1) : typed; }

bool is_under_way(const room_order& order) { return order.doing || order.asking || order.deleting; }

/// What one command is enough for; none: it takes several.
std::optional<room_action> only_action(const treat_room& what) {
  if (what.what == room_measure::ban)
    return change_modes{{{true, mask_change{mask_list::bans, what.who}}}};
  if (what.what == room_measure::make_operator)
    return change_modes{{{true, member_change{{}, what.who, member_mode::room_operator}}}};
  return std::nullopt;
}

std::optional<error> why_refused(const treat_room& what) {
  const auto known = {room_measure::ban, room_measure::make_operator, room_measure::clear, room_measure::remove};
  if (std::ranges::find(known, what.what) == known.end())
    return error{error_code::unsupported, {}};
  if (only_action(what) && what.who.empty())
    return error{error_code::request_invalid, "nobody is named"};
  return check_line(what.reason, limits::reason_bytes_max);
}

void take_masks_back(mask_list list, const std::vector<listed_mask>& masks, std::vector<mode_change>& changes) {
  for (const auto& each : masks)
    changes.push_back({false, mask_change{list, each.mask}});
}

} // namespace

std::vector<mode_change> changes_to_new(const room_settings& settings) {
  std::vector<mode_change> changes;
  for (const auto flag : {room_flag::invite_only, room_flag::moderated, room_flag::members_only, room_flag::secret,
                          room_flag::topic_locked})
    if (settings.flags.has(flag) != new_room_flags.has(flag))
      changes.push_back({new_room_flags.has(flag), flag_change{flag}});
  if (!settings.key.empty())
    changes.push_back({false, key_change{}});
  if (settings.limit != 0)
    changes.push_back({false, limit_change{}});
  take_masks_back(mask_list::bans, settings.bans, changes);
  take_masks_back(mask_list::exceptions, settings.exceptions, changes);
  take_masks_back(mask_list::invite_exceptions, settings.invite_exceptions, changes);
  if (changes.size() > limits::mode_changes_max)
    changes.resize(limits::mode_changes_max);
  return changes;
}

// ----------------------------------------------------------------------------------------------------------- begin

void directory::asked_by_admin(const admin_asked& asked, const treat_room& what) {
  const auto key = fold_room(without_hash(what.room));
  if (!key)
    return answer_admin(asked.ticket, key.why());
  if (const auto why = why_refused(what))
    return answer_admin(asked.ticket, *why);
  if (room_orders_.size() >= room_orders_max)
    return answer_admin(asked.ticket, error{error_code::too_many_requests, {}});
  const auto id = rooms_.id_of(*key);
  if (!id && !desk_.has_room())
    return answer_admin(asked.ticket, error{error_code::store_unavailable, {}});
  auto& order = room_orders_[asked.ticket];
  order.what = what;
  order.key = *key;
  order.room = id;
  order.settings_done = what.what == room_measure::remove; // they go with it
  order.give_up_at = now_ + room_order_given_up_after;
  if (id)
    return begin_oldest_order(id);
  ask_store(find_room{*key, *key, false}, store_purpose::ordered_room{asked.ticket});
}

void directory::stored(const store_purpose::ordered_room& purpose, const directory_result& result) {
  const auto order = room_orders_.find(purpose.ticket);
  if (order == room_orders_.end())
    return;
  const auto* found = std::get_if<room_found>(&result);
  const auto* why = std::get_if<error>(&result);
  if (found == nullptr)
    return end_order(purpose.ticket, why != nullptr ? *why : error{error_code::internal_error, {}});
  if (!found->room)
    return end_order(purpose.ticket, error{error_code::no_such_room, order->second.what.room});
  order->second.room = found->room;
  rooms_.add(found->room, order->second.key, found->title);
  begin_oldest_order(found->room);
}

std::map<std::uint64_t, room_order>::iterator directory::oldest_order_of(room_id room) {
  return std::ranges::find_if(room_orders_, [&](const auto& each) { return each.second.room == room; });
}

/// The others wait: the names of what is said to a room must rise.
void directory::begin_oldest_order(room_id room) {
  const auto order = oldest_order_of(room);
  if (order != room_orders_.end() && !is_under_way(order->second))
    go_on_with(order->first, order->second);
}

void directory::end_order(std::uint64_t ticket, admin_result result) {
  const auto ended = room_orders_.extract(ticket);
  answer_admin(ticket, std::move(result));
  if (const auto room = ended.mapped().room)
    begin_oldest_order(room);
}

// ------------------------------------------------------------------------------------------------------ step by step

/// Nothing of it is under way.
void directory::go_on_with(std::uint64_t ticket, room_order& order) {
  if (auto action = only_action(order.what))
    return order_done(ticket, order, std::move(action));
  if (!order.to_kick.empty())
    return order_done(ticket, order, kick_member{order.to_kick.front(), order.what.reason});
  if (!order.settings_done)
    return order_asked(ticket, order, read_settings{});
  order_asked(ticket, order, read_members{});
}

void directory::order_done(std::uint64_t ticket, room_order& order, std::optional<room_action> action) {
  ++order.k;
  order.doing = std::move(action);
  say_order(ticket, order);
}

void directory::order_asked(std::uint64_t ticket, room_order& order, room_question question) {
  ++order.k;
  order.asking = std::move(question);
  say_order(ticket, order);
}

/// To the room where it is now; one that is closed is opened, and told when it is.
void directory::say_order(std::uint64_t ticket, room_order& order) {
  order.say_again_at = now_ + room_order_repeated_after;
  if (rooms_.find(order.room) == nullptr)
    rooms_.add(order.room, order.key, {});
  const auto& room = *rooms_.find(order.room);
  if (!room.place)
    return open_room(order.room);
  const effect_name name{admin_session, ticket, order.k};
  const address to{entity_kind::room, order.room.value, room.place->node};
  if (order.asking)
    return tell(to, room_query{order.room, {name, config_.self}, {}, *order.asking});
  room_command command;
  command.room = order.room;
  command.name = name;
  command.previous = order.previous;
  command.epoch.generation = 1;
  command.reply_to = config_.self;
  command.action = *order.doing;
  command.by_server_operator = true;
  tell(to, std::move(command));
}

room_order* directory::order_called(const effect_name& name) {
  const auto order = name.session == admin_session ? room_orders_.find(name.op) : room_orders_.end();
  return order != room_orders_.end() && order->second.k == name.k ? &order->second : nullptr;
}

void directory::on(const command_answered& told) {
  auto* order = order_called(told.name);
  if (order == nullptr || !order->doing)
    return; // a repeat
  order->give_up_at = now_ + room_order_given_up_after;
  order->doing.reset();
  order->previous = told.name;
  if (only_action(order->what))
    return end_order(told.name.op, told.why ? admin_result{*told.why} : admin_result{admin_done{}});
  const bool has_gone = told.why && told.why->code == error_code::no_such_member; // by itself
  if (told.why && !has_gone)
    return end_order(told.name.op, *told.why);
  if (!order->to_kick.empty())
    order->to_kick.pop_front();
  go_on_with(told.name.op, *order);
}

void directory::on(const command_expected& told) {
  auto* order = order_called(told.refused);
  if (order == nullptr || !order->doing)
    return;
  order->previous = told.last;
  say_order(told.refused.op, *order);
}

/// Its room_host tells the directory, which opens it anew.
void directory::on(const room_not_here& told) {
  if (const auto order = oldest_order_of(told.room); order != room_orders_.end())
    order->second.say_again_at = now_ + limits::store_retry_after;
}

void directory::on(const query_answered& told) {
  auto* order = order_called(told.name);
  if (order == nullptr || !order->asking)
    return;
  order->give_up_at = now_ + room_order_given_up_after;
  order->asking.reset();
  if (const auto* why = std::get_if<error>(&told.answer))
    return end_order(told.name.op, *why);
  if (const auto* read = std::get_if<settings_read>(&told.answer)) {
    auto changes = changes_to_new(read->settings);
    if (!changes.empty())
      return order_done(told.name.op, *order, change_modes{std::move(changes)});
    order->settings_done = true;
  } else if (const auto* members = std::get_if<members_read>(&told.answer)) {
    if (++order->rounds > clear_rounds_max)
      return end_order(told.name.op,
                       error{error_code::too_many_requests, "people come in as fast as they are put out"});
    if (members->members.empty())
      return nobody_is_left(told.name.op, *order);
    auto rows = members->members; // whoever is in charge goes last: else somebody would be put in charge for a moment
    std::ranges::stable_sort(rows, {}, [](const member_row& each) { return rank(each.modes); });
    for (const auto& each : rows)
      order->to_kick.push_back(each.nick);
  }
  go_on_with(told.name.op, *order);
}

// ---------------------------------------------------------------------------------------------------------- delete

void directory::nobody_is_left(std::uint64_t ticket, room_order& order) {
  if (order.what.what != room_measure::remove)
    return end_order(ticket, admin_done{});
  if (!desk_.has_room())
    return end_order(ticket, error{error_code::store_unavailable, "nobody is in it any more, but it is not deleted"});
  order.deleting = true;
  ask_store(delete_room{order.room}, store_purpose::room_deletion{ticket});
}

void directory::stored(const store_purpose::room_deletion& purpose, const directory_result& result) {
  const auto found = room_orders_.find(purpose.ticket);
  if (found == room_orders_.end())
    return;
  auto& order = found->second;
  order.deleting = false;
  if (const auto* why = std::get_if<error>(&result))
    return end_order(purpose.ticket, *why);
  if (std::holds_alternative<room_found>(result)) // somebody came in
    return order_asked(purpose.ticket, order, read_members{});
  const auto room = order.room;
  answer_admin(purpose.ticket, admin_done{});
  room_orders_.erase(found);
  std::vector<std::uint64_t> others;
  for (const auto& [ticket, other] : room_orders_)
    if (other.room == room)
      others.push_back(ticket);
  for (const auto ticket : others) {
    answer_admin(ticket, error{error_code::no_such_room, {}});
    room_orders_.erase(ticket);
  }
  close_deleted(room);
}

/// Its actor would learn from the store at its next append that it is over; until then it would be offered as a room.
/// Who waits for it is answered by what the store says next: its key is nobody's, or another room's.
void directory::close_deleted(room_id id) {
  const auto* room = rooms_.find(id);
  if (room == nullptr)
    return;
  if (room->place)
    tell(service_at(room->place->node, entity_kind::room_host), room_announced{id, room->epoch + 1, {}});
  rooms_to_judge_.insert(id);
  room_is_gone(id);
}

// ------------------------------------------------------------------------------------------------------------ time

void directory::tick_room_orders() {
  std::vector<std::uint64_t> tickets;
  for (const auto& [ticket, order] : room_orders_)
    tickets.push_back(ticket);
  for (const auto ticket : tickets) {
    const auto found = room_orders_.find(ticket);
    if (found == room_orders_.end())
      continue;
    auto& order = found->second;
    if (order.deleting)
      continue; // the desk gives up by itself
    if (now_ >= order.give_up_at)
      end_order(ticket,
                error{error_code::store_unavailable,
                      is_under_way(order) ? "the room does not answer; a part may be done" : "the room is not found"});
    else if (is_under_way(order) && now_ >= order.say_again_at)
      say_order(ticket, order);
  }
}

/// It may have been opened for this.
void directory::say_orders_of(room_id room) {
  const auto order = oldest_order_of(room);
  if (order != room_orders_.end() && (order->second.doing || order->second.asking))
    order->second.say_again_at = now_;
}

} // namespace godwit
