/// @file
/// What a run of the load has found, as a table for people or as JSON for programs. docs/BENCHMARKS.md says what each
/// figure means.
#pragma once

#include "client/bench/load_figures.hpp"
#include "client/bench/load_plan.hpp"
#include "client/bench/order_checker.hpp"
#include "client/bench/process_usage.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <vector>

namespace godwit::bench {

/// One of the server's processes at four moments.
struct process_report {
  int pid = 0;
  std::string label;
  process_usage before;   ///< before the first connection
  process_usage idle;     ///< all clients are logged in, and in no room
  process_usage measured; ///< the measured time begins
  process_usage end;      ///< it is over
};

struct bench_report {
  load_plan plan;
  std::string run;                             ///< part of all names of this run
  std::chrono::duration<double> connecting{0}; ///< from the first connection to the last log-in
  load_figures figures;                        ///< of all threads
  std::uint64_t posts_sent = 0;                ///< in all, the warm-up included
  std::uint64_t posts_acknowledged = 0;
  std::uint64_t posts_refused = 0;
  std::uint64_t posts_abandoned = 0;     ///< unanswered when their sender lost its connection
  std::uint64_t posts_unanswered = 0;    ///< of the others, when no answer came any more
  std::uint64_t deliveries = 0;          ///< in all
  std::uint64_t deliveries_expected = 0; ///< acknowledged posts, each times the members of its room
  std::uint64_t connections_lost = 0;    ///< between log-in and quit
  order_findings findings;               ///< of all members that kept their connection
  std::uint64_t in_another_order = 0;    ///< members that were told what others of their room were, in another order
  std::vector<sender_account> accounts;  ///< of each sender, by its number
  std::string fault;                     ///< the first thing that went wrong, or empty
  std::vector<process_report> processes;
  std::chrono::nanoseconds own_cpu{0}; ///< of this program, in the measured time

  /// Nothing was lost, doubled, out of order or left unanswered.
  bool is_sound() const;
  std::chrono::nanoseconds server_cpu() const;     ///< in the measured time
  std::chrono::nanoseconds connecting_cpu() const; ///< of the server, until all clients were logged in
  std::size_t server_idle_bytes() const;           ///< RssAnon that came with the idle clients
  double per_second(std::uint64_t count) const;    ///< of the measured time
};

/// What load_plan::slow_above was asked for: a line for each, times of the steady clock.
std::string slow_lines(const bench_report& report);
/// Of each sender a line: its number, how many of its posts were answered (they are counted from 1, and answered in
/// this order), and the counters of those that were refused.
std::string answer_lines(const bench_report& report);
std::string to_table(const bench_report& report);
nlohmann::json to_json(const bench_report& report);

} // namespace godwit::bench
