// New sessions go to the worker node with the least load.
#include "tests/support/cluster.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

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

} // namespace
} // namespace godwit::test
