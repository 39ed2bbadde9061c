// Nothing grows with time or with an adversary: real nodes under a crowd that does what it likes.
//
// Measured is what the kernel says is resident (VmRSS) of each node, once a second; compared are medians over a while,
// since queues come and go. Where a sanitizer is built in, that number means nothing: then the nodes are only stopped
// in order at the end, and tell what they have leaked.
#include "tests/load/people.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/process_memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <regex>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

#ifdef __SANITIZE_ADDRESS__
constexpr bool is_sanitized = true;
#else
constexpr bool is_sanitized = false;
#endif

struct run_plan {
  std::chrono::seconds warm_up;
  std::chrono::seconds lasts;  ///< the warm-up included
  std::chrono::seconds window; ///< of the medians that are compared
  double may_grow;             ///< a share of what was resident after the warm-up
};

run_plan plan() {
  if (is_sanitized)
    return {5s, 15s, 5s, 0};
  if (std::getenv("GODWIT_LONG") != nullptr)
    return {60s, 600s, 30s, 0.05};
  return {15s, 30s, 5s, 0.07};
}

/// A store whose cache is full soon, a log that tells why each connection was closed. Short waits, so that what has
/// ended is gone soon; limits that hold for this machine too.
std::string hard_limits(const std::string& config) {
  const std::string limits = R"(resume-timeout-ms = 3000
handshake-timeout-ms = 2000
room-closes-after-ms = 3000
ended-kept-ms = 10000
send-queue-bytes = 1048576
flood-per-second = 500
flood-patience-ms = 2000
connections-per-address = 100000
connects-per-minute = 1000000)";
  return std::regex_replace(config, std::regex{"exempt = .*"}, limits)
         + "\n[store]\ncache-bytes = 2097152\n[log]\nlevel = \"debug\"\n";
}

/// By node, one number a second.
using samples = std::map<std::string, std::vector<std::size_t>>;

void sample(cluster& running, samples& to) {
  for (const auto& node : running.nodes())
    to[node].push_back(memory_of(running.process_of(node).pid()).resident_bytes);
}

std::size_t median(const std::vector<std::size_t>& all, std::size_t from, std::size_t count) {
  std::vector<std::size_t> part(all.begin() + static_cast<std::ptrdiff_t>(from),
                                all.begin() + static_cast<std::ptrdiff_t>(std::min(from + count, all.size())));
  std::ranges::nth_element(part, part.begin() + static_cast<std::ptrdiff_t>(part.size() / 2));
  return part[part.size() / 2];
}

struct good_people {
  std::vector<person*> all;
  bool are_settled() const {
    return std::ranges::all_of(all, [](const auto* each) { return each->is_settled(); });
  }
};

/// What is said in `hall` comes to 20 of them; what is said in `loud` is too much for who does not read.
good_people gather_good_people(crowd& people) {
  good_people good;
  for (int i = 0; i != 6; ++i)
    good.all.push_back(&people.add<poster_of_many>("hall", 200, 250ms));
  for (int i = 0; i != 2; ++i)
    good.all.push_back(&people.add<poster_of_many>("loud", 16'000, 20ms));
  for (int i = 0; i != 12; ++i)
    good.all.push_back(&people.add<listener>(std::vector<std::string>{"hall"}));
  return good;
}

/// Sessions end at a rate at which those of the last 10 minutes, which are remembered for so long, are to weigh little.
void add_others(crowd& people) {
  for (int i = 0; i != 4; ++i)
    people.add<slow_reader>("loud", 8s);
  for (int i = 0; i != 4; ++i)
    people.add<flooder>("hall");
  for (int i = 0; i != 4; ++i)
    people.add<hopper>(1s);
  for (int i = 0; i != 8; ++i)
    people.add<wanderer>("hall", i % 2 == 0, i % 2 == 0 ? 3s : 1500ms);
  for (int i = 0; i != 20; ++i)
    people.add<half_opener>(700ms);
}

void expect_no_growth(const samples& of, const run_plan& by) {
  const auto from = static_cast<std::size_t>(by.warm_up.count());
  const auto window = static_cast<std::size_t>(by.window.count());
  for (const auto& [node, all] : of) {
    const auto first = median(all, from, window);
    const auto last = median(all, all.size() - window, window);
    const double growth = static_cast<double>(last) / static_cast<double>(first) - 1;
    std::printf("%-10s %6zu KiB after %lld s, %6zu KiB at the end: %+.1f %%; at most %zu KiB\n", node.c_str(),
                first / 1024, static_cast<long long>(by.warm_up.count()), last / 1024, 100 * growth,
                *std::ranges::max_element(all) / 1024);
    std::printf("          ");
    for (std::size_t i = 0; i != 20; ++i)
      std::printf(" %zu", all[all.size() * i / 20] / 1024);
    std::printf("\n");
    EXPECT_LT(growth, by.may_grow) << node << " grows";
  }
}

void expect_all_was_tried(const crowd_counts& counts, const std::string& log) {
  std::printf("%s\n", to_string(counts).c_str());
  EXPECT_GT(counts.confirmed, 0U);
  EXPECT_GT(counts.resumes, 0U);
  EXPECT_GT(counts.cuts, 0U) << "no half-open handshake was ended";
  for (const auto code : {error_code::flooding, error_code::session_ended})
    EXPECT_TRUE(counts.closes.contains(code)) << name_of(code);
  // Who does not read is not told.
  for (const auto code : {error_code::send_queue_exceeded, error_code::handshake_timeout})
    EXPECT_NE(log.find(" is closed: " + std::string{name_of(code)}), std::string::npos) << name_of(code);
}

void run_crowd(const std::string& config_name) {
  const auto by = plan();
  cluster running{config_name};
  running.change_config(hard_limits(running.config()));
  running.start();
  crowd people{running.client_address(), running.path("var/ca.pem")};
  const auto good = gather_good_people(people);
  ASSERT_TRUE(people.run_until([&] { return good.are_settled(); }, patience));
  add_others(people);
  samples resident;
  for (auto second = 0s; second != by.lasts; ++second) {
    people.run_for(1s);
    sample(running, resident);
  }
  expect_all_was_tried(people.counts(), running.log(running.nodes().size() == 1 ? "godwit-1" : "proxy-1"));
  if (!is_sanitized)
    expect_no_growth(resident, by);
  for (const auto& [node, end] : running.stop()) // while all are connected
    EXPECT_EQ(end, process_end{}) << node << ' ' << to_string(end);
}

TEST(Memory, ASingleNodeHoldsAsMuchAfterAWhileAsAtItsBeginning) { run_crowd("single"); }
TEST(Memory, NodesOfAClusterHoldAsMuchAfterAWhileAsAtTheirBeginning) { run_crowd("local"); }

} // namespace
} // namespace godwit::test
