#include "messages/cloak.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

// I-15
TEST(Cloak, IsTheSameForOneAddressAndTellsNothingOfIt) {
  const auto shown = cloaked_host("a secret", "192.0.2.7:1234");
  EXPECT_EQ(shown, cloaked_host("a secret", "192.0.2.7:9"));
  EXPECT_NE(shown, cloaked_host("a secret", "192.0.2.8:1234"));
  EXPECT_NE(shown, cloaked_host("another", "192.0.2.7:1234"));
  EXPECT_EQ(shown.find("192"), std::string::npos);
  EXPECT_TRUE(shown.ends_with(".cloak"));
}

// I-15
TEST(Cloak, IsOneForAllAddressesOfAnIpv6Network) {
  EXPECT_EQ(cloaked_host("k", "[2001:db8:1:2::1]:5"), cloaked_host("k", "[2001:db8:1:2:ffff::9]:6"));
  EXPECT_NE(cloaked_host("k", "[2001:db8:1:2::1]:5"), cloaked_host("k", "[2001:db8:1:3::1]:5"));
}

TEST(Cloak, HidesEverythingWithoutAKeyOrAnAddress) {
  EXPECT_EQ(cloaked_host("", "192.0.2.7:1"), "hidden");
  EXPECT_EQ(cloaked_host("k", "no address"), "hidden");
  EXPECT_EQ(cloaked_host("k", ""), "hidden");
}

} // namespace
} // namespace godwit
