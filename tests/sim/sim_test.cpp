// The simulator itself: that a seed repeats to the byte, and that it sees what goes wrong when something is missing.
#include "tests/sim/run.hpp"

#include <gtest/gtest.h>

#include <sstream>

namespace godwit::sim {
namespace {

std::string trace_of(std::uint64_t seed) {
  std::ostringstream lines;
  run_options options;
  options.seed = seed;
  options.trace = &lines;
  const auto report = run(options);
  EXPECT_NE(report.hash, 0U);
  return lines.str();
}

run_report with(std::uint64_t seed, safeguards guards) {
  run_options options;
  options.seed = seed;
  options.guards = guards;
  return run(options);
}

/// The first of the seeds that fails so. None: the checkers are blind.
std::optional<std::uint64_t> first_failing(safeguards guards, std::uint64_t from, std::uint64_t count,
                                           const std::string& how) {
  for (auto seed = from; seed != from + count; ++seed)
    if (with(seed, guards).failure.find(how) != std::string::npos)
      return seed;
  return std::nullopt;
}

TEST(Simulation, RepeatsASeedToTheByte) {
  for (const std::uint64_t seed : {1, 7, 44, 123}) {
    const auto first = trace_of(seed);
    EXPECT_GT(first.size(), 10'000U);
    EXPECT_TRUE(first == trace_of(seed)) << "seed " << seed;
  }
}

TEST(Simulation, IsTheSameWithATraceAndWithout) {
  std::ostringstream lines;
  run_options options;
  options.seed = 5;
  const auto without = run(options);
  options.trace = &lines;
  EXPECT_EQ(run(options).hash, without.hash);
}

TEST(Simulation, DiffersBySeed) { EXPECT_NE(with(1, {}).hash, with(2, {}).hash); }

TEST(Simulation, SeesThatNothingIsSaidAgainAfterALoss) {
  EXPECT_TRUE(first_failing({.fencing = true, .replay = false, .repeats = true}, 1, 20, "faults have ceased, but"));
}

TEST(Simulation, SeesThatAFormerOwnerStillWrites) {
  EXPECT_TRUE(first_failing({.fencing = false, .replay = true, .repeats = true}, 1, 2000, "a former owner of room"));
}

TEST(Simulation, SeesThatRepeatsAreNotKnown) {
  EXPECT_TRUE(first_failing({.fencing = true, .replay = true, .repeats = false}, 1, 40, "behind a later one"));
}

TEST(Simulation, NobodyIsDisconnectedAndNothingIsLostByPlannedMoves) {
  std::size_t moves = 0;
  for (std::uint64_t seed = 1; seed != 300; ++seed) {
    run_options options;
    options.seed = seed;
    options.faults = false;
    const auto report = run(options);
    EXPECT_EQ(report.failure, "") << "seed " << seed;
    moves += report.moves;
  }
  EXPECT_GT(moves, 2'000U) << "the operator sleeps";
}

} // namespace
} // namespace godwit::sim
