#include "messages/control_codec.hpp"

#include "messages/frame.hpp"

#include <gtest/gtest.h>

namespace godwit::control {
namespace {

client_hello full_client_hello() {
  client_hello hello;
  hello.version_min = 1;
  hello.version_max = 3;
  hello.features = 5;
  hello.identity = std::string("\0identity\xff 16 bt", 16);
  hello.client_name = "godwit 0.1";
  hello.resume = resume_request{{42}, {}, {{7, 8}, {9, 10}}};
  hello.resume->token.fill(0xab);
  return hello;
}

server_hello full_server_hello() {
  server_hello hello;
  hello.session = {42};
  hello.token.fill(0xcd);
  hello.resumed = true;
  hello.resume_timeout_ms = 120'000;
  hello.server_time_us = 1'700'000'000'000'000;
  hello.frame_bytes_max = 65'536;
  hello.alternatives = {"proxy-2.example:7700", "[::1]:7700"};
  hello.idle_ping_after_ms = 60'000;
  hello.node = "proxy-1";
  return hello;
}

/// The message of a frame, which must be a whole one on the connection channel.
std::string unframed(const std::string& bytes) {
  frame_reader reader({frame_bytes_max, 2});
  reader.feed(bytes);
  const auto got = reader.next();
  EXPECT_TRUE(got && *got);
  EXPECT_EQ((*got)->channel, static_cast<std::uint8_t>(client_channel::connection));
  EXPECT_EQ((*got)->bytes.size() + frame_header_bytes, bytes.size());
  return std::string((*got)->bytes);
}

TEST(ControlCodec, GivesBackWhatClientsSay) {
  for (const client_control& said : {client_control{full_client_hello()}, client_control{client_hello{}},
                                     client_control{ping{1}}, client_control{pong{~0ULL}}}) {
    const auto got = decode_client_control(unframed(encode(said)));
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, said);
  }
}

TEST(ControlCodec, GivesBackWhatServersSay) {
  const auto closed = closed_by({error_code::session_lost, "worker-1"});
  EXPECT_TRUE(closed.retry);
  EXPECT_EQ(closed.name, "session_lost");
  for (const server_control& said : {server_control{full_server_hello()}, server_control{ping{1}},
                                     server_control{pong{2}}, server_control{closed}}) {
    const auto got = decode_server_control(unframed(encode(said)));
    ASSERT_TRUE(got);
    EXPECT_EQ(*got, said);
  }
}

// F-2
TEST(ControlCodec, WritesAPingAsTheBytesOfTheSchema) {
  const std::string golden("\x28\x00\x00\x01"                 // 40 bytes, channel 1
                           "\x00\x00\x00\x00\x04\x00\x00\x00" // one segment of 4 words
                           "\x00\x00\x00\x00\x02\x00\x01\x00" // root: 2 data words, 1 pointer
                           "\x01\x00\x00\x00\x00\x00\x00\x00" // ping
                           "\x67\x12\x00\x00\x00\x00\x00\x00" // 4711
                           "\x00\x00\x00\x00\x00\x00\x00\x00",
                           44);
  EXPECT_EQ(encode(client_control{ping{4711}}), golden);
}

// U-13
TEST(ControlCodec, RefusesATokenOfAnotherLengthAndTooManyPositions) {
  auto many = full_client_hello();
  many.resume->positions.resize(hello_positions_max);
  EXPECT_TRUE(decode_client_control(unframed(encode(client_control{many}))));
  many.resume->positions.resize(hello_positions_max + 1);
  EXPECT_FALSE(decode_client_control(unframed(encode(client_control{many}))));
}

// C-8
TEST(ControlCodec, CutsALongNameAndGivesALongIdentityAsSuch) {
  auto hello = full_client_hello();
  hello.client_name = std::string(1000, 'x');
  hello.identity = std::string(1000, 'y');
  const auto got = decode_client_control(unframed(encode(client_control{hello})));
  ASSERT_TRUE(got);
  EXPECT_EQ(std::get<client_hello>(*got).client_name.size(), client_name_bytes_max);
  EXPECT_EQ(std::get<client_hello>(*got).identity.size(), identity_bytes + 1);
}

TEST(ControlCodec, ReadsNoBytesAsAnError) {
  const auto whole = unframed(encode(client_control{full_client_hello()}));
  for (std::size_t size = 0; size < whole.size(); ++size)
    decode_client_control(std::string_view(whole).substr(0, size));
  EXPECT_FALSE(decode_client_control(""));
  EXPECT_FALSE(decode_client_control("1234567"));
  EXPECT_FALSE(decode_client_control(std::string(4096, '\xff')));
  EXPECT_FALSE(decode_server_control(std::string(4096, '\xff')));
}

TEST(ControlCodec, SurvivesEveryChangedByte) {
  for (const auto& whole :
       {unframed(encode(client_control{full_client_hello()})), unframed(encode(server_control{full_server_hello()}))})
    for (std::size_t at = 0; at != whole.size(); ++at)
      for (const char wrong : {'\x00', '\x01', '\x7f', '\x80', '\xff'}) {
        auto bytes = whole;
        bytes[at] = wrong;
        decode_client_control(bytes); // an error or another hello; never an end
        decode_server_control(bytes);
      }
}

// C-18
TEST(ControlCodec, SkipsWhatANewerPeerSays) {
  auto bytes = unframed(encode(client_control{ping{1}}));
  bytes[16] = 99; // the discriminant
  const auto got = decode_client_control(bytes);
  ASSERT_TRUE(got);
  EXPECT_TRUE(std::holds_alternative<unknown_control>(*got));
  EXPECT_TRUE(encode(client_control{unknown_control{}}).empty());
}

} // namespace
} // namespace godwit::control
