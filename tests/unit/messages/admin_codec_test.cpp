#include "messages/admin_codec.hpp"

#include "messages/frame.hpp"
#include "tests/unit/messages/admin_samples.hpp"

#include <gtest/gtest.h>

namespace godwit::admin {
namespace {

std::string unframed(const std::string& bytes) {
  frame_reader reader({frame_bytes_max, 1});
  reader.feed(bytes);
  const auto got = reader.next();
  EXPECT_TRUE(got && *got);
  EXPECT_EQ((*got)->bytes.size() + frame_header_bytes, bytes.size());
  return std::string((*got)->bytes);
}

TEST(AdminCodec, GivesBackWhatToolsAsk) {
  for (const auto& [name, said] : request_samples()) {
    const auto got = decode_request(unframed(encode(said)));
    ASSERT_TRUE(got) << name;
    EXPECT_EQ(*got, said) << name;
  }
}

TEST(AdminCodec, GivesBackWhatToolsAreTold) {
  for (const auto& [name, said] : reply_samples()) {
    const auto got = decode_reply(unframed(encode(said)));
    ASSERT_TRUE(got) << name;
    EXPECT_EQ(*got, said) << name;
  }
}

TEST(AdminCodec, AnErrorOfTheDirectoryIsAFailureWithItsNameAndSentence) {
  const auto said = reply_of(7, error{error_code::no_such_nick, "bob"});
  const auto* failed = std::get_if<failure>(&said);
  ASSERT_NE(failed, nullptr);
  EXPECT_EQ(failed->number, 7U);
  EXPECT_EQ(failed->name, "no_such_nick");
  EXPECT_EQ(failed->sentence, sentence_of(error_code::no_such_nick));
}

TEST(AdminCodec, AMeasureThatIsNotKnownKeepsItsNumber) {
  const auto said = encode(question{7, treat_room{"#lobby", static_cast<room_measure>(9), "bob", {}}});
  const auto got = decode_request(unframed(said));
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, request{unknown_question{7}});
}

TEST(AdminCodec, AQuestionWithoutANumberOrWithALongTextIsNone) {
  EXPECT_FALSE(decode_request(unframed(encode(question{0, show_nodes{}}))));
  EXPECT_TRUE(decode_request(unframed(encode(question{1, show_where{std::string(admin_text_bytes_max, 'x')}}))));
  EXPECT_FALSE(decode_request(unframed(encode(question{1, show_where{std::string(admin_text_bytes_max + 1, 'x')}}))));
}

TEST(AdminCodec, GarbageAndCutFramesAreErrorValues) {
  const auto whole = unframed(encode(question{1, kick_person{"bob", "enough"}}));
  for (std::size_t count = 0; count < whole.size(); ++count)
    EXPECT_FALSE(decode_request(std::string_view(whole).substr(0, count))) << count;
  EXPECT_EQ(decode_request(std::string(64, '\xff')).why().code, error_code::bad_frame);
  EXPECT_EQ(decode_reply(std::string(64, '\xff')).why().code, error_code::bad_frame);
  EXPECT_FALSE(decode_request(std::string(admin_request_bytes_max + 8, '\0')));
}

TEST(AdminCodec, AWholePageFits) {
  sessions_shown page;
  for (std::size_t i = 0; i != admin_page_rows_max; ++i)
    page.sessions.push_back(
      {{~0ULL}, {1, 2}, std::string(128, 'n'), protocol::irc, "placing", "proxy-12345678", "worker-1234567"});
  rooms_shown rooms;
  for (std::size_t i = 0; i != admin_page_rows_max; ++i)
    rooms.rooms.push_back({{~0ULL}, 7, "#" + std::string(256, 'r'), "opening", "worker-1234567"});
  for (const auto& bytes : {encode(reply_of(1, page)), encode(reply_of(1, rooms))}) {
    EXPECT_LE(bytes.size(), admin_reply_bytes_max);
    EXPECT_TRUE(decode_reply(unframed(bytes)));
  }
}

} // namespace
} // namespace godwit::admin
