// What one client and one address may ask of an edge.
#include "tests/unit/edge/edge_fixture.hpp"

namespace godwit::test {

/// Ten at once, twenty in a second.
edge_config with_flood_control(edge_config config) {
  config.addresses.exempt.clear();
  config.flood = {10, 20, 10s};
  return config;
}

// L-8
TEST_F(Edge, WarnsAClientThatAsksTooFastAndLosesNothingOfIt) {
  start(with_flood_control(settings()));
  auto one = begin();
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 1; i <= 30; ++i)
    one.client->send_frame(std::to_string(i));
  EXPECT_EQ(one.client->next_control<control::warning>().why.code, error_code::flooding);
  for (int i = 1; i <= 30; ++i)
    EXPECT_EQ(*upstream_.next<client_frame>().bytes, std::to_string(i));
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 900ms) << "the last 20 were held back";
  EXPECT_GE(edge_->counts().floods_held, 1U);
  EXPECT_EQ(edge_->counts().floods_closed, 0U);
}

// L-9
TEST_F(Edge, ClosesAClientThatGoesOnSoAndKeepsItsSession) {
  auto config = with_flood_control(settings());
  config.flood.patience = 200ms;
  start(config);
  auto one = begin();
  for (int i = 1; i <= 40; ++i)
    one.client->send_frame(std::to_string(i));
  EXPECT_EQ(one.client->next_control<control::warning>().why.code, error_code::flooding) << "the error first";
  EXPECT_EQ(one.client->closed_why(), error_code::flooding) << "the close with its reason after";
  auto back = connect();
  back->send(control::client_control{resume_of(one)});
  EXPECT_TRUE(back->next_control<control::server_hello>().resumed);
}

// L-8
TEST_F(Edge, HoldsNobodyElseBack) {
  start(with_flood_control(settings()));
  auto loud = begin('a');
  auto calm = begin('b');
  for (int i = 0; i != 20; ++i)
    loud.client->send_frame("noise");
  loud.client->next_control<control::warning>();
  calm.client->send_frame("calm");
  while (*upstream_.next<client_frame>().bytes != "calm") {
  }
  EXPECT_LT(edge_->counts().frames_in, 20U) << "it was heard while the other was held back";
}

// L-8
TEST_F(Edge, ChargesPingsAndLongAnswersToo) {
  auto config = with_flood_control(settings());
  config.flood.per_second = 1000;
  start(config);
  auto pinging = begin('a');
  for (int i = 0; i != 12; ++i)
    pinging.client->send(control::client_control{control::ping{1}});
  bool warned = false;
  for (int i = 0; i != 12; ++i)
    warned =
      warned
      || std::holds_alternative<control::warning>(*control::decode_server_control(pinging.client->next()->bytes));
  EXPECT_TRUE(warned);
  auto curious = begin('b');
  auto answer = curious.output();
  answer.replies = {curious.event(0, std::string(60 * 1024, 'x')).payload};
  deliver({answer});
  EXPECT_EQ(curious.client->next()->channel, client_channel::session);
  EXPECT_EQ(curious.client->next_control<control::warning>().why.code, error_code::flooding);
}

// L-8
TEST_F(Edge, ChargesWhatTheSessionSaysThatARequestCosts) {
  auto config = with_flood_control(settings());
  config.flood.per_second = 1000;
  start(config);
  auto one = begin();
  one.client->send_frame("a join, say");
  EXPECT_EQ(upstream_.next<client_frame>().in_seq, 1U);
  auto answer = one.output();
  answer.confirmed_in_seq = 1;
  answer.cost = 50;
  deliver({answer});
  EXPECT_EQ(one.client->next_control<control::warning>().why.code, error_code::flooding);
  one.client->send_frame("and on");
  EXPECT_EQ(*upstream_.next<client_frame>().bytes, "and on");
}

// C-22
TEST_F(Edge, LimitsNobodyOfAnExemptNetwork) {
  auto config = with_flood_control(settings());
  config.addresses = {1, 1, 10, {*parse_ip_network("127.0.0.0/8")}};
  start(config);
  auto one = begin('a');
  auto two = begin('b');
  for (int i = 1; i <= 60; ++i)
    one.client->send_frame("x");
  for (int i = 1; i <= 60; ++i)
    upstream_.next<client_frame>();
  EXPECT_EQ(edge_->counts().floods_held, 0U);
}

// C-21
TEST_F(Edge, TellsAnAddressThatItHasTooManyConnectionsAndThenClosesUnheard) {
  auto config = settings(2);
  config.addresses = {2, 1000, 10, {}};
  start(config);
  auto one = begin('a');
  auto two = begin('b');
  auto three = connect();
  three->send(control::client_control{hello('c')});
  EXPECT_EQ(three->closed_why(), error_code::too_many_connections);
  std::vector<std::unique_ptr<test_client>> more;
  for (int i = 0; i != 3; ++i)
    more.push_back(connect());
  test_client beyond(client_context_, edge_->listening().front());
  beyond.wait_until_closed(); // at once: nothing was said
  EXPECT_EQ(edge_->counts().connections, 6U);
}

// C-21
TEST_F(Edge, LetsAnAddressInAgainWhenAConnectionHasGone) {
  auto config = settings(2);
  config.addresses = {1, 1000, 10, {}};
  start(config);
  auto one = begin('a');
  one.client->cut();
  for (auto code = error_code::too_many_connections; code == error_code::too_many_connections;) {
    auto next = connect();
    next->send(control::client_control{resume_of(one)});
    const auto got = control::decode_server_control(next->next()->bytes);
    if (const auto* closed = std::get_if<control::connection_closed>(&*got))
      ASSERT_EQ(closed->why.code, error_code::too_many_connections);
    else
      code = error_code{};
  }
}

// C-21
TEST_F(Edge, LimitsHowFastAnAddressConnects) {
  auto config = settings();
  config.addresses = {100, 3, 10, {}};
  start(config);
  for (int i = 0; i != 3; ++i)
    begin();
  auto fourth = connect();
  fourth->send(control::client_control{hello()});
  EXPECT_EQ(fourth->closed_why(), error_code::too_many_connections);
}

} // namespace godwit::test
