// The session's shell: frames go in decoded, what the rules say comes out encoded and stamped with its route.
#include "tests/unit/actors/worker_fixture.hpp"

namespace godwit::test {
namespace {

class SessionActor : public worker_fixture {
protected:
  SessionActor() {
    board_.enter(entity_kind::session_host, 0, system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
        [this](const session_here& what) { here_.push_back(what); },
        [this](const session_over_here& what) { over_.push_back(what); },
        [](const link_reset&) {},
      };
    }));
    board_.enter(entity_kind::room_host, 0, system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
        [this](const enrol_session& what) { enrolled_.push_back(what); },
        [](const withdraw_session&) {},
        [](const replay_events&) {},
        [](const link_reset&) {},
      };
    }));
  }

  static shared_entry entry(room_seq seq, effect_name by, entry_body body) {
    log_entry made;
    made.seq = seq;
    made.name = by;
    made.nick = "ada";
    made.body = std::move(body);
    return std::make_shared<const log_entry>(std::move(made));
  }
  void show(shared_entry entry, std::shared_ptr<const void> ticket = {}, shared_bytes native = {}) {
    auto events = std::make_shared<room_events>();
    events->room = lobby;
    events->items.push_back({std::move(entry), std::move(native), std::move(ticket)});
    caf::anon_send(session(), shared_room_events{std::move(events)});
    settle();
  }
  void be_in_lobby() {
    attach();
    login();
    say(2, ask::join{"lobby"});
    tell_session(room_located{{me, 2, 1}, "lobby", "lobby", room_place{lobby, 1, "w2"}, {}});
    show(entry(1, {me, 2, 2}, joined{}));
    edge_->items.clear();
    other_->take<room_command>();
  }

  std::vector<session_here> here_;
  std::vector<session_over_here> over_;
  std::vector<enrol_session> enrolled_;
};

TEST_F(SessionActor, ReportsItselfAtEachAttach) {
  attach(1);
  attach(2);
  ASSERT_EQ(here_.size(), 2U);
  EXPECT_EQ(here_[0].report.session, me);
  EXPECT_EQ(here_[0].report.proxy, "w1");
  EXPECT_EQ(here_[1].attach, 2U);
}

TEST_F(SessionActor, AnswersAFrameWithRepliesConfirmationAndSnapshotInOneOutputOfItsRoute) {
  attach();
  edge_->items.clear();
  login();
  const auto outputs = edge_->take<session_output>();
  ASSERT_EQ(outputs.size(), 1U);
  EXPECT_EQ(outputs[0].epoch, (session_epoch{1, 0}));
  EXPECT_EQ(outputs[0].attach, 1U);
  EXPECT_EQ(outputs[0].confirmed_in_seq, 1U);
  EXPECT_TRUE(outputs[0].snapshot);
  ASSERT_EQ(outputs[0].replies.size(), 2U);
  const auto reply = native::decode_server_frame(outputs[0].replies[0]->substr(4));
  ASSERT_TRUE(reply);
  EXPECT_EQ(std::get<client_reply>(*reply).answer, tell::answer(tell::logged_in{"ada"}));
}

TEST_F(SessionActor, TakesNoFramesOfAFormerOwnersTime) {
  attach(1, 2);
  edge_->items.clear();
  say(1, ask::login{"ada"}); // of epoch 1
  EXPECT_TRUE(broker_->take<claim_nick>().empty());
  EXPECT_TRUE(edge_->items.empty());
}

TEST_F(SessionActor, AnswersWhatIsNoCommandWithAnError) {
  attach();
  edge_->items.clear();
  tell_session(client_frame{me, {1, 0}, 1, 1, frame_kind::data, std::make_shared<const std::string>("no message")});
  const auto outputs = edge_->take<session_output>();
  ASSERT_EQ(outputs.size(), 1U);
  EXPECT_EQ(outputs[0].confirmed_in_seq, 1U);
  EXPECT_FALSE(outputs[0].close);
}

