// Planned moves: the switch of owners while both live.
#include "tests/unit/rules/route_fixture.hpp"

namespace godwit {
namespace {

using namespace std::chrono_literals;

class RouteMove : public route_fixture {};

TEST_F(RouteMove, MovesWhereItIsToldOnceAndOnlyFromTheEpochThatWasMeant) {
  auto one = quiet();
  const move_session order{{42}, {1, 0}, "worker-2", {21}};
  one.move(order, false, now, out);
  one.move({{42}, {1, 1}, "worker-2", {21}}, true, now, out);
  one.move({{42}, {1, 0}, "worker-1", {11}}, true, now, out);
  EXPECT_TRUE(out.empty()) << "dead, of another time, there already";
  one.move(order, true, now, out);
  one.move({{42}, {1, 0}, "worker-3", {31}}, true, now, out);
  EXPECT_EQ(count<attach_in_turn>(), 1U);
  one.attach_now(out);
  EXPECT_EQ(sent<attach_session>().at(0).epoch, (session_epoch{1, 1}));
  EXPECT_EQ(one.worker(), "worker-2");
}

TEST_F(RouteMove, TakesTheNextMoveWhenTheNewOwnerHasAnswered) {
  auto one = quiet();
  one.move({{42}, {1, 0}, "worker-2", {21}}, true, now, out);
  one.attach_now(out);
  out.clear();
  one.move({{42}, {1, 1}, "worker-1", {11}}, true, now, out);
  EXPECT_TRUE(out.empty());
  auto answer = output(2);
  answer.epoch = {1, 1};
  one.output(answer, out);
  one.attach_now(out);
  EXPECT_EQ(sent<attach_session>().at(0).epoch, (session_epoch{1, 2}));
}

TEST_F(RouteMove, MovesWhenItsOwnerHasConfirmedAllThatItWasToldAndHoldsBackTheRestForTheNextOne) {
  auto one = quiet();
  say(one, 2);
  out.clear();
  one.move({{42}, {1, 0}, "worker-2", {21}}, true, now, out);
  say(one, 1);
  EXPECT_TRUE(sent<client_frame>().empty()) << "it is for the next owner";
  one.output(output(1, 1), out);
  EXPECT_EQ(count<attach_in_turn>(), 0U) << "the second frame is under way still";
  one.output(output(1, 2), out);
  EXPECT_EQ(count<attach_in_turn>(), 1U);
  one.attach_now(out);
  const auto attach = sent<attach_session>().at(0);
  EXPECT_EQ(attach.epoch, (session_epoch{1, 1}));
  EXPECT_EQ(attach.first_in_seq, 3U);
  EXPECT_EQ(attach.said, 0U) << "nobody else has begun any of it";
  ASSERT_EQ(sent<client_frame>().size(), 1U);
  EXPECT_EQ(sent<client_frame>()[0].in_seq, 3U);
  EXPECT_FALSE(one.move_deadline());
}

TEST_F(RouteMove, ReadsNoMoreThanItMayKeepWhileItHoldsBackAndLosesNothingOfIt) {
  settings.unconfirmed_frames_max = 4;
  auto one = quiet();
  say(one, 1);
  one.move({{42}, {1, 0}, "worker-2", {21}}, true, now, out);
  out.clear();
  say(one, 3);
  EXPECT_EQ(count<stop_reading>(), 1U);
  EXPECT_TRUE(told().empty());
  out.clear();
  one.output(output(1, 1), out);
  EXPECT_EQ(count<continue_reading>(), 1U);
  say(one, 2);
  EXPECT_EQ(count<stop_reading>(), 1U) << "the move is under way, the bound holds";
  out.clear();
  one.attach_now(out);
  EXPECT_EQ(sent<attach_session>().at(0).first_in_seq, 2U);
  EXPECT_EQ(told(), (std::vector<std::uint64_t>{2, 3, 4, 5, 6}));
}

TEST_F(RouteMove, StaysWhereItsTargetDiesBeforeItIsQuiet) {
  auto one = quiet();
  say(one, 1);
  one.move({{42}, {1, 0}, "worker-2", {21}}, true, now, out);
  out.clear();
  say(one, 1);
  EXPECT_TRUE(told().empty()) << "held back";
  one.follow(view_of({worker("worker-1", 11), worker("worker-2", 21, node_state::dead)}), out);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{2});
  one.output(output(1, 2), out);
  EXPECT_EQ(count<attach_in_turn>(), 0U) << "the next view may be long in coming";
  EXPECT_EQ(one.worker(), "worker-1");
}

TEST_F(RouteMove, PassesOnWhatItHeldBackWhenARequestTakesTooLongAndMovesWhenItIsQuietAfterAll) {
  auto one = quiet();
  say(one, 1);
  one.move({{42}, {1, 0}, "worker-2", {21}}, true, now, out);
  say(one, 2);
  out.clear();
  one.tick(*one.move_deadline() - 1ms, out);
  EXPECT_TRUE(out.empty());
  now += limits::move_holds_frames;
  one.tick(now, out);
  ASSERT_EQ(sent<client_frame>().size(), 2U);
  EXPECT_EQ(sent<client_frame>()[0].in_seq, 2U);
  EXPECT_EQ(sent<client_frame>()[0].epoch, (session_epoch{1, 0})) << "to the owner that it has";
  say(one, 1);
  EXPECT_EQ(sent<client_frame>().size(), 3U);
  one.output(output(1, 4), out);
  EXPECT_EQ(count<attach_in_turn>(), 1U);
}

TEST_F(RouteMove, StaysWhereItIsWhenItIsNotQuietInTime) {
  auto one = quiet();
  say(one, 1);
  one.move({{42}, {1, 0}, "worker-2", {21}}, true, now, out);
  for (std::uint32_t i = 0; one.move_deadline() && i != 100; ++i)
    one.tick(now += limits::move_holds_frames, out);
  EXPECT_FALSE(one.move_deadline());
  one.output(output(1, 1), out);
  EXPECT_EQ(count<attach_in_turn>(), 0U);
  EXPECT_EQ(one.worker(), "worker-1");
}

TEST_F(RouteMove, ForgetsAMoveWhenItAttachesForAnotherReasonAndTellsAllFramesThere) {
  auto one = quiet();
  say(one, 1);
  one.move({{42}, {1, 0}, "worker-2", {21}}, true, now, out);
  say(one, 1);
  out.clear();
  one.link_reset({"worker-1", {11}, 2}, view_of({}), out);
  one.attach_now(out);
  EXPECT_EQ(sent<client_frame>().size(), 2U);
  EXPECT_FALSE(one.move_deadline());
  say(one, 1);
  EXPECT_EQ(sent<client_frame>().size(), 3U);
}

TEST_F(RouteMove, WaitsWithAMoveUntilAClientThatHasJustResumedSaidAgainWhatItHadUnderWay) {
  auto one = quiet();
  say(one, 1);
  now += 1min;
  ASSERT_TRUE(resumed_by(one, claim()));
  one.output(output(2), out);
  out.clear();
  one.move({{42}, {1, 0}, "worker-2", {21}}, true, now, out);
  EXPECT_TRUE(out.empty()) << "the frame that it had said may be under way";
  say(one, 1);
  EXPECT_EQ(sent<client_frame>().size(), 1U);
  one.tick(now += limits::move_holds_frames, out);
  EXPECT_EQ(count<attach_in_turn>(), 0U);
  one.output(output(2, 2), out);
  EXPECT_EQ(count<attach_in_turn>(), 1U);
}

} // namespace
} // namespace godwit
