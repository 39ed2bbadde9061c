#include "nodes/edge/route_table.hpp"

#include "nodes/edge/secrets.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>

namespace godwit {

route_table::route_table(const route_settings& settings, edge_upstream& upstream)
    : settings_(settings), upstream_(upstream), opening_(settings.opening_timeout), detached_(settings.resume_timeout) {
}

route_table::entry::~entry() { cleanse(seed.data(), seed.size()); }

void route_table::enter(connection_context& context) {
  context_ = &context;
  context_->counters.routes.add(routes_.size());
  if (const auto due = next_deadline())
    context_->note_due(*due);
}

void route_table::leave() {
  context_->counters.routes.sub(routes_.size());
  context_ = nullptr;
}

std::vector<std::shared_ptr<connection>> route_table::clients() const {
  std::vector<std::shared_ptr<connection>> found;
  for (const auto& [session, at] : routes_)
    if (at.client)
      found.push_back(at.client);
  for (const auto& [session, waits] : waiting_)
    if (auto client = waits.lock(); client && client->where() == connection::phase::waiting)
      found.push_back(std::move(client));
  return found;
}

// ------------------------------------------------------------------------------------------------ one route's turn

template <class Decide>
bool route_table::with(session_id session, Decide&& decide) {
  const auto found = routes_.find(session);
  if (found == routes_.end())
    return false;
  decide(found->second.rules);
  perform_all(found);
  return true;
}

/// A route that is forgotten meanwhile leaves the others where they are.
template <class Decide>
void route_table::with_each(Decide&& decide) {
  for (auto it = routes_.begin(); it != routes_.end();) {
    const auto current = it++;
    decide(current->second.rules);
    perform_all(current);
  }
}

void route_table::perform_all(routes::iterator where) {
  auto& at = where->second;
  for (auto& effect : effects_)
    std::visit([&](auto& what) { perform(at, what); }, effect);
  effects_.clear();
  const auto session = where->first;
  const bool forgotten = std::exchange(forgotten_, false);
  const bool opened = at.opening && (forgotten || !at.rules.opening());
  if (forgotten) {
    routes_.erase(where);
    context_->counters.routes.sub();
    context_->totals.routes.fetch_sub(1, std::memory_order_relaxed);
  } else {
    at.opening = at.rules.opening();
    note_deadline(at);
  }
  if (opened && !waiting_.empty())
    free_waiting(session);
}

void route_table::note_deadline(entry& at) {
  note_move_deadline(at);
  const auto deadline = at.rules.deadline();
  if (deadline == at.noted_deadline)
    return;
  at.noted_deadline = deadline;
  if (!deadline)
    return;
  auto& queue = at.rules.opening() ? opening_ : detached_;
  queue.set(context_->now, at.rules.session());
  context_->note_due(context_->now + queue.span());
}

void route_table::note_move_deadline(entry& at) {
  const auto deadline = at.rules.move_deadline();
  if (deadline == at.noted_move_deadline)
    return;
  at.noted_move_deadline = deadline;
  if (!deadline)
    return;
  moving_.set(context_->now, at.rules.session());
  context_->note_due(context_->now + moving_.span());
}

void route_table::free_waiting(session_id session) {
  const auto [first, last] = waiting_.equal_range(session);
  for (auto it = first; it != last; ++it)
    if (auto client = it->second.lock())
      context_->to_ask_again.push_back(std::move(client));
  waiting_.erase(first, last);
}

// --------------------------------------------------------------------------------------------------- from clients

void route_table::open(const std::shared_ptr<connection>& client) { open(client, route::opening_kind::new_session); }

void route_table::open(const std::shared_ptr<connection>& client, route::opening_kind kind) {
  token_seed seed{};
  const auto chain = fill_randomly(seed) ? chain_of(seed) : std::nullopt;
  if (!chain)
    return client->refuse({error_code::internal_error, {}});
  auto& claim = client->asked->claim;
  if (kind == route::opening_kind::new_session)
    claim.token = {*chain, 0};
  else
    claim.next_chain = *chain;
  asking_ = client;
  const auto session = claim.session;
  const auto [where, inserted] =
    routes_.try_emplace(session, route(settings_, kind, claim, context_->now, effects_), seed);
  cleanse(seed.data(), seed.size());
  context_->counters.routes.add(inserted ? 1 : 0);
  context_->totals.routes.fetch_add(inserted ? 1 : 0, std::memory_order_relaxed);
  perform_all(where);
  asking_.reset();
  if (client->asked && !client->asked->first_line.empty())
    client_sent(*client, std::exchange(client->asked->first_line, {}));
}

void route_table::resume(const std::shared_ptr<connection>& client) {
  const auto session = client->asked->claim.session;
  auto verdict = resume_verdict::taken;
  asking_ = client;
  const bool known =
    with(session, [&](route& rules) { verdict = rules.resume(client->asked->claim, context_->now, effects_); });
  asking_.reset();
  if (!known || verdict == resume_verdict::anew) {
    if (client->paused())
      context_->to_go_on.push_back(client);
    return open(client, route::opening_kind::resumed_session);
  }
  switch (verdict) {
  case resume_verdict::anew: break; // done above
  case resume_verdict::taken:
    if (client->paused()) // it had to wait
      context_->to_go_on.push_back(client);
    break;
  case resume_verdict::refused: client->refuse({error_code::resume_refused, {}}); break;
  case resume_verdict::ended: client->refuse({error_code::session_ended, {}}); break;
  case resume_verdict::wait:
    client->pause();
    waiting_.emplace(session, client);
    break;
  }
}

route_table::entry* route_table::of_client(connection& which) {
  const auto found = routes_.find(which.session);
  return found != routes_.end() && found->second.client.get() == &which ? &found->second : nullptr;
}

void route_table::client_sent(connection& from, std::string_view frame) {
  if (of_client(from) == nullptr)
    return;
  context_->counters.frames_in.add();
  auto bytes = std::make_shared<const std::string>(frame);
  with(from.session, [&](route& rules) { rules.client_sent(std::move(bytes), effects_); });
}

void route_table::client_has_token(connection& from) {
  if (of_client(from) != nullptr)
    with(from.session, [&](route& rules) { rules.client_has_token(effects_); });
}

void route_table::client_lost(connection& which) {
  auto* at = of_client(which);
  if (at == nullptr)
    return;
  at->client.reset();
  with(which.session, [&](route& rules) { rules.client_lost(context_->now, effects_); });
}

void route_table::client_drained(connection& which) {
  if (of_client(which) != nullptr)
    with(which.session, [&](route& rules) { rules.client_drained(effects_); });
}

// --------------------------------------------------------------------------------------------------- from the node

void route_table::receive(message& what) {
  bool known = true;
  if (auto* placed = std::get_if<session_placed>(&what)) {
    known = with(placed->session, [&](route& rules) { rules.placed(*placed, context_->now, effects_); });
    with(placed->session, [&](route& rules) { rules.follow(view_, effects_); }); // it may have died meanwhile
  } else if (auto* refused = std::get_if<attach_refused>(&what)) {
    known = with(refused->session, [&](route& rules) { rules.attach_refused(*refused, effects_); });
  } else if (auto* revoked = std::get_if<route_revoked>(&what)) {
    known = with(revoked->session, [&](route& rules) { rules.revoked(*revoked, effects_); });
  } else if (auto* moves = std::get_if<move_session>(&what)) {
    const bool may_go = standing_of(view_, moves->worker, moves->worker_incarnation) != standing::dead;
    known = with(moves->session, [&](route& rules) { rules.move(*moves, may_go, context_->now, effects_); });
  }
  if (!known)
    context_->counters.drops.add();
  begin_attaches();
}

void route_table::take(edge_item& what) {
  const auto session = std::visit([](const auto& item) { return item.session; }, what);
  const auto found = routes_.find(session);
  if (found == routes_.end())
    return context_->counters.drops.add();
  auto& at = found->second;
  if (auto* event = std::get_if<delivery>(&what)) {
    if (at.rules.accept(*event) && at.client)
      at.client->write(std::move(event->payload));
    else
      context_->counters.drops.add();
    return;
  }
  at.rules.output(std::move(std::get<session_output>(what)), effects_);
  perform_all(found);
  begin_attaches();
}

void route_table::link_reset(const godwit::link_reset& what) {
  with_each([&](route& rules) { rules.link_reset(what, view_, effects_); });
  begin_attaches();
}

void route_table::begin_attaches() {
  while (const auto session = attaches_.next())
    with(*session, [&](route& rules) {
      rules.attach_now(effects_);
      if (!effects_.empty())
        attaches_.begun(rules.worker(), *session, rules.attach_weight(), context_->now);
    });
  if (const auto due = attaches_.deadline())
    context_->note_due(*due);
}

void route_table::view(const membership_view& what) {
  if (what.by == view_.by && what.number <= view_.number)
    return;
  view_ = what;
  with_each([&](route& rules) { rules.follow(view_, effects_); });
  begin_attaches();
}

std::optional<steady_time> route_table::next_deadline() const {
  std::optional<steady_time> first;
  for (const auto& next : {opening_.next(), detached_.next(), moving_.next(), attaches_.deadline()})
    if (next && (!first || *next < *first))
      first = next;
  return first;
}

void route_table::tick() {
  for (auto* queue : {&opening_, &detached_, &moving_})
    while (const auto session = queue->take(context_->now))
      with(*session, [&](route& rules) { rules.tick(context_->now, effects_); });
  attaches_.tick(context_->now);
  begin_attaches();
}

void route_table::clear() {
  context_->counters.routes.sub(routes_.size());
  context_->totals.routes.fetch_sub(routes_.size(), std::memory_order_relaxed);
  routes_.clear();
  waiting_.clear();
}

// --------------------------------------------------------------------------------------------------------- effects

void route_table::perform(entry&, send& what) { upstream_.send(what.to, std::move(what.what)); }

void route_table::perform(entry& at, write_to_client& what) {
  if (!at.client || !what.frame || what.frame->empty())
    return;
  const auto bytes = what.frame->size();
  at.client->write(std::move(what.frame));
  at.client->charge_answer(bytes);
}

void route_table::perform(entry& at, const take_client&) {
  at.client = asking_;
  at.client->session = at.rules.session();
}

void route_table::perform(entry& at, const greet_client& what) {
  if (!at.client || !at.client->asked)
    return;
  if (at.client->wire().spoken() == protocol::irc) { // it is greeted by its session
    at.client->set_phase(connection::phase::serving);
    at.client->asked.reset();
    return;
  }
  const auto& config = context_->config;
  control::server_hello hello;
  hello.session = at.rules.session();
  if (auto token = token_of(at.seed, what.token_number)) {
    hello.token = *token;
    cleanse(token->data(), token->size());
  } else {
    return at.client->refuse({error_code::internal_error, {}});
  }
  hello.resumed = what.resumed;
  hello.resume_timeout_ms = static_cast<std::uint32_t>(config.resume_timeout.count());
  const auto time = std::chrono::system_clock::now().time_since_epoch();
  hello.server_time_us = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
  hello.frame_bytes_max = static_cast<std::uint32_t>(config.frame_bytes_max);
  hello.alternatives = config.alternatives;
  hello.idle_ping_after_ms = static_cast<std::uint32_t>(config.idle_ping_after.count());
  hello.node = config.node;
  at.client->write(std::make_shared<const std::string>(control::encode(control::server_control{hello})));
  if (what.resumed) // its answer shows that the new token has arrived
    at.client->write(std::make_shared<const std::string>(
      control::encode(control::server_control{control::ping{limits::greeting_ping}})));
  at.client->set_phase(connection::phase::serving);
  context_->counters.resumed.add(what.resumed ? 1 : 0);
  spdlog::debug("session {:x} of {} ({}) {} on {}", hello.session.value, at.client->peer(),
                at.client->asked->client_name, what.resumed ? "goes on" : "begins", at.rules.worker());
  cleanse(hello.token.data(), hello.token.size());
  at.client->asked.reset();
}

void route_table::perform(entry& at, const report_when_drained&) {
  if (at.client && at.client->half_empty())
    context_->owner.on_drained(*at.client);
}

void route_table::perform(entry& at, const stop_reading&) {
  if (at.client)
    at.client->pause();
}

void route_table::perform(entry& at, const continue_reading&) {
  if (at.client && at.client->paused())
    context_->to_go_on.push_back(at.client);
}

void route_table::perform(entry& at, const charge_client& what) {
  if (at.client)
    at.client->charge(what.cost);
}

void route_table::perform(entry& at, const attach_in_turn&) { attaches_.wanted(at.rules.worker(), at.rules.session()); }

void route_table::perform(entry& at, const attach_answered&) { attaches_.done(at.rules.session()); }

void route_table::perform(entry& at, const close_client& what) {
  if (auto client = std::exchange(at.client, nullptr)) {
    client->session = {};
    client->refuse(what.why);
  }
}

void route_table::perform(entry& at, const forget_route&) {
  attaches_.done(at.rules.session());
  forgotten_ = true;
}

} // namespace godwit
