#include "tests/unit/rules/room_bench.hpp"

#include <set>

namespace godwit::test {
namespace {

TEST(RoomFanOut, TellsARelayWhereItBegins) {
  auto it = open_room(log_with({ann}, 5));
  const auto first = sent<fan_out>(it.attach(attach_from("w2", 0, true), at(1000))).at(0);
  EXPECT_EQ(first.base, 5u);
  EXPECT_TRUE(first.items.empty());
}

TEST(RoomFanOut, ShowsAJoinToARelayThatComesAfterIt) {
  auto it = open_room(log_with({ann}, 5));
  write_all(it, it.command(say(bob, 1, 0, join_room{}), at(1000)));
  write_all(it, it.command(say(ann, 50, 1, post{"welcome"}), at(1001)));
  EXPECT_EQ(seqs(sent<fan_out>(it.attach(attach_from("w1", 0, true), at(1002)))), from_to(6, 7));
}

TEST(RoomFanOut, ShowsAJoinToTheRelayBehindOneThatEndedBeforeItHadDeliveredIt) {
  auto it = open_room(log_with({ann}, 5));
  it.attach(attach_from("w1", 5), at(1000));
  // The relay's last session has left and joins again: the relay ends while the join is on its way to it.
  write_all(it, it.command(say(bob, 1, 0, join_room{}), at(1000)));
  it.detach({the_room, "w1"}, at(1001));
  EXPECT_EQ(seqs(sent<fan_out>(it.attach(attach_from("w1", 0, true), at(1002)))), from_to(6, 6));
}

TEST(RoomFanOut, DoesNotShowAJoinAgainThatTheFormerRelayHasDelivered) {
  auto it = open_room(log_with({ann}, 5));
  it.attach(attach_from("w1", 5), at(1000));
  write_all(it, it.command(say(bob, 1, 0, join_room{}), at(1000)));
  it.delivered({the_room, it.epoch(), "w1", 1}, at(1001));
  it.detach({the_room, "w1"}, at(1001));
  EXPECT_EQ(sent<fan_out>(it.attach(attach_from("w1", 0, true), at(1002))).at(0).base, 6u);
}

TEST(RoomFanOut, GivesARelayTheRestFromMemory) {
  auto it = open_room(log_with({ann}, 9));
  EXPECT_EQ(seqs(sent<fan_out>(it.attach(attach_from("w2", 4), at(1000)))), from_to(5, 9));
}

TEST(RoomFanOut, CatchesARelayUpFromTheLogWhileLiveEventsCome) {
  auto it = open_room(log_with({ann}, 20, 1, 10)); // remembers 11 to 20
  const auto attached = it.attach(attach_from("w2", 3), at(1000));
  const auto asked = sent<read_log>(attached);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].from, 4u);
  auto all = seqs(sent<fan_out>(attached));
  const auto live = write_all(it, it.command(say(ann, 50, 1, post{"live"}), at(1001)));
  EXPECT_TRUE(sent<fan_out>(live).empty());
  log_read answer{the_room, asked[0].ticket, {}, true, std::nullopt};
  for (const auto& entry : log_with({ann}, 20).tail) {
    if (entry->seq >= 4 && entry->seq <= 15)
      answer.entries.push_back(entry);
  }
  const auto rest = seqs(sent<fan_out>(it.read(answer, at(1002))));
  EXPECT_EQ(rest, from_to(4, 21));
  const auto next = write_all(it, it.command(say(ann, 51, 50, post{"next"}), at(1003)));
  EXPECT_EQ(seqs(sent<fan_out>(next)), from_to(22, 22));
}

/// What the log has of entries `from` to 20.
log_read kept_from(const read_log& asked, room_seq from) {
  log_read answer{the_room, asked.ticket, {}, false, std::nullopt};
  for (const auto& entry : log_with({ann}, 20).tail)
    if (entry->seq >= from)
      answer.entries.push_back(entry);
  return answer;
}

