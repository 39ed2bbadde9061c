#include "messages/names.hpp"

#include "messages/text_limits.hpp"

#include <gtest/gtest.h>
#include <utf8proc.h>

#include <algorithm>

namespace godwit {
namespace {

std::string folded_nick(std::string_view typed) {
  auto folded = fold_nick(typed);
  return folded ? *folded : std::string{name_of(folded.why().code)};
}
std::string folded_room(std::string_view typed) {
  auto folded = fold_room(typed);
  return folded ? *folded : std::string{name_of(folded.why().code)};
}
std::string utf8(utf8proc_int32_t code_point) {
  utf8proc_uint8_t bytes[4];
  return {reinterpret_cast<char*>(bytes), static_cast<std::size_t>(utf8proc_encode_char(code_point, bytes))};
}
identity_hash hash_of(std::uint8_t byte) {
  identity_hash hash;
  hash.fill(byte);
  return hash;
}

// N-4
TEST(Names, FoldingAsciiIsLowerCaseAndNothingMore) {
  EXPECT_EQ(folded_nick("Ada"), "ada");
  EXPECT_EQ(folded_nick("A[\\]^_`{|}-9"), "a[\\]^_`{|}-9");
}

// N-1, N-4
TEST(Names, LettersOfAllScriptsAreAllowedAndFolded) {
  EXPECT_EQ(folded_nick("ÅSA"), "åsa");
  EXPECT_EQ(folded_nick("Straße"), "strasse");
  EXPECT_EQ(folded_nick("ΣΊΣΥΦΟΣ"), folded_nick("σίσυφος"));
  EXPECT_EQ(folded_nick("小林"), "小林");
  EXPECT_EQ(folded_nick("हिन्दी"), "हिन्दी");
}

// N-4
TEST(Names, FormsThatLookTheSameAreTheSameName) {
  EXPECT_EQ(folded_nick("e\xCC\x81va"), folded_nick("éva")); // decomposed, composed
  EXPECT_EQ(folded_nick("ａｄａ"), "ada");                   // full width
  EXPECT_EQ(folded_nick("ﬁn"), "fin");                       // ligature
}

// N-4
TEST(Names, ANameIsShownAsTypedButComposed) {
  EXPECT_EQ(*shown_nick("E\xCC\x81va"), "Éva");
  EXPECT_EQ(*shown_room("Lobby.Two"), "Lobby.Two");
  EXPECT_EQ(shown_nick("a b").why().code, error_code::nick_invalid);
}

// N-3
TEST(Names, WhatIrcCanNotCarryIsRefused) {
  for (const char c : std::string_view{" ,*?!@:#=\"$%&'()/;<>~\t\r\n\0\x7f", 26}) {
    const auto name = std::string{"a"} + c;
    EXPECT_EQ(folded_nick(name), "nick_invalid") << int{c};
    EXPECT_EQ(folded_room(name), "room_invalid") << int{c};
  }
}

// N-1, N-2
TEST(Names, DotAndPlusAreForRoomsOnly) {
  EXPECT_EQ(folded_room("C.and.C++"), "c.and.c++");
  EXPECT_EQ(folded_nick("a.b"), "nick_invalid");
  EXPECT_EQ(folded_nick("a+"), "nick_invalid");
}

// N-1, N-2
TEST(Names, NoNameBeginsWithADigitADashOrAMark) {
  for (const auto* name : {"1a", "-a",
                           "\xCC\x81"
                           "a",
                           "٣a", "１a", "①a", "²a"}) {
    EXPECT_EQ(folded_nick(name), "nick_invalid") << name;
    EXPECT_EQ(folded_room(name), "room_invalid") << name;
  }
  EXPECT_EQ(folded_nick("a1-"), "a1-");
}

TEST(Names, NoRoomBeginsLikeAPrivateConversation) { EXPECT_EQ(folded_room("=a"), "room_invalid"); }

// N-3
TEST(Names, WhatNobodySeesIsRefused) {
  // no-break space, soft hyphen, joiner, left-to-right mark, override, isolate, byte order mark, Hangul filler,
  // variation selector, combining grapheme joiner, line separator, Braille blank, private use, unassigned, tag
  for (const auto code_point : {0xA0, 0xAD, 0x200B, 0x200D, 0x200E, 0x202E, 0x2066, 0xFEFF, 0x3164, 0x115F, 0xFE0F,
                                0x034F, 0x2028, 0x2800, 0xE000, 0x0378, 0xE0041}) {
    const auto name = "a" + utf8(code_point) + "b";
    EXPECT_EQ(folded_nick(name), "nick_invalid") << std::hex << code_point;
    EXPECT_EQ(folded_room(name), "room_invalid") << std::hex << code_point;
  }
}

TEST(Names, WhatIsNotUtf8IsRefused) {
  for (const std::string name : {"a\xff", "a\xc3", "a\xc0\x80", "a\xed\xa0\x80", "a\xf4\x90\x80\x80", "\x80"})
    EXPECT_EQ(folded_nick(name), "nick_invalid");
}

TEST(Names, AnEmptyNameIsRefused) {
  EXPECT_EQ(folded_nick(""), "nick_invalid");
  EXPECT_EQ(folded_room(""), "room_invalid");
}

// N-1, N-2
TEST(Names, LengthIsCountedInCodePoints) {
  std::string nick;
  for (std::size_t i = 0; i < limits::nick_code_points_max; ++i)
    nick += "林";
  EXPECT_EQ(folded_nick(nick), nick);
  EXPECT_EQ(folded_nick(nick + "林"), "nick_too_long");
  EXPECT_EQ(folded_room(std::string(limits::room_name_code_points_max, 'a')).size(), limits::room_name_code_points_max);
  EXPECT_EQ(folded_room(std::string(limits::room_name_code_points_max + 1, 'a')), "room_name_too_long");
  EXPECT_EQ(folded_nick(std::string(1'000'000, 'a')), "nick_too_long");
}

TEST(Names, AFoldedNameThatGrowsTooLongIsRefused) {
  std::string nick;
  for (std::size_t i = 0; i < limits::nick_code_points_max; ++i)
    nick += "ﬃ"; // folds to three letters
  EXPECT_EQ(folded_nick(nick), "nick_too_long");
}

TEST(Names, FoldingAFoldedNameChangesNothing) {
  for (utf8proc_int32_t code_point = 0; code_point < 0x110000; ++code_point) {
    if (!utf8proc_codepoint_valid(code_point))
      continue;
    const auto once = fold_room("a" + utf8(code_point));
    if (!once)
      continue;
    const auto twice = fold_room(*once);
    ASSERT_TRUE(twice) << std::hex << code_point;
    ASSERT_EQ(*once, *twice) << std::hex << code_point;
  }
}

// N-5
TEST(Names, ReservedNicksAreFoundFolded) {
  EXPECT_TRUE(is_reserved_nick(folded_nick("NickServ"), default_reserved_nicks()));
  EXPECT_FALSE(is_reserved_nick(folded_nick("ada"), default_reserved_nicks()));
  for (const auto& nick : default_reserved_nicks())
    EXPECT_EQ(folded_nick(nick), nick);
}

// P-1
TEST(Names, APrivateKeyIsTheSameFromBothSides) {
  const auto key = private_room_key(hash_of(0xAB), hash_of(0x01));
  EXPECT_EQ(key, private_room_key(hash_of(0x01), hash_of(0xAB)));
  EXPECT_EQ(key.substr(0, 5), "=0101");
  EXPECT_EQ(key.substr(65, 5), "=abab");
  EXPECT_TRUE(is_private(key));
  EXPECT_FALSE(is_private("lobby"));
}

TEST(Names, APrivateKeyGivesItsTwoIdentitiesBack) {
  const auto identities = identities_of(private_room_key(hash_of(7), hash_of(3)));
  ASSERT_TRUE(identities);
  EXPECT_EQ(identities->first, hash_of(3));
  EXPECT_EQ(identities->second, hash_of(7));
}

TEST(Names, AKeyThatIsNotWellFormedHasNoIdentities) {
  const auto key = private_room_key(hash_of(7), hash_of(3));
  auto swapped = key.substr(65) + key.substr(0, 65);
  auto upper = private_room_key(hash_of(0xAB), hash_of(0xCD));
  std::transform(upper.begin(), upper.end(), upper.begin(), [](unsigned char c) { return std::toupper(c); });
  for (const auto& wrong : {std::string{}, std::string{"lobby"}, std::string{"="}, key + "0", key.substr(1), swapped,
                            upper, "x" + key.substr(1)})
    EXPECT_FALSE(identities_of(wrong)) << wrong;
}

// N-4
TEST(Names, FoldAsTheyAreShownWhateverTheOrderOfTheirMarks) {
  const auto typed = "\xe1\xbe\xb3\xcc\x81"; // alpha with iota below, then an acute accent
  const auto shown = shown_nick(typed);
  ASSERT_TRUE(shown);
  EXPECT_EQ(*fold_nick(typed), *fold_nick(*shown));
}

} // namespace
} // namespace godwit
