#include "actors/rules/operator_attempts.hpp"

#include "actors/rules/limits.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;

struct OperatorAttempts : testing::Test {
  static ip_address address(const std::string& text) { return *parse_ip_address(text); }
  operator_attempts subject;
  instant now{std::chrono::hours{1}};
  bool try_after(std::chrono::milliseconds pause, std::uint64_t session = 1, const std::string& from = "192.0.2.1") {
    now += pause;
    return subject.begin({session}, address(from), now);
  }
};

// I-74
TEST_F(OperatorAttempts, WaitLongerWithEachFailure) {
  EXPECT_TRUE(try_after(0s));
  EXPECT_FALSE(try_after(900ms));
  EXPECT_TRUE(try_after(100ms));
  EXPECT_FALSE(try_after(1900ms));
  EXPECT_TRUE(try_after(100ms));
  EXPECT_FALSE(try_after(3900ms));
  EXPECT_TRUE(try_after(100ms));
}

// I-74
TEST_F(OperatorAttempts, AreCountedPerAddressWhateverTheConnectionIs) {
  EXPECT_TRUE(try_after(0s, 1));
  EXPECT_FALSE(try_after(0s, 2)) << "another session from there";
  EXPECT_TRUE(try_after(0s, 3, "192.0.2.2"));
  EXPECT_FALSE(try_after(0s, 1, "192.0.2.3")) << "the same session from elsewhere";
}

// I-74
TEST_F(OperatorAttempts, OfOneNetworkOfIpv6AreThoseOfOneAddress) {
  EXPECT_TRUE(try_after(0s, 1, "2001:db8::1"));
  EXPECT_FALSE(try_after(0s, 2, "2001:db8::2"));
  EXPECT_TRUE(try_after(0s, 3, "2001:db8:0:1::1"));
}

TEST_F(OperatorAttempts, ThatWereNotMadeDoNotCount) {
  EXPECT_TRUE(try_after(0s));
  subject.take_back({1}, address("192.0.2.1"));
  EXPECT_TRUE(try_after(0s));
}

TEST_F(OperatorAttempts, SuccessAndTimeAreForgiven) {
  EXPECT_TRUE(try_after(0s));
  subject.succeeded({1}, address("192.0.2.1"));
  EXPECT_TRUE(try_after(0s));
  for (int i = 0; i != 20; ++i)
    try_after(limits::operator_pause_max);
  EXPECT_GT(subject.failures_of(address("192.0.2.1")), 10U);
  EXPECT_FALSE(try_after(1s));
  EXPECT_TRUE(try_after(limits::operator_attempts_kept));
  EXPECT_EQ(subject.failures_of(address("192.0.2.1")), 1U);
}

TEST_F(OperatorAttempts, AreBounded) {
  for (std::uint64_t i = 1; i != limits::operator_attempts_max + 10; ++i)
    try_after(1ms, i, "10.0." + std::to_string(i / 256) + "." + std::to_string(i % 256));
  EXPECT_EQ(subject.failures_of(address("10.0.0.1")), 0U) << "the quietest has made room";
  EXPECT_EQ(subject.failures_of(address("10.0.0.100")), 1U);
}

} // namespace
} // namespace godwit
