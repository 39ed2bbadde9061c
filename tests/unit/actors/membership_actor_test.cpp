// The shell of membership: a view reaches the own node and the others, a death of the own life ends the process, and
// the clock is the actor system's.
#include "actors/membership_actor.hpp"

#include "actors/rules/limits.hpp"
#include "tests/unit/actors/still_node.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

class MembershipActor : public still_node {
protected:
  MembershipActor() {
    board_.enter(entity_kind::directory, 0, system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
        [this](const membership_view& what) { views_.push_back(what); },
        [](const link_reset&) {},
        [](const link_lost&) {},
      };
    }));
  }

  template <class Rules>
  void start(Rules rules) {
    actor_ = end_with_node(system_.spawn<membership_actor>(std::ref(board_), membership_actor::rules{std::move(rules)},
                                                           [this] { ++ends_; }));
    settle();
  }
  void judge() {
    start(membership{{"w1", role_broker},
                     {1},
                     {{"w1", role_broker}, {"w2", role_worker}, {"broker-1", role_worker}},
                     2min,
                     system_.clock().now()});
    give(actor_, link_reset{"w2", {2}, role_worker});
    give(actor_, link_reset{"broker-1", {3}, role_worker}); // a second worker node: else the judge blames itself
  }
  void follow() {
    start(membership_follower{"w1", {1}, "broker-1"});
    give(actor_, link_reset{"broker-1", {9}, role_broker});
  }
  static membership_view view_of(std::uint64_t number, node_state own) {
    return {number, {9}, {{"w1", {1}, role_worker, own}}};
  }

  membership_handle actor_;
  std::vector<membership_view> views_;
  int ends_ = 0;
};

TEST_F(MembershipActor, OfTheJudgePublishesAHelloToItsOwnNodeAndTheOthers) {
  judge();
  ASSERT_FALSE(views_.empty());
  EXPECT_EQ(standing_of(views_.back(), "w2", {2}), standing::alive);
  const auto told = other_->take<membership_view>();
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), views_.back());
}

TEST_F(MembershipActor, OfTheJudgeDeclaresADeathWhenItsTimeHasCome) {
  judge();
  give(actor_, link_lost{"w2"});
  views_.clear();
  pass(limits::redial_is_suspicious - 50ms);
  EXPECT_TRUE(views_.empty());
  pass(200ms);
  ASSERT_FALSE(views_.empty());
  EXPECT_EQ(standing_of(views_.back(), "w2", {2}), standing::dead);
  EXPECT_EQ(broker_->take<membership_view>().back(), views_.back());
}

TEST_F(MembershipActor, OfTheJudgePublishesThatANodeIsDrained) {
  judge();
  views_.clear();
  give(actor_, drained_workers{{"w2"}});
  ASSERT_FALSE(views_.empty());
  EXPECT_EQ(alive_node(views_.back(), "w2")->share, 0U);
  EXPECT_EQ(other_->take<membership_view>().back(), views_.back());
}

TEST_F(MembershipActor, OfTheJudgeForgetsASilenceThatWasBroken) {
  judge();
  give(actor_, link_silent{"w2", {2}});
  give(actor_, link_heard{"w2", {2}});
  views_.clear();
  pass(2s);
  EXPECT_TRUE(views_.empty());
}

TEST_F(MembershipActor, OfTheJudgeHearsSuspicionsOfOthers) {
  judge();
  views_.clear();
  for (int i = 0; i < 15; ++i) {
    give(actor_, suspect_node{"broker-1", "w2", {2}});
    pass(100ms);
  }
  ASSERT_FALSE(views_.empty()) << "two nodes that miss each other: one of them is to go";
}

TEST_F(MembershipActor, OfAFollowerTellsItsNodeTheViewAndJudgesNothing) {
  follow();
  give(actor_, view_of(4, node_state::alive));
  EXPECT_EQ(views_, std::vector<membership_view>{view_of(4, node_state::alive)});
  give(actor_, suspect_node{"broker-1", "w2", {2}}); // for the judge
  give(actor_, link_reset{"w2", {2}, role_worker});
  give(actor_, link_lost{"w2"});
  pass(2s);
  EXPECT_EQ(views_.size(), 1U);
  EXPECT_TRUE(other_->take<membership_view>().empty());
}

TEST_F(MembershipActor, OfAFollowerRepeatsItsSuspicionToTheJudge) {
  follow();
  give(actor_, link_reset{"w2", {2}, role_worker});
  give(actor_, link_lost{"w2"});
  EXPECT_TRUE(broker_->take<suspect_node>().empty());
  pass(limits::redial_is_suspicious + 2 * limits::suspicion_repeated_after);
  const auto told = broker_->take<suspect_node>();
  ASSERT_GE(told.size(), 2U);
  EXPECT_EQ(told[0], (suspect_node{"w1", "w2", {2}}));
  give(actor_, link_reset{"w2", {2}, role_worker});
  pass(1s);
  EXPECT_TRUE(broker_->take<suspect_node>().empty());
}

TEST_F(MembershipActor, EndsTheProcessWhenItReadsItsOwnDeath) {
  follow();
  give(actor_, view_of(4, node_state::alive));
  EXPECT_EQ(ends_, 0);
  give(actor_, view_of(5, node_state::dead));
  EXPECT_EQ(ends_, 1);
}

} // namespace
} // namespace godwit::test
