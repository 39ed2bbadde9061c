#include "actors/rules/membership_view.hpp"
#include "tests/unit/edge/edge_fixture.hpp"

namespace godwit::test {

// C-9, C-10
TEST_F(Edge, AsksTheDirectoryForANewSessionAndGreetsTheClient) {
  start(settings());
  auto client = connect();
  client->send(control::client_control{hello()});
  address to;
  const auto asked = upstream_.next<place_session>(&to);
  EXPECT_EQ(to, broker_service(entity_kind::directory));
  EXPECT_EQ(asked.proxy, "proxy-1");
  EXPECT_EQ(asked.proxy_incarnation, incarnation{77});
  EXPECT_NE(asked.session.value, 0U);

  answer(asked.session);
  const auto attached = upstream_.next<attach_session>(&to);
  EXPECT_EQ(to, service_at("worker-1", entity_kind::session_host));
  EXPECT_EQ(attached.attach, 1U);
  EXPECT_EQ(attached.first_in_seq, 1U);
  EXPECT_EQ(attached.identity, asked.identity);

  const auto greeting = client->next_control<control::server_hello>();
  EXPECT_EQ(greeting.session, asked.session);
  EXPECT_FALSE(greeting.resumed);
  EXPECT_EQ(greeting.node, "proxy-1");
  EXPECT_EQ(greeting.frame_bytes_max, limits::client_frame_bytes_max);
}

TEST_F(Edge, NumbersFramesAndWritesRepliesAndEventsInTheirOrder) {
  start(settings());
  auto one = begin();
  one.client->send_frame("first");
  one.client->send_frame("second");
  EXPECT_EQ(*upstream_.next<client_frame>().bytes, "first");
  const auto second = upstream_.next<client_frame>();
  EXPECT_EQ(second.in_seq, 2U);
  EXPECT_EQ(second.attach, 1U);

  auto reply = one.output();
  reply.replies = {one.event(0, "reply").payload};
  reply.confirmed_in_seq = 2;
  deliver({one.event(1, "event 1"), one.event(2, "event 2"), reply, one.event(3, "event 3")});
  EXPECT_EQ(one.client->next_bytes(), "event 1");
  EXPECT_EQ(one.client->next_bytes(), "event 2");
  EXPECT_EQ(one.client->next_bytes(), "reply");
  EXPECT_EQ(one.client->next_bytes(), "event 3");
}

TEST_F(Edge, WritesABatchForAClientByOneSend) {
  start(settings());
  auto one = begin();
  const auto before = edge_->counts();
  std::vector<edge_item> items;
  for (std::uint64_t i = 1; i <= 50; ++i)
    items.emplace_back(one.event(i, "event"));
  deliver(std::move(items));
  for (int i = 0; i != 50; ++i)
    EXPECT_EQ(one.client->next_bytes(), "event");
  const auto after = edge_->counts();
  EXPECT_EQ(after.sends - before.sends, 1U);
  EXPECT_EQ(after.wakeups - before.wakeups, 1U);
}

TEST_F(Edge, DropsTicketsWhenTheirEntriesStandInTheQueue) {
  start(settings(2));
  auto one = begin('a');
  auto two = begin('b');
  std::promise<void> dropped;
  std::shared_ptr<const void> ticket(&dropped, [](std::promise<void>* all) { all->set_value(); });
  auto first = one.event(1, "for one");
  first.ticket = ticket;
  std::vector<edge_item> items;
  items.emplace_back(std::move(first));
  items.emplace_back(two.event(1, "for two"));
  edge_->deliver(std::move(items), std::move(ticket));
  EXPECT_EQ(dropped.get_future().wait_for(patience), std::future_status::ready);
  EXPECT_EQ(one.client->next_bytes(), "for one");
  EXPECT_EQ(two.client->next_bytes(), "for two");
}

TEST_F(Edge, ServesSessionsOfAllLoopsOnAllAddresses) {
  auto config = settings(3);
  config.listen.push_back({"::1", 0});
  start(config);
  ASSERT_EQ(edge_->listening().size(), 2U);
  EXPECT_NE(edge_->listening()[0].port, 0);
  std::vector<session> all;
  for (int i = 0; i != 6; ++i)
    all.push_back(begin());
  std::vector<std::size_t> connections;
  for (const auto& loop : edge_->loops())
    connections.push_back(loop.connections);
  EXPECT_EQ(connections, (std::vector<std::size_t>{2, 2, 2})) << "new connections go to the least busy loop";
  test_client six(client_context_, edge_->listening()[1]);
  six.secure();
}

// L-3
TEST_F(Edge, StopsReadingAClientWhoseFramesAreUnconfirmed) {
  auto config = settings();
  config.unconfirmed_frames_max = 3;
  start(config);
  auto one = begin();
  for (int i = 0; i != 5; ++i)
    one.client->send_frame("frame");
  for (std::uint64_t i = 1; i <= 3; ++i)
    EXPECT_EQ(upstream_.next<client_frame>().in_seq, i);
  // A barrier: the turn in which this reply was taken ended after those frames had been dealt with.
  auto reply = one.output();
  reply.replies = {one.event(0, "reply").payload};
  deliver({reply});
  EXPECT_EQ(one.client->next_bytes(), "reply");
  EXPECT_EQ(upstream_.count<client_frame>(), 0U);

  reply.replies.clear();
  reply.confirmed_in_seq = 1;
  deliver({reply});
  EXPECT_EQ(upstream_.next<client_frame>().in_seq, 4U);
  reply.confirmed_in_seq = 4;
  deliver({reply});
  EXPECT_EQ(upstream_.next<client_frame>().in_seq, 5U);
}

// C-14, C-15
TEST_F(Edge, AnswersPingsByItselfAndPingsASilentClient) {
  auto config = settings();
  config.idle_ping_after = 40ms;
  start(config);
  auto one = begin();
  one.client->send(control::client_control{control::ping{4711}});
  // Its own ping may come first, if this machine is slow.
  bool answered = false, asked = false;
  while (!answered || !asked) {
    auto got = control::decode_server_control(one.client->next()->bytes);
    ASSERT_TRUE(got);
    if (auto* pong = std::get_if<control::pong>(&*got)) {
      EXPECT_EQ(pong->number, 4711U);
      answered = true;
    } else if (auto* ping = std::get_if<control::ping>(&*got)) {
      asked = true;
      one.client->send(control::client_control{control::pong{ping->number}});
    }
  }
  EXPECT_EQ(one.client->closed_why(), error_code::idle_timeout);
}

//
TEST_F(Edge, SendsOnWhenTheQueueIsHalfEmptyAfterPacedOutput) {
  start(settings());
  auto one = begin();
  auto paced = one.output();
  paced.replies = {one.event(0, "piece").payload};
  paced.paced = true;
  deliver({paced});
  EXPECT_EQ(upstream_.next<sending_resumed>(), (sending_resumed{one.attach.session, one.attach.epoch, 1}));
  EXPECT_EQ(one.client->next_bytes(), "piece");
}

// C-16
TEST_F(Edge, ClosesBehindTheLastReply) {
  start(settings());
  auto one = begin();
  auto last = one.output();
  last.replies = {one.event(0, "goodbye").payload};
  last.close = error{error_code::session_ended, {}};
  deliver({last});
  EXPECT_EQ(one.client->next_bytes(), "goodbye");
  EXPECT_EQ(one.client->closed_why(), error_code::session_ended);
  EXPECT_FALSE(one.client->next());
  EXPECT_EQ(one.client->state(), tls_state::ended) << "close_notify comes behind the last frame";
  EXPECT_EQ(edge_->counts().routes, 0U);
}

// U-17
TEST_F(Edge, HousesTheSessionsOfADeadWorkerNodeOnALivingOneBehindTheirConnections) {
  start(settings(2));
  auto one = begin();
  deliver({one.event(9, "seen")});
  EXPECT_EQ(one.client->next_bytes(), "seen");
  one.client->send_frame("unconfirmed");
  upstream_.next<client_frame>();
  membership_view view;
  view.number = 1;
  view.by = {1};
  view.nodes.push_back({"worker-1", {11}, role_worker, node_state::dead});
  view.nodes.push_back({"worker-2", {21}, role_worker, node_state::alive, 1});
  edge_->view(view);
  const auto there = upstream_.next<attach_session>();
  EXPECT_EQ(there.epoch, (session_epoch{one.attach.epoch.generation, one.attach.epoch.moves + 1}));
  EXPECT_EQ(there.positions, (std::vector<stream_position>{{5, 9}}));
  one.attach = there;
  deliver({one.output()}); // it has come up
  EXPECT_EQ(*upstream_.next<client_frame>().bytes, "unconfirmed");
  deliver({one.event(10, "goes on")});
  EXPECT_EQ(one.client->next_bytes(), "goes on") << "by the same connection";
}

TEST_F(Edge, AttachesAgainWhenTheLinkWasReset) {
  start(settings());
  auto one = begin();
  deliver({one.event(9, "seen")});
  EXPECT_EQ(one.client->next_bytes(), "seen");
  one.client->send_frame("unconfirmed");
  upstream_.next<client_frame>();
  edge_->link_reset({"worker-1", {11}, 2});
  const auto again = upstream_.next<attach_session>();
  EXPECT_EQ(again.attach, 2U);
  EXPECT_EQ(again.positions, (std::vector<stream_position>{{5, 9}}));
  const auto frame = upstream_.next<client_frame>();
  EXPECT_EQ(frame.attach, 2U);
  EXPECT_EQ(frame.in_seq, again.first_in_seq);
  EXPECT_EQ(*frame.bytes, "unconfirmed");
}

// C-19
TEST_F(Edge, StopsWithoutLeavingADescriptorOrAThread) {
  must(edge::start(settings(), ca().client_port(), upstream_)); // what is opened once stays open
  const auto descriptors = count_entries("/proc/self/fd");
  const auto threads = count_entries("/proc/self/task");
  {
    start(settings(3));
    auto one = begin('a');
    auto two = begin('b');
    test_client silent(client_context_, edge_->listening().front());
    edge_->stop();
    EXPECT_EQ(one.client->closed_why(), error_code::shutting_down);
    EXPECT_EQ(two.client->closed_why(), error_code::shutting_down);
    silent.wait_until_closed();
    edge_->deliver({one.event(1, "too late")});
    edge_.reset();
  }
  EXPECT_EQ(count_entries("/proc/self/fd"), descriptors);
  EXPECT_EQ(count_entries("/proc/self/task"), threads);
}

TEST_F(Edge, SaysWhichAddressCanNotBeListenedOn) {
  start(settings());
  auto taken = settings();
  taken.listen = {edge_->listening().front()};
  const auto second = edge::start(taken, ca().client_port(), upstream_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.why().code, error_code::address_unusable);
  EXPECT_NE(second.why().detail.find(std::to_string(taken.listen[0].port)), std::string::npos);
}

} // namespace godwit::test
