#include "tests/unit/store/store_fixture.hpp"

#include <gmock/gmock.h>

namespace godwit::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

session_row row(std::uint64_t session) {
  session_row made;
  made.session = session_id{session};
  made.identity = identity_of(session);
  made.token_hash.fill(static_cast<std::uint8_t>(session));
  made.proxy = "proxy-1";
  made.proxy_incarnation = incarnation{11};
  return made;
}

class Directory : public store_test {
protected:
  void insert(std::uint64_t session) { ask_directory<done>(*store_, insert_session{row(session)}); }
  nick_row_claimed claim(const std::string& nick, std::uint64_t session) {
    return ask_directory<nick_row_claimed>(*store_, claim_nick_row{{nick, nick, session_id{session}}, {}});
  }
  directory_loaded load_all() { return ask_directory<directory_loaded>(*store_, load_directory{}); }
  session_loaded load(std::uint64_t session) {
    return ask<session_loaded>(*store_, load_session{session_id{session}, "worker-1"});
  }
  /// A room with these members, whose last ops are their joins.
  room_id room_of(const room_key& key, std::vector<std::uint64_t> sessions) {
    const auto room = make_room(key, key);
    std::vector<shared_entry> entries;
    std::vector<stored_member> members;
    for (const auto session : sessions) {
      entries.push_back(entry(entries.size() + 1, session, 1, joined{}));
      members.push_back(member(session, entries.size()));
    }
    auto request = append_of(room, open_room(room).epoch, entries);
    request.members_in = members;
    request.state.title = key;
    request.state.topic = "about " + key;
    append(request);
    return room;
  }
};

TEST_F(Directory, ASessionIsInsertedOnceAndARepeatIsAnsweredAlike) {
  insert(5);
  insert(5);
  reopen();
  EXPECT_THAT(load_all().sessions, ElementsAre(row(5)));
  auto other = row(5);
  other.token_hash.fill(0x77);
  EXPECT_EQ(ask_directory<error>(*store_, insert_session{other}).code, error_code::request_invalid);
}

TEST_F(Directory, ASessionIsTakenByWhoHasItsTokenAndIdentity) {
  insert(5);
  auto wanted = row(5);
  wanted.proxy = "proxy-2";
  wanted.proxy_incarnation = incarnation{22};
  auto expected = wanted;
  expected.generation = 2;
  EXPECT_EQ(ask_directory<session_taken>(*store_, take_session{wanted}).row, expected);
  auto thief = wanted;
  thief.token_hash.fill(1);
  EXPECT_EQ(ask_directory<error>(*store_, take_session{thief}).code, error_code::resume_refused);
  thief = wanted;
  thief.identity = identity_of(6);
  EXPECT_EQ(ask_directory<error>(*store_, take_session{thief}).code, error_code::resume_refused);
  EXPECT_EQ(ask_directory<error>(*store_, take_session{row(6)}).code, error_code::resume_refused);
  reopen();
  EXPECT_THAT(load_all().sessions, ElementsAre(expected));
}

// U-12
TEST_F(Directory, AFormerTokenTakesNoSessionAndTheNewestDoesWhetherItsRenewalCameOrNot) {
  insert(5);
  auto wanted = row(5);
  wanted.proxy = "proxy-2";
  wanted.token_number = 4; // the proxy node that gave it out died before it could say so
  wanted.next_token_hash.fill(0x44);
  EXPECT_EQ(ask_directory<session_taken>(*store_, take_session{wanted}).row.token_number, 4U);
  auto former = wanted;
  former.token_number = 3;
  EXPECT_EQ(ask_directory<error>(*store_, take_session{former}).code, error_code::resume_refused);
  EXPECT_EQ(ask_directory<session_taken>(*store_, take_session{wanted}).row.generation, 3U) << "a repeat";
  ask_directory<done>(*store_, renew_token_row{{5}, wanted.token_hash, 2});
  EXPECT_THAT(load_all().sessions.at(0).token_number, 4U) << "what is older changes nothing";
  ask_directory<done>(*store_, renew_token_row{{5}, wanted.next_token_hash, 1});
  reopen();
  EXPECT_EQ(ask_directory<error>(*store_, take_session{wanted}).code, error_code::resume_refused);
  auto newest = wanted;
  newest.token_hash = wanted.next_token_hash;
  newest.token_number = 0;
  EXPECT_EQ(ask_directory<error>(*store_, take_session{newest}).code, error_code::resume_refused);
  newest.token_number = 1;
  newest.next_token_hash.fill(0x55);
  EXPECT_EQ(ask_directory<session_taken>(*store_, take_session{newest}).row.next_token_hash, newest.next_token_hash);
}

