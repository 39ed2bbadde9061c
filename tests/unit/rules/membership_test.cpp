#include "actors/rules/limits.hpp"
#include "actors/rules/membership.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;

constexpr std::uint8_t worker = role_worker;
constexpr std::uint8_t proxy = role_proxy;

/// Of the config, and not the default.
constexpr std::chrono::seconds time_to_resume{30};

struct cluster {
  instant now{};
  membership judge{{"broker-1", role_broker},
                   {1},
                   {{"broker-1", role_broker},
                    {"proxy-1", proxy},
                    {"worker-1", worker},
                    {"worker-2", worker},
                    {"worker-3", worker},
                    {"worker-4", worker}},
                   time_to_resume,
                   now};

  cluster() {
    hello("proxy-1", 5, proxy);
    hello("worker-1", 11, worker);
    hello("worker-2", 22, worker);
  }
  membership_effects hello(const node_name& name, std::uint64_t life, std::uint8_t roles) {
    return judge.handle(link_reset{name, {life}, roles}, now);
  }
  void close(const node_name& name) { judge.handle(link_lost{name}, now); }
  void silence(const node_name& name, std::uint64_t life) { judge.handle(link_silent{name, {life}}, now); }
  void suspect(const node_name& by, const node_name& of, std::uint64_t life) {
    judge.handle(suspect_node{by, of, {life}}, now);
  }
  template <class Before>
  void pass(std::chrono::milliseconds time, Before before_each_tick) {
    for (const auto end = now + time; now < end;) {
      now += limits::pulse_interval;
      before_each_tick();
      judge.tick(now);
    }
  }
  void pass(std::chrono::milliseconds time) {
    pass(time, [] {});
  }
  bool dead(const node_name& name, std::uint64_t life) const {
    return standing_of(judge.view(), name, {life}) == standing::dead;
  }
};

TEST(Membership, AHelloIsPublishedToAllLinkedNodesAndToTheOwn) {
  cluster c;
  const auto before = c.judge.view().number;
  const auto effects = c.hello("worker-3", 33, worker);
  EXPECT_EQ(c.judge.view().number, before + 1);
  ASSERT_EQ(effects.size(), 5U);
  EXPECT_EQ(std::get<follow_view>(effects[0]).view, c.judge.view());
  EXPECT_EQ(std::get<send>(effects[1]).to, service_at("proxy-1", entity_kind::membership));
}

TEST(Membership, AWorkerNodeWhoseLinkIsNotBackInTimeIsDead) {
  cluster c;
  c.close("worker-1");
  c.pass(limits::redial_is_suspicious - limits::pulse_interval);
  EXPECT_FALSE(c.dead("worker-1", 11));
  c.pass(limits::pulse_interval);
  EXPECT_TRUE(c.dead("worker-1", 11));
  EXPECT_FALSE(c.dead("worker-2", 22));
}

TEST(Membership, AWorkerNodeWhoseLinkIsBackInTimeLives) {
  cluster c;
  c.close("worker-1");
  c.pass(100ms);
  c.hello("worker-1", 11, worker);
  c.pass(10s);
  EXPECT_FALSE(c.dead("worker-1", 11));
}

TEST(Membership, AHelloOfANewLifeDeclaresTheOldOneDeadAtOnce) {
  cluster c;
  c.hello("worker-1", 12, worker);
  EXPECT_TRUE(c.dead("worker-1", 11));
  EXPECT_EQ(standing_of(c.judge.view(), "worker-1", {12}), standing::alive);
  c.hello("proxy-1", 6, proxy);
  EXPECT_TRUE(c.dead("proxy-1", 5));
}

TEST(Membership, ADeadLifeStaysDeadAndIsToldSoWhenItsLinkIsBack) {
  cluster c;
  c.close("worker-1");
  c.pass(1s);
  const auto effects = c.hello("worker-1", 11, worker);
  EXPECT_TRUE(c.dead("worker-1", 11));
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(std::get<send>(effects[0]).to, service_at("worker-1", entity_kind::membership));
}

TEST(Membership, ASilentWorkerNodeIsDeadUnlessItIsHeardAgain) {
  cluster c;
  c.silence("worker-1", 11);
  c.pass(100ms);
  c.judge.handle(link_heard{"worker-1", {11}}, c.now);
  c.pass(1s);
  EXPECT_FALSE(c.dead("worker-1", 11));
  c.silence("worker-1", 11);
  c.pass(200ms);
  EXPECT_TRUE(c.dead("worker-1", 11));
}