void expect_gap(const shared_entry& entry, room_seq first, room_seq last) {
  EXPECT_EQ(entry->seq, last);
  EXPECT_EQ(entry->body, entry_body{forgotten{first}});
}

TEST(RoomFanOut, TellsARelayBehindWhatIsKeptThatTheRestIsForgotten) {
  auto it = open_room(log_with({ann}, 20, 1, 10));
  const auto asked = sent<read_log>(it.attach(attach_from("w2", 3), at(1000))).at(0);
  const auto told = sent<fan_out>(it.read(kept_from(asked, 9), at(1001)));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].base, 3u);
  expect_gap(std::get<shared_entry>(told[0].items[0].event), 4, 8);
  EXPECT_EQ(seqs(told), from_to(8, 20));
  const auto next = write_all(it, it.command(say(ann, 50, 1, post{"live"}), at(1002)));
  EXPECT_EQ(seqs(sent<fan_out>(next)), from_to(21, 21));
}

TEST(RoomFanOut, TellsARelayThatNothingIsKept) {
  auto it = open_room(log_with({ann}, 20, 1, 10));
  const auto asked = sent<read_log>(it.attach(attach_from("w2", 3), at(1000))).at(0);
  const auto told = sent<fan_out>(it.read(kept_from(asked, 21), at(1001)));
  ASSERT_EQ(told.size(), 1u);
  expect_gap(std::get<shared_entry>(told[0].items[0].event), 4, 20);
}

TEST(RoomFanOut, TellsASessionBehindWhatIsKeptThatTheRestIsForgotten) {
  auto it = open_room(log_with({ann}, 20, 1, 10));
  const auto asked = sent<read_log>(it.fetch({the_room, "w2", ann, 4}, at(1000))).at(0);
  const auto told = sent<entries_fetched>(it.read(kept_from(asked, 9), at(1001))).at(0).entries;
  expect_gap(told.at(0), 4, 8);
  EXPECT_EQ(told.size(), 13u);
}

room_query awaits(room_seq seq, std::uint64_t op = 90) {
  return {the_room, {name(ann, op), "w1"}, identity_of(ann), await_delivery{seq}};
}
bool says_delivered(const room_effects& effects) {
  const auto answers = sent<query_answered>(effects);
  return answers.size() == 1 && std::holds_alternative<delivered_everywhere>(answers[0].answer);
}
constexpr auto long_after = limits::relay_returns_within;

TEST(RoomFanOut, SaysThatAllIsDeliveredWhenEachNodeHasSaidSo) {
  auto it = open_room(log_with({ann}, 9));
  it.attach(attach_from("w2", 9), at(1000) + long_after);
  it.attach(attach_from("w3", 9), at(1000) + long_after);
  write_all(it, it.command(say(ann, 50, 1, post{"a"}), at(1001) + long_after));
  write_all(it, it.command(say(ann, 51, 50, post{"b"}), at(1002) + long_after));
  EXPECT_FALSE(says_delivered(it.query(awaits(10), at(1003) + long_after)));
  EXPECT_FALSE(says_delivered(it.delivered({the_room, 1, "w2", 2}, at(1004) + long_after)));
  EXPECT_FALSE(says_delivered(it.delivered({the_room, 1, "w3", 1}, at(1005) + long_after))) << "asked when 2 was out";
  EXPECT_TRUE(says_delivered(it.delivered({the_room, 1, "w3", 2}, at(1006) + long_after)));
  EXPECT_TRUE(says_delivered(it.query(awaits(11, 91), at(1007) + long_after))) << "nothing is on its way";
}

