// A frame that two worker nodes have died with: it is not begun, and answered by what is known of it.
#include "messages/snapshot_codec.hpp"
#include "tests/unit/rules/session_fixture.hpp"

#include <gmock/gmock.h>

namespace godwit {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct GivenUpFrame : session_fixture {
  static constexpr room_id with_bob{8};
  static constexpr room_id den{9};
  /// In the lobby, in the den, and in a conversation with bob; the next frame is the one that is given up.
  void come_back(protocol spoken = protocol::native) {
    session_snapshot left{"ada", {}, {{lobby, "lobby", "Lobby", "", 1}, {den, "den", "Den", "", 1}}, {}};
    left.rooms.push_back({with_bob, "=" + std::string(64, '1') + "=" + std::string(64, 'b'), "", "bob", 1});
    attach_session how;
    how.session = me;
    how.epoch = {1, ++moves_};
    how.attach = attach_number = 5;
    how.proxy = "p";
    how.protocol = spoken;
    how.identity[0] = 1;
    how.snapshot = encode_snapshot(left);
    how.positions = {{lobby.value, 3}, {den.value, 3}, {with_bob.value, 3}};
    how.first_in_seq = next_in_seq = how.give_up = 20;
    how.said = 2;
    subject = session{me, "w"};
    take(subject.attach(how));
    seen.clear();
  }
  void deny(const room_command& asked) { take(subject.expected({asked.name, asked.room, {}})); }
  void recognise(const room_command& asked, room_seq seq) {
    take(subject.answered(command_answered{asked.name, asked.room, logged_at{seq, {}}, {}}));
  }
  static void expect_says_nothing(const room_command& asked) {
    EXPECT_EQ(asked.previous, asked.name) << "no room takes it for new";
    ASSERT_TRUE(std::holds_alternative<post>(asked.action));
    EXPECT_EQ(std::get<post>(asked.action), post{}) << "it may kill the room too";
  }

private:
  std::uint32_t moves_ = 0;
};

// U-18
TEST_F(GivenUpFrame, IsAskedForByNameInEachRoomAndAnsweredWithAnErrorWhereNoneHasIt) {
  come_back();
  say(9, ask::post{ask::room_named{"lobby"}, "kills"});
  ASSERT_THAT(sent<room_command>(), SizeIs(1));
  EXPECT_EQ(sent<room_command>()[0].name, name(9, 3));
  EXPECT_EQ(sent<room_command>()[0].room, lobby);
  deny(sent<room_command>()[0]);
  ASSERT_THAT(sent<room_command>(), SizeIs(2));
  EXPECT_EQ(sent<room_command>()[1].room, den) << "the room's name is not even read";
  for (const auto& each : sent<room_command>())
    expect_says_nothing(each);
  EXPECT_THAT(told<tell::confirmed>(), IsEmpty());
  deny(sent<room_command>()[1]);
  EXPECT_EQ(last_error(), error_code::internal_error);
  EXPECT_EQ(confirmed_op(), 9U);
}

// U-18
TEST_F(GivenUpFrame, IsToldAsARepeatWhereARoomHasIt) {
  come_back();
  say(9, ask::post{ask::room_named{"lobby"}, "kills"});
  recognise(sent<room_command>().at(0), 2);
  const auto told_replies = told<client_reply>();
  ASSERT_THAT(told_replies, SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<tell::was_posted>(told_replies[0].answer));
  EXPECT_EQ(confirmed_op(), 9U);
  EXPECT_THAT(sent<room_command>(), SizeIs(1));
}

TEST_F(GivenUpFrame, IsAnsweredByItsEventWhereThatIsStillToBeShown) {
  come_back();
  say(9, ask::post{ask::room_named{"lobby"}, "kills"});
  recognise(sent<room_command>().at(0), 4);
  EXPECT_THAT(told<tell::confirmed>(), IsEmpty());
  show(4, name(9, 3), posted{"kills"});
  EXPECT_EQ(confirmed_op(), 9U);
  EXPECT_THAT(told<client_reply>(), IsEmpty());
  EXPECT_THAT(shown(), testing::ElementsAre(4));
}

TEST_F(GivenUpFrame, IsAnsweredByItsEventWhereItIsBeingWritten) {
  come_back();
  say(9, ask::set_topic{"lobby", "kills"});
  show(4, name(9, 3), topic_set{"kills"});
  EXPECT_EQ(confirmed_op(), 9U);
  EXPECT_THAT(told<client_reply>(), IsEmpty());
}

TEST_F(GivenUpFrame, IsSaidToBeSoToWhoeverReadsIt) {
  come_back();
  EXPECT_TRUE(subject.gives_up(next_in_seq));
  EXPECT_FALSE(subject.gives_up(next_in_seq + 1));
  say(9, ask::ping{1});
  EXPECT_FALSE(subject.gives_up(next_in_seq));
  session other{me, "w"};
  EXPECT_FALSE(other.gives_up(0)) << "none";
}

TEST_F(GivenUpFrame, ToAPersonIsAskedForInConversationsAlone) {
  come_back();
  say(9, ask::post{ask::person_named{"bob"}, "kills"});
  ASSERT_THAT(sent<room_command>(), SizeIs(1));
  EXPECT_EQ(sent<room_command>()[0].room, with_bob);
  expect_says_nothing(sent<room_command>()[0]);
  deny(sent<room_command>()[0]);
  EXPECT_THAT(sent<room_command>(), SizeIs(1));
  EXPECT_THAT(sent<find_nick>(), IsEmpty());
  EXPECT_EQ(last_error(), error_code::internal_error);
}

TEST_F(GivenUpFrame, ThatNumbersItsRoomIsAskedForInThatRoom) {
  come_back();
  say(9, ask::post{ask::room_numbered{den}, "kills"});
  deny(sent<room_command>().at(0));
  EXPECT_EQ(sent<room_command>().at(0).room, den);
  EXPECT_THAT(sent<room_command>(), SizeIs(1));
  EXPECT_EQ(last_error(), error_code::internal_error);
}

TEST_F(GivenUpFrame, OfEveryKindThatARoomLogsIsAskedFor) {
  for (const auto& request : std::vector<ask::request>{ask::leave{"lobby", "kills"}, ask::kick{"lobby", "eve", "kills"},
                                                       ask::change_modes{"lobby", {}}, ask::invite{"lobby", "eve"}}) {
    come_back();
    say(9, request);
    ASSERT_THAT(sent<room_command>(), SizeIs(1));
    expect_says_nothing(sent<room_command>()[0]);
    EXPECT_THAT(sent<find_nick>(), IsEmpty());
    deny(sent<room_command>()[0]);
    deny(sent<room_command>().at(1));
    EXPECT_EQ(last_error(), error_code::internal_error);
    EXPECT_EQ(confirmed_op(), 9U);
  }
}

// U-18
TEST_F(GivenUpFrame, OfAnyOtherKindIsAnsweredWithAnErrorAtOnce) {
  const std::vector<ask::request> all{ask::login{"bob"},
                                      ask::change_nick{"bob"},
                                      ask::join{"attic"},
                                      ask::members{"lobby"},
                                      ask::rooms{},
                                      ask::away{"kills"},
                                      ask::ping{1},
                                      ask::take_nick{"bob"},
                                      ask::leave_all{},
                                      ask::local{},
                                      ask::introduce{"a", {}},
                                      ask::expel{"bob", "kills"},
                                      ask::invitations{},
                                      ask::people{},
                                      ask::history{ask::room_named{"lobby"}, ask::newest{5}, 0}};
  for (const auto spoken : {protocol::native, protocol::irc})
    for (const auto& request : all) {
      come_back(spoken);
      say(9, request);
      EXPECT_EQ(last_error(), error_code::internal_error) << request.index();
      EXPECT_EQ(confirmed_op(), 9U) << request.index();
      EXPECT_THAT(sent<room_command>(), IsEmpty());
      EXPECT_THAT(sent<room_query>(), IsEmpty());
      EXPECT_THAT(sent<claim_nick>(), IsEmpty());
      EXPECT_THAT(sent<locate_room>(), IsEmpty());
    }
}

TEST_F(GivenUpFrame, OfSeveralPartsIsAskedForPartByPart) {
  come_back(protocol::irc);
  const ask::post kills{ask::room_named{"lobby"}, "kills"};
  take(subject.frame(attach_number, next_in_seq++, client_command{9, false, kills, 0, {kills, ask::join{"attic"}}}));
  const auto asked = sent<room_command>();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_NE(asked[0].name, asked[1].name);
  recognise(asked[0], 2);
  deny(asked[1]);
  EXPECT_THAT(told<tell::confirmed>(), IsEmpty());
  deny(sent<room_command>().back());
  const auto replies = told<client_reply>();
  ASSERT_THAT(replies, SizeIs(3));
  EXPECT_TRUE(std::holds_alternative<tell::was_posted>(replies[0].answer));
  EXPECT_EQ(std::get<error>(replies[1].answer).code, error_code::internal_error);
  EXPECT_EQ(std::get<error>(replies[2].answer).code, error_code::internal_error);
  EXPECT_EQ(confirmed_op(), 9U);
}

// U-18
TEST_F(GivenUpFrame, DoesNotKeepTheFramesBehindItFromBeingServed) {
  come_back();
  say(9, ask::ping{1});
  seen.clear();
  say(10, ask::post{ask::room_named{"lobby"}, "harmless"});
  ASSERT_THAT(sent<room_command>(), SizeIs(1));
  EXPECT_EQ(std::get<post>(sent<room_command>()[0].action).text, "harmless");
  show(4, name(10, 3), posted{"harmless"});
  EXPECT_EQ(confirmed_op(), 10U);
}

TEST_F(GivenUpFrame, ByWhichSomebodyGoesLetsHimGoWithoutWhatHeSaid) {
  come_back();
  say(9, ask::quit{"kills"});
  ASSERT_THAT(sent<room_command>(), SizeIs(3));
  for (const auto& each : sent<room_command>())
    EXPECT_EQ(std::get<leave_room>(each.action), (leave_room{"", true}));
}

TEST_F(GivenUpFrame, IsNeverTheEndOfTheConnection) {
  come_back();
  take(subject.closed(attach_number, next_in_seq, "Connection lost"));
  ASSERT_THAT(sent<room_command>(), SizeIs(3));
  EXPECT_EQ(std::get<leave_room>(sent<room_command>()[0].action), (leave_room{"Connection lost", true}));
}

TEST_F(GivenUpFrame, IsNotInARoomThatIsGone) {
  come_back();
  say(9, ask::post{ask::room_named{"lobby"}, "kills"});
  take(subject.not_here({lobby, 0, me}));
  const auto where = sent<locate_room>();
  ASSERT_THAT(where, SizeIs(1));
  take(subject.located({where[0].origin.name, "lobby", "", std::nullopt, error{error_code::no_such_room, {}}}));
  ASSERT_THAT(sent<room_command>(), SizeIs(2));
  deny(sent<room_command>()[1]);
  EXPECT_EQ(last_error(), error_code::internal_error);
}

TEST_F(GivenUpFrame, ByWhichARoomWasLeftIsFoundInThatRoom) {
  come_back();
  show(4, name(9, 3), left{"kills"}); // before the frame itself has come
  seen.clear();
  say(9, ask::leave{"lobby", "kills"});
  recognise(sent<room_command>().at(0), 4);
  EXPECT_EQ(confirmed_op(), 9U);
  EXPECT_EQ(last_error(), error_code{});
}

TEST_F(GivenUpFrame, IsAskedForAgainWhenALinkWasReset) {
  come_back();
  say(9, ask::post{ask::room_named{"lobby"}, "kills"});
  seen.clear();
  take(subject.link_was_reset({"w2", {9}, 2}));
  ASSERT_THAT(sent<room_command>(), SizeIs(1));
  expect_says_nothing(sent<room_command>()[0]);
  seen.clear();
  take(subject.reopened({lobby, 2, "w2"}));
  ASSERT_THAT(sent<room_command>(), SizeIs(1));
  expect_says_nothing(sent<room_command>()[0]);
}

} // namespace
} // namespace godwit
