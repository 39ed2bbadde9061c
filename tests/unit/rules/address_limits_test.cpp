#include "actors/rules/address_limits.hpp"

#include <gmock/gmock.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;
using verdict = address_limits::verdict;

constexpr address_limits::time begin{1h};

ip_address ip(const std::string& text) { return parse_ip_address(text).value(); }

address_settings settings() {
  address_settings made;
  made.connections_max = 8;
  made.connects_per_minute = 1000;
  return made;
}

TEST(IpNetwork, ReadsAddressesAndPrefixes) {
  EXPECT_TRUE(parse_ip_network("127.0.0.0/8")->contains(ip("127.1.2.3")));
  EXPECT_FALSE(parse_ip_network("127.0.0.0/8")->contains(ip("128.0.0.1")));
  EXPECT_TRUE(parse_ip_network("192.0.2.4/30")->contains(ip("192.0.2.7")));
  EXPECT_FALSE(parse_ip_network("192.0.2.4/30")->contains(ip("192.0.2.8")));
  EXPECT_TRUE(parse_ip_network("::1")->contains(ip("::1")));
  EXPECT_FALSE(parse_ip_network("::1")->contains(ip("::2")));
  EXPECT_TRUE(parse_ip_network("0.0.0.0/0")->contains(ip("203.0.113.9")));
  EXPECT_FALSE(parse_ip_network("0.0.0.0/0")->contains(ip("2001:db8::1")));
  EXPECT_TRUE(parse_ip_network("::/0")->contains(ip("203.0.113.9")));
  EXPECT_TRUE(parse_ip_network("10.0.0.0/8")->contains(ip("::ffff:10.1.1.1"))) << "the same address";
}

TEST(IpNetwork, ReadsNothingElse) {
  for (const auto* text : {"", "/", "/8", "localhost", "127.0.0.1/", "127.0.0.0/33", "127.0.0.0/x", "127.0.0.0/8 ",
                           "127.0.0.1/8", "::1/129", "2001:db8::1/32", "127.0.0.0/-1", "1.2.3/8", "[::1]"})
    EXPECT_FALSE(parse_ip_network(text)) << text;
  EXPECT_FALSE(parse_ip_network(std::string_view("127.0.0.1\0.2", 12))) << "an end before its end";
}

// C-21
TEST(AddressLimits, CountWhatIsOpenAtOnce) {
  address_limits all(settings());
  const auto one = ip("192.0.2.1");
  for (int i = 0; i != 8; ++i)
    EXPECT_EQ(all.connect(one, begin), verdict::welcome);
  EXPECT_EQ(all.connect(ip("192.0.2.2"), begin), verdict::welcome) << "another address";
  for (int i = 0; i != 5; ++i)
    EXPECT_EQ(all.connect(one, begin), verdict::too_many);
  EXPECT_EQ(all.connect(one, begin), verdict::closed);
  for (int i = 0; i != 6; ++i) // the five that were told, and one
    all.disconnect(one);
  EXPECT_EQ(all.connect(one, begin), verdict::welcome);
  EXPECT_EQ(all.connect(one, begin), verdict::too_many);
}

// C-21
TEST(AddressLimits, CountConnectsByTheMinute) {
  auto few = settings();
  few.connects_per_minute = 6;
  address_limits all(few);
  const auto one = ip("192.0.2.1");
  const auto visit = [&](auto when) {
    const auto got = all.connect(one, when);
    if (got != verdict::closed)
      all.disconnect(one);
    return got;
  };
  for (int i = 0; i != 6; ++i)
    EXPECT_EQ(visit(begin), verdict::welcome);
  EXPECT_EQ(visit(begin), verdict::too_many);
  EXPECT_EQ(visit(begin + 15s), verdict::too_many) << "half a connect is no connect, and the last one is owed";
  EXPECT_EQ(visit(begin + 40s), verdict::welcome);
  for (int i = 0; i != 1000; ++i)
    visit(begin + 40s);
  EXPECT_EQ(visit(begin + 40s), verdict::closed);
  EXPECT_EQ(visit(begin + 40s + 50s), verdict::welcome) << "however long it hammered";
}

// C-21
TEST(AddressLimits, TakeSixtyFourBitsOfIpv6ForOneAddress) {
  address_limits all(settings());
  for (int i = 0; i != 8; ++i)
    EXPECT_EQ(all.connect(ip("2001:db8:0:1::" + std::to_string(i)), begin), verdict::welcome);
  EXPECT_EQ(all.connect(ip("2001:db8:0:1:ffff::"), begin), verdict::too_many);
  EXPECT_EQ(all.connect(ip("2001:db8:0:2::"), begin), verdict::welcome);
  EXPECT_EQ(all.connect(ip("::ffff:192.0.2.1"), begin), verdict::welcome);
  EXPECT_EQ(all.connect(ip("::ffff:192.0.2.2"), begin), verdict::welcome);
  EXPECT_EQ(all.size(), 4U) << "IPv4 is no network of 64 bits";
}

// C-22
TEST(AddressLimits, SkipExemptNetworks) {
  auto some = settings();
  some.exempt = {*parse_ip_network("127.0.0.0/8"), *parse_ip_network("::1")};
  address_limits all(some);
  for (int i = 0; i != 100; ++i) {
    EXPECT_EQ(all.connect(ip("127.0.0.1"), begin), verdict::exempt);
    EXPECT_EQ(all.connect(ip("::1"), begin), verdict::exempt);
  }
  EXPECT_EQ(all.size(), 0U);
}

TEST(AddressLimits, CostAnAdversaryWithManyAddressesABoundedTable) {
  auto small = settings();
  small.remembered_max = 100;
  address_limits all(small);
  EXPECT_EQ(all.connect(ip("2001:db8:ffff:ffff::1"), begin), verdict::welcome);
  for (int i = 0; i != 10'000; ++i) {
    ip_address one = ip("2001:db8::1");
    one.bytes[6] = static_cast<std::uint8_t>(i / 256);
    one.bytes[7] = static_cast<std::uint8_t>(i % 256);
    ASSERT_EQ(all.connect(one, begin), verdict::welcome);
    all.disconnect(one);
    ASSERT_LE(all.size(), 101U);
  }
  for (int i = 0; i != 7; ++i)
    EXPECT_EQ(all.connect(ip("2001:db8:ffff:ffff::1"), begin), verdict::welcome);
  EXPECT_EQ(all.connect(ip("2001:db8:ffff:ffff::1"), begin), verdict::too_many) << "what is open is not forgotten";
}

TEST(AddressLimits, ForgetTheAddressThatWasHereTheLongestAgo) {
  auto small = settings();
  small.remembered_max = 2;
  small.connects_per_minute = 2;
  address_limits all(small);
  const auto visit = [&](const char* who) {
    const auto got = all.connect(ip(who), begin);
    all.disconnect(ip(who));
    return got;
  };
  visit("192.0.2.1");
  visit("192.0.2.2");
  visit("192.0.2.1");
  visit("192.0.2.3"); // 192.0.2.2 goes
  EXPECT_EQ(all.size(), 2U);
  EXPECT_EQ(visit("192.0.2.1"), verdict::too_many);
}

} // namespace
} // namespace godwit
