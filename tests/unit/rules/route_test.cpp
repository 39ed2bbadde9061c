// How a route opens, attaches its session, passes on what it hears, and ends.
#include "tests/unit/rules/route_fixture.hpp"

namespace godwit {
namespace {

using namespace std::chrono_literals;

class Route : public route_fixture {};

TEST_F(Route, AsksTheDirectoryAgainWhenItsLinkWasReset) {
  auto one = open();
  ASSERT_EQ(sent<place_session>().size(), 1U);
  one.link_reset({"broker-1", {5}, 1}, view, out);
  ASSERT_EQ(sent<place_session>().size(), 2U);
  EXPECT_EQ(sent<place_session>()[0], sent<place_session>()[1]);
  auto resumed = open(states::resumed_session);
  resumed.link_reset({"broker-1", {5}, 1}, view, out);
  resumed.link_reset({"worker-1", {6}, 2}, view, out);
  EXPECT_EQ(sent<resume_session>().size(), 2U);
}

TEST_F(Route, AttachesBeforeItGreetsAndSendsWhatTheClientSaidMeanwhile) {
  auto one = open();
  say(one, 2);
  EXPECT_TRUE(sent<client_frame>().empty());
  one.placed(placed(), now, out);
  ASSERT_EQ(sent<attach_session>().size(), 1U);
  EXPECT_EQ(sent<attach_session>()[0].first_in_seq, 1U);
  EXPECT_FALSE(sent<attach_session>()[0].from_store);
  EXPECT_EQ(sent<client_frame>().size(), 2U);
  EXPECT_EQ(count<greet_client>(), 1U);
}

TEST_F(Route, TakesAnAnswerOnceThoughItWasAskedTwice) {
  auto one = attached();
  one.placed(placed(), now, out);
  EXPECT_TRUE(out.empty());
  one.placed(placed(2, true), now, out);
  ASSERT_EQ(sent<attach_session>().size(), 1U) << "the younger owner is the true one";
  EXPECT_EQ(sent<attach_session>()[0].epoch, (session_epoch{2, 0}));
  EXPECT_EQ(sent<attach_session>()[0].attach, 2U);
}

TEST_F(Route, SendsUnconfirmedFramesAgainAfterALinkReset) {
  auto one = attached();
  say(one, 3);
  auto first = output(1, 1);
  first.snapshot = "snapshot";
  one.output(first, out);
  EXPECT_TRUE(one.accept(event(1, 5, 9)));
  out.clear();
  reset(one);
  const auto attach = sent<attach_session>().at(0);
  EXPECT_EQ(attach.attach, 2U);
  EXPECT_EQ(attach.snapshot, "snapshot");
  EXPECT_EQ(attach.positions, (std::vector<stream_position>{{5, 9}}));
  EXPECT_EQ(attach.first_in_seq, 2U);
  const auto frames = sent<client_frame>();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].in_seq, 2U);
  EXPECT_EQ(frames[1].in_seq, 3U);
  EXPECT_EQ(frames[1].attach, 2U);
}

TEST_F(Route, TakesNothingFromAFormerAttach) {
  auto one = attached();
  say(one, 1);
  one.link_reset({"worker-1", {11}, 2}, view, out);
  out.clear();
  auto late = output(1, 1);
  late.replies = {bytes("late")};
  late.snapshot = "late";
  late.close = error{};
  one.output(late, out);
  EXPECT_TRUE(out.empty());
  EXPECT_FALSE(one.accept(event(1, 5, 1)));
  one.attach_now(out);
  EXPECT_EQ(sent<attach_session>()[0].snapshot, "");
  EXPECT_EQ(sent<attach_session>()[0].first_in_seq, 1U);
}

TEST_F(Route, ForgetsUnconfirmedFramesAtAResumeAndTakesTheClientsPositions) {
  auto one = attached();
  say(one, 2);
  EXPECT_TRUE(one.accept(event(1, 5, 9)));
  one.client_lost(now, out);
  EXPECT_EQ(one.deadline(), now + settings.resume_timeout);
  out.clear();
  auto back = claim();
  back.positions = {{5, 7}};
  EXPECT_EQ(one.resume(back, now, out), resume_verdict::taken);
  EXPECT_EQ(closed(), std::nullopt);
  const auto attach = sent<attach_session>().at(0);
  EXPECT_EQ(attach.first_in_seq, 3U);
  EXPECT_EQ(attach.positions, back.positions);
  EXPECT_TRUE(sent<client_frame>().empty());
  EXPECT_EQ(count<greet_client>(), 1U);
  EXPECT_FALSE(one.deadline());
  EXPECT_TRUE(one.accept(event(2, 5, 8)));
}

