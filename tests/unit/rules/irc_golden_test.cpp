// Conversations of IRC clients, line by line: tests/data/irc/*.txt, through the real rules of sessions, rooms and
// relays (tests/unit/rules/irc_world.hpp).
//
//   # what is shown       a comment
//   ada> JOIN #lobby      what a client says; \xNN is a byte
//   bob< :ada!… JOIN …    what clients are told thereupon
//   ! wait 60             seconds pass
//   ! plaintext eve       connects without TLS
//   ! in ada              is logged in, of which nothing is shown
//   ! no motd             there is no message of the day from here on
//   ! no admin            nor anybody to write to
#include "tests/unit/rules/irc_world.hpp"

#include "messages/irc/irc_capabilities.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace godwit::test {
namespace {

namespace fs = std::filesystem;

const fs::path source_folder = GODWIT_SOURCE_DIR;

std::string content_of(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<fs::path> conversations() {
  std::vector<fs::path> found;
  for (const auto& each : fs::directory_iterator(source_folder / "tests/data/irc"))
    found.push_back(each.path());
  std::ranges::sort(found);
  return found;
}

std::string as_bytes(const std::string& written) {
  static const std::regex escaped(R"(\\x([0-9a-f]{2}))");
  std::string out;
  auto from = written.begin();
  for (std::sregex_iterator it(written.begin(), written.end(), escaped), end; it != end; ++it) {
    out.append(from, (*it)[0].first);
    out += static_cast<char>(std::stoi((*it)[1], nullptr, 16));
    from = (*it)[0].second;
  }
  return out.append(from, written.end());
}

std::string as_written(const std::string& bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (const unsigned char each : bytes)
    if (each < 0x20 || each == 0x7f)
      out += std::string("\\x") + digits[each / 16] + digits[each % 16];
    else
      out += static_cast<char>(each);
  return out;
}

/// The file as it would be: its comments and what is said in it, with what is told now.
std::string held_anew(const std::string& file) {
  static const std::regex said(R"(([a-z]+)> (.*))");
  static const std::regex told(R"([a-z]+< .*)");
  static const std::regex pause(R"(! wait ([0-9]+))");
  static const std::regex without_tls(R"(! plaintext ([a-z]+))");
  static const std::regex logs_in(R"(! in ([a-z]+))");
  irc_world world;
  std::string out;
  std::istringstream lines(file);
  for (std::string line; std::getline(lines, line);) {
    std::smatch found;
    if (std::regex_match(line, told))
      continue;
    out += line + "\n";
    if (std::regex_match(line, found, said))
      world.say(found[1], as_bytes(found[2]));
    else if (std::regex_match(line, found, pause))
      world.wait(std::chrono::seconds{std::stoi(found[1])});
    else if (std::regex_match(line, found, without_tls))
      world.connect(found[1], true);
    else if (std::regex_match(line, found, logs_in)) {
      world.say(found[1], "NICK " + found[1].str());
      world.say(found[1], "USER " + found[1].str() + " 0 * :" + found[1].str());
      world.take_told();
    } else if (line == "! no motd")
      world.forget_motd();
    else if (line == "! no admin")
      world.forget_admin();
    else if (!line.empty() && !line.starts_with('#'))
      ADD_FAILURE() << "not understood: " << line;
    for (const auto& [who, what] : world.take_told())
      out += who + "< " + as_written(what) + "\n";
  }
  return out;
}

class IrcConversation : public ::testing::TestWithParam<fs::path> {};

INSTANTIATE_TEST_SUITE_P(All, IrcConversation, ::testing::ValuesIn(conversations()),
                         [](const auto& tested) { return tested.param.stem().string(); });

/// GODWIT_WRITE_GOLDEN=1 writes the file anew: look at the difference, since clients parse these lines.
// I-18, I-19, I-24, I-37, I-45, I-46, I-68
TEST_P(IrcConversation, IsHeldAsItIsWritten) {
  const auto written = content_of(GetParam());
  const auto now = held_anew(written);
  if (std::getenv("GODWIT_WRITE_GOLDEN") != nullptr)
    std::ofstream(GetParam(), std::ios::binary) << now;
  else
    EXPECT_EQ(now, written);
}

TEST(IrcConversations, HaveEachNumericAndCapabilityThatIsPromised) {
  std::string all;
  for (const auto& each : conversations())
    all += content_of(each);
  static const std::regex sentence(R"(\n- \*\*I-[0-9]+\*\* [^\n]*)");
  static const std::regex range(R"(\b([0-9]{3}) to ([0-9]{3})\b)");
  static const std::regex number(R"([^0-9,]([0-9]{3})\b)");
  const std::set<int> no_numerics{500, 512}; // they are counts
  const auto document = content_of(source_folder / "docs/IRC.md");
  std::set<int> promised;
  for (std::sregex_iterator it(document.begin(), document.end(), sentence), end; it != end; ++it) {
    const auto text = it->str();
    for (std::sregex_iterator at(text.begin(), text.end(), range); at != end; ++at)
      for (int each = std::stoi((*at)[1]); each <= std::stoi((*at)[2]); ++each)
        promised.insert(each);
    for (std::sregex_iterator at(text.begin(), text.end(), number); at != end; ++at)
      promised.insert(std::stoi((*at)[1]));
  }
  ASSERT_GT(promised.size(), 60U) << "the document has another form than this test reads";
  for (const auto each : promised) {
    auto digits = std::to_string(each);
    digits.insert(0, 3 - digits.size(), '0');
    EXPECT_TRUE(no_numerics.contains(each) || all.find(" :irc.test " + digits + " ") != std::string::npos)
      << digits << " stands in no conversation";
  }
  for (const auto& each : irc::capability_names)
    EXPECT_TRUE(std::regex_search(all, std::regex("CAP REQ :[^\n]*\\b" + std::string(each.name) + "\\b"))) << each.name;
}

} // namespace
} // namespace godwit::test
