// A room's settings as the store keeps them.
#include "messages/moderation_codec.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace godwit {
namespace {

const timestamp time_of_ban{std::chrono::microseconds{1'700'000'000'123'456}};

room_settings example() {
  room_settings out;
  out.flags = room_flags{room_flag::secret} | room_flag::moderated;
  out.key = "sesame";
  out.limit = 30;
  out.bans = {{"eve!*@*", "ada", time_of_ban}, {"m:mallory!*@*", "ada", time_of_ban}};
  out.exceptions = {{"*!*@host", "bob", time_of_ban}};
  out.invite_exceptions = {{"bob!*@*", "ada", time_of_ban}};
  out.invitations = {session_id{12}, session_id{13}};
  out.created = time_of_ban;
  return out;
}

std::string hex(std::string_view bytes) {
  std::string out;
  for (const auto each : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += digits[static_cast<unsigned char>(each) >> 4U];
    out += digits[static_cast<unsigned char>(each) & 15U];
  }
  return out + '\n';
}

/// GODWIT_WRITE_GOLDEN=1 writes the file anew.
TEST(ModerationCodec, WritesTheGoldenBytesOfSettings) {
  const auto path = std::string(GODWIT_SOURCE_DIR) + "/tests/data/room_settings.hex";
  if (std::getenv("GODWIT_WRITE_GOLDEN") != nullptr)
    std::ofstream(path) << hex(encode_settings(example()));
  std::stringstream read;
  read << std::ifstream(path).rdbuf();
  EXPECT_EQ(read.str(), hex(encode_settings(example())));
}

TEST(ModerationCodec, ReadsTheSettingsThatItWrote) {
  const auto read = decode_settings(encode_settings(example()));
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, example());
}

TEST(ModerationCodec, HoldsTheFullestSettings) {
  auto full = example();
  for (auto* list : {&full.bans, &full.exceptions, &full.invite_exceptions})
    list->assign(100, {std::string(256, 'x'), std::string(128, 'n'), time_of_ban});
  full.invitations.assign(64, session_id{12});
  const auto bytes = encode_settings(full);
  EXPECT_LE(bytes.size(), settings_bytes_max);
  const auto read = decode_settings(bytes);
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, full);
}

TEST(ModerationCodec, BrokenSettingsAreAnError) {
  const auto whole = encode_settings(example());
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(decode_settings(std::string_view{whole}.substr(0, length))) << length;
  EXPECT_FALSE(decode_settings(std::string(settings_bytes_max + 8, '\0')));
}

} // namespace
} // namespace godwit
