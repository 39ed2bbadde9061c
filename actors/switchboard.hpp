/// @file
/// A node's exchange: whoever writes to an entity gives the message here, and it goes to the local actor, to the node's
/// edge, or to the link to the entity's node. Not an actor: it stands in no path as a queue of its own.
///
/// Threads   all functions may be called by any thread at once.
/// Owns      the handles of this node's actors as long as they are registered (CAF ends an actor that nobody refers
/// to),
///           and the cache of where rooms are.
/// Promises  messages of one sender to one entity keep their order; a message whose node has no link is dropped: its
/// sender
///           hears `link_reset` when the link is there, and sends what is unanswered again.
/// Source    docs/ARCHITECTURE.md, "Who can be written to".
#pragma once

#include "actors/operator_port.hpp"
#include "actors/rules/client_settings.hpp"
#include "actors/rules/limits.hpp"
#include "messages/cluster_messages.hpp"
#include "messages/edge_item.hpp"

#include <caf/actor.hpp>

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <unordered_map>
#include <vector>

namespace godwit {

/// The way to another node. Implemented by the link's sending end; pushes come from any thread and do not block.
class node_port {
public:
  virtual ~node_port() = default;
  virtual void push(envelope what) = 0;
  virtual void push(edge_item what) = 0;
};

/// Takes attach_session on this node, at once: a frame that follows it must find the session's actor. And what ends a
/// session's actor: it must not have been attached anew meanwhile.
class session_port {
public:
  virtual ~session_port() = default;
  virtual void attach(attach_session what) = 0;
  /// Ends the session's actor, unless it was attached with a younger epoch.
  virtual void release(const release_session& what) = 0;
  /// Takes this actor off the switchboard and ends it, behind all that it was given.
  virtual void end(session_id session, const caf::actor& handle) = 0;
};

/// This node's client edge, if it has one. Does not block.
class edge_port {
public:
  virtual ~edge_port() = default;
  virtual void receive(message what) = 0;
  virtual void deliver(edge_item what) = 0;
  virtual void reset(const link_reset& what) = 0;
  virtual void view(const membership_view& what) = 0;
};

class switchboard {
public:
  switchboard(node_name self, incarnation self_incarnation, node_name broker);

  const node_name& self() const { return self_; }
  incarnation self_incarnation() const { return self_incarnation_; }
  const node_name& broker() const { return broker_; }

  /// Gives `what` to the entity at `to`.
  void send(const address& to, message what);
  /// Gives output of a session to the edge of `proxy`. One session's items keep their order.
  void send_to_edge(const node_name& proxy, edge_item what);
  /// What came from another node; `from` gets the answer if the entity is not here.
  void receive(const node_name& from, envelope what);

  /// Makes an actor reachable. Replaces a former one. After close() it gets an exit instead.
  void enter(entity_kind kind, std::uint64_t id, caf::actor handle);
  /// Forgets an actor, if it is still this one: a successor stays.
  void leave(entity_kind kind, std::uint64_t id, const caf::actor& handle);
  /// Null if there is none.
  caf::actor local(entity_kind kind, std::uint64_t id) const;
  std::vector<std::uint64_t> locals(entity_kind kind) const;
  /// The node stops: all registered actors get an exit, and nobody can be reached any more.
  void close();

  /// Both once, before anything is sent.
  void set_edge(std::shared_ptr<edge_port> edge);
  void set_sessions(std::shared_ptr<session_port> sessions);
  /// What the clients of this node's sessions are told of the network; may be replaced at any time.
  void set_client_settings(std::shared_ptr<const godwit::client_settings> settings);
  std::shared_ptr<const godwit::client_settings> client_settings() const;
  /// Once, before anything is sent. Without it nobody is an operator of the server.
  void set_operators(std::shared_ptr<operator_port> operators);
  void check_operator(godwit::check_operator what, std::function<void(std::optional<error>)> answer) const;
  void rehash(const std::string& by) const;
  /// Requires a worker node.
  session_port& sessions() const { return *sessions_; }
  void set_link(const node_name& node, std::uint8_t roles, std::shared_ptr<node_port> link);
  /// Forgets the link, if it is still this one.
  void drop_link(const node_name& node, const node_port* link);

  /// To the actors of this node that may have something unanswered, and to its edge.
  void tell_all(const link_reset& what);
  void tell_all(const link_lost& what);
  /// To those who follow the view: the directory, the rooms, the edge; to sessions and relays when a node has died.
  void tell_all(const membership_view& what);

  /// Where a room is, by the highest epoch heard of; an empty node: nowhere. Returns whether that was news. Forgotten
  /// are places of rooms that have neither room nor relay here, at once where the room has closed, else after a while:
  /// who writes to one is told that the room is not here, and asks.
  bool learn(const room_place& place);
  std::optional<room_place> place_of(room_id room) const;
  std::size_t place_count() const;
  /// Gives `what` to the room_host of every worker node, this one included.
  void announce(const room_announced& what);

private:
  struct entity_key {
    entity_kind kind;
    std::uint64_t id;
    bool operator==(const entity_key&) const = default;
  };
  struct hash_key {
    std::size_t operator()(const entity_key& key) const noexcept {
      return (key.id ^ (static_cast<std::uint64_t>(key.kind) << 56U)) * 0x9e3779b97f4a7c15U;
    }
  };
  struct known_place {
    room_place place;
    bool is_old = false; ///< was there at the last sweep, and nobody here used it then
  };
  struct shard {
    mutable std::shared_mutex lock;
    std::unordered_map<entity_key, caf::actor, hash_key> actors;
    bool closed = false;
    std::unordered_map<std::uint64_t, known_place> places;
    std::size_t places_max = limits::room_places_per_shard_max;
  };
  struct link {
    std::uint8_t roles = 0;
    std::shared_ptr<node_port> port;
  };

  shard& shard_of(std::uint64_t id) { return shards_[(id * 0x9e3779b97f4a7c15U) >> 60U]; }
  const shard& shard_of(std::uint64_t id) const { return shards_[(id * 0x9e3779b97f4a7c15U) >> 60U]; }
  node_name node_of(const address& to) const;
  std::shared_ptr<node_port> link_to(const node_name& node) const;
  /// Returns whether a node has died.
  bool note_dead(const membership_view& view);
  void note_life(const link_reset& what);
  bool is_dead(const node_name& node) const;
  static bool is_used(const shard& home, std::uint64_t room);
  static void forget_unused_places(shard& home);
  bool give_locally(const address& to, message& what);
  void bounce(const node_name& sender, const address& to, const message& what);
  template <class T>
  void tell_everyone(const T& what);

  const node_name self_;
  const incarnation self_incarnation_;
  const node_name broker_;
  std::array<shard, 16> shards_;
  mutable std::shared_mutex links_lock_;
  std::map<node_name, link> links_;
  // Rooms on dead nodes are nowhere, whatever was heard of them. Guarded by links_lock_.
  std::map<node_name, incarnation> dead_nodes_;
  std::map<node_name, incarnation> linked_lives_; ///< as last linked: of another life a death says nothing
  std::shared_ptr<edge_port> edge_;
  std::shared_ptr<session_port> sessions_;
  std::shared_ptr<operator_port> operators_;
  mutable std::shared_mutex settings_lock_;
  std::shared_ptr<const godwit::client_settings> client_settings_ = std::make_shared<godwit::client_settings>();
};

} // namespace godwit
