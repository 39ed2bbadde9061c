#include "messages/frame.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using namespace std::string_literals;

constexpr frame_limits small{.bytes_max = 16, .channel_count = 2};

std::string framed(std::uint8_t channel, std::string_view bytes) {
  std::string stream;
  append_frame(stream, channel, bytes);
  return stream;
}

// F-1
TEST(Frame, HasALittleEndianHeaderOfLengthAndChannel) {
  EXPECT_EQ(framed(1, "hello"), "\x05\x00\x00\x01hello"s);
  EXPECT_EQ(framed(0, std::string(0x012345, 'x')).substr(0, 5), "\x45\x23\x01\x00x"s);
}

TEST(Frame, IsReadBackWhenItComesOneByteAtATime) {
  frame_reader reader{small};
  for (const char byte : framed(0, "one") + framed(1, "two")) {
    reader.feed({&byte, 1});
    const auto got = reader.next();
    ASSERT_TRUE(got);
    if (!*got)
      continue;
    EXPECT_EQ((*got)->bytes, (*got)->channel == 0 ? "one" : "two");
  }
  EXPECT_EQ(reader.waiting_bytes(), 0U);
}

TEST(Frame, ComesInOrderWhenManyArriveAtOnce) {
  frame_reader reader{small};
  std::string stream;
  for (int i = 0; i < 10; ++i)
    append_frame(stream, client_channel::connection, std::to_string(i));
  reader.feed(stream);
  for (int i = 0; i < 10; ++i) {
    const auto got = reader.next();
    ASSERT_TRUE(got && *got);
    EXPECT_EQ((*got)->bytes, std::to_string(i));
    EXPECT_EQ((*got)->channel, 1);
  }
  const auto none = reader.next();
  EXPECT_TRUE(none && !*none);
}

// F-4
TEST(Frame, OfTheGreatestSizeIsTakenAndOneByteMoreIsNot) {
  frame_reader takes{small};
  takes.feed(framed(0, std::string(16, 'x')));
  const auto got = takes.next();
  ASSERT_TRUE(got && *got);
  EXPECT_EQ((*got)->bytes.size(), 16U);

  frame_reader refuses{small};
  refuses.feed(framed(0, std::string(17, 'x')));
  EXPECT_EQ(refuses.next().why().code, error_code::frame_too_large);
}

// F-4
TEST(Frame, IsRefusedByItsHeaderAloneBeforeAnyMemoryIsTaken) {
  frame_reader reader{small};
  reader.feed("\xff\xff\xff\x00"s);
  EXPECT_EQ(reader.next().why().code, error_code::frame_too_large);
  EXPECT_EQ(reader.waiting_bytes(), 4U);
}

// F-3
TEST(Frame, IsRefusedWhenEmptyOrOnAnUnknownChannel) {
  frame_reader empty{small};
  empty.feed("\x00\x00\x00\x01"s);
  EXPECT_EQ(empty.next().why().code, error_code::bad_frame);

  frame_reader unknown{small};
  unknown.feed("\x01\x00\x00\x02x"s);
  EXPECT_EQ(unknown.next().why().code, error_code::bad_frame);
}

TEST(Frame, ReaderStaysAtItsErrorWhateverFollows) {
  frame_reader reader{small};
  reader.feed("\x00\x00\x00\x00"s + framed(0, "good"));
  ASSERT_FALSE(reader.next());
  const auto waiting = reader.waiting_bytes();
  reader.feed(framed(0, "good"));
  EXPECT_EQ(reader.next().why().code, error_code::bad_frame);
  EXPECT_EQ(reader.waiting_bytes(), waiting) << "what follows an error is not kept";
}

TEST(Frame, ReaderGivesBackWhatFollowsTheLastFrame) {
  frame_reader reader{small};
  reader.feed(framed(0, "last") + "other bytes");
  ASSERT_TRUE(*reader.next());
  EXPECT_EQ(reader.take_rest(), "other bytes");
  EXPECT_EQ(reader.waiting_bytes(), 0U);
}

} // namespace
} // namespace godwit
