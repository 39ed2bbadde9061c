// How the directory moves sessions and rooms between living worker nodes, at an operator's word and in a drain. The
// states stand in move_table.hpp.
#include "actors/rules/directory.hpp"
#include "actors/rules/limits.hpp"
#include "messages/names.hpp"

#include <algorithm>

namespace godwit {

namespace {

error move_failed(std::string why) { return {error_code::move_failed, std::move(why)}; }

/// The one with the fewest, those on their way to it counted.
template <class Moves>
std::size_t coming_to(const worker_place& place, const Moves& moves) {
  return static_cast<std::size_t>(
    std::count_if(moves.begin(), moves.end(), [&](const auto& each) { return each.second.to == place; }));
}

template <class Moves>
std::size_t for_drains(const Moves& moves) {
  return static_cast<std::size_t>(
    std::count_if(moves.begin(), moves.end(), [](const auto& each) { return each.second.for_drain; }));
}

template <class Move>
Move begun(const worker_place& from, const worker_place& to, std::uint64_t ticket, instant now) {
  Move move;
  move.from = from;
  move.to = to;
  move.ordered_at = now;
  move.until = now + limits::move_given_up_after;
  move.for_drain = ticket == 0;
  if (ticket != 0)
    move.tickets.push_back(ticket);
  return move;
}

} // namespace

// -------------------------------------------------------------------------------------------------- what is meant

result<worker_place> directory::target_named(const node_name& node) const {
  const auto* life = alive_node(view_, node);
  if (life == nullptr || !is_worker(*life))
    return error{error_code::no_such_node, node};
  if (is_drained(node))
    return move_failed(node + " is drained; undrain it first");
  return worker_place{life->name, life->incarnation};
}

bool directory::is_stuck(const held_session& session) const {
  return session.row.proxy.empty() || is_dead(session.row.proxy, session.row.proxy_incarnation);
}

bool directory::is_silent(const node_name& proxy) const {
  const auto row = silent_proxies_.find(proxy);
  return row != silent_proxies_.end() && now_ < row->second.quiet_until;
}

void directory::note_missed(const node_name& proxy) {
  auto& row = silent_proxies_[proxy];
  if (++row.missed >= limits::proxy_is_silent_after)
    row.quiet_until = now_ + limits::move_given_up_after;
}

std::optional<error> directory::why_not_moved(const held_session& session) const {
  if (session.phase == session_phase::ending)
    return error{error_code::no_such_session, "it is being ended"};
  if (session.phase != session_phase::hosted || !session.worker)
    return move_failed("it is on its way to a worker node; try again");
  if (is_stuck(session))
    return move_failed("its proxy node is gone, and it waits for its client");
  return std::nullopt;
}

// -------------------------------------------------------------------------------------------------- at a word

/// The same order again has the same answer; another one is refused as long as the first is under way.
template <class Moves, class Id>
bool directory::joins_move(Moves& moves, Id id, const worker_place& to, std::uint64_t ticket) {
  const auto found = moves.find(id);
  if (found == moves.end())
    return false;
  auto& tickets = found->second.tickets;
  if (found->second.to != to)
    answer_admin(ticket, move_failed("it is on its way to " + found->second.to.node));
  else if (tickets.size() >= limits::move_questions_max)
    answer_admin(ticket, error{error_code::too_many_requests, {}});
  else
    tickets.push_back(ticket);
  return true;
}

void directory::asked_by_admin(const admin_asked& asked, const migrate_session& what) {
  const auto to = target_named(what.to);
  if (!to)
    return answer_admin(asked.ticket, to.why());
  const auto id = session_named(what.who);
  if (!id)
    return answer_admin(asked.ticket, id.why());
  if (joins_move(session_moves_, *id, *to, asked.ticket))
    return;
  const auto& session = *sessions_.find(*id);
  if (const auto why = why_not_moved(session))
    return answer_admin(asked.ticket, *why);
  if (session.worker == *to)
    return answer_admin(asked.ticket, migrated{to->node, 0});
  if (session_moves_.size() >= limits::drained_sessions_in_flight_max + limits::moves_by_hand_max)
    return answer_admin(asked.ticket, error{error_code::too_many_requests, {}});
  order_move(*id, session, *to, asked.ticket);
}

void directory::asked_by_admin(const admin_asked& asked, const migrate_room& what) {
  const auto to = target_named(what.to);
  if (!to)
    return answer_admin(asked.ticket, to.why());
  const auto key = fold_room(what.room.starts_with('#') ? what.room.substr(1) : what.room);
  const auto id = key ? rooms_.id_of(*key) : room_id{};
  const auto* room = rooms_.find(id);
  if (room == nullptr)
    return answer_admin(asked.ticket, error{error_code::no_such_room, what.room});
  if (joins_move(room_moves_, id, *to, asked.ticket))
    return;
  if (!room->place)
    return answer_admin(asked.ticket, move_failed("it is not open"));
  if (room->place == *to)
    return answer_admin(asked.ticket, migrated{to->node, 0});
  if (room_moves_.size() >= limits::drained_rooms_in_flight_max + limits::moves_by_hand_max)
    return answer_admin(asked.ticket, error{error_code::too_many_requests, {}});
  order_move(id, *room, *to, asked.ticket);
}

// -------------------------------------------------------------------------------------------------- under way

void directory::order_move(session_id id, const held_session& session, const worker_place& to, std::uint64_t ticket) {
  auto move = begun<session_move>(*session.worker, to, ticket, now_);
  move.epoch = session.epoch;
  tell_route_to_move(id, session_moves_.insert_or_assign(id, std::move(move)).first->second);
}

void directory::tell_route_to_move(session_id id, const session_move& move) {
  const auto* session = sessions_.find(id);
  tell(service_at(session->row.proxy, entity_kind::edge),
       godwit::move_session{id, move.epoch, move.to.node, move.to.incarnation});
}

/// Whoever opens it raises its epoch in the store, which is the switch: the former owner can log nothing any more from
/// then on, and hears at once by the announcement that it is over. Until then who asks is told where it still is.
void directory::order_move(room_id id, const room_table::room& room, const worker_place& to, std::uint64_t ticket) {
  auto move = begun<room_move>(*room.place, to, ticket, now_);
  move.epoch = room.epoch;
  room_moves_.insert_or_assign(id, std::move(move));
  rooms_.find(id)->opening = to;
  tell(service_at(to.node, entity_kind::room_host), host_room{id, room.key});
}

/// Rooms are said again by `opening_at`.
void directory::say_moves_again(const link_reset& reset) {
  for (const auto& [id, move] : session_moves_) {
    const auto* session = sessions_.find(id);
    if (session != nullptr && (session->row.proxy == reset.node || move.to.node == reset.node))
      tell_route_to_move(id, move);
  }
  judge_all_moves_ = true;
  silent_proxies_.erase(reset.node);
}

/// Nothing while it is under way.
std::optional<error> directory::verdict(session_id id, const session_move& move, bool& moved) {
  const auto* session = sessions_.find(id);
  if (session == nullptr || session->phase == session_phase::ending)
    return error{error_code::no_such_session, "it has ended"};
  if (session->epoch.generation != move.epoch.generation)
    return move_failed("it was resumed at another proxy node");
  if (session->phase == session_phase::hosted && session->epoch > move.epoch) {
    moved = session->worker == move.to;
    silent_proxies_.erase(session->row.proxy);
    return moved ? std::nullopt : std::optional{move_failed("it went to " + session->worker->node)};
  }
  if (is_dead(move.to.node, move.to.incarnation))
    return move_failed(move.to.node + " died");
  if (is_stuck(*session))
    return move_failed("its proxy node is gone");
  if (now_ >= move.until) {
    note_missed(session->row.proxy);
    return move_failed("nobody has said in time that it is done");
  }
  return std::nullopt;
}

std::optional<error> directory::verdict(room_id id, const room_move& move, bool& moved) {
  const auto* room = rooms_.find(id);
  if (room == nullptr)
    return error{error_code::no_such_room, "it was closed"};
  if (room->place == move.to && room->epoch > move.epoch) {
    moved = true;
    return std::nullopt;
  }
  if (is_dead(move.to.node, move.to.incarnation))
    return move_failed(move.to.node + " died");
  if (now_ >= move.until)
    return move_failed(move.to.node + " has not opened it in time");
  return std::nullopt;
}

template <class Moves, class Ids>
bool directory::judge(Moves& moves, Ids& touched) {
  if (judge_all_moves_)
    for (const auto& [id, move] : moves)
      touched.insert(id);
  bool any_over = false;
  for (const auto id : std::exchange(touched, {})) {
    const auto found = moves.find(id);
    if (found == moves.end())
      continue;
    bool moved = false;
    const auto why = verdict(id, found->second, moved);
    if (!moved && !why)
      continue;
    const auto move = std::move(found->second);
    moves.erase(found);
    any_over = true;
    constexpr bool is_session = std::is_same_v<decltype(id), const session_id>;
    if constexpr (!is_session) {
      auto* room = rooms_.find(id);
      if (room != nullptr && room->place && room->opening == move.to)
        room->opening.reset(); // else somebody waits for it to be opened there
    }
    move_over(move, is_session, why);
  }
  return any_over;
}

void directory::judge_moves() {
  if (session_moves_.empty() && room_moves_.empty()) {
    sessions_to_judge_.clear();
    rooms_to_judge_.clear();
    judge_all_moves_ = false;
    return;
  }
  const bool sessions_over = judge(session_moves_, sessions_to_judge_);
  const bool rooms_over = judge(room_moves_, rooms_to_judge_);
  judge_all_moves_ = false;
  if (sessions_over || rooms_over)
    go_on_draining();
}

/// It could not be opened at the target. It goes on where it is: if the store has fenced it all the same, its host has
/// it opened again as soon as somebody speaks there.
void directory::room_not_moved(room_id id, const node_name& by, const error& why) {
  const auto found = room_moves_.find(id);
  if (found == room_moves_.end() || found->second.to.node != by)
    return;
  const auto move = std::move(found->second);
  room_moves_.erase(found);
  move_over(move, false, move_failed(move.to.node + " could not open it: " + std::string{sentence_of(why.code)}));
}

void directory::move_over(const planned_move& move, bool is_session, const std::optional<error>& why) {
  if (const auto drained = drained_.find(move.from.node); drained != drained_.end()) {
    auto& row = drained->second;
    if (why && !is_session)
      row.rooms_rest_until = now_ + limits::drain_rests_after_failure;
    else if (!why)
      ++(is_session ? row.sessions_moved : row.rooms_moved);
  }
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(now_ - move.ordered_at);
  for (const auto ticket : move.tickets) {
    if (why)
      answer_admin(ticket, *why);
    else
      answer_admin(ticket, migrated{move.to.node, static_cast<std::uint64_t>(std::max<std::int64_t>(1, took.count()))});
  }
}

// -------------------------------------------------------------------------------------------------- drained nodes

bool directory::is_drained(const node_name& node) const {
  const auto row = drained_.find(node);
  return row != drained_.end() && row->second.stored;
}

void directory::load_drained(const std::vector<node_name>& nodes) {
  for (const auto& node : nodes)
    drained_[node].wanted = drained_[node].stored = true;
  if (!nodes.empty())
    tell_drained_nodes();
}

void directory::tell_drained_nodes() {
  drained_workers told;
  for (const auto& [node, row] : drained_)
    if (row.stored)
      told.nodes.insert(node);
  effects_.emplace_back(tell_drained{std::move(told)});
}

void directory::asked_by_admin(const admin_asked& asked, const drain_node& what) {
  const auto* life = alive_node(view_, what.node);
  if (!drained_.contains(what.node) && (life == nullptr || !is_worker(*life)))
    return answer_admin(asked.ticket, error{error_code::no_such_node, what.node});
  change_drain(asked.ticket, what.node, true);
}

void directory::asked_by_admin(const admin_asked& asked, const undrain_node& what) {
  const auto& workers = config_.workers;
  if (!drained_.contains(what.node) && std::find(workers.begin(), workers.end(), what.node) == workers.end())
    return answer_admin(asked.ticket, error{error_code::no_such_node, what.node});
  change_drain(asked.ticket, what.node, false);
}

void directory::asked_by_admin(const admin_asked& asked, const show_drain& what) {
  const auto& workers = config_.workers;
  if (!drained_.contains(what.node) && std::find(workers.begin(), workers.end(), what.node) == workers.end())
    return answer_admin(asked.ticket, error{error_code::no_such_node, what.node});
  answer_admin(asked.ticket, progress_of(what.node));
}

void directory::change_drain(std::uint64_t ticket, const node_name& node, bool drained) {
  auto& row = drained_[node];
  if (row.questions.size() >= limits::move_questions_max)
    return answer_admin(ticket, error{error_code::too_many_requests, {}});
  row.wanted = drained;
  row.questions.push_back({ticket, drained, now_});
  if (!row.asking)
    store_drain(node, row);
}

/// One request at a time, so that none that is said again overtakes a later one.
void directory::store_drain(const node_name& node, drained_node& row) {
  if (row.wanted == row.stored)
    return answer_drain_questions(node);
  row.asking = row.wanted;
  ask_store(mark_drained{node, row.wanted}, store_purpose::drain{node});
}

void directory::stored(const store_purpose::drain& purpose, const directory_result& result) {
  const auto found = drained_.find(purpose.node);
  if (found == drained_.end() || !found->second.asking)
    return;
  auto& row = found->second;
  const auto asked = *std::exchange(row.asking, std::nullopt);
  if (const auto* why = std::get_if<error>(&result)) {
    row.wanted = row.stored;
    for (const auto& question : std::exchange(row.questions, {}))
      answer_admin(question.ticket, *why);
    if (!row.stored)
      drained_.erase(found);
    return;
  }
  if (asked != row.stored)
    row.sessions_moved = row.rooms_moved = 0;
  row.stored = asked;
  tell_drained_nodes();
  store_drain(purpose.node, row);
  go_on_draining();
}

/// All of them: what they asked for holds, or was taken back since.
void directory::answer_drain_questions(const node_name& node) {
  const auto found = drained_.find(node);
  for (const auto& question : std::exchange(found->second.questions, {}))
    answer_admin(question.ticket, progress_of(node));
  if (!found->second.stored)
    drained_.erase(found);
}

/// The store is away: the order stands, whoever gave it waits no longer.
void directory::drain_questions_due() {
  for (auto& [node, row] : drained_) {
    std::vector<drained_node::question> waiting;
    for (const auto& question : std::exchange(row.questions, {})) {
      if (now_ - question.asked_at < config_.store_wait)
        waiting.push_back(question);
      else
        answer_admin(question.ticket, error{error_code::store_unavailable, "it is done when the store is back"});
    }
    row.questions = std::move(waiting);
  }
}

// -------------------------------------------------------------------------------------------------- the drain itself

/// Whoever has the fewest of those that take something, so that they stay even. None: only drained nodes are left, and
/// such as have to prove first that they live.
std::optional<worker_place> directory::taker(placed_thing what) const {
  std::optional<worker_place> best;
  std::size_t fewest = 0;
  for (const auto& node : view_.nodes) {
    if (!is_worker(node) || node.state != node_state::alive || node.share == 0 || is_drained(node.name))
      continue;
    const worker_place place{node.name, node.incarnation};
    const auto count = what == placed_thing::session ? sessions_.count_at(place) + coming_to(place, session_moves_)
                                                     : rooms_.count_at(place) + coming_to(place, room_moves_);
    if (!best || count < fewest) {
      best = place;
      fewest = count;
    }
  }
  return best;
}

void directory::go_on_draining() {
  if (!settled_)
    return;
  for (auto& [node, row] : drained_) {
    const auto* life = alive_node(view_, node);
    if (!row.stored || life == nullptr)
      continue;
    const worker_place place{life->name, life->incarnation};
    if (now_ >= row.rooms_rest_until)
      move_rooms_off(place);
    move_sessions_off(place, row);
  }
}

void directory::move_sessions_off(const worker_place& place, drained_node& row) {
  auto under_way = for_drains(session_moves_);
  for (std::size_t looks = 0; looks != limits::drain_looks_max; ++looks) {
    if (under_way >= limits::drained_sessions_in_flight_max)
      return;
    const auto id = sessions_.next_at(place, row.looked_at);
    row.looked_at = id.value_or(session_id{}); // from the beginning when this is called again
    if (!id)
      return;
    const auto& session = *sessions_.find(*id);
    if (is_silent(session.row.proxy) || session_moves_.contains(*id) || why_not_moved(session))
      continue;
    const auto to = taker(placed_thing::session);
    if (!to) {
      row.looked_at = {};
      return;
    }
    order_move(*id, session, *to, 0);
    ++under_way;
  }
}

void directory::move_rooms_off(const worker_place& place) {
  auto under_way = for_drains(room_moves_);
  for (const auto id : rooms_.at(place)) {
    if (under_way >= limits::drained_rooms_in_flight_max)
      return;
    const auto& room = *rooms_.find(id);
    if (room_moves_.contains(id) || room.opening || room.asking)
      continue;
    const auto to = taker(placed_thing::room);
    if (!to)
      return;
    order_move(id, room, *to, 0);
    ++under_way;
  }
}

// -------------------------------------------------------------------------------------------------- how far it is

drain_progress directory::progress_of(const node_name& node) {
  drain_progress told;
  told.node = node;
  told.draining = is_drained(node);
  if (const auto row = drained_.find(node); row != drained_.end()) {
    told.sessions_moved = row->second.sessions_moved;
    told.rooms_moved = row->second.rooms_moved;
  }
  const auto* life = alive_node(view_, node);
  if (life != nullptr) {
    const worker_place place{life->name, life->incarnation};
    told.sessions_left = sessions_.count_at(place);
    told.rooms_left = rooms_.count_at(place);
    for (const auto id : sessions_.at(place))
      told.stuck += is_stuck(*sessions_.find(id)) ? 1 : 0;
  }
  if (told.draining)
    told.waits_for = what_drain_waits_for(told);
  return told;
}

std::string directory::what_drain_waits_for(const drain_progress& progress) const {
  if (progress.sessions_left == 0 && progress.rooms_left == 0)
    return {};
  const auto movable = progress.sessions_left - progress.stuck + progress.rooms_left;
  if (movable != 0 && !taker(placed_thing::session))
    return "No other worker node takes what is there; it moves as soon as one is started or undrained.";
  if (movable == 0)
    return "The sessions left have lost their proxy node: they wait for their clients, or for their end.";
  return {};
}

} // namespace godwit
