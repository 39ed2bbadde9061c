#include "actors/switchboard.hpp"

#include "actors/message_types.hpp"
#include "messages/admin_messages.hpp"

#include <caf/exit_reason.hpp>
#include <caf/make_message.hpp>
#include <caf/send.hpp>

#include <algorithm>
#include <iterator>
#include <mutex>
#include <utility>

namespace godwit {
namespace {

constexpr std::uint8_t worker_role = 2;

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

switchboard::switchboard(node_name self, incarnation self_incarnation, node_name broker)
    : self_(std::move(self)), self_incarnation_(self_incarnation), broker_(std::move(broker)) {}

void switchboard::send(const address& to, message what) {
  auto node = node_of(to);
  if (node.empty()) { // a room that nobody here has heard of, or whose node is dead
    bounce(self_, to, what);
    return;
  }
  if (node == self_) {
    if (!give_locally(to, what))
      bounce(self_, to, what);
    return;
  }
  if (auto port = link_to(node))
    port->push(envelope{to, std::move(what)});
}

void switchboard::send_to_edge(const node_name& proxy, edge_item what) {
  if (proxy == self_) {
    if (edge_)
      edge_->deliver(std::move(what));
    return;
  }
  if (auto port = link_to(proxy))
    port->push(std::move(what));
}

void switchboard::receive(const node_name& from, envelope what) {
  if (!give_locally(what.to, what.what))
    bounce(from, what.to, what.what);
}

void switchboard::enter(entity_kind kind, std::uint64_t id, caf::actor handle) {
  auto& home = shard_of(id);
  {
    std::unique_lock guard{home.lock};
    if (!home.closed) {
      home.actors[entity_key{kind, id}].swap(handle); // a former one is dropped behind the lock
      return;
    }
  }
  caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
}

void switchboard::leave(entity_kind kind, std::uint64_t id, const caf::actor& handle) {
  caf::actor dropped; // its destructor may run an actor's cleanup: not under the lock
  auto& home = shard_of(id);
  std::unique_lock guard{home.lock};
  auto found = home.actors.find(entity_key{kind, id});
  if (found == home.actors.end() || found->second != handle)
    return;
  dropped = std::move(found->second);
  home.actors.erase(found);
}

caf::actor switchboard::local(entity_kind kind, std::uint64_t id) const {
  const auto& home = shard_of(id);
  std::shared_lock guard{home.lock};
  auto found = home.actors.find(entity_key{kind, id});
  return found == home.actors.end() ? caf::actor{} : found->second;
}

std::vector<std::uint64_t> switchboard::locals(entity_kind kind) const {
  std::vector<std::uint64_t> result;
  for (const auto& each : shards_) {
    std::shared_lock guard{each.lock};
    for (const auto& [key, handle] : each.actors)
      if (key.kind == kind)
        result.push_back(key.id);
  }
  return result;
}

void switchboard::close() {
  for (auto& each : shards_) {
    std::unordered_map<entity_key, caf::actor, hash_key> leaving;
    {
      std::unique_lock guard{each.lock};
      each.closed = true;
      leaving.swap(each.actors);
    }
    for (auto& [key, handle] : leaving)
      caf::anon_send_exit(handle, caf::exit_reason::user_shutdown);
  }
}

void switchboard::set_edge(std::shared_ptr<edge_port> edge) { edge_ = std::move(edge); }

std::shared_ptr<const client_settings> switchboard::client_settings() const {
  std::shared_lock guard{settings_lock_};
  return client_settings_;
}
void switchboard::set_operators(std::shared_ptr<operator_port> operators) { operators_ = std::move(operators); }
void switchboard::check_operator(godwit::check_operator what, std::function<void(std::optional<error>)> answer) const {
  operators_ ? operators_->check(std::move(what), std::move(answer)) : answer(error{error_code::operator_refused, {}});
}
void switchboard::rehash(const std::string& by) const {
  if (operators_)
    operators_->rehash(by);
}
void switchboard::set_client_settings(std::shared_ptr<const godwit::client_settings> settings) {
  std::unique_lock guard{settings_lock_};
  client_settings_ = std::move(settings);
}

void switchboard::set_sessions(std::shared_ptr<session_port> sessions) { sessions_ = std::move(sessions); }

void switchboard::set_link(const node_name& node, std::uint8_t roles, std::shared_ptr<node_port> port) {
  std::unique_lock guard{links_lock_};
  links_.insert_or_assign(node, link{roles, std::move(port)});
}

void switchboard::drop_link(const node_name& node, const node_port* port) {
  std::shared_ptr<node_port> dropped;
  std::unique_lock guard{links_lock_};
  auto found = links_.find(node);
  if (found == links_.end() || found->second.port.get() != port)
    return;
  dropped = std::move(found->second.port);
  links_.erase(found);
}

template <class T>
void switchboard::tell_everyone(const T& what) {
  std::vector<caf::actor> everyone;
  for (const auto& each : shards_) {
    std::shared_lock guard{each.lock};
    for (const auto& [key, handle] : each.actors)
      everyone.push_back(handle);
  }
  for (const auto& each : everyone)
    caf::anon_send(each, what);
}

void switchboard::tell_all(const link_reset& what) {
  note_life(what);
  if (edge_)
    edge_->reset(what);
  tell_everyone(what);
}

void switchboard::tell_all(const link_lost& what) { tell_everyone(what); }

void switchboard::tell_all(const membership_view& what) {
  if (edge_)
    edge_->view(what);
  if (auto directory = local(entity_kind::directory, 0))
    caf::anon_send(directory, what);
  for (auto id : locals(entity_kind::room))
    if (auto room = local(entity_kind::room, id))
      caf::anon_send(room, what);
  if (!note_dead(what))
    return;
  // What they sent to rooms on such a node is lost, and no link may ever be reset to tell them.
  auto shared = caf::make_message(what);
  for (auto kind : {entity_kind::session, entity_kind::relay})
    for (auto id : locals(kind))
      if (auto handle = local(kind, id))
        caf::anon_send(handle, shared);
}

bool switchboard::note_dead(const membership_view& view) {
  std::unique_lock guard{links_lock_};
  bool news = false;
  for (const auto& node : view.nodes) { // one that the view does not name stays as it was: the view may begin anew
    if (node.state != node_state::dead) {
      dead_nodes_.erase(node.name);
      continue;
    }
    const auto linked = linked_lives_.find(node.name);
    if (linked != linked_lives_.end() && linked->second != node.incarnation)
      continue; // it has begun anew, and the view comes late
    auto& dead = dead_nodes_[node.name];
    news |= dead != node.incarnation;
    dead = node.incarnation;
  }
  return news;
}

void switchboard::note_life(const link_reset& what) {
  std::unique_lock guard{links_lock_};
  linked_lives_[what.node] = what.incarnation;
  const auto dead = dead_nodes_.find(what.node);
  if (dead != dead_nodes_.end() && dead->second != what.incarnation)
    dead_nodes_.erase(dead);
}

bool switchboard::is_dead(const node_name& node) const {
  std::shared_lock guard{links_lock_};
  return dead_nodes_.contains(node);
}

bool switchboard::learn(const room_place& place) {
  auto& home = shard_of(place.room.value);
  std::unique_lock guard{home.lock};
  if (place.node.empty() && !is_used(home, place.room.value)) { // new rooms come and close for ever
    const auto known = home.places.find(place.room.value);
    if (known == home.places.end() || known->second.place.epoch > place.epoch)
      return false;
    home.places.erase(known);
    return true;
  }
  const auto [known, is_new] = home.places.try_emplace(place.room.value, known_place{place});
  if (is_new) {
    if (home.places.size() > home.places_max)
      forget_unused_places(home);
    return true;
  }
  auto& [former, is_old] = known->second;
  is_old = false;
  if (former.epoch > place.epoch || (former.epoch == place.epoch && former.node == place.node))
    return false;
  former = place;
  return true;
}

bool switchboard::is_used(const shard& home, std::uint64_t room) {
  return home.actors.contains({entity_kind::relay, room}) || home.actors.contains({entity_kind::room, room});
}

/// Those that were unused at the sweep before too: one that was just heard of may be about to be used. The next sweep
/// comes when as many again were heard of, so that each costs its share of one.
void switchboard::forget_unused_places(shard& home) {
  for (auto each = home.places.begin(); each != home.places.end();) {
    const bool unused = !is_used(home, each->first);
    const bool was_unused = std::exchange(each->second.is_old, unused);
    each = unused && was_unused ? home.places.erase(each) : std::next(each);
  }
  home.places_max = std::max(limits::room_places_per_shard_max, 2 * home.places.size());
}

std::size_t switchboard::place_count() const {
  std::size_t count = 0;
  for (const auto& each : shards_) {
    std::shared_lock guard{each.lock};
    count += each.places.size();
  }
  return count;
}

std::optional<room_place> switchboard::place_of(room_id room) const {
  const auto& home = shard_of(room.value);
  std::shared_lock guard{home.lock};
  auto found = home.places.find(room.value);
  if (found == home.places.end())
    return std::nullopt;
  return found->second.place;
}

void switchboard::announce(const room_announced& what) {
  std::vector<std::shared_ptr<node_port>> ports;
  {
    std::shared_lock guard{links_lock_};
    for (const auto& [node, each] : links_)
      if ((each.roles & worker_role) != 0)
        ports.push_back(each.port);
  }
  address host{entity_kind::room_host, 0, {}};
  for (const auto& port : ports)
    port->push(envelope{host, what});
  message own = what;
  give_locally(host, own);
}

node_name switchboard::node_of(const address& to) const {
  if (!to.node.empty())
    return to.node;
  if (to.kind != entity_kind::room)
    return broker_;
  auto place = place_of(room_id{to.id});
  return place && !is_dead(place->node) ? place->node : node_name{};
}

std::shared_ptr<node_port> switchboard::link_to(const node_name& node) const {
  std::shared_lock guard{links_lock_};
  auto found = links_.find(node);
  return found == links_.end() ? nullptr : found->second.port;
}

bool switchboard::give_locally(const address& to, message& what) {
  if (to.kind == entity_kind::edge) {
    if (edge_)
      edge_->receive(std::move(what));
    return true;
  }
  if (auto* attach = std::get_if<attach_session>(&what)) {
    if (sessions_)
      sessions_->attach(std::move(*attach));
    return true;
  }
  if (const auto* release = std::get_if<release_session>(&what); release && sessions_)
    sessions_->release(*release); // and the session_host notes it
  const bool is_for_admin = to.kind == entity_kind::session && to.id == admin_session.value;
  auto handle = is_for_admin ? local(entity_kind::directory, 0) : local(to.kind, to.id);
  if (!handle)
    return false;
  std::visit([&](auto& each) { caf::anon_send(handle, std::move(each)); }, what);
  return true;
}

void switchboard::bounce(const node_name& sender, const address& to, const message& what) {
  if (to.kind != entity_kind::room)
    return; // sessions, relays and services that are gone are heard of by the view and by link resets
  auto seeker = seeker_of(what);
  if (!seeker)
    return;
  auto known = place_of(seeker->room);
  room_not_here answer{seeker->room, known ? known->epoch : 0, seeker->session};
  auto back = seeker->session ? session_at(sender, seeker->session) : relay_at(sender, seeker->room);
  if (sender != self_) {
    send(back, answer);
    return;
  }
  message own = answer;
  give_locally(back, own);
}

} // namespace godwit
