#include "actors/queues/pulse_thread.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <vector>

namespace godwit {
namespace {

using namespace std::chrono_literals;

TEST(PulseThread, CallsEachThatIsWatchedAgainAndAgainWithATimeThatRises) {
  pulse_thread pulses{1ms};
  std::promise<void> enough;
  pulse_thread::time_point last{};
  int count = 0;
  pulses.watch([&](pulse_thread::time_point now, std::chrono::nanoseconds lateness) {
    EXPECT_GT(now, last);
    EXPECT_GE(lateness, 0ns);
    last = now;
    if (++count == 5)
      enough.set_value();
  });
  EXPECT_EQ(enough.get_future().wait_for(30s), std::future_status::ready);
}

/// What it uses may go then.
TEST(PulseThread, CallsNobodyOnceItHasForgottenHim) {
  pulse_thread pulses{100us};
  for (int i = 0; i != 200; ++i) {
    auto state = std::make_unique<std::atomic<int>>(0);
    const auto number = pulses.watch([used = state.get()](auto, auto) { ++*used; });
    while (i % 4 == 0 && *state == 0)
      std::this_thread::yield();
    pulses.forget(number);
  }
}

TEST(PulseThread, IsAskedFromSeveralThreadsAtOnce) {
  pulse_thread pulses{100us};
  std::atomic<int> calls{0};
  std::vector<std::jthread> askers;
  for (int i = 0; i != 4; ++i)
    askers.emplace_back([&] {
      for (int each = 0; each != 100; ++each)
        pulses.forget(pulses.watch([&](auto, auto) { ++calls; }));
    });
  askers.clear();
  const int before = calls;
  EXPECT_EQ(calls, before) << "everybody is forgotten";
}

} // namespace
} // namespace godwit
