#include "tests/unit/rules/room_bench.hpp"

namespace godwit::test {
namespace {

TEST(Room, AsksTheStoreForItsLogAndAnnouncesItselfOnceThatIsOpen) {
  room it(the_room, "lobby", "w1");
  EXPECT_EQ(sent<open_log>(it.start()).size(), 1u);
  const auto effects = it.log_opened(log_with({}, 0, 4), at(1));
  ASSERT_EQ(wanted<hosted>(effects).size(), 1u);
  EXPECT_EQ(wanted<hosted>(effects)[0].epoch, 4u);
  ASSERT_EQ(wanted<announce>(effects).size(), 1u);
  EXPECT_EQ(wanted<announce>(effects)[0].what, (room_announced{the_room, 4, "w1"}));
}

TEST(Room, HoldsCommandsThatComeBeforeItsLogIsOpen) {
  room it(the_room, "lobby", "w1");
  it.start();
  EXPECT_TRUE(it.command(say(ann, 1, 0, join_room{}), at(1)).empty());
  EXPECT_EQ(sent<append_entries>(it.log_opened(log_with({}, 0), at(2))).size(), 1u);
}

//
TEST(Room, ShowsNothingBeforeItIsDurable) {
  auto it = open_room();
  it.attach(attach_from("w2", 0), at(1000));
  const auto effects = it.command(say(ann, 1, 0, join_room{}), at(1001));
  ASSERT_EQ(sent<append_entries>(effects).size(), 1u);
  EXPECT_TRUE(sent<fan_out>(effects).empty());
  EXPECT_EQ(it.member_count(), 0u);
  const auto durable = write_all(it, effects);
  EXPECT_EQ(seqs(sent<fan_out>(durable)), from_to(1, 1));
  EXPECT_EQ(it.member_count(), 1u);
}

//
TEST(Room, TakesAPostOnlyFromAMember) {
  auto it = open_room();
  const auto answers = sent<command_answered>(it.command(say(ann, 1, 0, post{"hi"}), at(1001)));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].why->code, error_code::not_in_room);
}

//
TEST(Room, RefusesAMemberBeyondTwentyThousand) {
  auto log = log_with({ann}, 1);
  for (std::uint64_t id = 1000; log.members.size() + 1 < 20'000; ++id)
    log.members.push_back({session_id{id}, "nick" + std::to_string(id), {}, 1});
  auto it = open_room(log);
  EXPECT_EQ(sent<append_entries>(it.command(say(bob, 1, 0, join_room{}), at(1001))).size(), 1u);
  const auto answers = sent<command_answered>(it.command(say(cid, 1, 0, join_room{}), at(1001)));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].why->code, error_code::room_full);
}

TEST(Room, TakesAPostOfSomebodyWhoseJoinIsStillOnItsWay) {
  auto it = open_room();
  it.command(say(ann, 1, 0, join_room{}), at(1001));
  const auto effects = it.command(say(ann, 2, 1, post{"hi"}), at(1001));
  EXPECT_EQ(sent<append_entries>(effects).size(), 1u);
  EXPECT_TRUE(sent<command_answered>(effects).empty());
}

//
TEST(Room, GivesTimesThatRiseEvenWhenTheClockDoesNot) {
  auto it = open_room(log_with({ann}, 5));
  const auto effects = it.command(say(ann, 9, 1, post{"hi"}), at(0));
  EXPECT_EQ(sent<append_entries>(effects)[0].entries[0]->time, at(5) + std::chrono::microseconds{1});
}

TEST(Room, SaysNothingToARepeatWhoseAppendIsUnderWay) {
  auto it = open_room(log_with({ann}, 1));
  it.command(say(ann, 2, 1, post{"hi"}), at(1001));
  const auto again = it.command(say(ann, 2, 1, post{"hi"}), at(1002));
  EXPECT_TRUE(sent<command_answered>(again).empty());
  EXPECT_TRUE(sent<append_entries>(again).empty());
}

