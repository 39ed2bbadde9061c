#include "messages/irc/irc_framer.hpp"

#include "messages/irc/irc_line.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace godwit::irc {
namespace {

std::vector<std::string> all_of(line_reader& reader) {
  std::vector<std::string> out;
  while (const auto line = reader.next())
    out.emplace_back(*line);
  return out;
}

using lines = std::vector<std::string>;

// I-1
TEST(IrcFramer, EndsLinesAtLfWithOrWithoutCrAndSkipsEmptyOnes) {
  line_reader reader;
  reader.feed("NICK a\r\nUSER b\n\r\n\nPING c\r\nPI");
  EXPECT_EQ(all_of(reader), (lines{"NICK a", "USER b", "PING c"}));
  reader.feed("NG d\n");
  EXPECT_EQ(all_of(reader), lines{"PING d"});
  EXPECT_EQ(reader.waiting_bytes(), 0U);
}

TEST(IrcFramer, ReadsWhatComesOneByteAtATime) {
  line_reader reader;
  lines got;
  for (const char each : std::string_view("NICK ada\r\nPING 1\r\n")) {
    reader.feed({&each, 1});
    for (auto& line : all_of(reader))
      got.push_back(std::move(line));
  }
  EXPECT_EQ(got, (lines{"NICK ada", "PING 1"}));
}

// I-2
TEST(IrcFramer, CutsALineThatIsTooLongAndSkipsItsRest) {
  line_reader reader;
  std::size_t most = 0;
  lines got;
  for (int i = 0; i != 100; ++i) {
    reader.feed(std::string(1000, 'x'));
    for (auto& line : all_of(reader))
      got.push_back(std::move(line));
    most = std::max(most, reader.waiting_bytes());
  }
  reader.feed("yy\r\nPING 1\r\n");
  for (auto& line : all_of(reader))
    got.push_back(std::move(line));
  ASSERT_EQ(got.size(), 2U);
  EXPECT_EQ(parse_line(got[0]).fault, line_fault::too_long);
  EXPECT_EQ(got[1], "PING 1");
  EXPECT_LE(most, framed_bytes_max);
}

// I-2
TEST(IrcFramer, CutsAlsoWhenTheWholeLineComesAtOnce) {
  line_reader reader;
  reader.feed(std::string(20'000, 'x') + "\r\nPING 1\r\n");
  const auto got = all_of(reader);
  ASSERT_EQ(got.size(), 2U);
  EXPECT_LE(got[0].size(), framed_bytes_max);
  EXPECT_EQ(parse_line(got[0]).fault, line_fault::too_long);
}

} // namespace
} // namespace godwit::irc