TEST(RoomFanOut, WaitsForARelayWhoseLinkWasLostUntilItHasCaughtUpOrItsNodeIsDead) {
  auto it = open_room(log_with({ann}, 9));
  it.attach(attach_from("w2", 9), at(1000) + long_after);
  write_all(it, it.command(say(ann, 50, 1, post{"a"}), at(1001) + long_after));
  it.link_lost({"w2"}, at(1002) + long_after);
  EXPECT_FALSE(says_delivered(it.query(awaits(10), at(1003) + long_after)));
  EXPECT_FALSE(says_delivered(it.attach(attach_from("w2", 9), at(1004) + long_after)));
  EXPECT_TRUE(says_delivered(it.delivered({the_room, 1, "w2", 2}, at(1005) + long_after)));
  it.link_lost({"w2"}, at(1006) + long_after);
  EXPECT_FALSE(says_delivered(it.query(awaits(10, 91), at(1007) + long_after)));
  EXPECT_TRUE(says_delivered(it.detach({the_room, "w2"}, at(1008) + long_after)));
}

TEST(RoomFanOut, WaitsForWhatARelayHadOnItsWayWhenItsLinkWasLost) {
  const auto later = at(1000) + long_after;
  auto it = open_room(log_with({ann}, 9));
  it.attach(attach_from("w2", 9), later);
  write_all(it, it.command(say(ann, 50, 1, post{"a"}), later));
  it.link_lost({"w2"}, later);
  auto again = attach_from("w2", 10); // it has the entry, and the clients' queues have not
  again.open_until = 1;
  it.attach(again, later);
  EXPECT_FALSE(says_delivered(it.query(awaits(10), later)));
  EXPECT_TRUE(says_delivered(it.delivered({the_room, 1, "w2", 1}, later)));
}

TEST(RoomFanOut, AnswersEachOwnerOfASessionThatAsksSoThatALateQuestionOfAFormerOneTakesNoPlace) {
  auto it = open_room(log_with({ann}, 9));
  it.attach(attach_from("w2", 9), at(1000) + long_after);
  write_all(it, it.command(say(ann, 50, 1, post{"a"}), at(1001) + long_after));
  auto present = awaits(10);
  present.origin.reply_to = "w3";
  EXPECT_FALSE(says_delivered(it.query(present, at(1002) + long_after)));
  EXPECT_FALSE(says_delivered(it.query(awaits(10), at(1003) + long_after))) << "of the owner before, at w1";
  std::set<node_name> told;
  for (const auto& effect : it.delivered({the_room, 1, "w2", 1}, at(1004) + long_after))
    if (const auto* one = std::get_if<send>(&effect); one && std::holds_alternative<query_answered>(one->what))
      told.insert(one->to.node);
  EXPECT_EQ(told, (std::set<node_name>{"w1", "w3"}));
}

TEST(RoomFanOut, WaitsAlsoForWhomItIsAskedBeforeItIsOpen) {
  const auto log = log_with({ann}, 9);
  room it(the_room, log.key, "w1");
  it.start();
  EXPECT_TRUE(sent<query_answered>(it.query(awaits(9), at(999))).empty());
  auto stranger = awaits(9, 91);
  stranger.origin.name.session = bob;
  it.query(stranger, at(999));
  EXPECT_TRUE(sent<query_answered>(it.log_opened(log, at(1000))).empty()) << "its relays come back";
  const auto answers = sent<query_answered>(it.wake(at(1000) + long_after));
  ASSERT_EQ(answers.size(), 2u);
  for (const auto& each : answers)
    EXPECT_TRUE(std::holds_alternative<delivered_everywhere>(each.answer));
}

TEST(RoomFanOut, WaitsForTheRelaysOfItsFormerLife) {
  auto it = open_room(log_with({ann}, 9));
  EXPECT_FALSE(says_delivered(it.query(awaits(9), at(1000))));
  EXPECT_TRUE(says_delivered(it.wake(at(1000) + long_after)));
}

