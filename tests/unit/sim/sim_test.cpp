// The cluster's rules under faults, in simulated time: tests/sim/run.hpp.
#include "tests/sim/run.hpp"

#include <gtest/gtest.h>

namespace godwit::sim {
namespace {

run_report run_seed(std::uint64_t seed, const safeguards& guards = {}) {
  run_options options;
  options.seed = seed;
  options.guards = guards;
  return run(options);
}

TEST(Simulation, KeepsItsPromisesWhateverFails) {
  constexpr std::uint64_t seeds = 2000;

  std::size_t faults = 0;
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    const auto made = run_seed(seed);
    faults += made.faults;
    const bool open = std::ranges::find(known, seed) != std::end(known);
    EXPECT_EQ(made.failure.empty(), !open) << "seed " << seed << ": " << made.failure;
  }
  EXPECT_GT(faults, 10 * seeds);
}

TEST(Simulation, IsTheSameForTheSameSeedToTheLastEvent) {
  for (const std::uint64_t seed : {1, 7, 42}) {
    const auto one = run_seed(seed);
    const auto other = run_seed(seed);
    EXPECT_EQ(one.hash, other.hash) << seed;
    EXPECT_EQ(one.events, other.events) << seed;
  }
  EXPECT_NE(run_seed(1).hash, run_seed(2).hash);
}

/// Whether one of the first seeds shows that something is missing.
bool is_found_out(const safeguards& guards) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed)
    if (!run_seed(seed, guards).failure.empty())
      return true;
  return false;
}

TEST(Simulation, FindsOutAStoreThatTakesFromFormerOwners) {
  safeguards guards;
  guards.fencing = false;
  EXPECT_TRUE(is_found_out(guards));
}

TEST(Simulation, FindsOutALinkThatNobodySaysAnythingAgainOver) {
  safeguards guards;
  guards.replay = false;
  EXPECT_TRUE(is_found_out(guards));
}

TEST(Simulation, FindsOutARoomThatKnowsNoRepeat) {
  safeguards guards;
  guards.repeats = false;
  EXPECT_TRUE(is_found_out(guards));
}

} // namespace
} // namespace godwit::sim