TEST(Room, AnswersARepeatOfTheLastOpWithoutTheStore) {
  auto it = open_room(log_with({ann}, 1));
  write_all(it, it.command(say(ann, 2, 1, post{"hi"}), at(1001)));
  const auto again = it.command(say(ann, 2, 1, post{"hi"}), at(3000));
  EXPECT_TRUE(sent<find_logged>(again).empty());
  ASSERT_EQ(sent<command_answered>(again).size(), 1u);
  EXPECT_EQ(sent<command_answered>(again)[0].at, (logged_at{2, at(1001)}));
}

TEST(Room, FindsAnOlderRepeatInTheLogByName) {
  auto it = open_room(log_with({ann}, 1));
  write_all(it, it.command(say(ann, 2, 1, post{"a"}), at(1001)));
  write_all(it, it.command(say(ann, 3, 2, post{"b"}), at(1002)));
  const auto asked = sent<find_logged>(it.command(say(ann, 2, 1, post{"a"}), at(3000)));
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].name, name(ann, 2));
  const auto answered =
    sent<command_answered>(it.found({the_room, name(ann, 2), logged_at{2, at(1001)}, std::nullopt}, at(3001)));
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_EQ(answered[0].at->seq, 2u);
}

TEST(Room, AsksTheLogAgainWhenTheLinkToTheStoreWasReset) {
  auto it = open_room(log_with({ann}, 1));
  write_all(it, it.command(say(ann, 2, 1, post{"a"}), at(1001)));
  write_all(it, it.command(say(ann, 3, 2, post{"b"}), at(1002)));
  it.command(say(ann, 2, 1, post{"a"}), at(3000));
  EXPECT_EQ(sent<find_logged>(it.link_reset(reset_of("b", is_broker), at(3001))).size(), 1u);
}

TEST(Room, KnowsARepeatAfterACrashByTheLastOpsOfTheLog) {
  auto log = log_with({ann}, 3, 2);
  log.last_ops = {{name(ann, 3), 3}};
  auto it = open_room(log);
  const auto again = it.command(say(ann, 3, 2, post{"p3"}), at(3000));
  EXPECT_TRUE(sent<append_entries>(again).empty());
  ASSERT_EQ(sent<command_answered>(again).size(), 1u);
  EXPECT_EQ(sent<command_answered>(again)[0].at->seq, 3u);
}

TEST(Room, BouncesAnEarlyPostAndTakesItInOrderAfterwards) {
  auto it = open_room(log_with({ann}, 1));
  const auto early = it.command(say(ann, 3, 2, post{"second"}), at(1001));
  ASSERT_EQ(sent<command_expected>(early).size(), 1u);
  EXPECT_EQ(sent<command_expected>(early)[0], (command_expected{name(ann, 3), the_room, name(ann, 1)}));
  const auto first = write_all(it, it.command(say(ann, 2, 1, post{"first"}), at(1002)));
  const auto second = it.command(say(ann, 3, 2, post{"second"}), at(1003));
  EXPECT_EQ(texts(sent<append_entries>(second).at(0).entries), std::vector<std::string>{"second"});
}

TEST(Room, CountsARefusedPostAsSeenSoThatTheNextOneFollows) {
  auto it = open_room(log_with({ann}, 1));
  EXPECT_EQ(sent<command_answered>(it.command(say(ann, 2, 1, post{""}), at(1001))).size(), 1u);
  EXPECT_EQ(sent<append_entries>(it.command(say(ann, 3, 2, post{"x"}), at(1002))).size(), 1u);
}

TEST(Room, TakesAPostThatNamesTheLastLoggedWhenOnlyRefusedOnesLieBetween) {
  auto it = open_room(log_with({ann}, 1));
  it.command(say(ann, 2, 1, post{""}), at(1001));
  EXPECT_EQ(sent<append_entries>(it.command(say(ann, 3, 1, post{"x"}), at(1002))).size(), 1u);
}

