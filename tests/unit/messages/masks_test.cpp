#include "messages/masks.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace godwit {
namespace {

std::string kept(std::string_view typed) {
  const auto mask = normalise_mask(typed);
  return mask ? *mask : std::string{name_of(mask.why().code)};
}

// M-1
TEST(Masks, AreCompletedByWhatTheyLeaveOut) {
  EXPECT_EQ(kept("ada"), "ada!*@*");
  EXPECT_EQ(kept("ada*"), "ada*!*@*");
  EXPECT_EQ(kept("ada@x"), "*!ada@x");
  EXPECT_EQ(kept("@x"), "*!*@x");
  EXPECT_EQ(kept("ada!u"), "ada!u@*");
  EXPECT_EQ(kept("ada!u@x"), "ada!u@x");
  EXPECT_EQ(kept("!@"), "*!*@*");
  EXPECT_EQ(kept("*.example"), "*!*@*.example");
  EXPECT_EQ(kept("2001:db8::1"), "*!*@2001:db8::1");
  EXPECT_EQ(kept("m:ada"), "m:ada!*@*");
  EXPECT_EQ(kept("a***b"), "a*b!*@*");
}

// M-1
TEST(Masks, AreKeptFoldedAndTheSameWhenNormalisedAgain) {
  EXPECT_EQ(kept("ADA!U@Host"), "ada!u@host");
  EXPECT_EQ(kept("GRÜSSE"), "grüsse!*@*");
  EXPECT_EQ(kept("Straße"), "strasse!*@*");
  for (const auto* typed : {"ada", "ADA@x", "m:É*", "*!*@*", "a?c"})
    EXPECT_EQ(kept(kept(typed)), kept(typed)) << typed;
}

// M-1
TEST(Masks, AreRefusedWhereTheyCanBeNone) {
  for (const auto* typed : {"", "m:", "a b", "a,b", "a\nb", "a\tb", "\x01", "\xff", "a\xe2\x80", "\xef\xbc\x8c"})
    EXPECT_EQ(kept(typed), "mask_invalid") << typed;
  EXPECT_EQ(kept(std::string(257, 'x')), "mask_invalid");
  EXPECT_EQ(kept(std::string(256, 'x')), "mask_invalid") << "completed it is too long";
  EXPECT_EQ(kept(std::string(252, 'x')).size(), 256U);
}

// M-1
TEST(Masks, MatchWholeAddressesWithWildcardsByCodePoint) {
  EXPECT_TRUE(mask_matches("ada!*@*", "Ada", "~u@host"));
  EXPECT_FALSE(mask_matches("ada!*@*", "adam", "~u@host"));
  EXPECT_TRUE(mask_matches("*!*@*", "x", "~u@host"));
  EXPECT_TRUE(mask_matches("a?a!*@*", "aéa", "~u@host"));
  EXPECT_FALSE(mask_matches("a??a!*@*", "aéa", "~u@host"));
  EXPECT_TRUE(mask_matches("*a*b*c!*@*", "xaybzc", "~u@host"));
  EXPECT_FALSE(mask_matches("*a*b*c!*@*", "xaybz", "~u@host"));
  EXPECT_TRUE(mask_matches("*!*@*.example", "x", "u@a.b.Example"));
  EXPECT_TRUE(mask_matches("strasse!*@*", "STRAẞE", "u@h"));
  EXPECT_FALSE(mask_matches("", "x", "u@h"));
  EXPECT_TRUE(mask_matches("ada!*@*", "ada", "")) << "of whom nothing more is known";
  EXPECT_FALSE(mask_matches("x!u@h?", "x", "u@h"));
}

// A mask that would keep a naive matcher busy for ever.
TEST(Masks, MatchInAsManyStepsAsTheirLengthsMultiplied) {
  std::string mask;
  for (int i = 0; i < 60; ++i)
    mask += "*a";
  const auto begin = std::chrono::steady_clock::now();
  for (int round = 0; round < 100; ++round)
    EXPECT_FALSE(mask_matches(mask + "*b", std::string(250, 'a')));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
}

TEST(RoomKeys, AreOneWordOfPlainText) {
  EXPECT_TRUE(is_room_key("sesame"));
  EXPECT_TRUE(is_room_key("offen!"));
  for (const auto* typed : {"", "a b", "a,b", "a\x01", "\xff"})
    EXPECT_FALSE(is_room_key(typed)) << typed;
  EXPECT_FALSE(is_room_key(std::string(33, 'x')));
}

} // namespace
} // namespace godwit