TEST(RoomFanOut, AsksTheLogAgainAfterTheStoreWasAway) {
  auto it = open_room(log_with({ann}, 20, 1, 10));
  const auto asked = sent<read_log>(it.attach(attach_from("w2", 3), at(1000))).at(0);
  const auto away = it.read({the_room, asked.ticket, {}, false, error{error_code::store_unavailable, {}}}, at(1001));
  EXPECT_TRUE(sent<read_log>(away).empty());
  EXPECT_EQ(sent<read_log>(it.wake(at(1101))), std::vector<read_log>{asked});
}

TEST(RoomFanOut, SendsPiecesOnlyAsFastAsTheyAreDelivered) {
  auto it = open_room(log_with({ann}, 2000, 1, 2000)); // the ring keeps the newest 512 of them
  const auto attached = it.attach(attach_from("w2", 2000 - limits::recent_entries_max), at(1000));
  EXPECT_EQ(seqs(sent<fan_out>(attached)).size(), limits::catch_up_fan_out_max);
}

/// Posts `count` times and writes each; the last fan-out number given out is the number of the fan-outs.
void post_many(room& it, std::uint64_t first_op, std::uint64_t count, timestamp now) {
  for (auto op = first_op; op < first_op + count; ++op)
    write_all(it, it.command(say(ann, op, op - 1, post{"x"}), now), now);
}

TEST(RoomFanOut, MakesPostsWaitWhileTheSlowestRelayIsTooFarBehindAndTakesThemWhenItDelivers) {
  auto it = open_room(log_with({ann}, 1));
  it.attach(attach_from("w2", 1), at(1000));
  post_many(it, 2, limits::undelivered_fan_out_max, at(1001));
  const auto last_op = limits::undelivered_fan_out_max + 1;
  EXPECT_TRUE(sent<append_entries>(it.command(say(ann, last_op + 1, last_op, post{"waits"}), at(1002))).empty());
  EXPECT_TRUE(sent<append_entries>(it.command(say(ann, last_op + 2, last_op + 1, leave_room{}), at(1002))).empty());
  const auto open = it.delivered({the_room, 1, "w2", 1}, at(1003));
  EXPECT_EQ(sent<report_taken>(open).size(), 1u);
  EXPECT_EQ(sent<append_entries>(open).at(0).entries.size(), 2u);
}

//
TEST(RoomFanOut, RefusesPostsWhenTooManyWait) {
  auto it = open_room(log_with({ann}, 1));
  it.attach(attach_from("w2", 1), at(1000));
  post_many(it, 2, limits::undelivered_fan_out_max, at(1001));
  auto op = limits::undelivered_fan_out_max + 2;
  for (std::size_t i = 0; i < limits::room_waiting_commands_max; ++i, ++op)
    ASSERT_TRUE(sent<command_answered>(it.command(say(ann, op, op - 1, post{"waits"}), at(1002))).empty());
  const auto refused = it.command(say(ann, op, op - 1, post{"too much"}), at(1002));
  EXPECT_EQ(sent<command_answered>(refused).at(0).why->code, error_code::too_many_requests);
}

TEST(RoomFanOut, GoesOnWithoutANodeThatDeliversNothingAndCatchesItUpLater) {
  auto it = open_room(log_with({ann}, 1));
  it.attach(attach_from("w2", 1), at(1000));
  post_many(it, 2, limits::undelivered_fan_out_max, at(1001));
  const auto last_op = limits::undelivered_fan_out_max + 1;
  it.command(say(ann, last_op + 1, last_op, post{"waits"}), at(1002));
  const auto later = it.wake(at(1001) + limits::fan_out_stall);
  ASSERT_EQ(sent<append_entries>(later).size(), 1u);
  EXPECT_TRUE(sent<fan_out>(write_all(it, later, at(2001))).empty());
  const auto back = it.delivered({the_room, 1, "w2", limits::undelivered_fan_out_max}, at(5000));
  EXPECT_EQ(seqs(sent<fan_out>(back)), from_to(last_op + 1, last_op + 1));
}

