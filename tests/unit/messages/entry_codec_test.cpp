#include "messages/entry_codec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <map>

namespace godwit {
namespace {

log_entry example(entry_body body) {
  log_entry entry;
  entry.seq = 7;
  entry.time = timestamp{std::chrono::microseconds{1'700'000'000'123'456}};
  entry.name = {session_id{0xfedcba9876543210U}, 42, 0x8000'0001U};
  entry.nick = "ada";
  for (std::size_t i = 0; i < entry.identity.size(); ++i)
    entry.identity[i] = static_cast<std::uint8_t>(i);
  entry.body = std::move(body);
  return entry;
}

log_entry with_mask(entry_body body) {
  auto entry = example(std::move(body));
  entry.mask = "~ada@host";
  return entry;
}

std::vector<std::pair<std::string, log_entry>> examples() {
  return {{"posted", example(posted{"hello, godwit"})},
          {"joined", example(joined{})},
          {"left", example(left{"bye", false})},
          {"quit", example(left{"gone", true})},
          {"topic_set", example(topic_set{"birds"})},
          {"renamed", example(renamed{"bea"})},
          {"unknown", example(unknown_entry{300})},
          {"tagged", example(posted{"hi", post_kind::message, member_mode::none, "+typing=done"})},
          {"notice", with_mask(posted{"to you", post_kind::notice, member_mode::room_operator})},
          {"founder", with_mask(joined{member_modes{member_mode::founder} | member_mode::room_operator, "Ada"})},
          {"modes_changed", with_mask(modes_changed{{{true, flag_change{room_flag::secret}},
                                                     {false, key_change{"sesame"}},
                                                     {true, limit_change{30}},
                                                     {true, member_change{{12}, "bob", member_mode::voice}},
                                                     {true, mask_change{mask_list::bans, "m:eve!*@*"}}}})},
          {"kicked", with_mask(kicked{{12}, "bob", "enough"})},
          {"invited", with_mask(invited{{12}, "bob"})},
          {"forgotten", example(forgotten{3})}};
}

std::string hex(std::string_view bytes) {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const unsigned char each : bytes) {
    text += digits[each >> 4U];
    text += digits[each & 15U];
  }
  return text;
}

std::map<std::string, std::string> golden(const char* path = GODWIT_SOURCE_DIR "/tests/data/log_entries.hex") {
  std::ifstream file(path);
  std::map<std::string, std::string> all;
  for (std::string name, bytes; file >> name >> bytes;)
    all[name] = bytes;
  return all;
}

std::string unhex(std::string_view text) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2)
    bytes += static_cast<char>(std::stoi(std::string(text.substr(at, 2)), nullptr, 16));
  return bytes;
}

/// GODWIT_WRITE_GOLDEN=1 writes the file anew: for an entry that is new, never for one that was released.
TEST(EntryCodec, WritesTheGoldenBytes) {
  if (std::getenv("GODWIT_WRITE_GOLDEN") != nullptr) {
    std::ofstream file(GODWIT_SOURCE_DIR "/tests/data/log_entries.hex");
    for (const auto& [name, entry] : examples())
      file << name << ' ' << hex(encode_entry(entry)) << '\n';
  }
  const auto expected = golden();
  for (const auto& [name, entry] : examples()) {
    ASSERT_TRUE(expected.contains(name)) << name;
    EXPECT_EQ(hex(encode_entry(entry)), expected.at(name)) << name;
  }
}

TEST(EntryCodec, ReadsWhatItWroteWhateverItsAlignment) {
  for (const auto& [name, entry] : examples()) {
    const auto shifted = "x" + encode_entry(entry);
    const auto read = decode_entry(std::string_view{shifted}.substr(1));
    ASSERT_TRUE(read) << name << ": " << read.why().detail;
    EXPECT_EQ(*read, entry) << name;
  }
}

TEST(EntryCodec, ReadsWhatIsInLogsOfTheTimeBeforeRoomsWereKeptInOrder) {
  const auto former = golden(GODWIT_SOURCE_DIR "/tests/data/former/log_entries.hex");
  EXPECT_GE(former.size(), 6U);
  for (const auto& [name, entry] : examples()) {
    if (!former.contains(name))
      continue;
    const auto read = decode_entry(unhex(former.at(name)));
    ASSERT_TRUE(read) << name << ": " << read.why().detail;
    EXPECT_EQ(*read, entry) << name;
  }
}

TEST(EntryCodec, TakesAsManyChangesAsARequestMayHave) {
  modes_changed many;
  for (int i = 0; i < 20; ++i)
    many.changes.push_back({true, mask_change{mask_list::bans, std::string(256, 'x')}});
  const auto read = decode_entry(encode_entry(example(many)));
  ASSERT_TRUE(read) << read.why().detail;
  EXPECT_EQ(read->body, entry_body{many});
}

TEST(EntryCodec, KeepsTheNumberOfAnUnknownBody) {
  const auto read = decode_entry(encode_entry(example(unknown_entry{65'535})));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->body, entry_body{unknown_entry{65'535}});
}

TEST(EntryCodec, BrokenBytesAreAnErrorAtEveryLengthAndBit) {
  const auto whole = encode_entry(example(posted{"hello, godwit"}));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(decode_entry(std::string_view{whole}.substr(0, length))) << length;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    auto flipped = whole;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    if (const auto read = decode_entry(flipped); !read) {
      EXPECT_THAT(read.why().detail, ::testing::StartsWith("a log entry can not be read: "));
    }
  }
  EXPECT_FALSE(decode_entry(std::string(log_entry_bytes_max + 8, '\0')));
}

TEST(EntryCodec, KeepsChangesThatItDoesNotKnowForUnknownHoweverOftenTheyAreWrittenOn) {
  const auto newer = example(modes_changed{{{true, flag_change{static_cast<room_flag>(0)}}}});
  const auto read = decode_entry(encode_entry(newer));
  ASSERT_TRUE(read);
  ASSERT_TRUE(std::holds_alternative<unknown_entry>(read->body));
  const auto again = decode_entry(encode_entry(*read));
  ASSERT_TRUE(again);
  EXPECT_EQ(*again, *read);
}

} // namespace
} // namespace godwit
