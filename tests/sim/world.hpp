/// @file
/// What all parts of one simulated run share: time, chance, the trace, who is there, and what went wrong.
#pragma once

#include "actors/rules/client_settings.hpp"
#include "actors/rules/membership.hpp"
#include "messages/admin_messages.hpp"
#include "messages/ids.hpp"
#include "tests/sim/agenda.hpp"
#include "tests/sim/chance.hpp"
#include "tests/sim/trace.hpp"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace godwit::sim {

class node;
class network;
class store_disk;
class witness;

/// What can be broken on purpose, to prove that the checkers see it. All true: a run as it is to be.
struct safeguards {
  bool fencing = true; ///< the store refuses appends of an epoch that is not the newest
  bool replay = true;  ///< entities hear that a link was reset, and say again what is unanswered
  bool repeats = true; ///< the store knows which commands of a session it has logged
};

/// Times of the cluster's config, short, so that a run of a minute sees all of them pass.
struct cluster_times {
  std::chrono::milliseconds resume_timeout{4'000};
  std::chrono::milliseconds opening_timeout{5'000};
  std::chrono::milliseconds store_wait{2'000};
  std::chrono::milliseconds room_closes_after{5'000};
  std::chrono::milliseconds ended_kept{12'000};
};

/// A node of the cluster's config.
struct node_plan {
  node_name name;
  std::uint8_t roles = 0;
  span clock_skew{}; ///< its time of day is wrong by this
};

struct cluster_plan {
  std::vector<node_plan> nodes;
  cluster_times times;
  client_settings clients;
  const node_plan& find(const node_name& name) const;
  const node_name& broker() const;
  std::vector<node_name> named(std::uint8_t role) const;
  std::vector<configured_node> configured() const;
};

class world {
public:
  world(std::uint64_t seed, cluster_plan plan, safeguards guards);
  ~world();
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  instant now() const { return events.now(); }
  /// The time of day of a node, as its clock has it.
  timestamp wall(span skew) const;
  /// The first thing that went wrong is kept; the run goes on to its end of time, or is stopped.
  void broken(std::string promise);

  /// Null: it is not running.
  std::shared_ptr<node> alive(const node_name& name) const;
  void boot(const node_name& name);
  /// As by kill -9: nothing of it runs any more, its connections close.
  void kill(const node_name& name);

  const cluster_plan plan;
  const safeguards guards;
  chance random;
  agenda events;
  trace log;
  std::unique_ptr<store_disk> disk; ///< what survives the broker node's process
  std::unique_ptr<witness> seen;
  std::unique_ptr<network> links;
  std::map<node_name, std::shared_ptr<node>> nodes;                  ///< that run
  std::function<void(const godwit::admin_answered&)> admin_answered; ///< null: nobody has asked
  std::string failure;                                               ///< empty: nothing is wrong
  std::uint64_t lives = 0;                                           ///< nodes that were started so far
  std::uint64_t stays = 0;                                           ///< of IRC clients in channels, so far
};

} // namespace godwit::sim
