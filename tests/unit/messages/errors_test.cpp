// The list of errors: what it promises to programs and people.
#include "messages/errors.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>
#include <vector>

namespace godwit {
namespace {

const std::vector<error_code> all_codes{
#define X(name, number, retry, sentence) error_code::name,
  GODWIT_ERRORS(X)
#undef X
};

/// The error's row of the table in docs/PROTOCOL.md.
std::string row_of(error_code code) {
  std::string sentence;
  for (const char c : sentence_of(code))
    sentence += c == '|' ? std::string{"\\|"} : std::string{c};
  return "| " + std::to_string(static_cast<unsigned>(code)) + " | `" + std::string{name_of(code)} + "` | "
         + (may_retry(code) ? "yes" : "no") + " | " + sentence + " |";
}

// E-1
TEST(Errors, HaveTheNumbersNamesAndSentencesOfThePublishedTable) {
  std::ifstream file{GODWIT_SOURCE_DIR "/docs/PROTOCOL.md"};
  ASSERT_TRUE(file);
  std::set<std::string> published;
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("| ") && line.find(" | `") != std::string::npos)
      published.insert(line);
  for (const auto code : all_codes)
    EXPECT_EQ(published.erase(row_of(code)), 1U) << row_of(code);
  EXPECT_TRUE(published.empty()) << "no such error: " << *published.begin();
}

TEST(Errors, SayWhatToDoInOneSentenceEach) {
  for (const auto code : all_codes) {
    const auto sentence = sentence_of(code);
    EXPECT_TRUE(sentence.ends_with('.')) << sentence;
    EXPECT_EQ(sentence.find('\n'), std::string_view::npos) << sentence;
  }
}

TEST(Errors, OfANewerProgramHaveAName) {
  EXPECT_FALSE(is_known(60'000));
  EXPECT_EQ(name_of(static_cast<error_code>(60'000)), "unknown_error");
  EXPECT_FALSE(sentence_of(static_cast<error_code>(60'000)).empty());
  EXPECT_FALSE(may_retry(static_cast<error_code>(60'000)));
}

} // namespace
} // namespace godwit