TEST(Membership, NeverMoreThanHalfOfTheWorkerNodesFallToSilence) {
  cluster c;
  c.silence("worker-1", 11);
  c.silence("worker-2", 22);
  c.pass(10s);
  EXPECT_NE(c.dead("worker-1", 11), c.dead("worker-2", 22));
}

TEST(Membership, WhoWasSparedWhenAllFellSilentLivesOnWhenItIsHeardAgain) {
  cluster c;
  const auto proxy_misses_both = [&] {
    c.suspect("proxy-1", "worker-1", 11);
    c.suspect("proxy-1", "worker-2", 22);
  };
  c.silence("worker-1", 11);
  c.silence("worker-2", 22);
  c.pass(3s, proxy_misses_both);
  ASSERT_TRUE(c.dead("worker-1", 11));
  ASSERT_FALSE(c.dead("worker-2", 22));
  c.judge.handle(link_heard{"worker-2", {22}}, c.now);
  c.pass(2 * limits::pulse_interval); // until the proxy node has heard it too
  EXPECT_FALSE(c.dead("worker-2", 22)) << "nobody knows that these two are cut off from each other";
  c.pass(2s, proxy_misses_both);
  EXPECT_TRUE(c.dead("worker-2", 22)) << "now it is known";
}

TEST(Membership, AllWorkerNodesMayDieByTheirLinks) {
  cluster c;
  c.close("worker-1");
  c.close("worker-2");
  c.pass(1s);
  EXPECT_TRUE(c.dead("worker-1", 11));
  EXPECT_TRUE(c.dead("worker-2", 22));
}

TEST(Membership, WhenAllOthersAreOutOfReachTheFaultIsHere) {
  cluster c;
  c.close("proxy-1");
  c.close("worker-1");
  c.close("worker-2");
  c.pass(10s);
  EXPECT_FALSE(c.dead("worker-1", 11));
  c.hello("proxy-1", 5, proxy);
  c.pass(100ms);
  EXPECT_TRUE(c.dead("worker-1", 11));
}

TEST(Membership, TheJudgesOwnLatenessIsSubtracted) {
  cluster c;
  c.close("worker-1");
  c.now += 5s; // the whole process stood still
  c.judge.handle(link_silent{"worker-2", {22}}, c.now);
  c.judge.tick(c.now);
  EXPECT_FALSE(c.dead("worker-1", 11));
  EXPECT_FALSE(c.dead("worker-2", 22));
  c.pass(200ms);
  EXPECT_TRUE(c.dead("worker-1", 11));
}

TEST(Membership, AProxyNodeNeverDiesBySilence) {
  cluster c;
  c.silence("proxy-1", 5);
  c.pass(3min);
  EXPECT_FALSE(c.dead("proxy-1", 5));
}

TEST(Membership, AProxyNodeThatEveryWorkerMissesForTheTimeToResumeIsDead) {
  cluster c;
  c.close("proxy-1");
  const auto both_miss_it = [&] {
    c.suspect("worker-1", "proxy-1", 5);
    c.suspect("worker-2", "proxy-1", 5);
  };
  c.pass(time_to_resume - 1s, both_miss_it);
  EXPECT_FALSE(c.dead("proxy-1", 5));
  c.pass(2s, [&] { c.suspect("worker-1", "proxy-1", 5); });
  EXPECT_FALSE(c.dead("proxy-1", 5)); // worker-2 still has it
  c.pass(1s, both_miss_it);
  EXPECT_TRUE(c.dead("proxy-1", 5));
}

TEST(Membership, OfAWorkerAndAProxyThatMissEachOtherTheWorkerDies) {
  cluster c;
  c.hello("worker-3", 33, worker);
  c.pass(900ms, [&] { c.suspect("proxy-1", "worker-1", 11); });
  EXPECT_FALSE(c.dead("worker-1", 11));
  c.pass(300ms, [&] { c.suspect("proxy-1", "worker-1", 11); });
  EXPECT_TRUE(c.dead("worker-1", 11));
}

