#include "nodes/link/backoff.hpp"

#include "nodes/link/host_port.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsMaximumAndBeginsAnew) {
  backoff wait{40ms, 100ms};
  const std::uint64_t shortest = 0;
  EXPECT_EQ(wait.take(shortest), 20ms);
  EXPECT_EQ(wait.take(shortest), 40ms);
  EXPECT_EQ(wait.take(shortest), 50ms);
  EXPECT_EQ(wait.take(shortest), 50ms);
  wait.reset();
  EXPECT_EQ(wait.take(shortest), 20ms);
}

TEST(Backoff, StaysBetweenHalfAStepAndTheWhole) {
  for (std::uint64_t chance = 0; chance < 1000; ++chance) {
    backoff wait{40ms, 100ms};
    const auto time = wait.take(chance);
    EXPECT_GE(time, 20ms);
    EXPECT_LE(time, 40ms);
  }
}

TEST(HostPort, IsReadInItsThreeForms) {
  EXPECT_EQ(parse_host_port("127.0.0.1:7701"), (host_port{"127.0.0.1", 7701}));
  EXPECT_EQ(parse_host_port("[::1]:7701"), (host_port{"::1", 7701}));
  EXPECT_EQ(parse_host_port("worker.example:0"), (host_port{"worker.example", 0}));
}

TEST(HostPort, IsNotGuessed) {
  for (const char* text : {"", "host", ":7701", "[]:7701", "::1:7701", "host:", "host:65536", "host:-1", "host:1x"})
    EXPECT_FALSE(parse_host_port(text)) << text;
}

} // namespace
} // namespace godwit
