#include "tests/sim/edge.hpp"

#include "messages/overloaded.hpp"
#include "tests/sim/describe.hpp"
#include "tests/sim/witness.hpp"

#include <algorithm>
#include <utility>

namespace godwit::sim {

using namespace std::chrono_literals;

namespace {

token_hash chain_of(std::uint64_t seed) {
  token_hash chain{};
  chance drawn(seed);
  for (auto& byte : chain)
    byte = static_cast<std::uint8_t>(drawn.next());
  return chain;
}

control::resume_token token_of(std::uint64_t seed, std::uint32_t number) {
  control::resume_token token{};
  for (std::size_t i = 0; i != 8; ++i)
    token[i] = static_cast<std::uint8_t>(seed >> (8 * i));
  for (std::size_t i = 0; i != 4; ++i)
    token[8 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  return token;
}

token_name name_of(const control::resume_token& token) {
  std::uint64_t seed = 0;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i != 8; ++i)
    seed |= std::uint64_t{token[i]} << (8 * i);
  for (std::size_t i = 0; i != 4; ++i)
    number |= std::uint32_t{token[8 + i]} << (8 * i);
  return {chain_of(seed), number};
}

identity_hash identity_of(const std::string& secret) {
  identity_hash hash{};
  std::copy_n(secret.begin(), std::min(secret.size(), hash.size()), hash.begin());
  return hash;
}

} // namespace

edge::edge(node& home) : entity(home, entity_kind::edge, 0) {
  const auto& times = home.around().plan.times;
  settings_.proxy = home.self();
  settings_.proxy_incarnation = home.life();
  settings_.resume_timeout = times.resume_timeout;
  settings_.opening_timeout = times.opening_timeout;
}

void edge::killed() {
  for (const auto& each : std::exchange(calls_, {}))
    each->proxy_died();
}

// -------------------------------------------------------------------------------------------------- from the clients

void edge::called(const std::shared_ptr<call>& by) { calls_.push_back(by); }

void edge::forget(const std::shared_ptr<call>& which) { std::erase(calls_, which); }

void edge::told(const std::shared_ptr<call>& from, to_server what) {
  mail([this, from, what = std::move(what)]() mutable { hear(from, what); });
}

void edge::hear(const std::shared_ptr<call>& from, to_server& what) {
  if (std::holds_alternative<hung_up>(what)) {
    forget(from);
    from->unread.clear();
    std::erase_if(waiting_, [&](const auto& each) { return each.second.by == from; });
    const auto found = routes_.find(from->session);
    if (found == routes_.end() || found->second.client != from)
      return;
    found->second.client.reset();
    with(from->session, [&](route& rules) { rules.client_lost(now(), effects_); });
    return;
  }
  from->unread.push_back(std::move(what));
  read_on(from);
}

void edge::read_on(const std::shared_ptr<call>& from) {
  while (!from->paused && !from->unread.empty()) {
    auto next = std::move(from->unread.front());
    from->unread.pop_front();
    read(from, next);
  }
}

void edge::read(const std::shared_ptr<call>& from, to_server& what) {
  if (const auto* greeting = std::get_if<control::client_hello>(&what))
    return hello(from, *greeting);
  if (std::holds_alternative<std::string>(what) && !from->session)
    return first_line(from, std::get<std::string>(std::move(what)));
  const auto found = routes_.find(from->session);
  if (found == routes_.end() || found->second.client != from)
    return;
  if (std::holds_alternative<control::pong>(what)) {
    with(from->session, [&](route& rules) { rules.client_has_token(effects_); });
    return;
  }
  auto bytes = std::make_shared<const std::string>(std::get<std::string>(std::move(what)));
  with(from->session, [&](route& rules) { rules.client_sent(std::move(bytes), effects_); });
}

void edge::hello(const std::shared_ptr<call>& from, const control::client_hello& what) {
  asking who;
  who.by = from;
  who.claim.identity = identity_of(what.identity);
  who.claim.peer_address = "client";
  who.resume = what.resume.has_value();
  if (who.resume) {
    who.claim.session = what.resume->session;
    who.claim.token = name_of(what.resume->token);
    who.claim.positions = what.resume->positions;
    return resume(std::move(who));
  }
  who.claim.session = session_id{home().around().random.name()};
  open(std::move(who), route::opening_kind::new_session);
}

void edge::first_line(const std::shared_ptr<call>& from, std::string line) {
  asking who;
  who.by = from;
  for (auto& byte : who.claim.identity)
    byte = static_cast<std::uint8_t>(home().around().random.next());
  who.claim.session = session_id{home().around().random.name()};
  who.claim.protocol = protocol::irc;
  who.claim.peer_address = "client";
  who.first_line = std::move(line);
  open(std::move(who), route::opening_kind::new_session);
}

void edge::open(asking who, route::opening_kind kind) {
  const auto seed = home().around().random.name();
  if (kind == route::opening_kind::new_session)
    who.claim.token = {chain_of(seed), 0};
  else
    who.claim.next_chain = chain_of(seed);
  asking_ = who.by;
  const auto session = who.claim.session;
  auto [where, is_new] =
    routes_.try_emplace(session, row{route(settings_, kind, who.claim, now(), effects_), seed, nullptr, {}, true});
  perform_all(where);
  asking_.reset();
  if (who.first_line.empty())
    return;
  auto bytes = std::make_shared<const std::string>(std::move(who.first_line));
  with(session, [&](route& rules) { rules.client_sent(std::move(bytes), effects_); });
}

void edge::resume(asking who) {
  const auto session = who.claim.session;
  auto verdict = resume_verdict::taken;
  asking_ = who.by;
  const bool known = with(session, [&](route& rules) { verdict = rules.resume(who.claim, now(), effects_); });
  asking_.reset();
  if (!known || verdict == resume_verdict::anew) {
    const auto by = who.by;
    open(std::move(who), route::opening_kind::resumed_session);
    return go_on(by);
  }
  switch (verdict) {
  case resume_verdict::anew: return; // done above
  case resume_verdict::taken: return go_on(who.by);
  case resume_verdict::refused: return who.by->close({error_code::resume_refused, {}});
  case resume_verdict::ended: return who.by->close({error_code::session_ended, {}});
  case resume_verdict::wait: who.by->paused = true; waiting_.emplace(session, std::move(who));
  }
}

void edge::go_on(const std::shared_ptr<call>& client) {
  if (std::exchange(client->paused, false))
    mail([this, client] { read_on(client); });
}

// ----------------------------------------------------------------------------------------------------- from the node

void edge::take(message& what) {
  std::visit(
    overloaded{
      [this](const session_placed& it) {
        with(it.session, [&](route& rules) { rules.placed(it, now(), effects_); });
        with(it.session, [&](route& rules) { rules.follow(view_, effects_); });
      },
      [this](const attach_refused& it) { with(it.session, [&](route& rules) { rules.attach_refused(it, effects_); }); },
      [this](const route_revoked& it) { with(it.session, [&](route& rules) { rules.revoked(it, effects_); }); },
      [this](const move_session& it) {
        const bool may_go = standing_of(view_, it.worker, it.worker_incarnation) != standing::dead;
        with(it.session, [&](route& rules) { rules.move(it, may_go, now(), effects_); });
      },
      [this](session_output& it) {
        edge_item item{std::move(it)};
        take_item(item);
      },
      [this](const membership_view& it) { view(it); }, [](const auto&) {}},
    static_cast<message_content&>(what));
  begin_attaches();
}

void edge::deliver(std::vector<edge_item> items, std::shared_ptr<const void> ticket) {
  mail([this, items = std::move(items), ticket = std::move(ticket)]() mutable {
    for (auto& each : items)
      take_item(each);
    items.clear();
    ticket.reset();
  });
}

void edge::take_item(edge_item& what) {
  auto& around = home().around();
  const auto session = std::visit([](const auto& item) { return item.session; }, what);
  const auto found = routes_.find(session);
  around.log.mix(session.value + what.index());
  if (around.log.on())
    around.log.say(now(), describe(where()), describe(what) + (found == routes_.end() ? " (no route)" : ""));
  if (found == routes_.end())
    return;
  auto& at = found->second;
  if (auto* event = std::get_if<delivery>(&what)) {
    if (at.rules.accept(*event) && at.client)
      at.client->answer(std::move(event->payload));
    return;
  }
  at.rules.output(std::move(std::get<session_output>(what)), effects_);
  perform_all(found);
  begin_attaches();
}

void edge::reset(const link_reset& what) {
  with_each([&](route& rules) { rules.link_reset(what, view_, effects_); });
  begin_attaches();
}

void edge::view(const membership_view& what) {
  if (what.by == view_.by && what.number <= view_.number)
    return;
  view_ = what;
  with_each([&](route& rules) { rules.follow(view_, effects_); });
  begin_attaches();
}

void edge::begin_attaches() {
  while (const auto session = attaches_.next())
    with(*session, [&](route& rules) {
      rules.attach_now(effects_);
      if (!effects_.empty())
        attaches_.begun(rules.worker(), *session, rules.attach_weight(), now());
    });
  if (const auto due = attaches_.deadline())
    mail_after(*due - now(), [this] {
      attaches_.tick(now());
      begin_attaches();
    });
}

// ------------------------------------------------------------------------------------------------ one route's turn

template <class Decide>
bool edge::with(session_id session, Decide&& decide) {
  const auto found = routes_.find(session);
  if (found == routes_.end())
    return false;
  decide(found->second.rules);
  perform_all(found);
  return true;
}

template <class Decide>
void edge::with_each(Decide&& decide) {
  for (auto it = routes_.begin(); it != routes_.end();) {
    const auto current = it++;
    decide(current->second.rules);
    perform_all(current);
  }
}

void edge::perform_all(routes::iterator where) {
  auto& at = where->second;
  for (auto& effect : std::exchange(effects_, {}))
    std::visit([&](auto& what) { perform(at, what); }, effect);
  const auto session = where->first;
  const bool forgotten = std::exchange(forgotten_, false);
  const bool opened = at.opening && (forgotten || !at.rules.opening());
  if (forgotten)
    routes_.erase(where);
  else {
    at.opening = at.rules.opening();
    note_deadline(at);
  }
  if (!opened)
    return;
  const auto [first, last] = waiting_.equal_range(session);
  std::vector<asking> again;
  for (auto it = first; it != last; ++it)
    again.push_back(std::move(it->second));
  waiting_.erase(first, last);
  for (auto& each : again)
    mail([this, who = std::move(each)]() mutable { resume(std::move(who)); });
}

void edge::note_deadline(row& at) {
  if (const auto due = at.rules.move_deadline(); due != at.noted_move) {
    at.noted_move = due;
    if (due)
      mail_after(*due - now(), [this, session = at.rules.session()] { tick(session); });
  }
  const auto deadline = at.rules.deadline();
  if (deadline == at.noted)
    return;
  at.noted = deadline;
  if (deadline)
    mail_after(*deadline - now(), [this, session = at.rules.session()] { tick(session); });
}

void edge::tick(session_id session) {
  with(session, [&](route& rules) { rules.tick(now(), effects_); });
  begin_attaches(); // a move may have begun
}

void edge::perform(row& at, godwit::send& what) {
  if (const auto* attach = std::get_if<attach_session>(&what.what))
    home().around().seen->attached(*attach, at.rules.worker(), at.rules.worker_incarnation());
  home().send(what.to, std::move(what.what));
}

void edge::perform(row& at, write_to_client& what) {
  if (at.client && what.frame && !what.frame->empty())
    at.client->answer(std::move(what.frame));
}

void edge::perform(row& at, const take_client&) {
  at.client = asking_;
  if (at.client)
    at.client->session = at.rules.session();
}

void edge::perform(row& at, const greet_client& what) {
  if (!at.client)
    return;
  at.client->serving = true;
  if (at.client->spoken() == protocol::irc)
    return; // it is greeted by its session
  control::server_hello hello;
  hello.session = at.rules.session();
  hello.token = token_of(at.seed, what.token_number);
  hello.resumed = what.resumed;
  hello.server_time_us = home().wall().time_since_epoch().count();
  hello.node = home().self();
  at.client->answer(std::move(hello));
  if (what.resumed)
    at.client->answer(control::ping{limits::greeting_ping});
}

/// Most clients read at once.
void edge::perform(row& at, const report_when_drained&) {
  auto& random = home().around().random;
  const auto after = random.one_in(4) ? random.between(1ms, 300ms) : random.between(1us, 100us);
  mail_after(after, [this, client = std::weak_ptr(at.client), session = at.rules.session()] {
    const auto found = routes_.find(session);
    const auto still = client.lock();
    if (still && found != routes_.end() && found->second.client == still)
      with(session, [&](route& rules) { rules.client_drained(effects_); });
  });
}

void edge::perform(row& at, const stop_reading&) {
  if (at.client)
    at.client->paused = true;
}

void edge::perform(row& at, const continue_reading&) {
  if (at.client)
    go_on(at.client);
}

void edge::perform(row& at, const close_client& what) {
  const auto client = std::exchange(at.client, nullptr);
  if (!client)
    return;
  auto& around = home().around();
  if (around.log.on())
    around.log.say(now(), home().self(), "closes a client: " + describe(what.why));
  client->session = {};
  forget(client);
  if (client->serving)
    around.seen->lost(what.why.code);
  client->close(what.why);
}

void edge::perform(row& at, const attach_in_turn&) { attaches_.wanted(at.rules.worker(), at.rules.session()); }

void edge::perform(row& at, const attach_answered&) { attaches_.done(at.rules.session()); }

void edge::perform(row& at, const forget_route&) {
  attaches_.done(at.rules.session());
  forgotten_ = true;
}

} // namespace godwit::sim
