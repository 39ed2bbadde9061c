// New sessions go to the worker node with the least load.
#include "tests/support/cluster.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

namespace godwit::test {
namespace {

constexpr int sessions = 60;
constexpr int sessions_apart_max = sessions / 20; // 5 %

TEST(Placement, SpreadsSessionsEquallyOverWorkerNodes) {
  cluster running{"local"};
  running.start();
  std::vector<std::unique_ptr<chat_client>> all;
  for (int i = 0; i < sessions; ++i) {
    all.push_back(running.join("p" + std::to_string(i), ""));
    if (i % 5 == 4) // a few at a time, at the same time
      for (auto& each : all)
        each->expect({{"event", "logged_in"}});
  }
  // A session says where it is by losing it: it goes on elsewhere.
  running.kill("worker-1");
  int moved = 0;
  for (auto& each : all) {
    EXPECT_EQ(each->ask("/ping")["event"], "confirmed");
    moved += each->events({{"event", "reconnecting"}}).empty() ? 0 : 1;
  }
  const auto stayed = sessions - moved;
  EXPECT_LE(std::abs(moved - stayed), sessions_apart_max) << moved << " of worker-1, " << stayed << " of worker-2";
}

} // namespace
} // namespace godwit::test