TEST(Room, AnswersARepeatOfARefusedPostAsBefore) {
  auto it = open_room(log_with({ann}, 1));
  it.command(say(ann, 2, 1, post{""}), at(1001));
  const auto again = sent<command_answered>(it.command(say(ann, 2, 1, post{""}), at(1002)));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].why->code, error_code::text_empty);
}

TEST(Room, RefusesTextsThatAreTooLong) {
  auto it = open_room(log_with({ann}, 1));
  const auto said = it.command(say(ann, 2, 1, post{std::string(limits::post_bytes_max + 1, 'x')}), at(1001));
  EXPECT_EQ(sent<command_answered>(said).at(0).why->code, error_code::text_too_long);
  const auto set = it.command(say(ann, 3, 2, set_topic{std::string(limits::topic_bytes_max + 1, 'x')}), at(1001));
  EXPECT_EQ(sent<command_answered>(set).at(0).why->code, error_code::text_too_long);
}

TEST(Room, DropsWhatAFormerOwnerOfASessionSays) {
  auto it = open_room(log_with({ann}, 1));
  auto present = say(ann, 2, 1, post{"new"});
  present.epoch = {2, 0};
  present.reply_to = "w2";
  write_all(it, it.command(present, at(1001)));
  EXPECT_TRUE(it.command(say(ann, 3, 2, post{"old"}), at(1002)).empty());
}

TEST(Room, AnswersASessionThatWasResumedElsewhereThere) {
  auto it = open_room(log_with({ann}, 1));
  write_all(it, it.command(say(ann, 2, 1, post{"x"}), at(1001)));
  auto again = say(ann, 2, 1, post{"x"});
  again.epoch = {2, 0};
  again.reply_to = "w2";
  const auto effects = it.command(again, at(1002));
  ASSERT_EQ(sent<command_answered>(effects).size(), 1u);
  EXPECT_EQ(std::get<send>(effects.at(0)).to, session_at("w2", ann));
}

//
TEST(Room, AnswersAJoinOfAMemberWithWhereItJoined) {
  auto it = open_room(log_with({ann, bob}, 2));
  const auto effects = it.command(say(bob, 9, 2, join_room{}), at(1001));
  EXPECT_EQ(sent<command_answered>(effects).at(0).at->seq, 2u);
  EXPECT_TRUE(sent<append_entries>(effects).empty());
}

TEST(Room, AnswersASecondJoinOnlyWhenTheFirstOneIsDurable) {
  auto it = open_room();
  const auto first = it.command(say(ann, 1, 0, join_room{}), at(1001));
  EXPECT_TRUE(sent<command_answered>(it.command(say(ann, 2, 1, join_room{}), at(1001))).empty());
  const auto answers = sent<command_answered>(write_all(it, first));
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].name, name(ann, 2));
  EXPECT_EQ(answers[0].at->seq, 1u);
}

TEST(Room, KeepsTwoAppendsUnderWayAndMakesOneBatchOfWhatComesMeanwhile) {
  auto it = open_room(log_with({ann}, 1));
  const auto one = sent<append_entries>(it.command(say(ann, 2, 1, post{"1"}), at(1001)));
  const auto two = sent<append_entries>(it.command(say(ann, 3, 2, post{"2"}), at(1001)));
  ASSERT_EQ(one.size() + two.size(), 2u);
  EXPECT_TRUE(sent<append_entries>(it.command(say(ann, 4, 3, post{"3"}), at(1001))).empty());
  EXPECT_TRUE(sent<append_entries>(it.command(say(ann, 5, 4, post{"4"}), at(1001))).empty());
  const auto batch = sent<append_entries>(it.appended(outcome(one[0]), at(1002)));
  ASSERT_EQ(batch.size(), 1u);
  EXPECT_EQ(batch[0].first_seq, 4u);
  EXPECT_EQ(texts(batch[0].entries), (std::vector<std::string>{"3", "4"}));
}

