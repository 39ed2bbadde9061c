// Where a route houses its session when worker nodes die, and what it suspects of having killed them.
#include "tests/unit/rules/route_fixture.hpp"

namespace godwit {
namespace {

class RouteHome : public route_fixture {};

// ------------------------------------------------------------------------------------------------- the owner's switch

TEST_F(RouteHome, HousesItsSessionOnALivingNodeWhenItsWorkerNodeDies) {
  auto one = attached();
  auto first = output(1, 0);
  first.snapshot = "snapshot";
  one.output(first, out);
  EXPECT_TRUE(one.accept(event(1, 5, 3)));
  say(one, 2);
  one.output(output(1, 1), out);
  out.clear();
  one.follow(view_of({worker("worker-1", 11), worker("worker-2", 21)}), out);
  EXPECT_TRUE(out.empty()) << "it lives";
  one.follow(view_of({worker("worker-1", 11, node_state::dead), worker("worker-2", 21)}), out);
  EXPECT_EQ(count<attach_in_turn>(), 1U);
  EXPECT_EQ(closed(), std::nullopt);
  EXPECT_FALSE(one.accept(event(1, 5, 4))) << "of the former owner";
  one.output(output(1, 2), out);
  one.attach_now(out);
  const auto attach = sent<attach_session>().at(0);
  EXPECT_EQ(attach.epoch, (session_epoch{1, 1}));
  EXPECT_EQ(attach.snapshot, "snapshot");
  EXPECT_EQ(attach.positions, (std::vector<stream_position>{{5, 3}}));
  EXPECT_EQ(attach.first_in_seq, 2U) << "what the former owner confirmed after the switch does not count";
  EXPECT_EQ(attach.said, 1U);
  EXPECT_EQ(one.worker(), "worker-2");
  auto up = output(attach.attach);
  up.epoch = attach.epoch;
  one.output(up, out);
  EXPECT_EQ(sent<client_frame>().size(), 1U);
}

TEST_F(RouteHome, HousesItsSessionWhenItsWorkerNodeComesBackAsAnotherLife) {
  const auto lives = view_of({worker("worker-1", 11), worker("worker-2", 21)});
  auto one = attached();
  one.link_reset({"worker-1", {12}, 2}, lives, out);
  one.attach_now(out);
  EXPECT_EQ(one.worker(), "worker-2") << "the view has not heard of the new life, and the old one is over";
  auto two = attached();
  two.follow(view_of({worker("worker-1", 12)}), out);
  two.attach_now(out);
  EXPECT_EQ(two.worker_incarnation(), incarnation{12});
  EXPECT_EQ(sent<attach_session>().back().epoch, (session_epoch{1, 1}));
}

TEST_F(RouteHome, KeepsItsClientAndWhatItSaysWhileNoWorkerNodeIsLeft) {
  auto one = attached();
  one.follow(view_of({worker("worker-1", 11, node_state::dead)}), out);
  say(one, 1);
  EXPECT_TRUE(sent<client_frame>().empty());
  EXPECT_EQ(closed(), std::nullopt);
  EXPECT_TRUE(resumed_by(one, claim()));
  EXPECT_TRUE(sent<attach_session>().empty());
  say(one, 1);
  one.follow(view_of({worker("worker-2", 21)}), out);
  one.attach_now(out);
  const auto attach = sent<attach_session>().at(0);
  EXPECT_EQ(attach.said, 0U) << "nobody has ever been told these frames";
  EXPECT_EQ(sent<client_frame>().size(), 1U);
}

TEST_F(RouteHome, EndsItsSessionWhereverItIsHousedWhenTheClientIsGone) {
  auto one = attached();
  one.follow(view_of({worker("worker-1", 11, node_state::dead)}), out);
  one.client_lost(now, out);
  one.tick(now + settings.resume_timeout, out);
  EXPECT_EQ(count<forget_route>(), 0U);
  one.follow(view_of({worker("worker-2", 21)}), out);
  one.attach_now(out);
  ASSERT_EQ(sent<client_frame>().size(), 1U);
  EXPECT_EQ(sent<client_frame>()[0].kind, frame_kind::closed);
}

// ------------------------------------------------------------------------------------------------- frames that kill

// U-18
TEST_F(RouteHome, GivesUpTheFrameThatTwoWorkerNodesHaveDiedWith) {
  auto one = attached();
  say(one, 1);
  die(one);
  EXPECT_EQ(newest_attach.give_up, 0U);
  hear(one);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{1});
  die(one);
  EXPECT_EQ(newest_attach.give_up, 1U);
  hear(one);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{1}) << "whoever answers it needs its number";
  say(one, 1);
  hear(one, 1);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{2});
  die(one);
  EXPECT_EQ(newest_attach.give_up, 0U) << "another frame";
}

