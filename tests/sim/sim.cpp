/// @file
/// Runs seeds one after the other: `sim [--seed N] [--seeds COUNT] [--hours H] [--trace FILE]`.
///
/// A seed that fails is run again with its trace, which goes to sim-SEED.trace; its end is printed. With
/// `--open-failures` or `--keep-going` all seeds are run, and those that fail are named.
#include "tests/sim/describe.hpp"
#include "tests/sim/run.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>

namespace godwit::sim {
namespace {

struct arguments {
  std::uint64_t seed = 1;
  std::uint64_t seeds = 1;
  std::uint64_t step = 1;
  double hours = 0;
  double longer = 0; ///< seconds
  bool keep_going = false;
  bool faults = true;
  bool moves = true;
  std::uint64_t open_failures = 0; ///< so many may fail
  std::string trace;
  safeguards guards;
};

[[noreturn]] void usage() {
  std::fputs("usage: sim [--seed N] [--seeds COUNT] [--step N] [--hours H] [--longer SECONDS] [--trace FILE] "
             "[--keep-going] [--no-moves] [--no-faults]\n           [--open-failures COUNT] [--without "
             "fencing|replay|repeats]\n",
             stderr);
  std::exit(2);
}

arguments read(int count, char** words) {
  arguments all;
  for (int i = 1; i < count; ++i) {
    const std::string_view option = words[i];
    if (option == "--keep-going") {
      all.keep_going = true;
      continue;
    }
    if (option == "--no-moves" || option == "--no-faults") {
      (option == "--no-moves" ? all.moves : all.faults) = false;
      continue;
    }
    if (++i == count)
      usage();
    const std::string value = words[i];
    if (option == "--seed")
      all.seed = std::stoull(value);
    else if (option == "--seeds")
      all.seeds = std::stoull(value);
    else if (option == "--step")
      all.step = std::stoull(value);
    else if (option == "--hours")
      all.hours = std::stod(value);
    else if (option == "--longer")
      all.longer = std::stod(value);
    else if (option == "--trace")
      all.trace = value;
    else if (option == "--open-failures") {
      all.open_failures = std::stoull(value);
      all.keep_going = true;
    } else if (option == "--without" && value == "fencing")
      all.guards.fencing = false;
    else if (option == "--without" && value == "replay")
      all.guards.replay = false;
    else if (option == "--without" && value == "repeats")
      all.guards.repeats = false;
    else
      usage();
  }
  return all;
}

run_options options_for(const arguments& all, std::uint64_t seed) {
  run_options options;
  options.seed = seed;
  options.guards = all.guards;
  options.faults = all.faults;
  options.moves = all.moves;
  options.longer = std::chrono::duration_cast<span>(std::chrono::duration<double>(all.longer));
  return options;
}

/// Once more, for people.
void show(const arguments& all, std::uint64_t seed, const std::string& file) {
  std::ofstream out(file);
  auto options = options_for(all, seed);
  options.trace = &out;
  const auto made = run(options);
  constexpr std::size_t lines_shown = 60;
  const auto& lines = made.last_lines;
  for (auto i = lines.size() > lines_shown ? lines.size() - lines_shown : 0; i != lines.size(); ++i)
    std::printf("%s\n", lines[i].substr(0, 240).c_str());
  std::printf("The whole trace: %s\n", file.c_str());
}

int main(const arguments& all) {
  using clock = std::chrono::steady_clock;
  const auto began = clock::now();
  double simulated = 0;
  std::uint64_t events = 0;
  std::uint64_t runs = 0;
  std::uint64_t failures = 0;
  std::size_t posts = 0;
  std::size_t acknowledged = 0;
  std::size_t told = 0;
  std::size_t faults = 0;
  std::size_t moves = 0;
  std::size_t drains = 0;
  std::map<error_code, std::size_t> disconnects;
  for (auto seed = all.seed; all.hours > 0 ? simulated < all.hours * 3600 : runs < all.seeds; seed += all.step) {
    const auto made = run(options_for(all, seed));
    ++runs;
    simulated += std::chrono::duration<double>(made.simulated).count();
    events += made.events;
    posts += made.posts;
    acknowledged += made.acknowledged;
    told += made.told;
    faults += made.faults;
    moves += made.moves;
    drains += made.drains;
    for (const auto& [why, count] : made.disconnects)
      disconnects[why] += count;
    if (!made.failure.empty()) {
      ++failures;
      std::printf("seed %llu FAILED: %s\n", static_cast<unsigned long long>(seed), made.failure.c_str());
      std::fflush(stdout);
      if (!all.keep_going) {
        show(all, seed, all.trace.empty() ? "sim-" + std::to_string(seed) + ".trace" : all.trace);
        return 1;
      }
    } else if (!all.trace.empty()) {
      show(all, seed, all.trace);
    }
  }
  const auto spent = std::chrono::duration<double>(clock::now() - began).count();
  std::printf(
    "%llu seeds, %llu failed; %.2f simulated hours in %.1f s (%.2f in a minute); %llu events, %zu faults, %zu "
    "moves, %zu drains; %zu posts, %zu acknowledged, %zu events told\n",
    static_cast<unsigned long long>(runs), static_cast<unsigned long long>(failures), simulated / 3600, spent,
    simulated / 60 / spent, static_cast<unsigned long long>(events), faults, moves, drains, posts, acknowledged, told);
  std::printf("connections that the cluster closed:");
  for (const auto& [why, count] : disconnects)
    std::printf(" %s %zu", std::string(name_of(why)).c_str(), count);
  std::printf("\n");
  return failures <= all.open_failures ? 0 : 1;
}

} // namespace
} // namespace godwit::sim

int main(int count, char** words) { return godwit::sim::main(godwit::sim::read(count, words)); }
