#include "messages/irc/irc_line.hpp"

#include "messages/irc/irc_limits.hpp"

#include <gtest/gtest.h>

namespace godwit::irc {
namespace {

using namespace std::string_literals;

using words = std::vector<std::string>;

// I-3
TEST(IrcLine, IsReadAsTagsSourceCommandAndParameters) {
  const auto read = parse_line("@id=1;+draft/reply=abc :ada!~a@b privmsg  #lobby   :hello, world ");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read.what.tags, (std::vector<tag>{{"id", "1"}, {"+draft/reply", "abc"}}));
  EXPECT_EQ(read.what.source, "ada!~a@b");
  EXPECT_EQ(read.what.command, "PRIVMSG");
  EXPECT_EQ(read.what.params, (words{"#lobby", "hello, world "}));
}

TEST(IrcLine, KeepsAnEmptyTrailingParameter) {
  EXPECT_EQ(parse_line("TOPIC #a :").what.params, (words{"#a", ""}));
  EXPECT_EQ(parse_line("TOPIC #a ").what.params, (words{"#a"}));
}

TEST(IrcLine, TakesANumericOfThreeDigitsForACommand) {
  EXPECT_TRUE(parse_line("001 you").ok());
  EXPECT_EQ(parse_line("01 you").fault, line_fault::unreadable);
  EXPECT_EQ(parse_line("PRIV%MSG #a :b").fault, line_fault::unreadable);
}

// I-4
TEST(IrcLine, UnescapesTagValuesAndDropsALonelyBackslash) {
  const auto read = parse_line(R"(@a=\:\s\\\r\n\x;b=end\;c;d= PING 1)");
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read.what.tag_value("a"), "; \\\r\nx");
  EXPECT_EQ(*read.what.tag_value("b"), "end");
  EXPECT_EQ(*read.what.tag_value("c"), "");
  EXPECT_EQ(read.what.tag_value("e"), nullptr);
}

TEST(IrcLine, EscapesWhatItUnescapes) {
  const auto all = "a;b c\\d\re\nf"s;
  EXPECT_EQ(unescape_tag_value(escape_tag_value(all)), all);
  EXPECT_EQ(escape_tag_value(all).find_first_of("; \r\n"), std::string::npos);
}

// I-2
TEST(IrcLine, OfTheGreatestLengthIsTakenAndOneByteMoreIsNot) {
  const auto head = "PRIVMSG #a :"s;
  const auto longest = head + std::string(limits::irc_line_bytes_max - 2 - head.size(), 'x');
  EXPECT_TRUE(parse_line(longest).ok());
  EXPECT_EQ(parse_line(longest + "x").fault, line_fault::too_long);
}

// I-2
TEST(IrcLine, HasItsTagsLimitedApartFromTheRest) {
  const auto tags = [](std::size_t bytes) { return "@a=" + std::string(bytes - 4, 'x') + " "; };
  const auto longest = tags(limits::irc_client_tags_bytes_max) + "PING " + std::string(500, 'y');
  EXPECT_TRUE(parse_line(longest).ok());
  EXPECT_EQ(parse_line(tags(limits::irc_client_tags_bytes_max + 1) + "PING 1").fault, line_fault::too_long);
}

// I-5
TEST(IrcLine, OfOtherBytesThanUtf8IsNamedSoWithItsCommand) {
  const auto read = parse_line("PRIVMSG #a :caf\xe9");
  EXPECT_EQ(read.fault, line_fault::not_utf8);
  EXPECT_EQ(read.what.command, "PRIVMSG");
  const auto not_obeyed = parse_line("PRIVMSG #a :caf\xe9", text_check::none);
  EXPECT_TRUE(not_obeyed.ok());
  EXPECT_EQ(not_obeyed.what.params.size(), 2U);
}

// I-6
TEST(IrcLine, WithLineEndsOrNulInsideIsNotTaken) {
  for (const auto& each : {"PING a\rQUIT"s, "PING a\nQUIT"s, "PING a\0b"s})
    EXPECT_EQ(parse_line(each).fault, line_fault::bad_bytes);
}

TEST(IrcLine, HasNoMoreTagsAndParametersThanItsLimits) {
  std::string tags = "@";
  for (std::size_t i = 0; i != limits::irc_tags_max + 1; ++i)
    tags += "t" + std::to_string(i) + ";";
  EXPECT_EQ(parse_line(tags + " PING 1").fault, line_fault::too_long);
  std::string params = "MODE";
  for (std::size_t i = 0; i != limits::irc_params_max + 1; ++i)
    params += " p";
  const auto read = parse_line(params + " :last");
  EXPECT_TRUE(read.ok());
  ASSERT_EQ(read.what.params.size(), limits::irc_params_max);
  EXPECT_EQ(read.what.params.back(), "p p :last") << "the last one is all that is left";
}

// I-7
TEST(IrcLineWriter, LetsNoParameterBringInAnotherLineOrParameter) {
  EXPECT_EQ(line_writer("s", "NOTICE").param("a b").param("").param(":x").trailing("hi\r\nQUIT").str(),
            ":s NOTICE a * * :hi\r\n");
  EXPECT_EQ(line_writer("a\nb c", "PING").str(), ":a PING\r\n");
}

TEST(IrcLineWriter, CutsTheTrailingParameterBetweenTwoCharacters) {
  const auto text = line_writer("s", "NOTICE").param("a").trailing(std::string(494, 'x') + "üü").str();
  EXPECT_LE(text.size(), limits::irc_line_bytes_max);
  EXPECT_TRUE(parse_line(text.substr(0, text.size() - 2)).ok()) << "half a character is left";
}

TEST(IrcLineWriter, PutsTagsInFrontWhenTheyAreAddedLast) {
  EXPECT_EQ(line_writer("s", "PING").trailing("x").tag("time", "1;2").tag("bot").str(),
            "@time=1\\:2;bot :s PING :x\r\n");
}

} // namespace
} // namespace godwit::irc
