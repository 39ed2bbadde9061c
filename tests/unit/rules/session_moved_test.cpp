// A session that goes on elsewhere: what its next owner starts from, and what it must not do twice.
#include "messages/snapshot_codec.hpp"
#include "tests/unit/rules/session_fixture.hpp"

#include <gmock/gmock.h>

#include <optional>

namespace godwit {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

struct MovedSession : session_fixture {
  /// As its former owner left it: in the lobby, and in a conversation with bob.
  static session_snapshot left() {
    session_snapshot out{"ada", "lunch", {{room_id{7}, "lobby", "Lobby", "", 1}}, {}};
    out.rooms.push_back({room_id{8}, "=" + std::string(64, '1') + "=" + std::string(64, 'b'), "", "bob", 1});
    return out;
  }
  /// Attached from `snapshot` by a route of which `said` frames went to a former owner.
  void move_here(const session_snapshot& snapshot, std::uint16_t said = 0, protocol spoken = protocol::native) {
    attach_session how;
    how.protocol = spoken;
    how.session = me;
    how.epoch = {1, 1};
    how.attach = attach_number = 5;
    how.proxy = "p";
    how.identity[0] = 1;
    how.snapshot = encode_snapshot(snapshot);
    how.positions = {{7, 3}, {8, 3}, {9, 5}};
    how.first_in_seq = next_in_seq = 20;
    how.said = said;
    take(subject.attach(how));
  }
  std::optional<session_snapshot> told_snapshot() const {
    std::optional<session_snapshot> out;
    for (const auto& each : effects<give_output>())
      if (each.snapshot)
        out = *decode_snapshot(*each.snapshot);
    return out;
  }
};

// U-17
TEST_F(MovedSession, DoesNotLookANickUpAgainForAFrameThatAFormerOwnerMayHaveBegun) {
  move_here(left(), 1);
  seen.clear();
  say(9, ask::post{ask::person_named{"bob"}, "psst"});
  EXPECT_THAT(sent<find_nick>(), IsEmpty()) << "the nick may be another's by now";
  ASSERT_THAT(sent<room_command>(), SizeIs(1));
  EXPECT_EQ(sent<room_command>()[0].previous, sent<room_command>()[0].name) << "no room takes it for new";
}

// I-37, I-54
TEST_F(MovedSession, AsksTheRoomWhetherAFormerOwnerHasShownTheJoinOfALineThatItBegan) {
  move_here(left(), 1, protocol::irc);
  seen.clear();
  say(20, ask::join{"lobby"});
  take(subject.located({name(20, 1), "lobby", "Lobby", room_place{lobby, 1, "w"}, {}}));
  ASSERT_THAT(sent<room_command>(), SizeIs(1));
  command_answered logged;
  logged.room = lobby;
  logged.name = name(20, 2);
  logged.at = logged_at{3, {}};
  take(subject.answered(logged));
  ASSERT_THAT(told<client_reply>(), SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<tell::was_posted>(told<client_reply>()[0].answer));
  EXPECT_EQ(confirmed_op(), 20U);
  seen.clear();
  say(21, ask::join{"lobby"});
  EXPECT_THAT(sent<room_command>(), IsEmpty()) << "nobody has begun this one";
  EXPECT_EQ(confirmed_op(), 21U);
}

// I-69
TEST_F(MovedSession, SaysWhatItsHostIsNowWhereAFormerOwnerKnewAnother) {
  auto snapshot = left();
  snapshot.first_host = "home";
  move_here(snapshot);
  EXPECT_THAT(sent<set_presence>(), SizeIs(2)) << "in each of its rooms";
  EXPECT_EQ(sent<set_presence>().at(0).mask, "~native@hidden");
  ASSERT_TRUE(told_snapshot());
  EXPECT_EQ(told_snapshot()->first_host, "home") << "the one that its rooms know it by";
}

TEST_F(MovedSession, LooksUpWhomAFrameMeansThatNobodyHasBegun) {
  move_here(left(), 0);
  seen.clear();
  say(9, ask::post{ask::person_named{"bob"}, "psst"});
  EXPECT_THAT(sent<find_nick>(), SizeIs(1));
}

TEST_F(MovedSession, AsksAllOfItsRoomsWithItsFirstPingSinceItDoesNotKnowWhatWasSaid) {
  rooms_deliver_at_once = false;
  move_here(left());
  seen.clear();
  say(9, ask::ping{1});
  const auto asked = sent<room_query>();
  ASSERT_THAT(asked, SizeIs(2));
  for (const auto& each : asked)
    EXPECT_TRUE(std::holds_alternative<await_delivery>(each.question));
  EXPECT_THAT(told<tell::confirmed>(), IsEmpty());
  for (const auto& each : asked)
    take(subject.answered(query_answered{each.origin.name, each.room, delivered_everywhere{}}));
  EXPECT_EQ(confirmed_op(), 9U);
}

// A client that came back has sent the frame twice; the room that refused it has begun anew and would take it.
TEST_F(MovedSession, APostThatWasRefusedIsNotSaidToTheRoomAgainByItsSecondFrameNorByTheNextOwner) {
  be_in_lobby();
  say(3, ask::post{ask::room_named{"lobby"}, "hello"});
  take(subject.answered(command_answered{name(3, 3), lobby, {}, error{error_code::store_unavailable, {}}, 1}));
  EXPECT_EQ(confirmed_op(), 3U);
  const auto snapshot = told_snapshot();
  ASSERT_TRUE(snapshot);
  attach();
  seen.clear();
  say(3, ask::post{ask::room_named{"lobby"}, "hello"}, true);
  EXPECT_THAT(sent<room_command>(), IsEmpty());
  EXPECT_EQ(last_error(), error_code::store_unavailable);
  EXPECT_EQ(confirmed_op(), 3U);
  subject = session{me, "w"};
  move_here(*snapshot);
  seen.clear();
  say(3, ask::post{ask::room_named{"lobby"}, "hello"}, true);
  EXPECT_THAT(sent<room_command>(), IsEmpty());
  EXPECT_EQ(last_error(), error_code::store_unavailable);
}

TEST_F(MovedSession, AJoinThatAFormerOwnerMayHaveMadeIsNotRefusedForWantOfAStore) {
  move_here(left(), 1);
  seen.clear();
  say(9, ask::join{"den"});
  const auto asked = sent<locate_room>();
  ASSERT_THAT(asked, SizeIs(1));
  take(subject.located({asked[0].origin.name, "den", "den", {}, error{error_code::store_unavailable, {}}}));
  EXPECT_THAT(told<tell::confirmed>(), IsEmpty());
  seen.clear();
  take(subject.link_was_reset({}));
  EXPECT_THAT(sent<locate_room>(), SizeIs(1)) << "it is asked again";
}

TEST_F(MovedSession, AJoinThatNobodyHasBegunIsRefusedForWantOfAStore) {
  move_here(left());
  say(9, ask::join{"den"});
  take(subject.located({name(9, 1), "den", "den", {}, error{error_code::store_unavailable, {}}}));
  EXPECT_EQ(last_error(), error_code::store_unavailable);
}

// U-17
TEST_F(MovedSession, AsksTheLogForConversationsThatNoSnapshotTellsOfBeforeItRefusesAPostThatMayHaveBeenMade) {
  session_snapshot snapshot{"ada", "", {}, {}};
  move_here(snapshot, 1);
  seen.clear();
  say(9, ask::post{ask::person_named{"bob"}, "psst"});
  EXPECT_THAT(sent<find_nick>(), IsEmpty());
  ASSERT_THAT(sent<load_session>(), SizeIs(1));
  take(subject.loaded({me, "", {}, error{error_code::store_unavailable, {}}}));
  EXPECT_THAT(told<tell::confirmed>(), IsEmpty());
  seen.clear();
  take(subject.link_was_reset({}));
  ASSERT_THAT(sent<load_session>(), SizeIs(1)) << "it is asked again";
  const auto key = "=" + std::string(64, '1') + "=" + std::string(64, 'b');
  seen.clear();
  take(subject.loaded({me, "ada", {{room_id{8}, key, "", 1, "bob", {{}, 0}, {}}}, {}}));
  ASSERT_THAT(sent<room_command>(), SizeIs(1));
  EXPECT_EQ(sent<room_command>()[0].previous, name(9, 3)) << "no room takes it for new";
  take(subject.answered(command_answered{name(9, 3), room_id{8}, logged_at{2, {}}, {}, 1}));
  EXPECT_EQ(told<tell::room_opened>().at(0).person, "bob");
}

TEST_F(MovedSession, APostToAPersonThatNoConversationHasIsRefusedWhenTheLogHasSaidSo) {
  move_here({"ada", "", {}, {}}, 1);
  say(9, ask::post{ask::person_named{"bob"}, "psst"});
  take(subject.loaded({me, "ada", {}, {}}));
  EXPECT_EQ(last_error(), error_code::no_such_nick);
}

TEST_F(MovedSession, KeepsItsLooseEnds) {
  auto snapshot = left();
  snapshot.loose = {"Ada L.", {"old"}, {{{room_id{9}, "den", "Den", "", 2, {}}, 6}}, {{room_id{10}, "Attic", "eve"}}};
  move_here(snapshot);
  ASSERT_THAT(sent<release_nick>(), SizeIs(1)) << "the word may have been lost with the former owner";
  EXPECT_EQ(sent<release_nick>()[0].nick, "old");
  ASSERT_TRUE(told_snapshot());
  EXPECT_EQ(told_snapshot()->loose.real_name, "Ada L.");
  EXPECT_EQ(told_snapshot()->loose.invitations, snapshot.loose.invitations);
  seen.clear();
  say(9, ask::invitations{});
  EXPECT_EQ(confirmed_op(), 9U);
}

TEST_F(MovedSession, TakesNoRefusalOfAFormerLifeOfTheRoomOnceItHasSaidThePostToALaterOne) {
  be_in_lobby();
  say(3, ask::post{ask::room_named{"lobby"}, "hello"});
  take(subject.reopened({lobby, 2, "w2"}));
  EXPECT_THAT(sent<room_command>(), SizeIs(2)) << "it is said again";
  take(subject.answered(command_answered{name(3, 3), lobby, {}, error{error_code::store_unavailable, {}}, 1}));
  EXPECT_THAT(told<tell::confirmed>(), IsEmpty()) << "the later one may have taken it";
  take(subject.answered(command_answered{name(3, 3), lobby, {}, error{error_code::store_unavailable, {}}, 2}));
  EXPECT_EQ(confirmed_op(), 3U);
  EXPECT_EQ(last_error(), error_code::store_unavailable);
}

TEST_F(MovedSession, IsNotGivenAMembershipBeforeItHasReadItsRooms) {
  attach_session how;
  how.session = me;
  how.epoch = {2, 0};
  how.attach = 1;
  how.proxy = "p";
  how.from_store = true;
  take(subject.attach(how));
  take(subject.given({me, lobby, 1, "w", "lobby", "Lobby", "", 4, {}}));
  EXPECT_THAT(sent<accept_membership>(), IsEmpty()) << "the room says it again";
  EXPECT_THAT(relay_asked<enrol_session>(), IsEmpty()) << "what the client has of it is not known yet";
}

// I-22
TEST_F(MovedSession, LeavesWhatIsLeftOfAllItsRoomsAndKeepsItsConversations) {
  auto snapshot = left();
  snapshot.rooms.push_back({room_id{9}, "den", "Den", "", 1});
  move_here(snapshot, 1);
  seen.clear();
  say(9, ask::leave_all{});
  ASSERT_THAT(sent<room_command>(), SizeIs(2));
  EXPECT_EQ(sent<room_command>()[0].room, lobby);
  EXPECT_EQ(sent<room_command>()[0].name.k, sent<room_command>()[1].name.k) << "whichever are left";
  take(subject.answered(command_answered{name(9, 3), lobby, {}, error{error_code::not_in_room, {}}, 1}));
  EXPECT_THAT(told<tell::confirmed>(), IsEmpty());
  take(subject.answered(command_answered{name(9, 3), room_id{9}, logged_at{5, {}}, std::nullopt, 1}));
  EXPECT_EQ(confirmed_op(), 9U);
  ASSERT_TRUE(told_snapshot());
  EXPECT_THAT(told_snapshot()->rooms, SizeIs(1));
  EXPECT_EQ(told_snapshot()->rooms[0].room, room_id{8});
}

TEST_F(MovedSession, IsToldByANickThatWasGivenBackSinceThatItHadItAndKeepsThePresentOne) {
  move_here(left(), 1);
  seen.clear();
  say(9, ask::change_nick{"bea"}, true);
  ASSERT_THAT(sent<claim_nick>(), SizeIs(1));
  take(subject.claimed({name(9, 0), "", {}}));
  EXPECT_EQ(confirmed_op(), 9U);
  EXPECT_THAT(sent<room_command>(), IsEmpty());
  EXPECT_THAT(sent<release_nick>(), IsEmpty());
  EXPECT_EQ(subject.nick(), "ada");
}

} // namespace
} // namespace godwit
