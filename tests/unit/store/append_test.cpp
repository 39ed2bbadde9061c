#include "tests/unit/store/store_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace godwit::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Append : public store_test {};

TEST_F(Append, IsThereAfterTheFilesWereClosedAndOpenedAnew) {
  const auto room = make_room();
  const auto epoch = open_room(room).epoch;
  auto request = append_of(room, epoch, {entry(1, 5, 1, joined{}), entry(2, 5, 2, posted{"hi"})});
  request.members_in = {member(5, 1)};
  request.state.topic = "birds";
  request.state.topic_by = "nick5";
  EXPECT_EQ(append(request).outcome, append_outcome::written);
  reopen();
  const auto opened = open_room(room);
  EXPECT_FALSE(opened.why);
  EXPECT_EQ(opened.key, "lobby");
  EXPECT_EQ(opened.state, request.state);
  EXPECT_THAT(opened.members, ElementsAre(member(5, 1)));
  EXPECT_THAT(opened.last_ops, ElementsAre(last_op{{session_id{5}, 2, 0}, 2}));
  ASSERT_EQ(opened.tail.size(), 2U);
  EXPECT_EQ(*opened.tail[0], *request.entries[0]);
  EXPECT_EQ(*opened.tail[1], *request.entries[1]);
}

TEST_F(Append, AnswersWrittenToTheVerySameEntriesAndKeepsThemOnce) {
  const auto room = make_room();
  const auto epoch = open_room(room).epoch;
  const auto request = append_of(room, epoch, {entry(1, 5, 1), entry(2, 5, 2)});
  EXPECT_EQ(append(request).outcome, append_outcome::written);
  EXPECT_EQ(append(append_of(room, epoch, {entry(3, 5, 3)})).outcome, append_outcome::written);
  const auto repeated = append(request);
  EXPECT_EQ(repeated.outcome, append_outcome::written);
  EXPECT_EQ(repeated.first_seq, 1U);
  EXPECT_EQ(repeated.count, 2U);
  EXPECT_EQ(count(room), 3U);
}

TEST_F(Append, ARepeatDoesNotTakeBackWhatCameAfterIt) {
  const auto room = make_room();
  const auto epoch = open_room(room).epoch;
  auto joining = append_of(room, epoch, {entry(1, 5, 1, joined{})});
  joining.members_in = {member(5, 1)};
  append(joining);
  auto leaving = append_of(room, epoch, {entry(2, 5, 2, left{"bye", false})});
  leaving.members_out = {session_id{5}};
  append(leaving);
  EXPECT_EQ(append(joining).outcome, append_outcome::written);
  const auto opened = open_room(room);
  EXPECT_THAT(opened.members, IsEmpty());
  EXPECT_EQ(opened.state.last_seq, 2U);
  EXPECT_THAT(opened.last_ops, ElementsAre(last_op{{session_id{5}, 2, 0}, 2}));
}

TEST_F(Append, ExpectsTheNextSeqWhereThereIsAGapOrAnOverlapOrOtherEntries) {
  const auto room = make_room();
  const auto epoch = open_room(room).epoch;
  append(append_of(room, epoch, {entry(1, 5, 1), entry(2, 5, 2)}));
  const std::vector<append_entries> wrong{
    append_of(room, epoch, {entry(4, 5, 3)}),                           // a gap before it
    append_of(room, epoch, {entry(3, 5, 3), entry(5, 5, 4)}),           // a gap within it
    append_of(room, epoch, {entry(2, 5, 2), entry(3, 5, 3)}),           // half of it is there
    append_of(room, epoch, {entry(2, 5, 2, posted{"something else"})}), // not what is there
    append_of(room, epoch, {entry(3, 5, 1)}),                           // a name that is logged already
  };
  for (const auto& each : wrong) {
    const auto answer = append(each);
    EXPECT_EQ(answer.outcome, append_outcome::expected);
    EXPECT_EQ(answer.expected_seq, 3U);
  }
  EXPECT_EQ(count(room), 2U);
  EXPECT_EQ(append(append_of(room, epoch, {entry(3, 5, 3)})).outcome, append_outcome::written);
}