TEST_F(SessionActor, DeliversEventsOfOthersInTheSharedEncodingAndItsOwnWithItsRequest) {
  be_in_lobby();
  const auto shared = std::make_shared<const std::string>("encoded once");
  show(entry(2, {session_id{99}, 1, 3}, posted{"hi"}), {}, shared);
  say(3, ask::post{ask::room_named{"lobby"}, "hello"});
  show(entry(3, {me, 3, 3}, posted{"hello"}), {}, std::make_shared<const std::string>("for the others"));
  const auto events = edge_->take<delivery>();
  ASSERT_EQ(events.size(), 2U);
  EXPECT_EQ(events[0].payload, shared);
  EXPECT_EQ(events[0].position, (stream_position{lobby.value, 2}));
  EXPECT_EQ(*events[1].payload, native::encode_event(lobby, *entry(3, {me, 3, 3}, posted{"hello"}), 3));
}

TEST_F(SessionActor, PassesTheTicketOnAndKeepsNoCopy) {
  be_in_lobby();
  auto ticket = std::make_shared<int>(1);
  show(entry(2, {session_id{99}, 1, 3}, posted{"hi"}), ticket);
  EXPECT_GT(ticket.use_count(), 1) << "the edge holds it until the event stands in the client's queue";
  edge_->items.clear();
  EXPECT_EQ(ticket.use_count(), 1);
}

TEST_F(SessionActor, SaysItsUnansweredCommandsAgainWhenALinkWasReset) {
  be_in_lobby();
  say(3, ask::post{ask::room_named{"lobby"}, "hello"});
  ASSERT_EQ(other_->take<room_command>().size(), 1U);
  board_.tell_all(link_reset{"w2", incarnation{2}, 2});
  settle();
  const auto again = other_->take<room_command>();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].name, (effect_name{me, 3, again[0].name.k}));
  EXPECT_EQ(std::get<post>(again[0].action).text, "hello");
}

TEST_F(SessionActor, EnrolsAgainWithWhatItHasShownWhenTheRelayIsLost) {
  be_in_lobby();
  show(entry(2, {session_id{99}, 1, 3}, posted{"hi"}));
  enrolled_.clear();
  give(session(), relay_lost_here{room_id{8}});
  EXPECT_TRUE(enrolled_.empty()) << "it is not in that room";
  give(session(), relay_lost_here{lobby});
  ASSERT_EQ(enrolled_.size(), 1U);
  EXPECT_EQ(enrolled_[0].after, 2U);
  EXPECT_FALSE(enrolled_[0].newest);
}

TEST_F(SessionActor, AsksTheStoreForItsStateAgainAfterAPauseAndAfterALinkReset) {
  auto resumed = attachment();
  resumed.from_store = true;
  board_.send(service_at("w1", entity_kind::session_host), resumed);
  settle();
  ASSERT_EQ(broker_->take<load_session>().size(), 1U);
  session_loaded away;
  away.session = me;
  away.why = error{error_code::store_unavailable, {}};
  tell_session(away);
  EXPECT_TRUE(broker_->take<load_session>().empty());
  pass(std::chrono::milliseconds{500});
  ASSERT_EQ(broker_->take<load_session>().size(), 1U);
  board_.tell_all(link_reset{"broker-1", incarnation{2}, 1});
  settle();
  EXPECT_EQ(broker_->take<load_session>().size(), 1U);
}

TEST_F(SessionActor, IsOffTheSwitchboardWhenItsClientHasLeft) {
  be_in_lobby();
  say(3, ask::quit{"bye"});
  ASSERT_TRUE(session());
  const auto quits = other_->take<room_command>();
  ASSERT_EQ(quits.size(), 1U);
  show(entry(2, quits[0].name, left{}));
  EXPECT_FALSE(session());
  ASSERT_EQ(over_.size(), 1U);
  EXPECT_EQ(over_[0].epoch, (session_epoch{1, 0}));
  const auto outputs = edge_->take<session_output>();
  ASSERT_FALSE(outputs.empty());
  EXPECT_EQ(outputs.back().close->code, error_code::session_ended);
}

} // namespace
} // namespace godwit::test
