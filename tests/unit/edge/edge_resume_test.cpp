#include "tests/unit/edge/edge_fixture.hpp"

namespace godwit::test {

/// The first of a chain that no session has.
control::resume_token token_of_nobody(std::uint8_t secret) {
  control::resume_token token{};
  std::fill(token.begin() + 2, token.end(), secret);
  return token;
}

// C-12, U-1, U-11
TEST_F(Edge, GoesOnAfterACutConnectionOnWhicheverLoopTheNewOneCameIn) {
  start(settings(3));
  auto one = begin();
  one.client->send_frame("before");
  EXPECT_EQ(upstream_.next<client_frame>().in_seq, 1U);
  deliver({one.event(1, "event 1")});
  EXPECT_EQ(one.client->next_bytes(), "event 1");
  // Connections go to the least busy loop in turn, so these come in on every one.
  for (std::uint32_t attach = 2; attach != 8; ++attach) {
    auto next = connect();
    next->send(control::client_control{resume_of(one, {{5, attach - 1}})});
    next->send_frame("again");
    one.attach = upstream_.next<attach_session>();
    EXPECT_EQ(one.attach.attach, attach);
    EXPECT_EQ(one.attach.positions, (std::vector<stream_position>{{5, attach - 1}}));
    EXPECT_EQ(one.attach.first_in_seq, attach) << "what was unconfirmed is the client's to say again";
    const auto greeting = next->next_control<control::server_hello>();
    EXPECT_TRUE(greeting.resumed);
    EXPECT_NE(greeting.token, one.hello.token) << "a token is good for one resume";
    one.hello.token = greeting.token;
    const auto frame = upstream_.next<client_frame>();
    EXPECT_EQ(frame.in_seq, attach);
    EXPECT_EQ(*frame.bytes, "again") << "what was read on the first loop is used on the second";
    EXPECT_EQ(one.client->closed_why(), error_code::replaced);
    one.client = std::move(next);
    deliver({one.event(attach, "event")});
    EXPECT_EQ(one.client->next_bytes(), "event");
  }
  EXPECT_EQ(edge_->counts().resumed, 6U);
  EXPECT_EQ(edge_->counts().routes, 1U);
}

// C-17
TEST_F(Edge, KeepsTheSessionWhileItsClientIsAway) {
  start(settings());
  auto one = begin();
  one.client->cut();
  auto two = begin('b'); // the loop has seen the end of the first before this answer
  deliver({one.event(1, "nobody hears this")});
  auto next = connect();
  next->send(control::client_control{resume_of(one, {})});
  EXPECT_TRUE(next->next_control<control::server_hello>().resumed);
  EXPECT_TRUE(upstream_.next<attach_session>().positions.empty());
}

// U-10
TEST_F(Edge, RefusesAWrongTokenAndAWrongPersonAndHarmsNobody) {
  start(settings(2));
  auto one = begin();
  auto thief = connect();
  auto wrong = resume_of(one);
  wrong.resume->token[31] ^= 1;
  thief->send(control::client_control{wrong});
  EXPECT_EQ(thief->closed_why(), error_code::resume_refused);
  auto other = connect();
  other->send(control::client_control{resume_of(one, {}, 'x')});
  EXPECT_EQ(other->closed_why(), error_code::resume_refused);
  deliver({one.event(1, "still here")});
  EXPECT_EQ(one.client->next_bytes(), "still here");
}

// U-12
TEST_F(Edge, TakesATokenOnceAndNeverAgain) {
  start(settings(2));
  auto one = begin();
  const auto first = resume_of(one);
  auto next = connect();
  next->send(control::client_control{first});
  one.hello.token = next->next_control<control::server_hello>().token;
  next->send(control::client_control{control::ping{7}});
  EXPECT_EQ(next->next_control<control::pong>().number, 7U); // behind it the pong of the greeting's ping was read
  next->send(control::client_control{control::ping{8}});
  EXPECT_EQ(next->next_control<control::pong>().number, 8U);
  auto thief = connect();
  thief->send(control::client_control{first});
  EXPECT_EQ(thief->closed_why(), error_code::resume_refused);
  auto owner = connect();
  owner->send(control::client_control{resume_of(one)});
  EXPECT_TRUE(owner->next_control<control::server_hello>().resumed) << "the newest is good, once";
}

// U-12
TEST_F(Edge, TakesTheFormerTokenWhileItsAnswerMayHaveBeenLost) {
  start(settings());
  auto one = begin();
  for (int i = 0; i != 3; ++i) {
    auto next = connect();
    next->leave_greeting_ping_unanswered();
    next->send(control::client_control{resume_of(one)});
    EXPECT_TRUE(next->next_control<control::server_hello>().resumed);
    next->cut(); // with the new token
  }
}

// U-10, U-12
TEST_F(Edge, TakesNoTokenOfAnotherSessionAndNoneWithAnotherNumber) {
  start(settings());
  auto one = begin('a');
  auto other = begin('a');
  auto forged = resume_of(one);
  const auto refuses = [&] {
    auto forger = connect();
    forger->send(control::client_control{forged});
    return forger->closed_why() == error_code::resume_refused;
  };
  forged.resume->token = other.hello.token;
  EXPECT_TRUE(refuses());
  for (const int number : {1, 63, 64, 0xffff}) {
    forged.resume->token = one.hello.token;
    forged.resume->token[0] = static_cast<std::uint8_t>(number >> 8);
    forged.resume->token[1] = static_cast<std::uint8_t>(number);
    EXPECT_TRUE(refuses()) << number;
  }
  auto back = connect();
  back->send(control::client_control{resume_of(one)});
  EXPECT_TRUE(back->next_control<control::server_hello>().resumed);
}

// U-12
TEST_F(Edge, AnyProxyNodeKnowsWhichTokenItIsShownAndTheHolderSaysWhichIsTheNewest) {
  start(settings());
  auto one = begin();
  const auto former = resume_of(one);
  auto next = connect();
  next->send(control::client_control{former});
  one.hello.token = next->next_control<control::server_hello>().token;
  next->send(control::client_control{control::ping{7}});
  next->next_control<control::pong>(); // before it was the pong of the greeting's ping
  const auto renewed = upstream_.next<renew_token>();
  EXPECT_EQ(renewed.token_number, 1U);
  session_row row;
  row.token_hash = placed_.token_hash;
  EXPECT_TRUE(renew_token_of(row, renewed.token_hash, renewed.token_number));

  stub_upstream elsewhere;
  auto config = settings();
  config.node = "proxy-2";
  const auto other = must(edge::start(std::move(config), ca().client_port(), elsewhere));
  const auto shows = [&](const control::client_hello& what) {
    test_client client(client_context_, other->listening().front());
    client.secure();
    client.send(control::client_control{what});
    const auto asked = elsewhere.next<resume_session>();
    EXPECT_EQ(asked.token_hash, row.token_hash) << "it is of the same chain";
    EXPECT_NE(asked.next_token_hash, row.token_hash);
    other->receive(session_placed{asked.session, {}, {}, {}, false, error{error_code::resume_refused, {}}});
    client.closed_why();
    return is_good_token(row, asked.token_hash, asked.token_number);
  };
  EXPECT_FALSE(shows(former));
  EXPECT_TRUE(shows(resume_of(one)));
}

// U-12
TEST_F(Edge, ResumesThroughTheStoreWhenTheTokensOfAChainAreUsedUp) {
  start(settings());
  auto one = begin();
  std::unique_ptr<test_client> last;
  for (std::uint32_t i = 1; i != limits::tokens_per_chain; ++i) {
    last = connect();
    last->send(control::client_control{resume_of(one)});
    one.hello.token = last->next_control<control::server_hello>().token;
    EXPECT_EQ(upstream_.next<attach_session>().attach, i + 1);
  }
  auto next = connect();
  next->send(control::client_control{resume_of(one)});
  const auto asked = upstream_.next<resume_session>();
  EXPECT_EQ(asked.token_hash, placed_.token_hash);
  EXPECT_EQ(asked.token_number, limits::tokens_per_chain - 1);
  EXPECT_EQ(last->closed_why(), error_code::replaced);
  answer(asked.session, true, 2);
  one.hello.token = next->next_control<control::server_hello>().token;
  auto after = connect();
  after->send(control::client_control{resume_of(one)});
  EXPECT_TRUE(after->next_control<control::server_hello>().resumed);
  EXPECT_EQ(edge_->counts().routes, 1U);
}

// U-1
TEST_F(Edge, AsksTheDirectoryForASessionThatItDoesNotKnow) {
  start(settings(2));
  session lost;
  lost.hello.session = {12345};
  lost.hello.token = token_of_nobody(7);
  auto client = connect();
  client->send(control::client_control{resume_of(lost, {{5, 9}})});
  const auto asked = upstream_.next<resume_session>();
  EXPECT_EQ(asked.session, lost.hello.session);
  answer(asked.session, true, 2);
  const auto attached = upstream_.next<attach_session>();
  EXPECT_TRUE(attached.from_store);
  EXPECT_EQ(attached.epoch, (session_epoch{2, 0}));
  EXPECT_EQ(attached.positions, (std::vector<stream_position>{{5, 9}}));
  EXPECT_TRUE(client->next_control<control::server_hello>().resumed);
}

TEST_F(Edge, LetsAClientWaitWhileSomebodyElsesClaimIsChecked) {
  start(settings());
  session lost;
  lost.hello.session = {4242};
  lost.hello.token = token_of_nobody(7);
  auto thief = connect();
  auto wrong = resume_of(lost);
  wrong.resume->token = token_of_nobody(8);
  thief->send(control::client_control{wrong});
  const auto first = upstream_.next<resume_session>();
  auto owner = connect();
  owner->send(control::client_control{resume_of(lost)});
  owner->send_frame("mine");
  auto barrier = begin('b'); // the owner's hello has been read before this one
  edge_->receive(session_placed{first.session, {}, {}, {}, false, error{error_code::resume_refused, {}}});
  EXPECT_EQ(thief->closed_why(), error_code::resume_refused);
  const auto second = upstream_.next<resume_session>();
  EXPECT_NE(second.token_hash, first.token_hash);
  answer(second.session, true, 2);
  EXPECT_TRUE(owner->next_control<control::server_hello>().resumed);
  EXPECT_EQ(*upstream_.next<client_frame>().bytes, "mine");
}

// U-7, U-10
TEST_F(Edge, EndsASessionWhoseClientDoesNotComeBack) {
  auto config = settings();
  config.resume_timeout = 30ms;
  start(config);
  auto one = begin();
  one.client->cut();
  const auto last = upstream_.next<client_frame>();
  EXPECT_EQ(last.kind, frame_kind::closed);
  EXPECT_EQ(last.in_seq, 1U);
  auto late = connect();
  late->send(control::client_control{resume_of(one)});
  EXPECT_EQ(late->closed_why(), error_code::session_ended);
}

// C-11
TEST_F(Edge, AsksAgainWhenTheBrokerNodeIsBackAndGivesUpAfterATime) {
  auto config = settings();
  config.opening_timeout = 300ms;
  start(config);
  auto client = connect();
  client->send(control::client_control{hello()});
  const auto first = upstream_.next<place_session>();
  edge_->link_reset({"broker-1", {5}, 1});
  EXPECT_EQ(upstream_.next<place_session>(), first);
  EXPECT_EQ(client->closed_why(), error_code::no_broker_node);
}

} // namespace godwit::test
