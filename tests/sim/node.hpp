/// @file
/// One life of a simulated node: its entities with their mailboxes, and its exchange, which does what
/// actors/switchboard.hpp does.
///
/// An entity takes one thing after the other out of its mailbox, each some time after the last; between entities any
/// order may come that CAF's mailboxes allow: what is said later by one to another comes later.
#pragma once

#include "messages/cluster_messages.hpp"
#include "messages/edge_item.hpp"
#include "tests/sim/world.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace godwit::sim {

class node;
class edge;
class session_desk;

class entity : public std::enable_shared_from_this<entity> {
public:
  entity(node& home, entity_kind kind, std::uint64_t id);
  virtual ~entity() = default;
  entity(const entity&) = delete;
  entity& operator=(const entity&) = delete;

  virtual void take(message& what) = 0;
  virtual void reset(const link_reset& what) = 0;
  virtual void lost(const link_lost&) {}
  virtual void silent(const link_silent&) {}
  virtual void heard(const link_heard&) {}
  /// The process ends, now.
  virtual void killed() {}

  /// Behind what waits.
  void mail(task what);
  void mail(message what);
  /// After some time, as a delayed message to itself.
  void mail_after(span delay, task what);
  /// Nothing more is taken.
  void quit();
  bool gone() const { return gone_; }
  const address& where() const { return where_; }

protected:
  node& home() const { return *home_; }
  instant now() const;

private:
  void schedule();
  void take_next();

  std::shared_ptr<node> home_;
  address where_;
  std::deque<task> mailbox_;
  bool scheduled_ = false;
  bool gone_ = false;
};

/// The way to another node.
class node_port {
public:
  virtual ~node_port() = default;
  virtual void push(envelope what) = 0;
  virtual void push(edge_item what) = 0;
};

class node : public std::enable_shared_from_this<node> {
public:
  node(world& around, const node_plan& plan, incarnation life);
  ~node();
  /// Spawns the services of its roles.
  void start();
  /// Its process ends, now.
  void die();

  world& around() const { return world_; }
  const node_name& self() const { return plan_.name; }
  incarnation life() const { return life_; }
  bool has(std::uint8_t role) const { return (plan_.roles & role) != 0; }
  std::uint8_t roles() const { return plan_.roles; }
  bool is_dead() const { return dead_; }
  timestamp wall() const { return world_.wall(plan_.clock_skew); }

  /// Now; where it is stopped, once it goes on.
  void run(task what);
  /// A timer of this life.
  void after(span delay, task what);
  /// Until an entity, or a thread, gets its next turn.
  span turn();
  void pause();
  void resume();
  bool is_paused() const { return paused_; }

  // ---------------------------------------------------------------------------------------------- the exchange

  void send(const address& to, message what);
  void send_to_edge(const node_name& proxy, edge_item what);
  void receive(const node_name& from, envelope what);
  void receive_batch(std::vector<edge_item> items, std::shared_ptr<const void> ticket);

  void enter(std::shared_ptr<entity> which);
  void leave(const entity& which);
  std::shared_ptr<entity> local(entity_kind kind, std::uint64_t id) const;
  std::vector<std::shared_ptr<entity>> locals(entity_kind kind) const;
  template <class T>
  std::shared_ptr<T> service(entity_kind kind) const {
    return std::static_pointer_cast<T>(local(kind, 0));
  }
  session_desk& sessions() const { return *sessions_; }

  void set_link(const node_name& name, std::uint8_t roles, std::shared_ptr<node_port> port);
  void drop_link(const node_name& name);
  void tell_all(const link_reset& what);
  void tell_all(const link_lost& what);
  void tell_all(const membership_view& what);

  bool learn(const room_place& place);
  std::optional<room_place> place_of(room_id room) const;
  void announce(const room_announced& what);

private:
  struct link {
    std::uint8_t roles = 0;
    std::shared_ptr<node_port> port;
  };
  node_name node_of(const address& to) const;
  bool give_locally(const address& to, message& what);
  void bounce(const node_name& sender, const address& to, const message& what);
  bool note_dead(const membership_view& view);
  void note_life(const link_reset& what);
  bool is_used(room_id room) const;

  world& world_;
  const node_plan plan_;
  const incarnation life_;
  bool dead_ = false;
  bool paused_ = false;
  std::deque<task> deferred_; ///< while it is stopped
  std::map<std::pair<entity_kind, std::uint64_t>, std::shared_ptr<entity>> entities_;
  std::shared_ptr<edge> edge_;
  std::unique_ptr<session_desk> sessions_;
  std::map<node_name, link> links_;
  std::map<room_id, room_place> places_;
  std::map<node_name, incarnation> dead_nodes_;
  std::map<node_name, incarnation> linked_lives_;
};

} // namespace godwit::sim