TEST(Room, RepeatsItsAppendsAsTheyWereWhenTheLinkToTheStoreWasReset) {
  auto it = open_room(log_with({ann}, 1));
  it.command(say(ann, 2, 1, post{"1"}), at(1001));
  it.command(say(ann, 3, 2, post{"2"}), at(1001));
  it.command(say(ann, 4, 3, post{"3"}), at(1001));
  const auto effects = it.link_reset(reset_of("b", is_broker), at(1002));
  const auto again = sent<append_entries>(effects);
  ASSERT_EQ(again.size(), 2u);
  EXPECT_EQ(texts(again[0].entries), std::vector<std::string>{"1"});
  EXPECT_EQ(texts(again[1].entries), std::vector<std::string>{"2"});
  write_all(it, effects);
  EXPECT_EQ(sent<command_answered>(it.command(say(ann, 4, 3, post{"3"}), at(3000))).at(0).at->seq, 4u);
}

TEST(Room, RepeatsTheAppendThatWasLostBeforeTheOneThatTheStoreDidNotExpect) {
  auto it = open_room(log_with({ann}, 1));
  it.command(say(ann, 2, 1, post{"1"}), at(1001)); // lost
  const auto two = sent<append_entries>(it.command(say(ann, 3, 2, post{"2"}), at(1001))).at(0);
  auto unexpected = outcome(two, append_outcome::expected);
  unexpected.expected_seq = 2;
  EXPECT_EQ(sent<append_entries>(it.appended(unexpected, at(1002))).size(), 2u);
  EXPECT_FALSE(it.has_ended());
}

TEST(Room, CountsAnAppendAsWrittenWhenTheOneBehindItIs) {
  auto it = open_room(log_with({ann}, 1));
  it.attach(attach_from("w2", 1), at(1000));
  it.command(say(ann, 2, 1, post{"1"}), at(1001));
  const auto two = sent<append_entries>(it.command(say(ann, 3, 2, post{"2"}), at(1001))).at(0);
  EXPECT_EQ(seqs(sent<fan_out>(it.appended(outcome(two), at(1002)))), from_to(2, 3));
}

TEST(Room, WaitsBeforeItAsksAStoreThatIsAwayAgain) {
  auto it = open_room(log_with({ann}, 1));
  const auto append = sent<append_entries>(it.command(say(ann, 2, 1, post{"1"}), at(1001))).at(0);
  const auto away = it.appended(outcome(append, append_outcome::away), at(1002));
  EXPECT_TRUE(sent<append_entries>(away).empty());
  ASSERT_EQ(wanted<wake_after>(away).size(), 1u);
  EXPECT_EQ(wanted<wake_after>(away)[0].delay, limits::store_retry_after);
  EXPECT_EQ(sent<append_entries>(it.wake(at(1102))).size(), 1u);
}

TEST(Room, EndsWhenItIsFencedAndSendsItsSendersAway) {
  auto it = open_room(log_with({ann}, 1));
  it.attach(attach_from("w2", 1), at(1000));
  const auto append = sent<append_entries>(it.command(say(ann, 2, 1, post{"1"}), at(1001))).at(0);
  const auto fenced = it.appended(outcome(append, append_outcome::fenced), at(1002));
  ASSERT_EQ(wanted<end_room>(fenced).size(), 1u);
  EXPECT_EQ(wanted<end_room>(fenced)[0].why, room_end::fenced);
  EXPECT_TRUE(sent<fan_out>(fenced).empty());
  EXPECT_EQ(sent<room_not_here>(fenced).size(), 1u) << "who waits for an answer asks elsewhere, at once";
  EXPECT_EQ(sent<room_not_here>(it.command(say(ann, 3, 2, post{"2"}), at(1003))).size(), 1u);
}

