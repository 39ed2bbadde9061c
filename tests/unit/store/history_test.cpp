#include "nodes/store/sqlite_log.hpp"
#include "tests/unit/store/store_fixture.hpp"

#include <gmock/gmock.h>

namespace godwit::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class History : public store_test {
protected:
  /// Entries 1..n of session 5.
  room_id filled_room(room_seq n) {
    const auto room = make_room();
    epoch_ = open_room(room).epoch;
    std::vector<shared_entry> entries;
    for (room_seq seq = 1; seq <= n; ++seq)
      entries.push_back(entry(seq, 5, seq));
    append(append_of(room, epoch_, std::move(entries)));
    return room;
  }
  room_epoch epoch_ = 0;
};

TEST_F(History, GivesTheFirstOfARangeAndSaysThatThereIsMore) {
  const auto room = filled_room(10);
  const auto piece =
    read({.room = room, .reply_to = {}, .ticket = 9, .from = 3, .to = 8, .limit = 4, .since_left_by = {}});
  EXPECT_EQ(piece.ticket, 9U);
  EXPECT_THAT(seqs(piece.entries), ElementsAre(3, 4, 5, 6));
  EXPECT_TRUE(piece.more);
  const auto rest = read({.room = room, .reply_to = {}, .from = 7, .to = 8, .limit = 4, .since_left_by = {}});
  EXPECT_THAT(seqs(rest.entries), ElementsAre(7, 8));
  EXPECT_FALSE(rest.more);
}

TEST_F(History, GivesTheNewestInTheOrderInWhichTheyWereSaid) {
  const auto room = filled_room(10);
  const auto newest = read({.room = room, .reply_to = {}, .limit = 3, .last = true, .since_left_by = {}});
  EXPECT_THAT(seqs(newest.entries), ElementsAre(8, 9, 10));
  EXPECT_TRUE(newest.more);
  const auto before = read({.room = room, .reply_to = {}, .to = 2, .limit = 3, .last = true, .since_left_by = {}});
  EXPECT_THAT(seqs(before.entries), ElementsAre(1, 2));
  EXPECT_FALSE(before.more);
}

TEST_F(History, OfARangeWithoutEntriesIsEmpty) {
  const auto room = filled_room(2);
  EXPECT_THAT(read({.room = room, .reply_to = {}, .from = 3, .limit = 5, .since_left_by = {}}).entries, IsEmpty());
  EXPECT_THAT(read({.room = room, .reply_to = {}, .from = 2, .to = 1, .limit = 5, .since_left_by = {}}).entries,
              IsEmpty());
  EXPECT_THAT(read({.room = room_id{77}, .reply_to = {}, .limit = 5, .since_left_by = {}}).entries, IsEmpty());
}

// H-3
TEST_F(History, SinceAPersonLeftBeginsBehindTheLeavingOfItsLastSession) {
  const auto room = filled_room(1);
  auto joining = append_of(room, epoch_, {entry(2, 7, 1, joined{}), entry(3, 8, 1, joined{})});
  joining.members_in = {member(7, 2), member(8, 3)};
  joining.members_in[1].identity = identity_of(7); // the same person, twice
  append(joining);
  const read_log missed{.room = room, .reply_to = {}, .limit = 50, .since_left_by = identity_of(7)};
  EXPECT_THAT(seqs(read(missed).entries), ElementsAre(2, 3)) << "never left: from its first join on";

  auto first = append_of(room, epoch_, {entry(4, 7, 2, left{"", false})});
  first.members_out = {session_id{7}};
  append(first);
  EXPECT_THAT(seqs(read(missed).entries), ElementsAre(3, 4)) << "its other session is still here";

  auto gone = std::make_shared<log_entry>(*entry(5, 8, 2, left{"", true}));
  gone->identity = identity_of(7);
  auto second = append_of(room, epoch_, {gone, entry(6, 5, 100)});
  second.members_out = {session_id{8}};
  append(second);
  append(append_of(room, epoch_, {entry(7, 5, 101)}));
  reopen();
  EXPECT_THAT(seqs(read(missed).entries), ElementsAre(6, 7));
  auto newest = missed;
  newest.last = true;
  newest.limit = 1;
  EXPECT_THAT(seqs(read(newest).entries), ElementsAre(7));
}

TEST_F(History, OfAPersonThatNeverWasHereIsEmpty) {
  const auto room = filled_room(3);
  EXPECT_THAT(read({.room = room, .reply_to = {}, .limit = 50, .since_left_by = identity_of(200)}).entries, IsEmpty());
}

TEST_F(History, OfLongPostsComesInPiecesOfBoundedBytes) {
  const auto room = make_room();
  const auto epoch = open_room(room).epoch;
  const std::string text(limits::post_bytes_max, 'x');
  for (room_seq seq = 1; seq <= 100; ++seq)
    append(append_of(room, epoch, {entry(seq, 5, seq, posted{text})}));
  const auto piece = read({.room = room, .reply_to = {}, .limit = 100, .last = true, .since_left_by = {}});
  EXPECT_TRUE(piece.more);
  EXPECT_EQ(piece.entries.back()->seq, 100U);
  EXPECT_LE(piece.entries.size() * limits::post_bytes_max, limits::append_bytes_max);
  EXPECT_LE(open_room(room).tail.size() * limits::post_bytes_max, limits::recent_bytes_max);
}

TEST_F(History, AnEntryIsFoundByTheNameOfItsEffect) {
  const auto room = filled_room(10);
  const auto found = ask<logged_found>(*store_, find_logged{room, "", {session_id{5}, 4, 0}});
  ASSERT_TRUE(found.at);
  EXPECT_EQ(*found.at, (logged_at{4, entry(4, 5, 4)->time}));
  EXPECT_FALSE(ask<logged_found>(*store_, find_logged{room, "", {session_id{5}, 4, 1}}).at);
  EXPECT_FALSE(ask<logged_found>(*store_, find_logged{room, "", {session_id{6}, 4, 0}}).at);
}

TEST_F(History, ALongLogIsNotReadWhenItsRoomIsOpenedAnew) {
  const auto room = make_room();
  room_seq seq = 1;
  const auto fill_to = [&](room_seq last) {
    const auto epoch = open_room(room).epoch;
    while (seq <= last) {
      std::vector<shared_entry> some;
      for (; some.size() < 1'000 && seq <= last; ++seq)
        some.push_back(entry(seq, 5, seq));
      ASSERT_EQ(append(append_of(room, epoch, std::move(some))).outcome, append_outcome::written);
    }
  };
  const auto steps_to_open = [&] {
    store_.reset();
    std::uint64_t steps = 0;
    {
      sqlite_connection connection(folder_.file(), sqlite_connection::mode::read_write);
      sqlite_log_writer log(connection);
      EXPECT_EQ(log.open({room, ""}, timestamp{}).tail.size(), limits::tail_entries_max);
      steps = connection.steps();
    }
    open();
    return steps;
  };
  fill_to(1'000);
  const auto steps_of_short = steps_to_open();
  fill_to(100'000);
  const auto steps_of_long = steps_to_open();
  EXPECT_GT(steps_of_short, limits::tail_entries_max);
  EXPECT_LE(steps_of_long, steps_of_short + 50);
}

} // namespace
} // namespace godwit::test