TEST(Membership, OfTwoWorkersThatMissEachOtherTheOneWithFewerLinksThenTheLaterNameDies) {
  cluster later;
  later.hello("worker-3", 33, worker);
  later.pass(1200ms, [&] { later.suspect("worker-1", "worker-2", 22); });
  EXPECT_TRUE(later.dead("worker-2", 22));
  EXPECT_FALSE(later.dead("worker-1", 11));

  cluster fewer;
  fewer.hello("worker-3", 33, worker);
  fewer.hello("worker-4", 44, worker);
  fewer.pass(1200ms, [&] {
    fewer.suspect("worker-2", "worker-1", 11);
    fewer.suspect("worker-3", "worker-1", 11);
  });
  EXPECT_TRUE(fewer.dead("worker-1", 11));
  EXPECT_FALSE(fewer.dead("worker-2", 22));
}

TEST(Membership, ANodeThatMissesMoreThanHalfOfTheOthersIsItselfAtFault) {
  cluster c;
  c.pass(3s, [&] {
    c.suspect("proxy-1", "worker-1", 11);
    c.suspect("proxy-1", "worker-2", 22);
  });
  EXPECT_FALSE(c.dead("worker-1", 11));
  EXPECT_FALSE(c.dead("worker-2", 22));
}

TEST(Membership, ASuspicionThatIsNotRepeatedLapses) {
  cluster c;
  c.suspect("proxy-1", "worker-1", 11);
  c.pass(5s);
  c.suspect("proxy-1", "worker-1", 11);
  c.pass(500ms);
  EXPECT_FALSE(c.dead("worker-1", 11));
}

TEST(Membership, ANodeThatDiedWhileNoBrokerNodeWasThereIsKnownByOthersWord) {
  cluster c;
  c.suspect("proxy-1", "worker-3", 33);
  c.pass(300ms);
  EXPECT_TRUE(c.dead("worker-3", 33));
  c.suspect("proxy-1", "nobody", 77);
  EXPECT_EQ(standing_of(c.judge.view(), "nobody", {77}), standing::unknown);
}

struct follower {
  instant now{};
  membership_follower rules{"worker-1", {11}, "broker-1"};
  membership_view view(std::uint64_t number, std::uint64_t by, node_state own = node_state::alive) {
    return {number, {by}, {{"worker-1", {11}, worker, own}, {"proxy-1", {5}, proxy, node_state::alive}}};
  }
  void hello(const node_name& name, std::uint64_t life) { rules.handle(link_reset{name, {life}, 0}, now); }
};

TEST(MembershipFollower, TakesTheHighestViewOfTheNewestBrokerNode) {
  follower f;
  f.hello("broker-1", 1);
  EXPECT_EQ(f.rules.handle(f.view(5, 1)).size(), 1U);
  EXPECT_TRUE(f.rules.handle(f.view(5, 1)).empty());
  EXPECT_TRUE(f.rules.handle(f.view(4, 1)).empty());
  EXPECT_TRUE(f.rules.handle(f.view(9, 2)).empty());
  f.hello("broker-1", 2);
  EXPECT_EQ(f.rules.handle(f.view(1, 2)).size(), 1U);
  EXPECT_TRUE(f.rules.handle(f.view(10, 1)).empty());
}

TEST(MembershipFollower, ANodeThatReadsItsOwnDeathEnds) {
  follower f;
  f.hello("broker-1", 1);
  const auto effects = f.rules.handle(f.view(5, 1, node_state::dead));
  ASSERT_EQ(effects.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<end_this_life>(effects[1]));
}

TEST(MembershipFollower, TellsOfAClosedLinkOnceItCouldHaveBeenDialledAgainAndRepeatsIt) {
  follower f;
  f.hello("proxy-1", 5);
  f.now += 10s;
  f.rules.handle(link_lost{"proxy-1"}, f.now);
  EXPECT_TRUE(f.rules.tick(f.now + 100ms).empty());
  const auto effects = f.rules.tick(f.now + 300ms);
  ASSERT_EQ(effects.size(), 1U);
  EXPECT_EQ(std::get<suspect_node>(std::get<send>(effects[0]).what), (suspect_node{"worker-1", "proxy-1", {5}}));
  EXPECT_EQ(f.rules.tick(f.now + 500ms).size(), 1U);
  f.hello("proxy-1", 5);
  EXPECT_TRUE(f.rules.tick(f.now + 900ms).empty());
}

