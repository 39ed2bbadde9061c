// A client's bytes without TLS (nodes/edge/client_stream.hpp); through TLS: tests/unit/messages/tls_session_test.cpp.
#include "nodes/edge/client_stream.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

TEST(PlaintextStream, GivesWhatCameAsItIs) {
  auto stream = client_stream::plaintext();
  std::string out = "before ";
  EXPECT_EQ(stream.feed("NICK ada\r\n", out), tls_state::open);
  EXPECT_EQ(out, "before NICK ada\r\n");
  EXPECT_TRUE(stream.is_plaintext());
}

TEST(PlaintextStream, KeepsWhatIsNotSentYetAndNothingElse) {
  auto stream = client_stream::plaintext();
  stream.write("one ");
  stream.write("two");
  EXPECT_EQ(stream.output(), "one two");
  stream.sent(4);
  EXPECT_EQ(stream.output(), "two");
  EXPECT_EQ(stream.waiting_bytes(), 3U);
  stream.write("!");
  stream.sent(4);
  EXPECT_EQ(stream.output(), "");
  EXPECT_EQ(stream.waiting_bytes(), 0U);
}

TEST(PlaintextStream, SaysNothingBehindItsEnd) {
  auto stream = client_stream::plaintext();
  stream.write("bye");
  stream.close();
  stream.write("more");
  EXPECT_EQ(stream.output(), "bye");
  EXPECT_EQ(stream.state(), tls_state::open) << "its client may have more to say";
  EXPECT_EQ(stream.feed_end(), tls_state::ended);
}

} // namespace
} // namespace godwit