TEST(Room, BeginsAnewWhenARepeatedOpenLogRaisedTheEpochAgain) {
  auto it = open_room(log_with({ann}, 1, 1));
  const auto fenced = sent<append_entries>(it.command(say(ann, 2, 1, post{"1"}), at(1001))).at(0);
  EXPECT_EQ(wanted<announce>(it.log_opened(log_with({ann}, 1, 2), at(1002))).size(), 1u);
  EXPECT_TRUE(wanted<end_room>(it.appended(outcome(fenced, append_outcome::fenced), at(1003))).empty());
  const auto again = sent<append_entries>(it.command(say(ann, 2, 1, post{"1"}), at(1004)));
  EXPECT_EQ(again.at(0).epoch, 2u);
}

TEST(Room, WritesARenameIntoItsRowOfMembers) {
  auto it = open_room(log_with({ann}, 1));
  const auto append = sent<append_entries>(it.command(say(ann, 2, 1, rename_member{"anna"}), at(1001))).at(0);
  ASSERT_EQ(append.members_in.size(), 1u);
  EXPECT_EQ(append.members_in[0].nick, "anna");
  EXPECT_EQ(append.entries[0]->nick, "ann");
}

TEST(Room, ClosesWhenNobodyIsInItForAWhile) {
  auto it = open_room();
  const auto early = it.wake(at(1000) + limits::room_closes_after / 2);
  EXPECT_TRUE(wanted<end_room>(early).empty());
  const auto late = it.wake(at(1000) + limits::room_closes_after);
  ASSERT_EQ(wanted<end_room>(late).size(), 1u);
  EXPECT_EQ(wanted<end_room>(late)[0].why, room_end::idle);
}

TEST(Room, ClosesAfterTheTimeThatItWasGiven) {
  const auto log = log_with({}, 0);
  room it(the_room, log.key, "w1", {.closes_after = std::chrono::seconds{2}});
  it.start();
  it.log_opened(log, at(1000));
  EXPECT_TRUE(wanted<end_room>(it.wake(at(2999))).empty());
  EXPECT_EQ(wanted<end_room>(it.wake(at(3000))).size(), 1u);
}

// ----------------------------------------------------------------------------------- private conversations

room private_room() {
  auto log = log_with({}, 0);
  log.key = private_room_key(identity_of(ann), identity_of(bob));
  return open_room(log);
}

room_command open_with_bob(std::uint64_t op, std::uint64_t previous) {
  return say(ann, op, previous, join_room{companion{bob, "bob", identity_of(bob), "w2"}});
}

// P-2
TEST(PrivateRoom, LogsBothJoinsInOneAppend) {
  auto it = private_room();
  const auto append = sent<append_entries>(it.command(open_with_bob(1, 0), at(1001))).at(0);
  ASSERT_EQ(append.entries.size(), 2u);
  EXPECT_EQ(append.entries[0]->nick, "bob");
  EXPECT_EQ(append.entries[0]->name, name(ann, 1, companion_k));
  EXPECT_EQ(append.entries[1]->name, name(ann, 1));
  EXPECT_EQ(append.members_in.size(), 2u);
}

TEST(PrivateRoom, TakesAPostOfTheSameFrameBehindBothJoins) {
  auto it = private_room();
  write_all(it, it.command(open_with_bob(1, 0), at(1001)));
  auto said = say(ann, 1, 1, post{"hi"});
  said.name.k = 1;
  EXPECT_EQ(sent<append_entries>(it.command(said, at(1002))).size(), 1u);
}

