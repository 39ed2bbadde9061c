#include "actors/rules/route.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace godwit {
namespace {

using namespace std::chrono_literals;
using states = route::opening_kind;

shared_bytes bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }

class Route : public ::testing::Test {
protected:
  static route_claim claim(std::uint8_t chain = 1, std::uint32_t number = 0) {
    route_claim who;
    who.session = {42};
    who.token.chain.fill(chain);
    who.token.number = number;
    who.next_chain.fill(9);
    who.identity.fill(7);
    who.peer_address = "127.0.0.1:9";
    return who;
  }
  route open(states kind = states::new_session) {
    out.clear();
    return route(settings, kind, claim(), now, out);
  }
  static session_placed placed(std::uint32_t generation = 1, bool resumed = false) {
    return {{42}, {generation, 0}, "worker-1", {11}, resumed, {}};
  }
  route attached() {
    auto made = open();
    made.placed(placed(), now, out);
    out.clear();
    return made;
  }
  /// Its session has taken it, and has nothing under way.
  route quiet() {
    auto made = attached();
    now += 1min;
    made.output(output(1), out);
    out.clear();
    return made;
  }
  static session_output output(std::uint32_t attach, std::uint64_t confirmed = 0) {
    return {{42}, {1, 0}, attach, {}, confirmed, {}, false, {}};
  }
  static delivery event(std::uint32_t attach, std::uint64_t stream, std::uint64_t position) {
    return {{42}, {1, 0}, attach, {stream, position}, bytes("event"), nullptr};
  }
  /// The messages of this type among the effects.
  template <class Message>
  std::vector<Message> sent() const {
    std::vector<Message> all;
    for (const auto& effect : out)
      if (const auto* one = std::get_if<send>(&effect))
        if (const auto* what = std::get_if<Message>(&one->what))
          all.push_back(*what);
    return all;
  }
  template <class Effect>
  std::size_t count() const {
    return static_cast<std::size_t>(
      std::count_if(out.begin(), out.end(), [](const auto& one) { return std::holds_alternative<Effect>(one); }));
  }
  std::optional<error_code> closed() const {
    for (const auto& effect : out)
      if (const auto* one = std::get_if<close_client>(&effect))
        return one->why.code;
    return std::nullopt;
  }
  static membership_view view_of(std::vector<member_node> nodes) { return {1, {5}, std::move(nodes)}; }
  static member_node worker(const node_name& name, std::uint64_t life, node_state state = node_state::alive) {
    return {name, {life}, role_worker, state, 1};
  }
  /// The link to the worker node was reset, and it is this route's turn.
  void reset(route& one) {
    one.link_reset({"worker-1", {11}, 2}, view, out);
    EXPECT_EQ(count<attach_in_turn>(), 1U);
    one.attach_now(out);
  }
  /// Resumes by this token; the number of the one that it gets.
  std::optional<std::uint32_t> resumed_by(route& one, const route_claim& who) {
    out.clear();
    if (one.resume(who, now, out) != resume_verdict::taken)
      return std::nullopt;
    for (const auto& effect : out)
      if (const auto* greeting = std::get_if<greet_client>(&effect))
        return greeting->token_number;
    return std::nullopt;
  }
  /// Its worker node is declared dead; it is housed on the other one, which has been started anew.
  void die(route& one) {
    const auto other = one.worker() == "worker-1" ? "worker-2" : "worker-1";
    const auto dead = worker(one.worker(), one.worker_incarnation().value, node_state::dead);
    one.follow(view_of({dead, worker(other, ++newest_life)}), out);
    out.clear();
    one.attach_now(out);
    ASSERT_EQ(sent<attach_session>().size(), 1U);
    newest_attach = sent<attach_session>()[0];
  }
  /// Its present owner has come up, or has confirmed so much.
  void hear(route& one, std::uint64_t confirmed = 0) {
    out.clear();
    one.output({{42}, newest_attach.epoch, newest_attach.attach, {}, confirmed, {}, false, {}}, out);
  }
  /// The in_seqs that were told since.
  std::vector<std::uint64_t> told() const {
    std::vector<std::uint64_t> all;
    for (const auto& each : sent<client_frame>())
      all.push_back(each.in_seq);
    return all;
  }
  void say(route& to, int frames) {
    for (int i = 0; i != frames; ++i)
      to.client_sent(bytes("frame"), out);
  }