TEST(RoomFanOut, ForgetsTheRelayOfALostLinkAndOfADeadNode) {
  auto it = open_room(log_with({ann}, 1));
  it.attach(attach_from("w2", 1), at(1000));
  it.attach(attach_from("w3", 1), at(1000));
  it.link_lost({"w2"}, at(1001));
  it.view({1, incarnation{5}, {{"w3", incarnation{1}, is_worker, node_state::dead}}}, at(1001));
  EXPECT_TRUE(sent<fan_out>(write_all(it, it.command(say(ann, 2, 1, post{"x"}), at(1002)))).empty());
}

TEST(RoomFanOut, DoesNotTakeTheDeathOfAFormerIncarnationForTheNodes) {
  auto it = open_room(log_with({ann}, 1));
  it.attach(attach_from("w3", 1), at(1000));
  it.view({1, incarnation{5}, {{"w3", incarnation{77}, is_worker, node_state::dead}}}, at(1001));
  EXPECT_EQ(sent<fan_out>(write_all(it, it.command(say(ann, 2, 1, post{"x"}), at(1002)))).size(), 1u);
}

TEST(RoomFanOut, AnnouncesItselfAgainToANodeWhoseLinkWasReset) {
  auto it = open_room(log_with({ann}, 1));
  EXPECT_EQ(sent<room_announced>(it.link_reset(reset_of("w2", is_worker), at(1001))).size(), 1u);
}

TEST(RoomFanOut, ShowsAChangeOfPresenceOnce) {
  auto it = open_room(log_with({ann}, 1));
  it.attach(attach_from("w2", 1), at(1000));
  EXPECT_EQ(sent<fan_out>(it.presence({the_room, ann, "tea"}, at(1001))).size(), 1u);
  EXPECT_TRUE(sent<fan_out>(it.presence({the_room, ann, "tea"}, at(1002))).empty());
  EXPECT_TRUE(sent<fan_out>(it.presence({the_room, bob, "tea"}, at(1002))).empty());
}

// ------------------------------------------------------------------------------------------------ questions

query_answered ask(room& it, room_question question) {
  const auto effects = it.query({the_room, {name(ann, 90), "w1"}, identity_of(ann), std::move(question)}, at(1001));
  return sent<query_answered>(effects).at(0);
}

//
TEST(RoomQuestion, AnswersMembersByNickWithWhoIsAway) {
  auto it = open_room(log_with({cid, bob, ann}, 3));
  it.presence({the_room, bob, "tea"}, at(1000));
  const auto read = std::get<members_read>(ask(it, read_members{}).answer);
  EXPECT_EQ(read.members,
            (std::vector<member_row>{{"ann", ""}, {"bob", "tea"}, {"cid", "", member_mode::room_operator}}));
  EXPECT_FALSE(read.more);
  EXPECT_EQ(std::get<members_read>(ask(it, read_members{"ann"}).answer).members.size(), 2u);
}

// H-2
TEST(RoomQuestion, AnswersTheNewestEntries) {
  auto it = open_room(log_with({ann}, 20));
  const auto read = std::get<history_read>(ask(it, read_history{1, 0, 5, true, false}).answer);
  ASSERT_EQ(read.entries.size(), 5u);
  EXPECT_EQ(read.entries.front()->seq, 16u);
  EXPECT_FALSE(read.more);
}

TEST(RoomQuestion, AnswersLongHistoryInPieces) {
  auto it = open_room(log_with({ann}, 500));
  const auto read = std::get<history_read>(ask(it, read_history{1, 0, 400, false, false}).answer);
  EXPECT_EQ(read.entries.size(), limits::history_piece_entries_max);
  EXPECT_TRUE(read.more);
}