TEST(MembershipFollower, TellsOfSilenceAtOnceAndNeverOfTheBrokerNode) {
  follower f;
  EXPECT_EQ(f.rules.handle(link_silent{"proxy-1", {5}}, f.now).size(), 1U);
  EXPECT_TRUE(f.rules.handle(link_silent{"broker-1", {1}}, f.now).empty());
  f.rules.handle(link_heard{"proxy-1", {5}}, f.now);
  EXPECT_TRUE(f.rules.tick(f.now + 10s).empty());
}

// ------------------------------------------------------------------------------------------------------- shares

std::uint32_t share_of(const cluster& c, const node_name& name) { return alive_node(c.judge.view(), name)->share; }

TEST(Membership, TheViewThatDeclaresADeathSaysWhoTakesHowMuch) {
  cluster c;
  c.hello("worker-3", 33, worker);
  c.judge.handle(load_changed{{"worker-1", {11}}, 300, 0, {}}, c.now);
  c.judge.handle(load_changed{{"worker-2", {22}}, 200, 0, {}}, c.now);
  c.judge.handle(load_changed{{"worker-3", {33}}, 100, 0, {}}, c.now);
  c.close("worker-1");
  c.pass(300ms);
  ASSERT_TRUE(c.dead("worker-1", 11));
  // 600 sessions on two nodes: 300 each.
  EXPECT_EQ(share_of(c, "worker-2"), 101U);
  EXPECT_EQ(share_of(c, "worker-3"), 201U);
}

TEST(Membership, ANodeThatIsFullHasAShareNeverthelessSinceNoneMeansThatItMayTakeNothing) {
  cluster c;
  c.judge.handle(load_changed{{"worker-1", {11}}, 1, 0, {}}, c.now);
  c.judge.handle(load_changed{{"worker-2", {22}}, 900, 0, {}}, c.now);
  c.hello("worker-3", 33, worker);
  EXPECT_EQ(share_of(c, "worker-2"), 1U);
  EXPECT_GT(share_of(c, "worker-1"), 100U);
}

TEST(Membership, ANodeThatFellToSilenceHasNoShareUntilItsProbationIsOver) {
  cluster c;
  c.silence("worker-1", 11);
  c.pass(400ms);
  ASSERT_TRUE(c.dead("worker-1", 11));
  c.hello("worker-1", 12, worker);
  EXPECT_EQ(share_of(c, "worker-1"), 0U);
  c.pass(5s);
  c.silence("worker-1", 12);
  c.judge.handle(link_heard{"worker-1", {12}}, c.now);
  const auto number = c.judge.view().number;
  c.pass(9s);
  EXPECT_EQ(share_of(c, "worker-1"), 0U) << "it was silent again";
  c.pass(2s);
  EXPECT_GT(share_of(c, "worker-1"), 0U);
  EXPECT_GT(c.judge.view().number, number) << "and everybody hears of it";
}

TEST(Membership, ANodeWhoseLinkClosedHasItsShareInItsNextLife) {
  cluster c;
  c.close("worker-1");
  c.pass(300ms);
  ASSERT_TRUE(c.dead("worker-1", 11));
  c.hello("worker-1", 12, worker);
  EXPECT_GT(share_of(c, "worker-1"), 0U);
}

TEST(Membership, ADrainedNodeHasNoShareUntilItIsNotDrainedAnyMoreAndEverybodyHearsOfBoth) {
  cluster c;
  const auto number = c.judge.view().number;
  EXPECT_FALSE(c.judge.handle(drained_workers{{"worker-1"}}, c.now).empty());
  EXPECT_EQ(share_of(c, "worker-1"), 0U);
  EXPECT_GT(share_of(c, "worker-2"), 0U);
  EXPECT_GT(c.judge.view().number, number);
  EXPECT_TRUE(c.judge.handle(drained_workers{{"worker-1"}}, c.now).empty()) << "nothing new";
  c.hello("worker-1", 12, worker);
  EXPECT_EQ(share_of(c, "worker-1"), 0U) << "its next life is drained too";
  EXPECT_FALSE(c.judge.handle(drained_workers{}, c.now).empty());
  EXPECT_GT(share_of(c, "worker-1"), 0U);
}

} // namespace
} // namespace godwit
