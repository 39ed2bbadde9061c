// docs/PROTOCOL.md says what holds, in numbered sentences; each is quoted by a test that proves it.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace godwit {
namespace {

const std::filesystem::path source_folder = GODWIT_SOURCE_DIR;

std::string content_of(const std::filesystem::path& path) {
  std::stringstream read;
  read << std::ifstream(path).rdbuf();
  return read.str();
}

std::set<std::string> all_matches(const std::string& text, const std::regex& pattern) {
  std::set<std::string> found;
  for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it)
    found.insert((*it)[1]);
  return found;
}

/// The numbers in comments that hold nothing else, as they stand above tests.
std::set<std::string> quoted_in(const std::string& source) {
  static const std::regex number("([A-Z]-[0-9]+)");
  static const std::regex quote("^ *// [A-Z]-[0-9]+(, [A-Z]-[0-9]+)*( .*)?$");
  std::set<std::string> found;
  std::istringstream lines(source);
  for (std::string line; std::getline(lines, line);)
    if (std::regex_match(line, quote))
      found.merge(all_matches(line, number));
  return found;
}

std::set<std::string> sentences() {
  static const std::regex sentence("\\n- \\*\\*([A-Z]-[0-9]+)\\*\\* ");
  auto all = all_matches(content_of(source_folder / "docs/PROTOCOL.md"), sentence);
  all.merge(all_matches(content_of(source_folder / "docs/IRC.md"), sentence));
  return all;
}

std::set<std::string> quoted_by_tests() {
  std::set<std::string> found;
  for (const auto* folder : {"tests/unit", "tests/integration"})
    for (const auto& file : std::filesystem::recursive_directory_iterator(source_folder / folder))
      if (file.path().extension() == ".cpp")
        found.merge(quoted_in(content_of(file.path())));
  return found;
}

TEST(ProtocolDocument, HasItsSentencesAllQuotedByTests) {
  const auto said = sentences();
  ASSERT_GT(said.size(), 100U) << "the document has another form than this test reads";
  const auto quoted = quoted_by_tests();
  for (const auto& each : said)
    EXPECT_TRUE(quoted.contains(each)) << each << " of docs/PROTOCOL.md or docs/IRC.md is quoted by no test";
}

TEST(ProtocolDocument, HasEverySentenceThatTestsQuote) {
  const auto said = sentences();
  for (const auto& each : quoted_by_tests())
    EXPECT_TRUE(said.contains(each)) << each << " is quoted, and stands in neither docs/PROTOCOL.md nor docs/IRC.md";
}

} // namespace
} // namespace godwit
