// Which actor is given an attach_session, which is ended, and who hears of one that ended by an error.
#include "tests/unit/actors/worker_fixture.hpp"

namespace godwit::test {
namespace {

class SessionSpawner : public worker_fixture {
protected:
  SessionSpawner() {
    board_.enter(entity_kind::session_host, 0, system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
        [this](const session_here&) { words_.emplace_back("here"); },
        [this](const session_lost_here& what) { words_.emplace_back(what.session == me ? "lost" : "lost another"); },
        [](const release_session&) {},
        [](const session_over_here&) {},
      };
    }));
  }
  void release(std::uint32_t generation) {
    board_.send(service_at("w1", entity_kind::session_host), release_session{me, {generation, 0}});
  }

  std::vector<std::string> words_;
};

TEST_F(SessionSpawner, HasTheActorOnTheSwitchboardWhenAttachReturns) {
  board_.sessions().attach(attachment());
  EXPECT_TRUE(session()) << "the frames behind it come by the same thread";
}

TEST_F(SessionSpawner, GivesALaterAttachToTheSameActor) {
  attach(1);
  const auto first = session();
  attach(2);
  EXPECT_EQ(session(), first);
}

TEST_F(SessionSpawner, ReleasesByAnOlderEpochEndNothingThatWasAttachedWithAYoungerOne) {
  attach(1, 1);
  const auto first = session();
  // On two links: the younger attach comes before the release that was sent earlier, and no actor has run since.
  board_.sessions().attach(attachment(1, 2));
  const auto second = session();
  EXPECT_NE(second, first) << "others may have had the session since: what lives here knows less";
  release(1);
  settle();
  EXPECT_EQ(session(), second);
  release(2);
  settle();
  EXPECT_FALSE(session());
}

TEST_F(SessionSpawner, SpawnsAnotherActorAfterARelease) {
  attach(1, 1);
  const auto first = session();
  release(1);
  board_.sessions().attach(attachment(1, 2));
  EXPECT_TRUE(session());
  EXPECT_NE(session(), first);
  settle();
  EXPECT_TRUE(session()) << "the end of the first is not the second's";
  EXPECT_TRUE(edge_->refusals().empty()) << "who was released has not ended by an error";
}

TEST_F(SessionSpawner, RefusesAnAttachThatHasNothingToBeginFrom) {
  attach(2);
  EXPECT_FALSE(session());
  const auto refusals = edge_->refusals();
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0], (attach_refused{me, {1, 0}, 2, {error_code::session_lost, {}}}));
}

TEST_F(SessionSpawner, BeginsASessionWhoseFirstAttachWasLostWithALink) {
  auto second = attachment(2);
  second.unheard = true;
  board_.sessions().attach(second);
  EXPECT_TRUE(session());
}

TEST_F(SessionSpawner, BeginsAnewFromASnapshotWhateverTheNumber) {
  auto again = attachment(5);
  again.snapshot = "of a former actor";
  board_.sessions().attach(again);
  EXPECT_TRUE(session());
}

TEST_F(SessionSpawner, TellsTheEdgeOfAnErrorByTheAttachThatItGaveLast) {
  attach(1);
  const auto first = session();
  // The actor has taken attach 1 when it ends; 2 stands in its mailbox and is never read.
  caf::anon_send_exit(first, caf::exit_reason::unhandled_exception);
  board_.sessions().attach(attachment(2));
  settle();
  EXPECT_FALSE(session());
  const auto refusals = edge_->refusals();
  ASSERT_EQ(refusals.size(), 1U);
  EXPECT_EQ(refusals[0], (attach_refused{me, {1, 0}, 2, {error_code::session_lost, {}}}));
  EXPECT_EQ(words_, (std::vector<std::string>{"here", "lost"}));
}

TEST_F(SessionSpawner, TellsTheEdgeOfAnActorThatNeverTookItsFirstAttach) {
  board_.sessions().attach(attachment(1));
  kill(session());
  EXPECT_FALSE(session()) << "who writes to it is not to write to the dead";
  EXPECT_EQ(edge_->refusals().size(), 1U);
}

TEST_F(SessionSpawner, TellsTheDirectoryOfOneThatItAttachedToHaveItEnded) {
  auto ending = attachment();
  ending.proxy.clear();
  ending.from_store = true;
  board_.sessions().attach(ending);
  settle();
  kill(session());
  EXPECT_EQ(broker_->take<attach_refused>().size(), 1U);
  EXPECT_TRUE(edge_->refusals().empty());
}

TEST_F(SessionSpawner, SaysNothingWhenTheNodeStops) {
  attach();
  board_.close();
  settle();
  EXPECT_TRUE(edge_->refusals().empty());
}

} // namespace
} // namespace godwit::test
