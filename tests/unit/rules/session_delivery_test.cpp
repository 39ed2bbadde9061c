// A PONG is a barrier.
#include "actors/rules/limits.hpp"
#include "tests/unit/rules/session_fixture.hpp"

namespace godwit {

struct SessionDelivery : session_fixture {
  SessionDelivery() { rooms_deliver_at_once = false; }

  std::vector<room_query> waits() const {
    std::vector<room_query> out;
    for (const auto& each : sent<room_query>())
      if (std::holds_alternative<await_delivery>(each.question))
        out.push_back(each);
    return out;
  }
  void say_delivered(const room_query& asked) {
    take(subject.answered(query_answered{asked.origin.name, asked.room, delivered_everywhere{}}));
  }
  bool has_pong() const {
    const auto all = told<client_reply>();
    return !all.empty() && std::holds_alternative<tell::pong>(all.back().answer);
  }
  /// Everything that was said before is delivered.
  void be_in_lobby_and_heard() {
    be_in_lobby();
    say(3, ask::ping{1});
    say_delivered(waits().at(0));
    seen.clear();
  }
};

// S-10, I-53
TEST_F(SessionDelivery, AnswersAPingWhenWhatWasSaidBeforeIsInTheQueuesOfAll) {
  be_in_lobby_and_heard();
  say(4, ask::post{ask::room_named{"lobby"}, "hi"});
  say(5, ask::ping{2});
  EXPECT_TRUE(waits().empty()) << "it is not known yet where the post stands";
  show(2, name(4, 3), posted{"hi"});
  ASSERT_EQ(waits().size(), 1u);
  EXPECT_EQ(waits()[0].room, lobby);
  EXPECT_EQ(waits()[0].question, room_question{await_delivery{2}});
  EXPECT_EQ(confirmed_op(), 4u);
  say_delivered(waits()[0]);
  EXPECT_TRUE(has_pong());
  EXPECT_EQ(confirmed_op(), 5u);
}

TEST_F(SessionDelivery, AnswersAPingAtOnceWhenNothingWasSaidSinceTheLast) {
  be_in_lobby_and_heard();
  say(4, ask::ping{2});
  EXPECT_TRUE(waits().empty());
  EXPECT_TRUE(has_pong());
}

TEST_F(SessionDelivery, WaitsForItsOwnAnswersAndNotForThoseOfAFormerOwnerOnItsNode) {
  be_in_lobby_and_heard();
  say(4, ask::post{ask::room_named{"lobby"}, "hi"});
  show(2, name(4, 3), posted{"hi"});
  say(5, ask::ping{2});
  ASSERT_EQ(waits().size(), 1u);
  take(subject.answered(query_answered{waits()[0].origin.name, room_id{77}, delivered_everywhere{}}));
  EXPECT_FALSE(has_pong()) << "the former one had said something elsewhere";
  say_delivered(waits()[0]);
  EXPECT_TRUE(has_pong());
}

TEST_F(SessionDelivery, HoldsNothingUpBehindAPing) {
  be_in_lobby_and_heard();
  say(4, ask::post{ask::room_named{"lobby"}, "a"});
  say(5, ask::ping{2});
  say(6, ask::post{ask::room_named{"lobby"}, "b"});
  EXPECT_EQ(sent<room_command>().size(), 2u);
}

// I-50
TEST_F(SessionDelivery, QuitsWithoutWaitingForAPing) {
  be_in_lobby_and_heard();
  say(4, ask::post{ask::room_named{"lobby"}, "a"});
  show(2, name(4, 3), posted{"a"});
  say(5, ask::ping{2});
  ASSERT_EQ(waits().size(), 1u);
  say(6, ask::quit{"bye"});
  ASSERT_EQ(sent<room_command>().size(), 2u);
  show(3, sent<room_command>()[1].name, left{"bye", true});
  EXPECT_TRUE(subject.over());
}

TEST_F(SessionDelivery, IsNotCrowdedByPings) {
  be_in_lobby_and_heard();
  say(4, ask::post{ask::room_named{"lobby"}, "a"});
  show(2, name(4, 3), posted{"a"});
  std::uint64_t op = 5;
  for (std::size_t i = 0; i != limits::unanswered_effects_max; ++i)
    say(op++, ask::ping{2});
  seen.clear();
  say(op++, ask::post{ask::room_named{"lobby"}, "b"});
  EXPECT_EQ(sent<room_command>().size(), 1u);
  say(op++, ask::away{"lunch"});
  EXPECT_EQ(sent<set_presence>().size(), 1u);
}

TEST_F(SessionDelivery, WaitsAnewForWhatWasSaidWhileAPingWaited) {
  be_in_lobby_and_heard();
  say(4, ask::post{ask::room_named{"lobby"}, "a"});
  show(2, name(4, 3), posted{"a"});
  say(5, ask::ping{2});
  say(6, ask::post{ask::room_named{"lobby"}, "b"});
  show(3, name(6, 3), posted{"b"});
  say(7, ask::ping{3});
  say_delivered(waits().at(0));
  ASSERT_EQ(waits().size(), 2u);
  EXPECT_EQ(waits()[1].question, room_question{await_delivery{3}});
}

TEST_F(SessionDelivery, AsksAgainAfterALinkResetAndWhenTheRoomWasOpenedAnew) {
  be_in_lobby_and_heard();
  say(4, ask::post{ask::room_named{"lobby"}, "a"});
  show(2, name(4, 3), posted{"a"});
  say(5, ask::ping{2});
  take(subject.link_was_reset({"w2", incarnation{2}, 2}));
  EXPECT_EQ(waits().size(), 2u);
  take(subject.reopened(room_reopened{lobby, 2, "w2"}));
  EXPECT_EQ(waits().size(), 3u);
}

TEST_F(SessionDelivery, DoesNotWaitForARoomThatItHasLeftAndThatIsGone) {
  be_in_lobby_and_heard();
  say(4, ask::leave{"lobby", ""});
  show(2, name(4, 3), left{});
  say(5, ask::ping{2});
  ASSERT_EQ(waits().size(), 1u);
  EXPECT_FALSE(has_pong());
  take(subject.not_here(room_not_here{lobby, 1, me}));
  EXPECT_TRUE(has_pong());
}

} // namespace godwit