TEST(RoomQuestion, ReadsWhatItDoesNotRememberFromTheLog) {
  auto it = open_room(log_with({ann}, 20, 1, 5));
  const room_query query{the_room, {name(ann, 90), "w1"}, identity_of(ann), read_history{2, 4, 0, false, false}};
  const auto asked = sent<read_log>(it.query(query, at(1001))).at(0);
  EXPECT_EQ(asked.from, 2u);
  EXPECT_EQ(asked.to, 4u);
  log_read answer{the_room, asked.ticket, {}, false, std::nullopt};
  for (room_seq seq = 2; seq <= 4; ++seq)
    answer.entries.push_back(log_with({ann}, 20).tail[seq - 1]);
  const auto read = std::get<history_read>(sent<query_answered>(it.read(answer, at(1002))).at(0).answer);
  EXPECT_EQ(read.entries.size(), 3u);
  EXPECT_FALSE(read.more);
}

TEST(RoomQuestion, AsksTheLogForTheOldestThatItKeepsAndNotForAPieceThatMayBeGone) {
  auto it = open_room(log_with({ann}, 1000, 1, 5));
  const room_query query{the_room, {name(ann, 90), "w1"}, identity_of(ann), read_history{1, 0, 0, false, false}};
  const auto asked = sent<read_log>(it.query(query, at(1001))).at(0);
  EXPECT_EQ(asked.to, 1000u);
  EXPECT_EQ(asked.limit, limits::history_piece_entries_max);
  log_read answer{the_room, asked.ticket, {}, false, std::nullopt};
  answer.entries = log_with({ann}, 1000, 1, 6).tail;
  const auto read = std::get<history_read>(sent<query_answered>(it.read(answer, at(1002))).at(0).answer);
  EXPECT_EQ(read.entries.size(), 6u);
}

TEST(RoomQuestion, LeavesWhatAnIdentityHasMissedToTheStore) {
  auto it = open_room(log_with({ann}, 20));
  const room_query query{the_room, {name(ann, 90), "w1"}, identity_of(ann), read_history{1, 0, 0, false, true}};
  EXPECT_EQ(sent<read_log>(it.query(query, at(1001))).at(0).since_left_by, identity_of(ann));
}

//
TEST(RoomQuestion, TellsStrangersWhoIsThereAndTheTopicButNotWhatWasSaid) {
  auto it = open_room(log_with({cid, ann}, 20));
  it.presence({the_room, cid, "", "", user_mode::invisible}, at(1000));
  const auto ask_as_bob = [&](room_question question) {
    const auto effects = it.query({the_room, {name(bob, 90), "w1"}, identity_of(bob), std::move(question)}, at(1001));
    return sent<query_answered>(effects).at(0).answer;
  };
  EXPECT_TRUE(std::holds_alternative<topic_read>(ask_as_bob(read_topic{})));
  EXPECT_EQ(std::get<members_read>(ask_as_bob(read_members{})).members, (std::vector<member_row>{{"ann", ""}}));
  EXPECT_EQ(std::get<members_read>(ask(it, read_members{}).answer).members.size(), 2U);
  EXPECT_EQ(std::get<error>(ask_as_bob(read_history{})).code, error_code::not_in_room);

  write_all(it,
            it.command(say(cid, 2, 1, change_modes{{mode_change{true, flag_change{room_flag::secret}}}}), at(1002)));
  EXPECT_TRUE(std::get<members_read>(ask(it, read_members{}).answer).of_secret_room);
  EXPECT_EQ(std::get<error>(ask_as_bob(read_topic{})).code, error_code::not_in_room);
  EXPECT_EQ(std::get<error>(ask_as_bob(read_members{})).code, error_code::not_in_room);
}

//
TEST(RoomQuestion, AnswersTheTopicAndWhoSetIt) {
  auto it = open_room(log_with({ann}, 1));
  write_all(it, it.command(say(ann, 2, 1, set_topic{"birds"}), at(1001)));
  const auto read = std::get<topic_read>(ask(it, read_topic{}).answer);
  EXPECT_EQ(read, (topic_read{"birds", "ann", at(1001)}));
}

} // namespace
} // namespace godwit::test
