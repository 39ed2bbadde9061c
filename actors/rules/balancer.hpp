/// @file
/// The rules of the balancer: which worker node gets a new session or room.
///
/// Rules only; actors/balancer_actor.hpp is their actor, on the broker node. Who asks (the directory, another actor of
/// that node) and is answered does so by the messages below, which never leave the node.
///
/// Promises: a session goes to the alive worker node with the fewest sessions, counting those on their way; a room to
/// the one with the fewest rooms; equal ones take turns by name: the first in order wins. A node without a load is
/// never passed over, a dead one never chosen. Keeps: per worker node four numbers, per placement on its way one row;
/// bounded by what the asker has under way. Source: docs/ARCHITECTURE.md, "The life of a session". Sessions of a dead
/// node are no matter of this class: their routes house them, by the shares in the view (membership_view.hpp).
#pragma once

#include "actors/rules/membership_view.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace godwit {

enum class placed_thing : std::uint8_t { session, room };

/// directory → balancer. Where shall this go? Until `load_changed` counts the ticket it is on its way there.
struct pick_worker {
  std::uint64_t ticket = 0; ///< the asker's own number, used once
  placed_thing what = placed_thing::session;
  bool operator==(const pick_worker&) const = default;
};
/// balancer → directory. Answers each `pick_worker` at once, in order. Without a place: no worker node is alive.
struct worker_picked {
  std::uint64_t ticket = 0;
  std::optional<worker_place> place;
  bool operator==(const worker_picked&) const = default;
};
/// directory → balancer. What lives on a worker node now. `counted` are the tickets that are no longer on their way:
/// they are in these numbers, or were given up.
struct load_changed {
  worker_place place;
  std::size_t sessions = 0;
  std::size_t rooms = 0;
  std::vector<std::uint64_t> counted;
  bool operator==(const load_changed&) const = default;
};

/// directory → balancer, judge of membership. All worker nodes that operators have drained: they get nothing.
struct drained_workers {
  std::set<node_name> nodes;
  bool operator==(const drained_workers&) const = default;
};

class balancer {
public:
  worker_picked handle(const pick_worker& asked);
  void handle(const load_changed& told);
  /// Only worker nodes that are alive in the newest view get anything; those without a share only if none has any, and
  /// drained ones only if there are no others: new sessions and rooms are served there rather than nowhere.
  void handle(const membership_view& view);
  void handle(const drained_workers& told);

private:
  void choose();

  struct worker_load {
    std::size_t sessions = 0;
    std::size_t rooms = 0;
    std::map<std::uint64_t, placed_thing> on_their_way; // by ticket

    std::size_t count(placed_thing what) const;
  };

  std::map<worker_place, worker_load> loads_by_place_;
  membership_view view_;
  std::set<node_name> drained_;
  std::set<worker_place> takers_;
};

} // namespace godwit
