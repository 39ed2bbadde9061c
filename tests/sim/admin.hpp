/// @file
/// The operator of a simulated run: moves sessions and rooms, drains worker nodes and takes that back, beside the
/// faults. Draws from a source of chance of its own, so that a run without him is what it was.
#pragma once

#include "messages/admin_messages.hpp"
#include "tests/sim/world.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace godwit::sim {

class admin {
public:
  admin(world& around, std::uint64_t seed);
  void begin(instant end);
  /// From here on he only asks how far the drains are. Some nodes may stay drained.
  void rest();
  void answered(const admin_answered& what);

  /// What he was promised and does not have, when all faults have ceased. Empty: nothing.
  std::string what_is_missing() const;
  std::size_t moves() const { return moves_; }
  std::size_t drains() const { return drains_; }
  std::size_t refused() const { return refused_; }

private:
  struct question {
    incarnation life; ///< of the broker node that was asked
    admin_question what;
  };
  void next();
  void act();
  void ask(admin_question what);
  std::optional<std::uint64_t> any_session();
  const node_name& any_worker() { return random_.one_of(workers_); }

  world& world_;
  chance random_;
  std::vector<node_name> workers_;
  span pause_max_{};
  instant end_;
  bool over_ = false;
  std::uint64_t last_ticket_ = 0;
  std::map<std::uint64_t, question> asked_; ///< not answered
  std::set<std::uint64_t> answered_;
  std::size_t moves_ = 0;
  std::size_t drains_ = 0;
  std::size_t refused_ = 0;
};

} // namespace godwit::sim