TEST_F(Route, ReplacesTheConnectionThatStillLives) {
  auto one = attached();
  EXPECT_EQ(one.resume(claim(), now, out), resume_verdict::taken);
  EXPECT_TRUE(std::holds_alternative<close_client>(out[0])) << "before anything is for the new one";
  EXPECT_TRUE(std::holds_alternative<take_client>(out[1]));
  EXPECT_EQ(closed(), error_code::replaced);
}

TEST_F(Route, RefusesAWrongTokenOrPersonWithoutNotice) {
  auto one = attached();
  auto person = claim();
  person.identity.fill(8);
  EXPECT_EQ(one.resume(claim(2), now, out), resume_verdict::refused);
  EXPECT_EQ(one.resume(person, now, out), resume_verdict::refused);
  EXPECT_TRUE(out.empty());
  auto opening = open();
  EXPECT_EQ(opening.resume(claim(), now, out), resume_verdict::refused) << "nobody has that token yet";
  auto resuming = open(states::resumed_session);
  EXPECT_EQ(resuming.resume(claim(2), now, out), resume_verdict::wait);
  EXPECT_EQ(resuming.resume(claim(), now, out), resume_verdict::taken);
}

TEST_F(Route, KeepsTheClosedFrameUntilItIsConfirmed) {
  auto one = attached();
  say(one, 1);
  one.client_lost(now, out);
  one.tick(now + settings.resume_timeout - 1ms, out);
  out.clear();
  one.tick(now + settings.resume_timeout, out);
  ASSERT_EQ(sent<client_frame>().size(), 1U);
  EXPECT_EQ(sent<client_frame>()[0].kind, frame_kind::closed);
  EXPECT_EQ(sent<client_frame>()[0].in_seq, 2U);
  EXPECT_EQ(one.resume(claim(), now, out), resume_verdict::ended);
  one.output(output(1, 1), out);
  out.clear();
  reset(one);
  ASSERT_EQ(sent<client_frame>().size(), 1U) << "said again, since nobody confirmed it";
  one.output(output(2, 2), out);
  EXPECT_EQ(count<forget_route>(), 1U);
}

TEST_F(Route, EndsANewSessionThatNobodyCanResume) {
  auto one = open();
  one.client_lost(now, out);
  out.clear();
  one.placed(placed(), now, out);
  ASSERT_EQ(sent<client_frame>().size(), 1U);
  EXPECT_EQ(sent<client_frame>()[0].kind, frame_kind::closed);
  auto back = open(states::resumed_session);
  back.client_lost(now, out);
  out.clear();
  back.placed(placed(2, true), now, out);
  EXPECT_TRUE(sent<client_frame>().empty()) << "its client may come again";
  EXPECT_TRUE(back.deadline());
}

TEST_F(Route, StopsReadingAtTheLimitsAndGoesOnWhenConfirmed) {
  settings.unconfirmed_frames_max = 2;
  auto one = attached();
  say(one, 1);
  EXPECT_EQ(count<stop_reading>(), 0U);
  say(one, 1);
  EXPECT_EQ(count<stop_reading>(), 1U);
  one.output(output(1, 1), out);
  EXPECT_EQ(count<continue_reading>(), 1U);
  settings.unconfirmed_bytes_max = 8;
  out.clear();
  auto two = attached();
  say(two, 2);
  EXPECT_EQ(count<stop_reading>(), 1U);
}

TEST_F(Route, TellsTheSessionToSendOnWhenTheQueueIsDrainedOrNobodyIsThere) {
  auto one = attached();
  auto paced = output(1);
  paced.paced = true;
  one.output(paced, out);
  EXPECT_EQ(count<report_when_drained>(), 1U);
  EXPECT_TRUE(sent<sending_resumed>().empty());
  one.client_drained(out);
  one.client_drained(out);
  EXPECT_EQ(sent<sending_resumed>().size(), 1U);
  one.output(paced, out);
  one.client_lost(now, out);
  EXPECT_EQ(sent<sending_resumed>().size(), 2U) << "else the session would wait for a client that is gone";
  one.output(paced, out);
  EXPECT_EQ(sent<sending_resumed>().size(), 3U);
}

