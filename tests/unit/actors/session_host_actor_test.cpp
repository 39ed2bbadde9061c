// What the directory hears about the sessions of a worker node.
#include "actors/session_host_actor.hpp"

#include "tests/unit/actors/worker_fixture.hpp"

namespace godwit::test {
namespace {

class SessionHostActor : public worker_fixture {
protected:
  SessionHostActor() {
    host_ = system_.spawn<session_host_actor>(std::ref(board_));
    board_.enter(entity_kind::session_host, 0, caf::actor_cast<caf::actor>(host_));
  }
  report_worker report() {
    give(host_, rooms_here{{{lobby, 3, "lobby", "Lobby"}}});
    auto reports = broker_->take<report_worker>();
    EXPECT_EQ(reports.size(), 1U);
    return reports.empty() ? report_worker{} : reports[0];
  }
  void release(std::uint32_t generation) {
    board_.send(service_at("w1", entity_kind::session_host), release_session{me, {generation, 0}});
    settle();
  }

  session_host_handle host_;
};

TEST_F(SessionHostActor, TellsTheDirectoryOfANewSessionOnce) {
  attach(1);
  ASSERT_EQ(broker_->take<session_hosted>().size(), 1U);
  attach(2);
  EXPECT_TRUE(broker_->take<session_hosted>().empty()) << "nothing that the directory keeps has changed";
  attach(1, 2);
  const auto again = broker_->take<session_hosted>();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].session.epoch, (session_epoch{2, 0}));
}

TEST_F(SessionHostActor, ReportsSessionsAndRoomsTogether) {
  attach();
  const auto all = report();
  EXPECT_EQ(all.node, "w1");
  ASSERT_EQ(all.sessions.size(), 1U);
  EXPECT_EQ(all.sessions[0].session, me);
  ASSERT_EQ(all.rooms.size(), 1U);
  EXPECT_EQ(all.rooms[0].epoch, 3U);
}

TEST_F(SessionHostActor, RepeatsTheEndOfASessionUntilItIsReleased) {
  attach();
  give(host_, session_over_here{me, {1, 0}});
  EXPECT_EQ(broker_->take<end_session>().size(), 1U);
  EXPECT_TRUE(report().sessions.empty());
  EXPECT_EQ(broker_->take<end_session>().size(), 1U);
  release(1);
  report();
  EXPECT_TRUE(broker_->take<end_session>().empty());
}

TEST_F(SessionHostActor, KeepsASessionThatIsReleasedByAnOlderEpoch) {
  attach(1, 2);
  release(1);
  EXPECT_EQ(report().sessions.size(), 1U);
  release(2);
  EXPECT_TRUE(report().sessions.empty());
}

TEST_F(SessionHostActor, ReportsASessionNoMoreWhoseActorEndedByAnError) {
  attach();
  kill(session());
  EXPECT_TRUE(report().sessions.empty());
  EXPECT_TRUE(broker_->take<end_session>().empty()) << "it goes on somewhere: it has not left";
}

TEST_F(SessionHostActor, ReportsTheSessionThatWasAttachedAnewAfterAnError) {
  attach();
  kill(session());
  auto again = attachment(2);
  again.snapshot = "kept by the edge";
  board_.sessions().attach(again);
  settle();
  EXPECT_EQ(report().sessions.size(), 1U);
}

TEST_F(SessionHostActor, NotesNothingOfASessionThatWasReleasedMeanwhile) {
  attach();
  release(1);
  session_here late;
  late.report.session = me;
  late.report.epoch = {1, 0};
  late.attach = 1;
  give(host_, late);
  EXPECT_TRUE(report().sessions.empty());
}

TEST_F(SessionHostActor, NotesNothingOfAFormerActorsTime) {
  attach(1, 2);
  session_here late;
  late.report.session = me;
  late.report.epoch = {1, 0};
  late.attach = 9;
  give(host_, late);
  const auto all = report();
  ASSERT_EQ(all.sessions.size(), 1U);
  EXPECT_EQ(all.sessions[0].epoch, (session_epoch{2, 0}));
}

} // namespace
} // namespace godwit::test
