#include "tests/sim/node.hpp"

#include "tests/sim/broker_side.hpp"
#include "tests/sim/describe.hpp"
#include "tests/sim/edge.hpp"
#include "tests/sim/network.hpp"
#include "tests/sim/worker_side.hpp"

#include <utility>

namespace godwit::sim {

using namespace std::chrono_literals;

// ------------------------------------------------------------------------------------------------------------ entity

entity::entity(node& home, entity_kind kind, std::uint64_t id)
    : home_(home.shared_from_this()), where_{kind, id, home.self()} {}

instant entity::now() const { return home_->around().now(); }

void entity::mail(task what) {
  if (gone_ || home_->is_dead())
    return;
  mailbox_.push_back(std::move(what));
  schedule();
}

void entity::mail(message what) {
  mail([this, what = std::move(what)]() mutable {
    auto& around = home_->around();
    around.log.mix(what.index() + 1);
    if (around.log.on())
      around.log.say(around.now(), describe(where_), describe(what));
    take(what);
  });
}

void entity::mail_after(span delay, task what) {
  home_->after(delay, [self = shared_from_this(), what = std::move(what)]() mutable { self->mail(std::move(what)); });
}

void entity::schedule() {
  if (std::exchange(scheduled_, true))
    return;
  home_->around().events.after(home_->turn(),
                               [self = shared_from_this()] { self->home_->run([self] { self->take_next(); }); });
}

void entity::take_next() {
  scheduled_ = false;
  if (gone_ || mailbox_.empty())
    return;
  auto next = std::move(mailbox_.front());
  mailbox_.pop_front();
  auto& log = home_->around().log;
  log.mix(static_cast<std::uint64_t>(now().time_since_epoch().count()));
  log.mix(where_.id + static_cast<std::uint64_t>(where_.kind));
  next();
  if (!mailbox_.empty())
    schedule();
}

void entity::quit() {
  gone_ = true;
  // Not in the middle of its own turn: what is dropped with the mailbox may report to others.
  home_->around().events.after(0ns, [dropped = std::exchange(mailbox_, {})] {});
}

// -------------------------------------------------------------------------------------------------------------- life

node::node(world& around, const node_plan& plan, incarnation life)
    : world_(around), plan_(plan), life_(life), sessions_(std::make_unique<session_desk>(*this)) {}

node::~node() = default;

void node::start() {
  if (has(role_broker))
    start_broker_side(*this);
  if (has(role_worker))
    start_worker_side(*this);
  start_membership(*this);
  if (has(role_proxy)) {
    edge_ = std::make_shared<edge>(*this);
    enter(edge_);
  }
  tell_all(link_reset{self(), life_, plan_.roles});
}

void node::die() {
  dead_ = true;
  deferred_.clear();
  links_.clear();
  edge_.reset();
  for (const auto& [key, each] : entities_)
    each->killed();
  auto leaving = std::exchange(entities_, {});
  leaving.clear();
}

void node::run(task what) {
  if (dead_)
    return;
  if (paused_ || !deferred_.empty()) // behind what waited
    deferred_.push_back(std::move(what));
  else
    what();
}

void node::after(span delay, task what) {
  world_.events.after(delay,
                      [self = shared_from_this(), what = std::move(what)]() mutable { self->run(std::move(what)); });
}

/// Mostly at once, sometimes behind others.
span node::turn() {
  const auto kind = world_.random.below(64);
  if (kind == 0)
    return world_.random.between(1ms, 8ms);
  if (kind < 8)
    return world_.random.between(100us, 1ms);
  return world_.random.between(1us, 100us);
}

void node::pause() { paused_ = true; }

/// What one does may stop the node again, or end it.
void node::resume() {
  paused_ = false;
  world_.events.after(0ns, [self = shared_from_this()] {
    while (!self->paused_ && !self->deferred_.empty()) {
      const auto next = std::move(self->deferred_.front());
      next();
      if (!self->deferred_.empty())
        self->deferred_.pop_front();
    }
  });
}

// ---------------------------------------------------------------------------------------------------- the exchange

namespace {

/// Who waits for an answer to a message that found no room.
struct room_seeker {
  room_id room;
  session_id session; ///< 0: the sender's relay
};

std::optional<room_seeker> seeker_of(const message& what) {
  if (const auto* command = std::get_if<room_command>(&what))
    return room_seeker{command->room, command->name.session};
  if (const auto* query = std::get_if<room_query>(&what))
    return room_seeker{query->room, query->origin.name.session};
  if (const auto* attach = std::get_if<attach_relay>(&what))
    return room_seeker{attach->room, {}};
  if (const auto* fetch = std::get_if<fetch_entries>(&what))
    return room_seeker{fetch->room, {}};
  return std::nullopt;
}

} // namespace

void node::send(const address& to, message what) {
  if (dead_)
    return;
  const auto name = node_of(to);
  if (name.empty())
    return bounce(self(), to, what);
  if (name == self()) {
    if (!give_locally(to, what))
      bounce(self(), to, what);
    return;
  }
  if (const auto found = links_.find(name); found != links_.end())
    found->second.port->push(envelope{to, std::move(what)});
}

void node::send_to_edge(const node_name& proxy, edge_item what) {
  if (dead_)
    return;
  if (proxy == self()) {
    std::vector<edge_item> items;
    items.push_back(std::move(what));
    return receive_batch(std::move(items), nullptr);
  }
  if (const auto found = links_.find(proxy); found != links_.end())
    found->second.port->push(std::move(what));
}

void node::receive(const node_name& from, envelope what) {
  if (!give_locally(what.to, what.what))
    bounce(from, what.to, what.what);
}

void node::receive_batch(std::vector<edge_item> items, std::shared_ptr<const void> ticket) {
  if (edge_)
    edge_->deliver(std::move(items), std::move(ticket));
}

void node::enter(std::shared_ptr<entity> which) {
  const auto key = std::pair{which->where().kind, which->where().id};
  entities_[key] = std::move(which);
}

void node::leave(const entity& which) {
  const auto found = entities_.find({which.where().kind, which.where().id});
  if (found != entities_.end() && found->second.get() == &which)
    entities_.erase(found);
}

std::shared_ptr<entity> node::local(entity_kind kind, std::uint64_t id) const {
  const auto found = entities_.find({kind, id});
  return found == entities_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<entity>> node::locals(entity_kind kind) const {
  std::vector<std::shared_ptr<entity>> result;
  for (auto it = entities_.lower_bound({kind, 0}); it != entities_.end() && it->first.first == kind; ++it)
    result.push_back(it->second);
  return result;
}

void node::set_link(const node_name& name, std::uint8_t roles, std::shared_ptr<node_port> port) {
  links_.insert_or_assign(name, link{roles, std::move(port)});
}

void node::drop_link(const node_name& name) { links_.erase(name); }

void node::tell_all(const link_reset& what) {
  note_life(what);
  for (const auto& [key, each] : entities_)
    if (world_.guards.replay || key.first == entity_kind::membership || what.node == self())
      each->mail([each = each.get(), what] { each->reset(what); });
}

void node::tell_all(const link_lost& what) {
  for (const auto& [key, each] : entities_)
    each->mail([each = each.get(), what] { each->lost(what); });
}

void node::tell_all(const membership_view& what) {
  const auto tell = [&](entity_kind kind) {
    for (const auto& each : locals(kind))
      each->mail(message{what});
  };
  tell(entity_kind::edge);
  tell(entity_kind::directory);
  tell(entity_kind::room);
  if (!note_dead(what))
    return;
  tell(entity_kind::session);
  tell(entity_kind::relay);
}

bool node::note_dead(const membership_view& view) {
  bool news = false;
  for (const auto& each : view.nodes) {
    if (each.state != node_state::dead) {
      dead_nodes_.erase(each.name);
      continue;
    }
    const auto linked = linked_lives_.find(each.name);
    if (linked != linked_lives_.end() && linked->second != each.incarnation)
      continue;
    auto& dead = dead_nodes_[each.name];
    news |= dead != each.incarnation;
    dead = each.incarnation;
  }
  return news;
}

void node::note_life(const link_reset& what) {
  linked_lives_[what.node] = what.incarnation;
  const auto dead = dead_nodes_.find(what.node);
  if (dead != dead_nodes_.end() && dead->second != what.incarnation)
    dead_nodes_.erase(dead);
}

bool node::is_used(room_id room) const {
  return local(entity_kind::relay, room.value) || local(entity_kind::room, room.value);
}

bool node::learn(const room_place& place) {
  const auto known = places_.find(place.room);
  if (place.node.empty() && !is_used(place.room)) {
    if (known == places_.end() || known->second.epoch > place.epoch)
      return false;
    places_.erase(known);
    return true;
  }
  if (known == places_.end()) {
    places_.emplace(place.room, place);
    return true;
  }
  auto& former = known->second;
  if (former.epoch > place.epoch || (former.epoch == place.epoch && former.node == place.node))
    return false;
  former = place;
  return true;
}

std::optional<room_place> node::place_of(room_id room) const {
  const auto known = places_.find(room);
  return known == places_.end() ? std::nullopt : std::optional{known->second};
}

void node::announce(const room_announced& what) {
  const address host{entity_kind::room_host, 0, {}};
  for (const auto& [name, each] : links_)
    if ((each.roles & role_worker) != 0)
      each.port->push(envelope{host, what});
  message own = what;
  give_locally(host, own);
}

node_name node::node_of(const address& to) const {
  if (!to.node.empty())
    return to.node;
  if (to.kind != entity_kind::room)
    return world_.plan.broker();
  const auto place = place_of(room_id{to.id});
  return place && !dead_nodes_.contains(place->node) ? place->node : node_name{};
}

bool node::give_locally(const address& to, message& what) {
  if (auto* attach = std::get_if<attach_session>(&what)) {
    if (has(role_worker))
      sessions_->attach(std::move(*attach));
    return true;
  }
  if (const auto* release = std::get_if<release_session>(&what); release && has(role_worker))
    sessions_->release(*release);
  const auto found = local(to.kind, to.id);
  if (!found)
    return to.kind == entity_kind::edge;
  found->mail(std::move(what));
  return true;
}

void node::bounce(const node_name& sender, const address& to, const message& what) {
  if (to.kind != entity_kind::room)
    return;
  const auto seeker = seeker_of(what);
  if (!seeker)
    return;
  const auto known = place_of(seeker->room);
  const room_not_here answer{seeker->room, known ? known->epoch : 0, seeker->session};
  const auto back = seeker->session ? session_at(sender, seeker->session) : relay_at(sender, seeker->room);
  if (sender != self())
    return send(back, answer);
  message own = answer;
  give_locally(back, own);
}

} // namespace godwit::sim