TEST(PrivateRoom, TellsTheCompanionAgainAtEachLinkResetUntilItAccepts) {
  auto it = private_room();
  const auto given = sent<membership_given>(write_all(it, it.command(open_with_bob(1, 0), at(1001))));
  ASSERT_EQ(given.size(), 2u) << "to the node where bob was, and by way of the directory";
  EXPECT_EQ(given[0], given[1]);
  EXPECT_EQ(given[0].session, bob);
  EXPECT_EQ(given[0].companion_nick, "ann");
  EXPECT_EQ(given[0].joined_seq, 1u);
  EXPECT_TRUE(sent<membership_given>(it.link_reset(reset_of("w3", is_worker), at(3000))).empty());
  EXPECT_EQ(sent<membership_given>(it.link_reset(reset_of("w2", is_worker), at(3000))).size(), 1u);
  EXPECT_EQ(sent<membership_given>(it.link_reset(reset_of("b1", 1), at(3000))).size(), 1u);
  it.accepted({bob, the_room});
  EXPECT_TRUE(sent<membership_given>(it.link_reset(reset_of("b1", 1), at(3000))).empty());
  EXPECT_TRUE(sent<membership_given>(it.link_reset(reset_of("w2", is_worker), at(3000))).empty());
}

TEST(PrivateRoom, JoinsOnlyTheCompanionWhenTheSenderIsAMember) {
  auto it = private_room();
  write_all(it, it.command(open_with_bob(1, 0), at(1001)));
  write_all(it, it.command(say(bob, 5, 0, leave_room{}), at(1002)));
  const auto effects = it.command(open_with_bob(2, 1), at(1003));
  ASSERT_EQ(sent<append_entries>(effects).at(0).entries.size(), 1u);
  const auto durable = write_all(it, effects);
  EXPECT_EQ(sent<command_answered>(durable).at(0).at->seq, 2u);
  EXPECT_EQ(sent<membership_given>(durable).size(), 2u);
}

TEST(PrivateRoom, TellsItsMembersAgainWhenItIsOpenedAnew) {
  auto log = log_with({ann, bob}, 2);
  log.key = private_room_key(identity_of(ann), identity_of(bob));
  room it(the_room, log.key, "w1");
  it.start();
  const auto given = sent<membership_given>(it.log_opened(log, at(1000)));
  ASSERT_EQ(given.size(), 2u);
  EXPECT_NE(given[0].session, given[1].session);
  EXPECT_EQ(given[0].companion_nick, given[0].session == ann ? "bob" : "ann");
}

// P-5
TEST(PrivateRoom, LetsNobodyElseJoinOrRead) {
  auto it = private_room();
  write_all(it, it.command(open_with_bob(1, 0), at(1001)));
  EXPECT_EQ(sent<command_answered>(it.command(say(cid, 1, 0, join_room{}), at(1002))).at(0).why->code,
            error_code::no_such_room);
  const room_query query{the_room, {name(cid, 2), "w1"}, identity_of(cid), read_history{}};
  const auto answer = sent<query_answered>(it.query(query, at(1003))).at(0);
  EXPECT_EQ(std::get<error>(answer.answer).code, error_code::no_such_room);
}

// P-5
TEST(PrivateRoom, LetsItsPeopleReadEvenWhenTheyAreNotMembersNow) {
  auto it = private_room();
  write_all(it, it.command(open_with_bob(1, 0), at(1001)));
  const room_query query{the_room, {name(session_id{55}, 2), "w1"}, identity_of(bob), read_history{}};
  const auto answer = sent<query_answered>(it.query(query, at(1003))).at(0);
  EXPECT_EQ(std::get<history_read>(answer.answer).entries.size(), 2u);
}

TEST(PrivateRoom, RefusesACompanionWhoIsNotTheOther) {
  auto it = private_room();
  const auto effects = it.command(say(ann, 1, 0, join_room{companion{cid, "cid", identity_of(cid), "w2"}}), at(1001));
  EXPECT_EQ(sent<command_answered>(effects).at(0).why->code, error_code::request_invalid);
}

TEST(Room, TakesNoCompanions) {
  auto it = open_room();
  EXPECT_EQ(sent<command_answered>(it.command(open_with_bob(1, 0), at(1001))).at(0).why->code,
            error_code::request_invalid);
}

} // namespace
} // namespace godwit::test
