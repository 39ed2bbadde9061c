#include "nodes/edge/client_wire.hpp"

#include "messages/control_codec.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

constexpr frame_limits small{.bytes_max = 16, .channel_count = 2};

// I-51
TEST(ClientWire, SaysItsFewWordsInTheClientsLanguage) {
  const auto irc = client_wire::irc("irc.test");
  EXPECT_EQ(*irc.ping(7), "PING :irc.test\r\n");
  EXPECT_EQ(*irc.farewell({error_code::send_queue_exceeded, {}}),
            "ERROR :Closing Link: " + std::string(sentence_of(error_code::send_queue_exceeded)) + "\r\n");
  EXPECT_EQ(*irc.farewell({error_code::killed, "bob (Killed (ada (spam)))"}),
            ":irc.test KILL bob :Killed (ada (spam))\r\nERROR :Closing Link: bob (Killed (ada (spam)))\r\n");
  EXPECT_EQ(*irc.farewell({error_code::killed, "bob"}), "ERROR :Closing Link: bob\r\n");
  EXPECT_EQ(*irc.warning({error_code::flooding, "slowly"}), ":irc.test 263 * * :slowly\r\n");
  EXPECT_EQ(*client_wire::native(small).ping(7), control::encode(control::server_control{control::ping{7}}));
}

TEST(ClientWire, CutsFramesOrLines) {
  auto native = client_wire::native(small);
  std::string framed;
  append_frame(framed, client_channel::connection, "hi");
  native.feed(framed);
  const auto frame = native.next();
  ASSERT_TRUE(frame && *frame);
  EXPECT_EQ((*frame)->bytes, "hi");
  EXPECT_EQ((*frame)->channel, 1);

  auto irc = client_wire::irc("irc.test");
  irc.feed("PING 1\r\nPI");
  const auto line = irc.next();
  ASSERT_TRUE(line && *line);
  EXPECT_EQ((*line)->bytes, "PING 1");
  EXPECT_EQ((*line)->channel, static_cast<std::uint8_t>(client_channel::session));
  const auto none = irc.next();
  EXPECT_TRUE(none && !*none);
}

} // namespace
} // namespace godwit
