// The broker node, and with it the store, is killed at random moments while people post: what was acknowledged stands
// in the log once, in order, and nothing else.
//
// The seed is printed; GODWIT_SEED=N kills at the same moments again. GODWIT_LONG=1 (`./dev test --long`) kills 200
// times.
#include "tests/support/posters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <thread>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

std::uint64_t chosen_seed() {
  const auto* given = std::getenv("GODWIT_SEED");
  return given != nullptr ? std::stoull(given) : std::random_device{}();
}

bool is_long_run() {
  const auto* given = std::getenv("GODWIT_LONG");
  return given != nullptr && std::string_view{given} == "1";
}

/// Posts all the time, each time when the last post was acknowledged; its poster is nobody else's meanwhile.
class posting {
public:
  explicit posting(poster& who)
      : thread_([&who](const std::stop_token& ends) {
          try {
            while (!ends.stop_requested()) {
              who.say_some(2);
              who.wait_for_first_of_newest();
            }
          } catch (const std::exception& failed) {
            ADD_FAILURE() << failed.what();
          }
        }) {}

private:
  std::jthread thread_;
};

struct killing {
  const char* name;
  int kills;
  int runs_of_long_run; ///< a cluster each
  const char* config;
  said_order order;
};

void kill_while_posting(const killing& what, std::mt19937_64& chance) {
  // From the start of its process: before it has opened its store, while rooms come back to it, while it writes.
  const auto next_life = [&chance] { return std::chrono::milliseconds{chance() % 500}; };
  cluster running{"local", what.config};
  running.start();
  auto all = gather(running, 3);
  {
    std::vector<std::unique_ptr<posting>> people;
    for (const auto& each : all)
      people.push_back(std::make_unique<posting>(*each));
    for (int kill = 0; kill < what.kills; ++kill) {
      std::this_thread::sleep_for(next_life());
      running.kill("broker-1");
      running.begin_start("broker-1");
    }
    running.wait_until_ready("broker-1");
  }
  wait_for_all(all);
  expect_undisturbed(all);
  expect_all_whole(running, all, what.order);
  running.stop();
  running.expect_sound_store();
}

class BrokerNode : public ::testing::TestWithParam<killing> {};

INSTANTIATE_TEST_SUITE_P(
  WherePosts, BrokerNode,
  // Nothing is refused, so that nothing may change its place; or much is, and may not be in the log for that.
  ::testing::Values(killing{"Wait", 20, 10, "[limits]\nstore-wait-ms = 600000\n", said_order::kept},
                    killing{"AreRefusedSoon", 5, 4, "[limits]\nstore-wait-ms = 100\n", said_order::may_change}),
  [](const auto& tested) { return tested.param.name; });

TEST_P(BrokerNode, KilledAtRandomMomentsLosesAndDoublesNothingAndDisconnectsNobody) {
  const auto seed = chosen_seed();
  std::cerr << "GODWIT_SEED=" << seed << '\n';
  std::mt19937_64 chance{seed};
  for (int run = is_long_run() ? GetParam().runs_of_long_run : 1; run > 0 && !HasFailure(); --run)
    kill_while_posting(GetParam(), chance);
}

} // namespace
} // namespace godwit::test
