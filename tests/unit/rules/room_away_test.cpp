// What a room does while the store is away.
#include "tests/unit/rules/room_bench.hpp"

namespace godwit::test {
namespace {

constexpr std::int64_t wait_ms = std::chrono::milliseconds(limits::store_given_up_after).count();

/// Ann's post is in an append that the store could not answer at 1000 ms.
struct RoomWithoutStore : ::testing::Test {
  RoomWithoutStore() {
    append = sent<append_entries>(it.command(say(ann, 10, 1, post{"held"}), at(1000))).at(0);
    it.appended(outcome(append, append_outcome::away), at(1000));
  }
  std::vector<command_answered> answers_at(std::int64_t ms) { return sent<command_answered>(it.wake(at(ms))); }

  room it = open_room(log_with({ann, bob}, 2));
  append_entries append;
};

TEST_F(RoomWithoutStore, RefusesWhatIsInNoAppendAfterTheWaitAndHoldsWhatIs) {
  const auto waits = it.command(say(bob, 10, 2, post{"refused"}), at(1500));
  EXPECT_TRUE(sent<append_entries>(waits).empty()) << "no further append for a store that is away";
  EXPECT_TRUE(sent<command_answered>(waits).empty());
  EXPECT_TRUE(answers_at(1500 + wait_ms - 1).empty());
  const auto answered = answers_at(1500 + wait_ms);
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_EQ(answered[0].name, name(bob, 10));
  EXPECT_EQ(answered[0].why->code, error_code::store_unavailable);
  // Ann's may be in the log: it is repeated as it was, until the store knows.
  EXPECT_TRUE(answers_at(1500 + 3 * wait_ms).empty());
  const auto done = write_all(it, room_effects{send{broker_service(entity_kind::store), append}}, at(50'000));
  EXPECT_TRUE(sent<append_entries>(done).empty()) << "none that was refused appears";
  const auto again = it.command(say(bob, 11, 2, post{"again"}), at(50'001));
  ASSERT_EQ(sent<append_entries>(again).size(), 1u);
  EXPECT_EQ(texts(sent<append_entries>(again)[0].entries), std::vector<std::string>{"again"});
  EXPECT_EQ(sent<append_entries>(again)[0].first_seq, append.first_seq + 1) << "a refused post takes no seq";
}

/// The clock of waits is not the one that rooms are told, which may be set back.
TEST_F(RoomWithoutStore, AsksOnAfterAWakeThatCameEarly) {
  auto again = it.wake(at(1099));
  ASSERT_EQ(sent<append_entries>(again).size(), 1u);
  again = it.appended(outcome(append, append_outcome::away), at(1099));
  EXPECT_EQ(wanted<wake_after>(again).size(), 1u) << "nobody wakes it any more";
}

TEST_F(RoomWithoutStore, IsHeldUpByNoAnswerAboutAnAppendThatIsWrittenMeanwhile) {
  it.wake(at(1100));
  it.appended(outcome(append, append_outcome::away), at(1100));
  it.appended(outcome(append), at(1150));
  it.appended(outcome(append, append_outcome::away), at(1160));
  EXPECT_EQ(sent<append_entries>(it.command(say(bob, 10, 2, post{"at once"}), at(1170))).size(), 1u);
}

TEST_F(RoomWithoutStore, GoesOnWithWhatWaitedWhenTheStoreIsBackInTime) {
  it.command(say(bob, 10, 2, post{"b1"}), at(1500));
  it.command(say(bob, 11, 10, post{"b2"}), at(1600));
  it.command(say(ann, 11, 10, post{"a2"}), at(1700));
  const auto back = it.appended(outcome(append), at(5000));
  ASSERT_EQ(sent<append_entries>(back).size(), 1u);
  EXPECT_EQ(texts(sent<append_entries>(back)[0].entries), (std::vector<std::string>{"b1", "b2", "a2"}));
}

TEST_F(RoomWithoutStore, RefusesJoinsAndTopicsLikewiseAndLetsLeavesAndNewNicksWait) {
  it.command(say(cid, 1, 0, join_room{}), at(1100));
  it.command(say(bob, 10, 2, set_topic{"news"}), at(1100));
  it.command(say(bob, 11, 10, rename_member{"rob"}), at(1100));
  it.command(say(bob, 12, 11, leave_room{}), at(1100));
  const auto answered = answers_at(1100 + wait_ms);
  ASSERT_EQ(answered.size(), 2u);
  EXPECT_EQ(answered[0].name, name(cid, 1));
  EXPECT_EQ(answered[1].name, name(bob, 10));
  const auto back = it.appended(outcome(append), at(50'000));
  ASSERT_EQ(sent<append_entries>(back).size(), 1u);
  EXPECT_EQ(sent<append_entries>(back)[0].entries.size(), 2u);
}

TEST_F(RoomWithoutStore, HoldsABoundedNumberOfCommands) {
  std::size_t refused = 0;
  for (std::uint64_t op = 10; op < 10 + limits::room_waiting_commands_max + 5; ++op)
    for (const auto& answer :
         sent<command_answered>(it.command(say(bob, op, op == 10 ? 2 : op - 1, post{"x"}), at(1500))))
      refused += answer.why->code == error_code::too_many_requests ? 1 : 0;
  EXPECT_EQ(refused, 5u);
}

TEST_F(RoomWithoutStore, ReadsFromMemoryAndPassesEventsOn) {
  it.attach(attach_from("w1", 2), at(1200));
  const auto read = it.query({the_room, {name(bob, 10), "w1"}, identity_of(bob), read_history{.last = true}}, at(1300));
  EXPECT_EQ(sent<query_answered>(read).size(), 1u);
  EXPECT_TRUE(sent<read_log>(read).empty());
  EXPECT_EQ(sent<fan_out>(it.presence({the_room, bob, "tea"}, at(1400))).size(), 1u);
}

/// A store that is not heard of at all, with its node, is away as well.
TEST(Room, RefusesWhatWaitsWhenTheStoreSaysNothingForTheWait) {
  auto it = open_room(log_with({ann, bob}, 2));
  it.command(say(ann, 10, 1, post{"1"}), at(1000));
  it.command(say(ann, 11, 10, post{"2"}), at(1000));
  const auto waits = it.command(say(bob, 10, 2, post{"3"}), at(1000));
  EXPECT_FALSE(wanted<wake_after>(waits).empty()) << "nobody else would wake it";
  EXPECT_TRUE(sent<command_answered>(it.wake(at(1000 + wait_ms - 1))).empty());
  const auto answered = sent<command_answered>(it.wake(at(1000 + wait_ms)));
  ASSERT_EQ(answered.size(), 1u);
  EXPECT_EQ(answered[0].name, name(bob, 10));
}

TEST(Room, IsOpenedWhenTheStoreIsBackAndIsGivenUpAfterTheWait) {
  log_opened away;
  away.room = the_room;
  away.why = error{error_code::store_unavailable, {}};
  for (const bool comes_back : {true, false}) {
    room it(the_room, "lobby", "w1");
    it.start();
    const auto first = it.log_opened(away, at(1000));
    EXPECT_TRUE(wanted<end_room>(first).empty());
    ASSERT_EQ(wanted<wake_after>(first).size(), 1u);
    EXPECT_EQ(sent<open_log>(it.wake(at(1100))).size(), 1u);
    if (comes_back) {
      it.log_opened(log_with({ann}, 1), at(1200));
      EXPECT_TRUE(it.is_open());
    } else {
      EXPECT_EQ(wanted<end_room>(it.log_opened(away, at(1000 + wait_ms))).size(), 1u);
    }
  }
}

} // namespace
} // namespace godwit::test
