#include "actors/rules/directory.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>
#include <utility>

namespace godwit {

directory::directory(directory_config config, instant now)
    : config_(std::move(config)), started_(now), now_(now), desk_(config_.store_wait) {}

// ------------------------------------------------------------------------------------------------------- start

void directory::park_or_refuse(message told) {
  if (parked_.size() < limits::directory_parked_max) {
    parked_.push_back(std::move(told));
    return;
  }
  std::visit([this](const auto& asked) { refuse(asked, {error_code::no_broker_node, {}}); }, told);
}

void directory::settle_if_ready() {
  if (settled_ || !loaded_)
    return;
  const auto all_reported = std::all_of(config_.workers.begin(), config_.workers.end(),
                                        [this](const node_name& node) { return reported_.contains(node); });
  if (!all_reported && now_ - started_ < limits::directory_settles_within)
    return;
  settled_ = true;
  load(*loaded_);
  loaded_.reset();
  for (const auto& told : std::exchange(parked_, {})) {
    std::visit(
      [this](const auto& what) {
        if constexpr (requires { on(what); })
          on(what);
      },
      told);
  }
  watch_proxies();
}

/// Nobody has reported these sessions yet: each waits as if its client had just been lost. A row that is nobody's is of
/// a session that has ended, or was being ended.
void directory::load(const directory_loaded& rows) {
  for (const auto& row : rows.sessions) {
    const auto ends = row.proxy.empty();
    auto& session = sessions_.add(row, ends ? session_phase::ending : session_phase::lost);
    sessions_.set_deadline(row.session, session, ends ? now_ : now_ + config_.resume_timeout);
  }
  for (const auto& row : rows.nicks)
    nicks_.put(row, false);
  people_.forget_unless([this](session_id session) { return sessions_.find(session) != nullptr; });
}

// ------------------------------------------------------------------------------------------------------- time

directory_effects directory::tick(instant now) {
  now_ = now;
  for (auto& again : desk_.ask_due_again(now))
    effects_.emplace_back(std::move(again));
  drain_questions_due();
  settle_if_ready();
  if (settled_) {
    for (const auto id : sessions_.due(now, limits::endings_per_tick_max)) {
      auto& session = *sessions_.find(id);
      if (is_homeless(session))
        sessions_.set_deadline(id, session, now + config_.resume_timeout);
      else
        begin_ending(id);
    }
    delete_ended();
    judge_all_moves_ = true;
    go_on_draining();
    tick_room_orders();
  }
  return finish();
}

directory_effects directory::finish() {
  judge_moves();
  for (auto& [place, counted] : touched_)
    effects_.emplace_back(
      tell_balancer{{place, sessions_.count_at(place), rooms_.count_at(place), std::move(counted)}});
  touched_.clear();
  return std::exchange(effects_, {});
}

// ------------------------------------------------------------------------------------------------------- store

void directory::ask_store(directory_request request, store_purpose::any purpose) {
  effects_.emplace_back(desk_.ask(std::move(request), std::move(purpose)));
}

void directory::on(const store_answered& told) {
  auto asked = desk_.answered(told.ticket);
  if (!asked)
    return; // a repeat
  const auto* why = std::get_if<error>(&told.result);
  const auto at_start = std::holds_alternative<store_purpose::start>(asked->purpose);
  if (why != nullptr && (why->code == error_code::store_unavailable || at_start)) {
    asked = desk_.store_was_away(*std::move(asked), now_);
    if (!asked)
      return;
  }
  std::visit([&](const auto& purpose) { stored(purpose, told.result); }, asked->purpose);
}

void directory::stored(const store_purpose::start&, const directory_result& result) {
  if (const auto* rows = std::get_if<directory_loaded>(&result)) {
    loaded_ = *rows;
    load_drained(rows->drained); // at once: whatever is placed before all worker nodes reported knows of it
    settle_if_ready();
  }
}

// ---------------------------------------------------------------------------------------------------- balancer

void directory::ask_pick(placed_thing what, pick_purpose purpose) {
  const auto ticket = ++last_pick_;
  picks_by_ticket_.emplace(ticket, purpose);
  effects_.emplace_back(ask_balancer{{ticket, what}});
}

void directory::on(const worker_picked& told) {
  const auto row = picks_by_ticket_.extract(told.ticket);
  if (row.empty())
    return;
  if (told.place)
    touched_[*told.place].push_back(told.ticket);
  if (told.place && is_dead(told.place->node, told.place->incarnation)) { // it died while the answer was on its way
    const auto session = std::holds_alternative<session_pick>(row.mapped());
    ask_pick(session ? placed_thing::session : placed_thing::room, row.mapped());
    return;
  }
  if (const auto* session = std::get_if<session_pick>(&row.mapped()))
    session_picked(*session, told.place);
  else
    room_picked(std::get<room_id>(row.mapped()), told.place);
}

// ------------------------------------------------------------------------------------------- the view, the links

bool directory::is_dead(const node_name& node, incarnation life) const {
  return standing_of(view_, node, life) == standing::dead;
}

void directory::on(const membership_view& view) {
  view_ = view;
  auto places = sessions_.places();
  places.merge(rooms_.places());
  for (const auto& place : places) {
    if (!is_dead(place.node, place.incarnation))
      continue;
    for (const auto id : sessions_.at(place))
      session_lost_at_worker(id);
    rooms_of_dead(place);
  }
  if (settled_)
    watch_proxies();
  judge_all_moves_ = true;
  take_early_reports();
}

/// Whatever was sent over this link and not answered may be lost: it is said again.
void directory::on(const link_reset& reset) {
  facts_by_node_[reset.node] = {reset.incarnation, reset.software, reset.pid};
  if (reset.node == config_.self) { // the store stands on this node
    if (!std::exchange(loading_, true))
      ask_store(load_directory{}, store_purpose::start{});
    else
      for (auto& again : desk_.ask_all_again())
        effects_.emplace_back(std::move(again));
  }
  const worker_place place{reset.node, reset.incarnation};
  if ((reset.roles & role_worker) != 0)
    opened_before_report_[reset.node].clear();
  for (const auto id : rooms_.opening_at(place))
    tell(service_at(place.node, entity_kind::room_host), host_room{id, rooms_.find(id)->key});
  for (const auto id : sessions_.at(place)) {
    if (const auto* session = sessions_.find(id); session->phase == session_phase::ending)
      tell_to_end(*session);
  }
  say_moves_again(reset);
  for (auto& [id, session] : sessions_.all()) {
    std::erase_if(session.former_routes, [&](const former_route& route) {
      return route.proxy == reset.node && route.proxy_incarnation != reset.incarnation;
    });
    for (const auto& route : session.former_routes) {
      if (route.proxy == reset.node)
        tell(service_at(route.proxy, entity_kind::edge), route_revoked{id, route.epoch, {error_code::replaced, {}}});
    }
  }
}

// ----------------------------------------------------------------------------------------------------- answers

void directory::tell(address to, message what) { effects_.emplace_back(send{std::move(to), std::move(what)}); }

void directory::tell_session(const request_origin& origin, message what) {
  tell(session_at(origin.reply_to, origin.name.session), std::move(what));
}

void directory::refuse(const place_session& asked, const error& why) {
  tell(service_at(asked.proxy, entity_kind::edge), session_placed{asked.session, {}, {}, {}, false, why});
}
void directory::refuse(const resume_session& asked, const error& why) {
  tell(service_at(asked.proxy, entity_kind::edge), session_placed{asked.session, {}, {}, {}, false, why});
}
void directory::refuse(const claim_nick& asked, const error& why) {
  tell_session(asked.origin, nick_claimed{asked.origin.name, asked.nick, why});
}
void directory::refuse(const find_nick& asked, const error& why) {
  tell_session(asked.origin, nick_found{asked.origin.name, std::nullopt, why});
}
void directory::refuse(const locate_room& asked, const error& why) {
  tell_session(asked.origin, room_located{asked.origin.name, asked.key, {}, std::nullopt, why});
}
void directory::refuse(const ask_people& asked, const error& why) {
  tell_session(asked.origin, people_told{asked.origin.name, {}, {}, {}, why});
}
void directory::refuse(const expel_person& asked, const error& why) {
  tell_session(asked.origin, nick_found{asked.origin.name, std::nullopt, why});
}
void directory::refuse(const list_rooms& asked, const error& why) {
  tell_session(asked.origin, rooms_listed{asked.origin.name, {}, {}, why});
}

} // namespace godwit
