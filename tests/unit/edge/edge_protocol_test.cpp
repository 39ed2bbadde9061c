// Sentences of docs/PROTOCOL.md about connections, each proven over TLS.
#include "tests/unit/edge/edge_fixture.hpp"

namespace godwit::test {
namespace {

// C-2
TEST_F(Edge, SpeaksOfTheConnectionOnChannelOneAndOfTheSessionOnChannelZero) {
  start(settings());
  auto client = connect();
  client->send(control::client_control{hello()});
  const auto asked = upstream_.next<place_session>();
  answer(asked.session);
  const auto attached = upstream_.next<attach_session>();
  const auto greeted = client->next();
  ASSERT_TRUE(greeted);
  EXPECT_EQ(greeted->channel, client_channel::connection);
  session_output output{attached.session, attached.epoch, attached.attach, {}, 0, {}, false, {}};
  std::string framed;
  append_frame(framed, client_channel::session, "reply");
  output.replies = {std::make_shared<const std::string>(framed)};
  deliver({output});
  const auto told = client->next();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->channel, client_channel::session);
  EXPECT_EQ(told->bytes, "reply");
}

// C-6
TEST_F(Edge, IgnoresFeaturesThatItDoesNotKnow) {
  start(settings());
  auto client = connect();
  auto newer = hello();
  newer.features = ~std::uint64_t{0};
  client->send(control::client_control{newer});
  answer(upstream_.next<place_session>().session);
  EXPECT_EQ(client->next_control<control::server_hello>().features, 0U);
}

// L-5
TEST_F(Edge, DoesNotReadAClientWhileMoreThanHalfOfItsQueueWaits) {
  auto config = settings();
  config.send_queue_bytes_max = 32 * 1024 * 1024;
  start(config);
  auto one = begin('a', 4096);
  // More than half of the bound, and than what the sockets take in between: it waits until the client reads.
  constexpr std::size_t pieces = 768;
  std::vector<edge_item> items;
  for (std::uint64_t seq = 1; seq <= pieces; ++seq)
    items.emplace_back(one.event(seq, std::string(32 * 1024, 'x')));
  deliver(std::move(items));
  one.client->send_frame("met by a reading that had begun");
  upstream_.next<client_frame>();
  one.client->send_frame("held back");
  auto barrier = begin('b'); // the same loop has had a turn for everybody's sockets
  EXPECT_EQ(upstream_.count<client_frame>(), 0U);
  for (std::size_t i = 0; i != pieces; ++i)
    ASSERT_EQ(one.client->next_bytes().size(), 32U * 1024U);
  EXPECT_EQ(*upstream_.next<client_frame>().bytes, "held back");
}

/// Resumes the session, and has it back: its client goes on with the connection.
struct EdgeResumes : Edge {
  void expect_resumes_here(session& one) {
    one.client = connect();
    one.client->send(control::client_control{resume_of(one)});
    greet(one);
  }
  /// The edge knows the session no more: the directory says who has it.
  void expect_resumes_from_the_store(session& one) {
    one.client = connect();
    one.client->send(control::client_control{resume_of(one)});
    answer(upstream_.next<resume_session>().session, true, 2);
    greet(one);
  }
  static void greet(session& one) {
    const auto greeting = one.client->next_control<control::server_hello>();
    EXPECT_TRUE(greeting.resumed);
    EXPECT_EQ(greeting.session, one.hello.session);
    one.hello.token = greeting.token;
  }
};

// U-8
TEST_F(EdgeResumes, AfterAFrameThatCouldNotBeRead) {
  start(settings());
  auto one = begin();
  const std::vector<std::pair<std::string, error_code>> faults{
    {std::string("\x04\x00\x00\x07gone", 8), error_code::bad_frame},
    {std::string("\xff\xff\xff\x00", 4), error_code::frame_too_large}};
  for (const auto& [bytes, why] : faults) {
    one.client->send(bytes);
    EXPECT_EQ(one.client->closed_why(), why);
    expect_resumes_here(one);
  }
}

// U-8
TEST_F(EdgeResumes, AfterSilence) {
  auto config = settings();
  config.idle_ping_after = 40ms;
  start(config);
  auto one = begin();
  EXPECT_EQ(one.client->closed_why(), error_code::idle_timeout);
  expect_resumes_here(one);
}

// U-8
TEST_F(EdgeResumes, AfterAConnectionThatBroke) {
  start(settings());
  auto one = begin();
  one.client->cut();
  expect_resumes_here(one);
}

// U-8
TEST_F(EdgeResumes, AfterItsQueueHadGrownTooLarge) {
  auto config = settings();
  config.send_queue_bytes_max = 256 * 1024;
  start(config);
  auto one = begin('a', 4096);
  std::vector<edge_item> items; // more than the queue and the sockets hold
  for (std::uint64_t seq = 1; seq <= 512; ++seq)
    items.emplace_back(one.event(seq, std::string(32 * 1024, 'x')));
  deliver(std::move(items));
  EXPECT_EQ(one.client->closed_why(), error_code::send_queue_exceeded);
  expect_resumes_here(one);
}

// U-8, U-9
TEST_F(EdgeResumes, AfterItsSessionCanNotGoOn) {
  start(settings());
  auto one = begin();
  edge_->receive(
    attach_refused{one.attach.session, one.attach.epoch, one.attach.attach, {error_code::stale_epoch, {}}});
  EXPECT_EQ(one.client->closed_why(), error_code::session_lost);
  expect_resumes_from_the_store(one);
}

// U-8
TEST_F(EdgeResumes, AtAnotherEdgeAfterItsOwnWasStopped) {
  start(settings());
  auto one = begin();
  edge_->stop();
  EXPECT_EQ(one.client->closed_why(), error_code::shutting_down);
  start(settings());
  expect_resumes_from_the_store(one);
}

// U-8
TEST_F(EdgeResumes, NoSessionThatHasEnded) {
  start(settings());
  auto one = begin();
  auto last = one.output();
  last.close = error{error_code::session_ended, {}};
  deliver({last});
  EXPECT_EQ(one.client->closed_why(), error_code::session_ended);
  for (const auto why : {error_code::session_ended, error_code::resume_refused}) {
    auto back = connect();
    back->send(control::client_control{resume_of(one)});
    edge_->receive(session_placed{upstream_.next<resume_session>().session, {}, {}, {}, false, error{why, {}}});
    EXPECT_EQ(back->closed_why(), why);
    EXPECT_EQ(edge_->counts().routes, 0U);
  }
}

// U-8
TEST_F(EdgeResumes, ForTheConnectionThatHasTheSessionAlone) {
  start(settings());
  auto one = begin();
  auto former = std::move(one.client);
  expect_resumes_here(one);
  EXPECT_EQ(former->closed_why(), error_code::replaced);
  deliver({one.event(0, "is of an attachment that is over")});
  one.attach.attach = 2;
  deliver({one.event(1, "to whom has it now")});
  EXPECT_EQ(one.client->next_bytes(), "to whom has it now");
}

} // namespace
} // namespace godwit::test