// U-12
TEST_F(Directory, TheTokensOfAResumeWhoseAnswerMayBeLostAreGoodBesideTheShownOne) {
  insert(5);
  auto first = row(5);
  first.proxy = "proxy-2";
  first.next_token_hash.fill(0x44);
  ask_directory<session_taken>(*store_, take_session{first});
  auto second = first; // the answer was lost: the same token is shown again
  second.next_token_hash.fill(0x55);
  ask_directory<session_taken>(*store_, take_session{second});
  auto third = second; // this one came, and its proxy node died before it could say so
  third.token_hash = second.next_token_hash;
  third.next_token_hash.fill(0x66);
  ask_directory<session_taken>(*store_, take_session{third});
  EXPECT_EQ(ask_directory<error>(*store_, take_session{first}).code, error_code::resume_refused);
}

TEST_F(Directory, TheClusterItselfTakesASessionToEndItWithoutAToken) {
  insert(5);
  auto ends = row(5);
  ends.proxy.clear();
  ends.token_hash.fill(0);
  const auto taken = ask_directory<session_taken>(*store_, take_session{ends}).row;
  EXPECT_EQ(taken.proxy, "");
  EXPECT_EQ(taken.token_hash, row(5).token_hash);
}

TEST_F(Directory, ANickIsHeldByOneSessionUntilItIsReleased) {
  insert(5);
  insert(6);
  EXPECT_FALSE(claim("ada", 5).taken);
  EXPECT_FALSE(claim("ada", 5).taken) << "a repeat";
  const auto refused = claim("ada", 6);
  EXPECT_TRUE(refused.taken);
  EXPECT_EQ(refused.row.session, session_id{5});
  ask_directory<done>(*store_, release_nick_row{{"ada", "ada", session_id{6}}}); // not its own: nothing happens
  EXPECT_TRUE(claim("ada", 6).taken);
  ask_directory<done>(*store_, release_nick_row{{"ada", "ada", session_id{5}}});
  ask_directory<done>(*store_, release_nick_row{{"ada", "ada", session_id{5}}}); // a repeat
  EXPECT_FALSE(claim("ada", 6).taken);
}

TEST_F(Directory, ASessionHoldsOldAndNewNickWhileItChanges) {
  insert(5);
  claim("ada", 5);
  claim("bea", 5);
  EXPECT_EQ(load(5).nick, "bea");
  EXPECT_EQ(load_all().nicks.size(), 2U);
  ask_directory<done>(*store_, release_nick_row{{"ada", "ada", session_id{5}}});
  EXPECT_EQ(load(5).nick, "bea");
  claim("cleo", 5);
  ask_directory<done>(*store_, release_nick_row{{"cleo", "cleo", session_id{5}}}); // the change was given up
  EXPECT_EQ(load(5).nick, "bea");
}

TEST_F(Directory, ASessionThatEndedClaimsNothing) {
  EXPECT_EQ(ask_directory<error>(*store_, claim_nick_row{{"ada", "ada", session_id{5}}, {}}).code,
            error_code::session_ended);
  EXPECT_THAT(load_all().nicks, IsEmpty());
}

TEST_F(Directory, ADeletedSessionLeavesNeitherRowNorNickNorLastOps) {
  insert(5);
  claim("ada", 5);
  const auto room = room_of("lobby", {5});
  EXPECT_EQ(ask_directory<error>(*store_, delete_session{session_id{5}}).code, error_code::request_invalid)
    << "a member has to leave first";
  auto leaving = append_of(room, open_room(room).epoch, {entry(2, 5, 2, left{"", true})});
  leaving.members_out = {session_id{5}};
  append(leaving);
  ask_directory<done>(*store_, delete_session{session_id{5}});
  ask_directory<done>(*store_, delete_session{session_id{5}}); // a repeat
  EXPECT_EQ(load_all(), directory_loaded{});
  EXPECT_THAT(open_room(room).last_ops, IsEmpty());
  EXPECT_EQ(load(5).why->code, error_code::session_ended);
}

TEST_F(Directory, ADrainedWorkerNodeIsOneUntilItIsNotAlsoWhenTheStoreBeginsAnew) {
  ask_directory<done>(*store_, mark_drained{"worker-2", true});
  ask_directory<done>(*store_, mark_drained{"worker-1", true});
  ask_directory<done>(*store_, mark_drained{"worker-1", true}); // a repeat
  EXPECT_THAT(load_all().drained, ElementsAre("worker-1", "worker-2"));
  store_.reset();
  open();
  EXPECT_THAT(load_all().drained, ElementsAre("worker-1", "worker-2"));
  ask_directory<done>(*store_, mark_drained{"worker-1", false});
  ask_directory<done>(*store_, mark_drained{"worker-3", false}); // was none
  EXPECT_THAT(load_all().drained, ElementsAre("worker-2"));
}

