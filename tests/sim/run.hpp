/// @file
/// One simulated run, made from its seed: a cluster, people who chat, faults, then quiet, then the last checks.
#pragma once

#include "tests/sim/clients.hpp"
#include "tests/sim/world.hpp"

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace godwit::sim {

struct run_options {
  std::uint64_t seed = 1;
  safeguards guards;
  bool faults = true;
  bool moves = true;             ///< an operator moves sessions and rooms, and drains worker nodes
  span longer{};                 ///< faults go on for so much longer than the seed says
  std::ostream* trace = nullptr; ///< where all lines go
};

struct run_report {
  std::string failure; ///< empty: every promise was kept
  std::uint64_t hash = 0;
  span simulated{};
  std::uint64_t events = 0;
  std::size_t posts = 0;
  std::size_t acknowledged = 0;
  std::size_t told = 0;
  std::size_t faults = 0;
  std::size_t moves = 0;  ///< that were made at an operator's word
  std::size_t drains = 0; ///< answers that a node is drained
  std::map<error_code, std::size_t> disconnects;
  std::vector<std::string> last_lines; ///< with a trace
};

run_report run(const run_options& options);

/// A fault that is drawn, and ends by itself.
class fault_maker {
public:
  fault_maker(world& around, std::vector<std::unique_ptr<person>>& people);
  void begin(instant end);
  /// Everything that is broken is mended, all nodes run.
  void heal();
  std::size_t count() const { return count_; }

private:
  void next();
  void make_one();
  void kill_one();
  void kill_several();
  void pause_one();
  void cut_link();
  void block_link();
  void slow_link();
  void lose_client();
  void trouble_store();
  void end_actor();
  const node_name& any_node();
  void boot_later(const node_name& name, span after);
  void fault(const std::string& what);

  world& world_;
  std::vector<std::unique_ptr<person>>& people_;
  std::vector<void (fault_maker::*)()> kinds_; ///< of this run
  span pause_max_{};
  instant end_;
  bool over_ = false;
  std::size_t count_ = 0;
};

} // namespace godwit::sim