TEST_F(Route, IsRevokedByItsEpochOrAYoungerOne) {
  auto one = attached();
  one.revoked({{42}, {0, 9}, {error_code::session_ended, {}}}, out);
  EXPECT_TRUE(out.empty());
  one.revoked({{42}, {1, 0}, {error_code::session_ended, {}}}, out);
  EXPECT_EQ(closed(), error_code::session_ended);
  auto opening = open(states::resumed_session);
  out.clear();
  opening.revoked({{42}, {1, 0}, {error_code::session_ended, {}}}, out);
  EXPECT_TRUE(out.empty()) << "that was about its former life";
}

TEST_F(Route, TellsTheClientWhyItsSessionCanNotBeServed) {
  auto one = open();
  auto refused = placed();
  refused.why = error{error_code::no_worker_node, {}};
  one.placed(refused, now, out);
  EXPECT_EQ(closed(), error_code::no_worker_node);
  auto two = attached();
  two.attach_refused({{42}, {1, 0}, 1, {error_code::store_unavailable, {}}}, out);
  EXPECT_EQ(closed(), error_code::store_unavailable);
  auto three = attached();
  three.attach_refused({{42}, {1, 0}, 1, {error_code::stale_epoch, {}}}, out);
  EXPECT_EQ(closed(), error_code::session_lost);
  auto four = open();
  four.tick(now + settings.opening_timeout, out);
  EXPECT_EQ(closed(), error_code::no_broker_node);
}

TEST_F(Route, AttachesASessionAnewWhoseActorEndedByAnError) {
  auto one = attached();
  say(one, 2);
  auto known = output(1, 1);
  known.snapshot = "what it was";
  one.output(known, out);
  EXPECT_TRUE(one.accept(event(1, 5, 3)));
  out.clear();
  one.attach_refused({{42}, {1, 0}, 1, {error_code::session_lost, {}}}, out);
  EXPECT_FALSE(closed());
  ASSERT_EQ(sent<attach_session>().size(), 1U);
  const auto again = sent<attach_session>()[0];
  EXPECT_EQ(again.attach, 2U);
  EXPECT_EQ(again.snapshot, "what it was");
  EXPECT_EQ(again.positions, (std::vector<stream_position>{{5, 3}}));
  EXPECT_EQ(again.first_in_seq, 2U);
  one.output(output(2), out);
  ASSERT_EQ(sent<client_frame>().size(), 1U) << "what was not confirmed is said again, to an actor that has come up";
  EXPECT_EQ(sent<client_frame>()[0].in_seq, 2U);
  EXPECT_EQ(sent<client_frame>()[0].attach, 2U);
}

TEST_F(Route, TellsTheClientWhenItsSessionDiesAgainAndAgain) {
  auto one = attached();
  say(one, 2);
  auto known = output(1, 1);
  known.snapshot = "what it was";
  one.output(known, out);
  std::uint32_t attach = 1;
  const auto die = [&] { one.attach_refused({{42}, {1, 0}, attach++, {error_code::session_lost, {}}}, out); };
  for (std::uint32_t i = 0; i != limits::session_restarts_max; ++i)
    die();
  EXPECT_FALSE(closed());
  one.output(output(attach, 2), out);
  for (std::uint32_t i = 0; i != limits::session_restarts_max; ++i)
    die();
  EXPECT_FALSE(closed()) << "a frame was confirmed in between";
  die();
  EXPECT_EQ(closed(), error_code::session_lost);
}

TEST_F(Route, SaysThatItHasNotHeardOfItsSessionUntilItHas) {
  auto one = attached();
  out.clear();
  reset(one);
  EXPECT_TRUE(sent<attach_session>().at(0).unheard);
  one.output(output(2, 0), out);
  out.clear();
  reset(one);
  EXPECT_FALSE(sent<attach_session>().at(0).unheard) << "if it is not there it has ended";
}

