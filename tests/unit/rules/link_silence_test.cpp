#include "actors/rules/limits.hpp"
#include "actors/rules/link_silence.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;
using silence_verdict = link_silence::verdict;
constexpr link_silence::time_point start{1000s};

TEST(LinkSilence, IsSuspiciousOncePerSilence) {
  link_silence silence{start};
  EXPECT_EQ(silence.judge(start + limits::silence_is_suspicious - 1ms, 0ns), silence_verdict::fine);
  EXPECT_EQ(silence.judge(start + limits::silence_is_suspicious, 0ns), silence_verdict::suspicious);
  EXPECT_EQ(silence.judge(start + limits::silence_is_suspicious + 100ms, 0ns), silence_verdict::fine);
  EXPECT_TRUE(silence.heard(start + 2s)) << "the end of a silence that was told is told";
  EXPECT_FALSE(silence.heard(start + 2s));
  EXPECT_EQ(silence.judge(start + 3s, 0ns), silence_verdict::suspicious);
}

TEST(LinkSilence, CutsALinkThatStaysSilent) {
  link_silence silence{start};
  EXPECT_EQ(silence.judge(start + limits::silence_cuts_link, 0ns), silence_verdict::cut);
}

TEST(LinkSilence, BlamesNobodyForOnesOwnLateness) {
  link_silence silence{start};
  EXPECT_EQ(silence.judge(start + 1h, 1h - 100ms), silence_verdict::fine);
  EXPECT_EQ(silence.judge(start + 1h + limits::silence_is_suspicious, 0ns), silence_verdict::suspicious);
}

TEST(LinkSilence, FindsNoneWhenTheQuestionIsOlderThanWhatWasHeard) {
  link_silence silence{start};
  silence.heard(start + 1h);
  EXPECT_EQ(silence.judge(start + 2s, 0ns), silence_verdict::fine);
}

} // namespace
} // namespace godwit