TEST_F(Append, OfAFormerOwnerIsFencedAndWritesNothing) {
  const auto room = make_room();
  const auto former = open_room(room).epoch;
  const auto owner = open_room(room).epoch;
  EXPECT_EQ(owner, former + 1);
  EXPECT_EQ(append(append_of(room, former, {entry(1, 5, 1)})).outcome, append_outcome::fenced);
  EXPECT_EQ(append(append_of(room, owner + 1, {entry(1, 5, 1)})).outcome, append_outcome::fenced);
  EXPECT_EQ(append(append_of(room_id{999}, 1, {entry(1, 5, 1)})).outcome, append_outcome::fenced);
  EXPECT_EQ(count(room), 0U);
  reopen();
  EXPECT_EQ(open_room(room).epoch, owner + 1);
}

TEST_F(Append, ThatBreaksARuleOfTheTablesLeavesNothingOfItself) {
  const auto room = make_room();
  const auto epoch = open_room(room).epoch;
  append(append_of(room, epoch, {entry(1, 5, 1)}));
  auto broken = append_of(room, epoch, {entry(2, 6, 1, joined{}), entry(3, 5, 1)}); // the second name is logged
  broken.members_in = {member(6, 2)};
  EXPECT_EQ(append(broken).outcome, append_outcome::expected);
  const auto opened = open_room(room);
  EXPECT_EQ(opened.state.last_seq, 1U);
  EXPECT_THAT(opened.members, IsEmpty());
  EXPECT_EQ(opened.last_ops.size(), 1U);
  EXPECT_EQ(count(room), 1U);
}

TEST_F(Append, OfEntriesWithoutAFrameOfTheirOwnMovesNoLastOp) {
  const auto room = make_room();
  const auto epoch = open_room(room).epoch;
  auto given = std::make_shared<log_entry>(*entry(2, 5, 1, joined{}));
  given->name.k = 0x8000'0000; // the companion's join carries the opener's op
  auto unnamed = std::make_shared<log_entry>(*entry(3, 6, 0, left{"", true}));
  auto unnamed_too = std::make_shared<log_entry>(*entry(4, 6, 0, left{"", true}));
  EXPECT_EQ(append(append_of(room, epoch, {entry(1, 5, 1, joined{}), given, unnamed, unnamed_too})).outcome,
            append_outcome::written);
  EXPECT_THAT(open_room(room).last_ops, ElementsAre(last_op{{session_id{5}, 1, 0}, 1}));
  const auto found = ask<logged_found>(*store_, find_logged{room, "", given->name});
  ASSERT_TRUE(found.at);
  EXPECT_EQ(found.at->seq, 2U);
}

TEST_F(Append, KeepsIdsOfTheUpperHalfOfTheirRange) {
  const auto room = make_room();
  const auto epoch = open_room(room).epoch;
  constexpr std::uint64_t high = 0xffff'ffff'ffff'fff0U;
  auto request = append_of(room, epoch, {entry(1, high, 1, joined{})});
  request.members_in = {member(high, 1)};
  append(request);
  const auto opened = open_room(room);
  EXPECT_EQ(opened.members.at(0).session, session_id{high});
  EXPECT_EQ(opened.last_ops.at(0).name.session, session_id{high});
  EXPECT_EQ(ask<logged_found>(*store_, find_logged{room, "", {session_id{high}, 1, 0}}).at->seq, 1U);
}

TEST_F(Append, ARoomThatDoesNotExistIsNotOpened) {
  const auto opened = open_room(room_id{42});
  ASSERT_TRUE(opened.why);
  EXPECT_EQ(opened.why->code, error_code::no_such_room);
}

} // namespace
} // namespace godwit::test