  std::uint64_t newest_life = 100;
  attach_session newest_attach;
  membership_view view;
  route_settings settings{"proxy-1", {77}};
  steady_time now{};
  route_effects out;
};

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

// ------------------------------------------------------------------------------------------------- the owner's switch

TEST_F(Route, HousesItsSessionOnALivingNodeWhenItsWorkerNodeDies) {
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

TEST_F(Route, HousesItsSessionWhenItsWorkerNodeComesBackAsAnotherLife) {
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

TEST_F(Route, KeepsItsClientAndWhatItSaysWhileNoWorkerNodeIsLeft) {
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

TEST_F(Route, EndsItsSessionWhereverItIsHousedWhenTheClientIsGone) {
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
TEST_F(Route, GivesUpTheFrameThatTwoWorkerNodesHaveDiedWith) {
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

TEST_F(Route, TellsWhatADeadOwnerHadOneAtATime) {
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
TEST_F(Route, GivesUpTheFrameThatKillsThoughAnInnocentOneWasOlderAtTheFirstDeath) {
  auto one = attached();
  say(one, 2);
  die(one);
  hear(one);
  hear(one, 1);
  die(one);
  EXPECT_EQ(newest_attach.first_in_seq, 2U);
  EXPECT_EQ(newest_attach.give_up, 2U);
}

TEST_F(Route, CountsAnewForAFrameThatNoDeadOwnerHad) {
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

TEST_F(Route, DoesNotCountTheDeathOfAnOwnerThatWasNotHeardOf) {
  auto one = attached();
  say(one, 1);
  for (int i = 0; i != 4; ++i) {
    die(one);
    EXPECT_EQ(newest_attach.give_up, 0U) << "both nodes have died at once, say";
  }
  hear(one);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{1});
}

TEST_F(Route, DoesNotCountDeathsWithNothingUnderWay) {
  auto one = attached();
  for (int i = 0; i != 3; ++i) {
    hear(one);
    die(one);
  }
  say(one, 1);
  EXPECT_EQ(told(), std::vector<std::uint64_t>{1});
  EXPECT_EQ(newest_attach.give_up, 0U);
}

TEST_F(Route, SuspectsNothingWhenALinkWasResetOrTheSessionMoves) {
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

TEST_F(Route, NeverGivesUpTheFrameThatEndsTheSession) {
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

TEST_F(Route, ForgetsItsSuspectsWhenTheClientComesBack) {
  auto one = attached();
  say(one, 2);
  die(one);
  ASSERT_TRUE(resumed_by(one, claim()));
  say(one, 2); // again, under new numbers
  EXPECT_EQ(told(), (std::vector<std::uint64_t>{3, 4}));
}

// ------------------------------------------------------------------------------------------------- planned moves

TEST_F(Route, MovesWhereItIsToldOnceAndOnlyFromTheEpochThatWasMeant) {
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

TEST_F(Route, TakesTheNextMoveWhenTheNewOwnerHasAnswered) {
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

TEST_F(Route, MovesWhenItsOwnerHasConfirmedAllThatItWasToldAndHoldsBackTheRestForTheNextOne) {
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

TEST_F(Route, PassesOnWhatItHeldBackWhenARequestTakesTooLongAndMovesWhenItIsQuietAfterAll) {
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

TEST_F(Route, StaysWhereItIsWhenItIsNotQuietInTime) {
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

TEST_F(Route, ForgetsAMoveWhenItAttachesForAnotherReasonAndTellsAllFramesThere) {
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

TEST_F(Route, WaitsWithAMoveUntilAClientThatHasJustResumedSaidAgainWhatItHadUnderWay) {
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
  ASSERT_EQ(sent<client_frame>().size(), 1U) << "what was not confirmed is said again";
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

// U-12
TEST_F(Route, TakesATokenOnceAndTellsTheDirectoryWhichOneIsKnownToHaveArrived) {
  auto one = attached();
  EXPECT_EQ(resumed_by(one, claim(1, 0)), 1U);
  EXPECT_TRUE(sent<renew_token>().empty()) << "the answer may still be lost";
  one.client_has_token(out);
  ASSERT_EQ(sent<renew_token>().size(), 1U);
  const auto told = sent<renew_token>()[0];
  EXPECT_EQ(told.session, session_id{42});
  EXPECT_EQ(told.proxy, "proxy-1");
  EXPECT_EQ(told.proxy_incarnation, incarnation{77});
  EXPECT_EQ(told.token_hash, claim(1).token.chain);
  EXPECT_EQ(told.token_number, 1U);
  one.client_has_token(out);
  EXPECT_EQ(sent<renew_token>().size(), 1U) << "once";
  EXPECT_EQ(resumed_by(one, claim(1, 0)), std::nullopt);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(resumed_by(one, claim(1, 1)), 2U);
}

// U-12
TEST_F(Route, TakesTheFormerTokenWhileItsAnswerMayHaveBeenLostAndNoneInBetween) {
  auto one = attached();
  EXPECT_EQ(resumed_by(one, claim(1, 0)), 1U);
  EXPECT_EQ(resumed_by(one, claim(1, 0)), 2U);
  EXPECT_EQ(resumed_by(one, claim(1, 1)), std::nullopt) << "that answer was replaced by another one";
  EXPECT_EQ(resumed_by(one, claim(1, 2)), 3U);
  EXPECT_EQ(sent<renew_token>().size(), 1U) << "who shows the newest one has it";
  EXPECT_EQ(resumed_by(one, claim(1, 0)), std::nullopt);
}

// U-12
TEST_F(Route, AfterAResumeThroughTheStoreTheShownTokenIsGoodUntilTheFirstNewOneHasArrived) {
  auto one = open(states::resumed_session);
  const auto asked = sent<resume_session>().at(0);
  EXPECT_EQ(asked.token_hash, claim(1).token.chain);
  EXPECT_EQ(asked.token_number, 0U);
  EXPECT_EQ(asked.next_token_hash, claim().next_chain);
  one.placed(placed(2, true), now, out);
  EXPECT_EQ(resumed_by(one, claim(1, 0)), 1U);
  EXPECT_TRUE(sent<renew_token>().empty());
  one.client_has_token(out);
  ASSERT_EQ(sent<renew_token>().size(), 1U);
  EXPECT_EQ(sent<renew_token>()[0].token_hash, claim().next_chain);
  EXPECT_EQ(sent<renew_token>()[0].token_number, 1U);
  EXPECT_EQ(resumed_by(one, claim(1, 0)), std::nullopt);
  EXPECT_EQ(resumed_by(one, claim(9, 1)), 2U);
}

// U-12
TEST_F(Route, AfterAResumeThroughTheStoreALaterTokenOfTheFormerProxyNodeIsGood) {
  auto one = open(states::resumed_session);
  one.placed(placed(2, true), now, out);
  one.client_lost(now, out); // it went back to the other proxy node, which gave it a token before it heard of this one
  EXPECT_EQ(resumed_by(one, claim(1, 1)), 1U);
  ASSERT_EQ(sent<renew_token>().size(), 1U);
  EXPECT_EQ(sent<renew_token>()[0].token_number, 1U);
  one.client_has_token(out);
  EXPECT_EQ(resumed_by(one, claim(1, 2)), std::nullopt) << "it has one of this route's";
}

// U-12
TEST_F(Route, SaysAgainWhichTokenIsGoodWhenTheBrokerNodeIsBack) {
  auto one = attached();
  one.link_reset({"broker-1", {5}, 1}, view, out);
  ASSERT_EQ(sent<renew_token>().size(), 1U) << "who has ended the session meanwhile says so";
  EXPECT_EQ(sent<renew_token>()[0].token_number, 0U);
  resumed_by(one, claim(1, 0));
  one.client_has_token(out);
  out.clear();
  one.link_reset({"broker-1", {5}, 1}, view, out);
  EXPECT_EQ(sent<renew_token>().size(), 1U);
  one.link_reset({"worker-2", {6}, 2}, view, out);
  EXPECT_EQ(sent<renew_token>().size(), 1U);
}

// U-12
TEST_F(Route, GoesThroughTheStoreWhenItsTokensAreUsedUp) {
  auto one = attached();
  for (std::uint32_t number = 0; number + 1 != limits::tokens_per_chain; ++number)
    ASSERT_EQ(resumed_by(one, claim(1, number)), number + 1);
  out.clear();
  EXPECT_EQ(one.resume(claim(1, limits::tokens_per_chain - 1), now, out), resume_verdict::anew);
  EXPECT_EQ(closed(), error_code::replaced);
  EXPECT_EQ(count<forget_route>(), 1U);
}

// ------------------------------------------------------------------------------------------------ attaching in turn

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
