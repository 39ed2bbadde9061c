/// @file
/// The planned moves that are under way, and the worker nodes that are drained.
///
/// A move of a session, and of a room, as the directory sees it:
///
///            ordered, at most so many for drains              it reports itself there, with a higher epoch
///   (at rest) ───────────────────────────────▶ under way ───────────────────────────────────────────────▶ moved
///      ▲                                        │   │ ▲
///      │   it went elsewhere, its target died,  │   └─┘ the order is said again: link_reset
///      └──── it ended, its time is over ────────┘
///
/// The directory decides nothing by that: the switch of a session's owner is on its route, that of a room's in the
/// store (docs/decisions/0021). A move that was given up here may still be made there; it is heard of as any other.
///
/// A worker node:
///
///            drain_node, stored                          nothing is left
///   serving ───────────────────▶ drained: all moves off ─────────────────▶ drained: empty
///      ▲                            │     ▲                                    │
///      │                            └─────┘ nobody else could take it:         │
///      └── undrain_node, stored ──────────  it waits, and goes on there ───────┘
#pragma once

#include "actors/rules/balancer.hpp"
#include "actors/rules/instant.hpp"
#include "messages/cluster_messages.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

/// What sessions' and rooms' moves have in common.
struct planned_move {
  worker_place from;
  worker_place to;
  instant ordered_at;
  instant until;                      ///< then it is given up
  bool for_drain = false;             ///< counts against what drains may have under way
  std::vector<std::uint64_t> tickets; ///< operators' questions that it answers
};
struct session_move : planned_move {
  session_epoch epoch; ///< from which on its route may move it
};
struct room_move : planned_move {
  room_epoch epoch = 0; ///< with which it was open at `from`
};

/// A proxy node that lets the time of moves pass: drains pass over its sessions for a while.
struct silent_proxy {
  std::size_t missed = 0; ///< since it last made one
  instant quiet_until{};
};

struct drained_node {
  /// A question that is answered when the store has it.
  struct question {
    std::uint64_t ticket = 0;
    bool drained = false;
    instant asked_at;
  };

  bool wanted = false;        ///< as the last operator said
  bool stored = false;        ///< so the store has it: what counts
  std::optional<bool> asking; ///< the store is asked for that
  std::vector<question> questions;
  session_id looked_at;       ///< the last session that was looked at, in the order of their ids
  instant rooms_rest_until{}; ///< a move of one failed just now
  std::uint64_t sessions_moved = 0;
  std::uint64_t rooms_moved = 0;
};

} // namespace godwit
