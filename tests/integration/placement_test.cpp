// New sessions go to the worker node with the least load.
#include "tests/support/operator.hpp"
#include "tests/support/text_file.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <string>

namespace godwit::test {
namespace {

constexpr int sessions = 60;
constexpr int sessions_apart_max = sessions / 20; // 5 %

TEST(Placement, SpreadsSessionsEquallyOverWorkerNodes) {
  cluster running{"local", log_where_sessions_begin};
  running.start();
  std::vector<std::unique_ptr<chat_client>> all;
  for (int i = 0; i < sessions; ++i) {
    all.push_back(running.join("p" + std::to_string(i), ""));
    if (i % 5 == 4) // a few at a time, at the same time
      for (auto& each : all)
        each->expect({{"event", "logged_in"}});
  }
  const auto on_one = sessions_begun_on(running, "worker-1");
  const auto on_two = sessions_begun_on(running, "worker-2");
  EXPECT_EQ(on_one + on_two, sessions);
  EXPECT_LE(std::abs(on_one - on_two), sessions_apart_max) << on_one << " on worker-1, " << on_two << " on worker-2";
}

TEST(Placement, OfAThousandSessionsTwoWorkerNodesDifferByAtMostFivePercent) {
  constexpr int many = 1000;
  cluster running{"local"};
  running.start();
  const auto log = running.path("load.log");
  process load({.arguments = {godwit_bench_program(), "--server", running.client_address(), "--ca",
                              running.path("var/ca.pem"), "--clients", std::to_string(many), "--rooms", "10",
                              "--senders", "0", "--warm-up", "0", "--seconds", "5"},
                .error_file = log,
                .output_file = running.path("load.out")});
  wait_until(
    "all are in",
    [&] {
      EXPECT_TRUE(load.is_running() || HasFailure()) << read_text(log);
      return read_text(log).find("the load begins") != std::string::npos || HasFailure();
    },
    std::chrono::seconds{60});
  std::map<std::string, int> sessions_by_node;
  for (const auto& each : shown(running, {"nodes"}))
    sessions_by_node[each["name"]] = each["sessions"];
  const auto on_one = sessions_by_node["worker-1"];
  const auto on_two = sessions_by_node["worker-2"];
  EXPECT_EQ(on_one + on_two, many);
  EXPECT_LE(std::abs(on_one - on_two), many / 20) << on_one << " on worker-1, " << on_two << " on worker-2";
}

} // namespace
} // namespace godwit::test