// U-18
TEST_F(RouteHome, GivesUpTheFrameThatEndsItsActorTwice) {
  auto one = attached();
  auto first = output(1);
  first.snapshot = "what it was";
  one.output(first, out);
  say(one, 2);
  one.attach_refused({{42}, {1, 0}, 1, {error_code::session_lost, {}}}, out);
  out.clear();
  one.output(output(2), out);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{1});
  out.clear();
  one.attach_refused({{42}, {1, 0}, 2, {error_code::session_lost, {}}}, out);
  ASSERT_EQ(sent<attach_session>().size(), 1U);
  EXPECT_EQ(sent<attach_session>()[0].give_up, 1U);
  EXPECT_EQ(closed(), std::nullopt);
}

TEST_F(RouteHome, TellsWhatADeadOwnerHadOneAtATime) {
  auto one = attached();
  say(one, 3);
  die(one);
  EXPECT_TRUE(told().empty()) << "an owner that dies before it is heard has died of something else";
  hear(one);
  say(one, 2);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{1});
  hear(one, 1);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{2});
  hear(one);
  EXPECT_TRUE(told().empty());
  hear(one, 2);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{3});
  hear(one, 3);
  EXPECT_EQ(told(), (std::vector<std::uint64_t>{4, 5})) << "no owner has died with these";
}

// U-18
TEST_F(RouteHome, GivesUpTheFrameThatKillsThoughAnInnocentOneWasOlderAtTheFirstDeath) {
  auto one = attached();
  say(one, 2);
  die(one);
  hear(one);
  hear(one, 1);
  die(one);
  EXPECT_EQ(newest_attach.first_in_seq, 2U);
  EXPECT_EQ(newest_attach.give_up, 2U);
}

TEST_F(RouteHome, CountsAnewForAFrameThatNoDeadOwnerHad) {
  auto one = attached();
  say(one, 1);
  die(one);
  hear(one);
  say(one, 1);
  hear(one, 1);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{2});
  die(one);
  EXPECT_EQ(newest_attach.give_up, 0U);
  hear(one);
  die(one);
  EXPECT_EQ(newest_attach.give_up, 2U);
}

TEST_F(RouteHome, DoesNotCountTheDeathOfAnOwnerThatWasNotHeardOf) {
  auto one = attached();
  say(one, 1);
  for (int i = 0; i != 4; ++i) {
    die(one);
    EXPECT_EQ(newest_attach.give_up, 0U) << "both nodes have died at once, say";
  }
  hear(one);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{1});
}

TEST_F(RouteHome, DoesNotCountDeathsWithNothingUnderWay) {
  auto one = attached();
  for (int i = 0; i != 3; ++i) {
    hear(one);
    die(one);
  }
  say(one, 1);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{1});
  EXPECT_EQ(newest_attach.give_up, 0U);
}

TEST_F(RouteHome, SuspectsNothingWhenALinkWasResetOrTheSessionMoves) {
  auto one = quiet();
  say(one, 2);
  for (int i = 0; i != 3; ++i) {
    out.clear();
    reset(one);
    EXPECT_EQ(told(), (std::vector<std::uint64_t>{1, 2}));
    EXPECT_EQ(sent<attach_session>()[0].give_up, 0U);
  }
  auto two = quiet();
  two.move({{42}, {1, 0}, "worker-2", {21}}, true, now, out);
  say(two, 2);
  out.clear();
  two.attach_now(out);
  EXPECT_EQ(told(), (std::vector<std::uint64_t>{1, 2}));
}

TEST_F(RouteHome, NeverGivesUpTheFrameThatEndsTheSession) {
  auto one = attached();
  one.client_lost(now, out);
  one.tick(now + settings.resume_timeout, out);
  for (int i = 0; i != 4; ++i) {
    hear(one);
    die(one);
    EXPECT_EQ(newest_attach.give_up, 0U);
  }
  hear(one);
  ASSERT_EQ(sent<client_frame>().size(), 1U);
  EXPECT_EQ(sent<client_frame>()[0].kind, frame_kind::closed);
}

TEST_F(RouteHome, ForgetsItsSuspectsWhenTheClientComesBack) {
  auto one = attached();
  say(one, 2);
  die(one);
  ASSERT_TRUE(resumed_by(one, claim()));
  say(one, 2); // again, under new numbers
  EXPECT_EQ(told(), (std::vector<std::uint64_t>{3, 4}));
}

} // namespace
} // namespace godwit