TEST_F(Route, TellsTheClientWhenNothingIsKeptToBeginItsSessionFrom) {
  auto one = attached();
  one.attach_refused({{42}, {1, 0}, 1, {error_code::session_lost, {}}}, out);
  EXPECT_EQ(closed(), error_code::session_lost);
  auto two = open(states::resumed_session);
  two.placed(placed(2, true), now, out);
  out.clear();
  two.attach_refused({{42}, {2, 0}, 1, {error_code::session_lost, {}}}, out);
  EXPECT_FALSE(closed()) << "it is in the store";
  EXPECT_TRUE(sent<attach_session>().at(0).from_store);
}

TEST_F(Route, TakesNoRefusalOfAnAttachBeforeTheNewest) {
  auto one = attached();
  one.link_reset({"worker-1", {11}, 2}, view, out);
  out.clear();
  one.attach_refused({{42}, {1, 0}, 1, {error_code::session_lost, {}}}, out);
  EXPECT_TRUE(out.empty()) << "the newer one is answered by who gets it";
}

TEST_F(Route, KeepsThePositionsOfTheStreamsThatMovedLast) {
  auto one = attached();
  EXPECT_TRUE(one.accept(event(1, 1, 1)));
  for (std::uint64_t stream = 2; stream <= limits::streams_per_session_max; ++stream)
    EXPECT_TRUE(one.accept(event(1, stream, 1)));
  EXPECT_TRUE(one.accept(event(1, 1, 2)));
  EXPECT_FALSE(one.accept(event(1, 1, 2))) << "the client has it";
  EXPECT_TRUE(one.accept(event(1, 1'000'000, 1)));
  EXPECT_TRUE(one.accept(event(1, 1, 0))) << "what passes has no position";
  reset(one);
  const auto positions = sent<attach_session>()[0].positions;
  EXPECT_EQ(positions.size(), limits::streams_per_session_max);
  EXPECT_EQ(positions.front().stream, 3U) << "the second was silent for longest";
  EXPECT_EQ(positions.back().stream, 1'000'000U);
}

// -------------------------------------------------------------------------------------------------- resume tokens

TEST_F(Route, HoldsFramesBackUntilItIsItsTurnToAttach) {
  auto one = attached();
  say(one, 1);
  out.clear();
  one.link_reset({"worker-1", {11}, 2}, view, out);
  one.link_reset({"worker-1", {11}, 2}, view, out);
  EXPECT_EQ(count<attach_in_turn>(), 1U) << "it waits for one turn only";
  EXPECT_FALSE(one.accept(event(1, 5, 1))) << "something before it may be lost";
  say(one, 1);
  EXPECT_TRUE(sent<client_frame>().empty());
  EXPECT_GT(one.attach_weight(), 2 * bytes("frame")->size());
  one.attach_now(out);
  EXPECT_EQ(sent<attach_session>().at(0).attach, 3U);
  EXPECT_EQ(sent<client_frame>().size(), 2U);
  out.clear();
  one.attach_now(out);
  EXPECT_TRUE(out.empty());
}

TEST_F(Route, AClientThatComesBackNeedsNoTurn) {
  auto one = attached();
  one.link_reset({"worker-1", {11}, 2}, view, out);
  EXPECT_TRUE(resumed_by(one, claim()));
  EXPECT_EQ(sent<attach_session>().at(0).attach, 3U);
  out.clear();
  one.attach_now(out);
  EXPECT_TRUE(out.empty());
}

TEST_F(Route, TellsOnceThatItsAttachWasAnswered) {
  auto one = attached();
  one.output(output(1), out);
  one.output(output(1), out);
  EXPECT_EQ(count<attach_answered>(), 1U);
  reset(one);
  out.clear();
  one.output(output(1), out);
  EXPECT_TRUE(out.empty()) << "the former one";
  one.attach_refused({{42}, {1, 0}, 2, {error_code::store_unavailable, {}}}, out);
  EXPECT_EQ(count<attach_answered>(), 1U);
}

// L-8
TEST_F(Route, ChargesTheClientWhatItsSessionSays) {
  auto one = attached();
  auto costly = output(1);
  costly.cost = 7;
  one.output(costly, out);
  ASSERT_EQ(count<charge_client>(), 1U);
  one.client_lost(now, out);
  out.clear();
  one.output(costly, out);
  EXPECT_EQ(count<charge_client>(), 0U) << "nobody is there to pay";
}

} // namespace
} // namespace godwit
