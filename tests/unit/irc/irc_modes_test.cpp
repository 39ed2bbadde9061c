#include "messages/irc/irc_modes.hpp"

#include "messages/irc/irc_limits.hpp"

#include <gtest/gtest.h>

namespace godwit::irc {
namespace {

using words = std::vector<std::string>;

asked_modes read(const words& params) { return read_modes(params); }

// I-40
TEST(IrcModes, ReadsLettersWithTheirParametersInOrder) {
  const auto asked = read({"+nk-l+ob", "secret", "ada", "*!*@bad"});
  ASSERT_EQ(asked.changes.size(), 5U);
  EXPECT_EQ(asked.changes[0], (mode_change{true, flag_change{room_flag::members_only}}));
  EXPECT_EQ(asked.changes[1], (mode_change{true, key_change{"secret"}}));
  EXPECT_EQ(asked.changes[2], (mode_change{false, limit_change{}}));
  EXPECT_EQ(asked.changes[3], (mode_change{true, member_change{{}, "ada", member_mode::room_operator}}));
  EXPECT_EQ(asked.changes[4], (mode_change{true, mask_change{mask_list::bans, "*!*@bad"}}));
}

// I-41
TEST(IrcModes, TakesAListWithoutAMaskForAQuestion) {
  EXPECT_EQ(read({"b"}).lists, std::vector{mask_list::bans});
  EXPECT_EQ(read({"+eI"}).lists, (std::vector{mask_list::exceptions, mask_list::invite_exceptions}));
  EXPECT_EQ(read({"bbbb"}).lists.size(), 1U);
}

TEST(IrcModes, NamesUnknownLettersAndMissingParametersOnce) {
  const auto asked = read({"+zzno"});
  EXPECT_EQ(asked.unknown, std::vector<char>{'z'});
  EXPECT_EQ(asked.missing, std::vector<char>{'o'});
  EXPECT_EQ(asked.changes.size(), 1U);
  EXPECT_EQ(read({"+" + std::string(400, 'o')}).missing, std::vector<char>{'o'});
  EXPECT_EQ(read({"+\xc3\xbc\xc3\xa4z"}).unknown, (std::vector<char>{'?', 'z'})) << "half a character is no answer";
}

// I-40
TEST(IrcModes, SetsAsideWhatCanBeNoKeyNoLimitAndNoMask) {
  const auto asked = read({"+lklbe", "many", "a,b", "0", "m:", "m:*!*@x"});
  EXPECT_TRUE(asked.changes.empty());
  EXPECT_TRUE(asked.missing.empty());
  std::string letters;
  for (const auto& each : asked.bad)
    letters += each.letter;
  EXPECT_EQ(letters, "lklbe") << letters;
}

// I-42
TEST(IrcModes, TakesNoMoreChangesThanItsLimitHoweverManyLettersOneLineHas) {
  words params{"+" + std::string(1000, 'n')};
  const auto asked = read(params);
  EXPECT_EQ(asked.changes.size(), limits::irc_modes_per_line_max);
  EXPECT_TRUE(asked.too_many);
}

TEST(IrcModes, AreSaidAsTheyAreRead) {
  const auto asked = read({"+nk-l+ob", "secret", "ada", "*!*@bad"});
  EXPECT_EQ(words_of(asked.changes, 400), words{"+nk-l+ob secret ada *!*@bad"});
}

TEST(IrcModes, GoOnInAnotherLineWhereOneIsFull) {
  std::vector<mode_change> changes(3, {true, mask_change{mask_list::bans, std::string(100, 'm')}});
  EXPECT_EQ(words_of(changes, 220).size(), 2U);
}

TEST(IrcModes, ShowWhatHoldsForARoom) {
  room_settings settings;
  settings.flags = new_room_flags;
  settings.key = "k";
  settings.limit = 5;
  EXPECT_EQ(words_of(settings), "+ntkl k 5");
}

// I-43
TEST(IrcModes, StandBeforeANickFromTheHighestRankDown) {
  const auto modes = member_modes{member_mode::room_operator} | member_modes{member_mode::voice};
  EXPECT_EQ(prefixes_of(modes, false), "@");
  EXPECT_EQ(prefixes_of(modes, true), "@+");
  EXPECT_EQ(prefixes_of(member_modes{}, true), "");
}

} // namespace
} // namespace godwit::irc