TEST_F(Directory, ARoomIsDeletedWhenNobodyIsInItAndWhoeverHadItOpenIsFenced) {
  insert(5);
  const auto room = room_of("lobby", {5});
  EXPECT_EQ(ask_directory<room_found>(*store_, delete_room{room}).room, room) << "somebody is in it";
  const auto epoch = open_room(room).epoch;
  auto leaving = append_of(room, epoch, {entry(2, 5, 2, left{"", true})});
  leaving.members_out = {session_id{5}};
  append(leaving);
  ask_directory<done>(*store_, delete_room{room});
  ask_directory<done>(*store_, delete_room{room}); // a repeat
  EXPECT_FALSE(ask_directory<room_found>(*store_, find_room{"lobby", "lobby", false}).room);
  EXPECT_EQ(append(append_of(room, epoch, {entry(3, 5, 3)})).outcome, append_outcome::fenced);
  EXPECT_EQ(ask<log_opened>(*store_, open_log{room, ""}).why->code, error_code::no_such_room);
  const auto next = ask_directory<room_found>(*store_, find_room{"lobby", "Lobby", true});
  EXPECT_NE(next.room, room);
  EXPECT_EQ(open_room(next.room).state.last_seq, 2U) << "no number stands for two events";
}

TEST_F(Directory, ASessionIsLoadedWithItsRoomsAndItsLastOpInEach) {
  insert(5);
  claim("ada", 5);
  const auto lobby = room_of("lobby", {6, 5});
  room_of("other", {6});
  reopen();
  const auto loaded = load(5);
  EXPECT_EQ(loaded.nick, "ada");
  const last_op last{{session_id{5}, 1, 0}, 2};
  EXPECT_THAT(loaded.rooms, ElementsAre(stored_membership{lobby, "lobby", "lobby", 2, "", last}));
}

TEST_F(Directory, AMemberOfAPrivateConversationKnowsTheOtherOneEvenWhenThatLeft) {
  insert(5);
  const auto room = room_of("=aa=bb", {5, 6});
  EXPECT_EQ(load(5).rooms.at(0).companion_nick, "nick6");
  auto leaving = append_of(room, open_room(room).epoch, {entry(3, 6, 2, left{"", true})});
  leaving.members_out = {session_id{6}};
  append(leaving);
  EXPECT_EQ(load(5).rooms.at(0).companion_nick, "nick6");
}

//
TEST_F(Directory, ARoomHasOneIdForEver) {
  EXPECT_EQ(ask_directory<room_found>(*store_, find_room{"lobby", "", false}).room, room_id{});
  const auto lobby = make_room("lobby");
  const auto other = make_room("other");
  EXPECT_NE(lobby, other);
  EXPECT_EQ(make_room("lobby"), lobby);
  reopen();
  EXPECT_EQ(ask_directory<room_found>(*store_, find_room{"lobby", "", false}).room, lobby);
  EXPECT_GT(make_room("third"), other);
}

// N-4
TEST_F(Directory, ARoomHasTheTitleThatWhoeverMadeItTyped) {
  const auto title = [this](const std::string& typed, bool create) {
    return ask_directory<room_found>(*store_, find_room{"lobby", typed, create}).title;
  };
  EXPECT_EQ(title("Lobby", false), "") << "nobody has made it";
  EXPECT_EQ(title("Lobby", true), "Lobby");
  EXPECT_EQ(title("LOBBY", true), "Lobby");
  EXPECT_EQ(title("lobby", false), "Lobby");
  reopen();
  EXPECT_EQ(title("LOBBY", true), "Lobby");
  EXPECT_EQ(open_room(make_room("lobby", "LOBBY")).state.title, "Lobby");
}

//
TEST_F(Directory, PublicRoomsAreListedInPagesWithMembersAndTopic) {
  room_of("ada", {5, 6, 7});
  room_of("=aa=bb", {5, 6});
  room_of("bea", {5});
  room_of("_low", {5});
  const auto first = ask_directory<room_rows>(*store_, list_room_rows{"", 2});
  EXPECT_THAT(first.rooms, ElementsAre(room_summary{"_low", 1, "about _low"}, room_summary{"ada", 3, "about ada"}));
  EXPECT_EQ(first.next, "ada");
  const auto second = ask_directory<room_rows>(*store_, list_room_rows{first.next, 2});
  EXPECT_THAT(second.rooms, ElementsAre(room_summary{"bea", 1, "about bea"}));
  EXPECT_EQ(second.next, "");
}

TEST_F(Directory, TheMemberCountFollowsJoinsRenamesAndLeavings) {
  const auto room = room_of("lobby", {5, 6});
  const auto epoch = open_room(room).epoch;
  auto change = append_of(room, epoch, {entry(3, 5, 2, renamed{"new"}), entry(4, 6, 2, left{"", false})});
  change.members_in = {member(5, 1)};
  change.members_in[0].nick = "new";
  change.members_out = {session_id{6}, session_id{99}};
  append(change);
  append(change); // a repeat
  const auto page = ask_directory<room_rows>(*store_, list_room_rows{"", 10});
  EXPECT_EQ(page.rooms.at(0).member_count, 1U);
  EXPECT_THAT(open_room(room).members, ElementsAre(change.members_in[0]));
}

} // namespace
} // namespace godwit::test
