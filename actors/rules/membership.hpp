/// @file
/// Who is alive and who is dead: the judge (`membership`, on the broker node) and its followers (every other node).
///
/// Rules only. The judge keeps the one numbered view and alone declares a node dead; followers take the view, tell the
/// judge of links that are bad, and never judge. Without a broker node nobody is declared dead.
///
/// One life (incarnation) of a node, as the judge sees it:
///
///              hello                      link closed, pulse missing, or others' suspicion
///   (unheard) ───────▶ alive ────────────────────────────────────────────────▶ suspected
///                        ▲                                                        │
///                        └── link is back, pulse heard, suspicion not repeated ───┤
///                                                                                 ▼ its time is over
///                        any ───────── hello of another life of the name ─────▶ dead (for good)
///
/// A worker node dies when its link closed and was not re-established within `redial_is_suspicious`; when it is silent
/// (the pulse monitor told `link_silent`) and two pulse intervals later still is; or when it and another node have been
/// cut off from each other for `silence_is_suspicious` while this node reaches both, all that time.
/// - Never more than half of the worker nodes fall to silence alone.
/// - When two or more other nodes are known and all of them are out of reach, the fault is here: nobody dies.
/// - A node that is cut off from more than half of the others is itself at fault: its suspicions do not count.
/// - The judge's own lateness is subtracted: if `tick` comes late, all suspects get that time on top.
/// A proxy node never dies by silence or suspicion, only by the hello of a new life, or when its link has been closed
/// for the time to resume and every alive worker node misses it too: by then no client of it can come back. A dead
/// life stays dead, even if its link comes back: a node that reads its own death in the view has to start anew. The
/// next life of a worker node that fell to silence has no share of what is to be placed until `probation` has passed
/// without another silence.
///
/// Requires: `tick` every `pulse_interval`.  Source: docs/ARCHITECTURE.md, "Nodes".
#pragma once

#include "actors/rules/balancer.hpp"
#include "actors/rules/effects.hpp"
#include "actors/rules/instant.hpp"
#include "actors/rules/membership_view.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

namespace godwit {

/// The pulse monitor → membership. Nothing was heard of the node for `silence_is_suspicious`. Local only.
struct link_silent {
  node_name node;
  godwit::incarnation incarnation;
  bool operator==(const link_silent&) const = default;
};
/// The pulse monitor → membership. The silent node was heard again. Local only.
struct link_heard {
  node_name node;
  godwit::incarnation incarnation;
  bool operator==(const link_heard&) const = default;
};

/// A node as the config names it.
struct configured_node {
  node_name name;
  std::uint8_t roles = 0;
  bool operator==(const configured_node&) const = default;
};

/// Tell this node's own entities (switchboard, edge, directory, balancer, hosts) of the view.
struct follow_view {
  membership_view view;
  bool operator==(const follow_view&) const = default;
};
/// This life of this node was declared dead: end the process; it starts anew with another incarnation.
struct end_this_life {
  bool operator==(const end_this_life&) const = default;
};

using membership_effect = std::variant<send, follow_view, end_this_life>;
using membership_effects = std::vector<membership_effect>;

/// The judge. One per broker node.
class membership {
public:
  /// `resume_timeout`: how long the proxy nodes' sessions wait for their clients.
  membership(configured_node self, incarnation self_incarnation, std::vector<configured_node> cluster,
             std::chrono::milliseconds resume_timeout, instant now);

  /// Also of the own node, once, at start.
  membership_effects handle(const link_reset& reset, instant now);
  membership_effects handle(const link_lost& lost, instant now);
  membership_effects handle(const link_silent& silent, instant now);
  membership_effects handle(const link_heard& heard, instant now);
  /// Holds for `suspicion_holds`, then it has lapsed if it was not repeated.
  membership_effects handle(const suspect_node& suspicion, instant now);
  /// What lives on a worker node: the view that declares a death says by it who takes how much of the dead node's.
  membership_effects handle(const load_changed& load, instant now);
  /// They have no share from now on, and the others theirs again.
  membership_effects handle(const drained_workers& told, instant now);
  membership_effects tick(instant now);

  const membership_view& view() const { return view_; }

private:
  struct link_state {
    std::optional<instant> closed_since;
    std::optional<instant> silent_since;
    bool fell_to_silence = false;
  };
  struct doubt {
    instant since;
    instant last;
  };
  using suspect_pair = std::pair<node_name, node_name>; // the first suspects the second

  member_node* find(const node_name& name);
  std::uint8_t configured_roles(const node_name& name) const;
  bool reached(const node_name& name) const;
  bool self_at_fault() const;
  bool silence_may_fell_one_more() const;
  bool at_fault(const node_name& name) const;
  std::size_t suspicions_around(const node_name& name) const;
  const member_node& weaker_of(const member_node& a, const member_node& b) const;
  bool worker_is_over(const member_node& node, instant now);
  bool proxy_is_over(const member_node& node, instant now) const;
  void begin_doubts_anew(instant now);
  bool judge_pairs(instant now);
  void forgive_lateness(instant now);
  void lapse_suspicions(instant now);
  void declare_dead(member_node& node);
  void forget_suspicions_of(const node_name& name);
  bool on_probation(const node_name& name) const { return probation_until_by_name_.contains(name); }
  bool end_probations(instant now);
  void put_shares();
  membership_effects publish();

  configured_node self_;
  std::vector<configured_node> cluster_;
  std::chrono::milliseconds resume_timeout_;
  membership_view view_;
  std::map<node_name, link_state> seen_by_name_;
  std::map<suspect_pair, doubt> suspicions_by_pair_;
  std::set<node_name> linked_;
  std::map<worker_place, std::size_t> sessions_by_place_;
  std::map<node_name, instant> probation_until_by_name_; ///< fell to silence lately
  std::set<node_name> drained_;
  instant last_tick_;
};

/// Every node but the broker node.
class membership_follower {
public:
  membership_follower(node_name self, incarnation self_incarnation, node_name broker);

  membership_effects handle(const membership_view& view);
  membership_effects handle(const link_reset& reset, instant now);
  membership_effects handle(const link_lost& lost, instant now);
  membership_effects handle(const link_silent& silent, instant now);
  membership_effects handle(const link_heard& heard, instant now);
  /// Repeats the suspicions that still hold.
  membership_effects tick(instant now);

  const membership_view& view() const { return view_; }

private:
  struct bad_link {
    godwit::incarnation incarnation;
    instant suspicious_from; ///< a closed link: once it could not be dialled again in time
  };
  membership_effects suspect(const node_name& node, const bad_link& link) const;

  node_name self_;
  godwit::incarnation self_incarnation_;
  node_name broker_;
  godwit::incarnation broker_incarnation_;
  std::map<node_name, godwit::incarnation> lives_by_name_;
  std::map<node_name, bad_link> bad_links_by_name_;
  instant last_told_{};
  membership_view view_;
};

} // namespace godwit
