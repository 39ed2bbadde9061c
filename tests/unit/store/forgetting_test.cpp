// Rooms without members do not stay for ever, and their names are free then.
#include "nodes/store/sqlite_check.hpp"
#include "tests/unit/store/faulty_disk.hpp"
#include "tests/unit/store/store_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <thread>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr auto conversation = "=";
constexpr retention after_an_hour{
  .age = 0h, .room_entries = 0, .entries = 0, .empty_rooms = 1h, .conversations = 3h, .kept_at_least = 10min};

class Forgetting : public store_test {
protected:
  void SetUp() override { begin(); }
  /// The store's hour is the test's.
  void begin(retention keep = after_an_hour) {
    store_.reset();
    store_options options;
    options.keep = keep;
    options.prune_pause = 1ms;
    options.reopen_pause_min = options.reopen_pause_max = 1ms;
    options.clock = [this] { return timestamp{minutes_.load() * 1min}; };
    store_ = start(std::move(options));
  }
  void add_session(std::uint64_t id, protocol how) {
    session_row row;
    row.session = session_id{id};
    row.identity = identity_of(id);
    row.protocol = how;
    ask_directory<done>(*store_, insert_session{row});
  }
  /// Somebody comes, says so much and leaves.
  void come_and_go(room_id room, std::uint64_t session, room_seq said) {
    const auto opened = open_room(room);
    const auto first = opened.state.last_seq + 1;
    std::vector<shared_entry> entries{entry(first, session, first, joined{})};
    for (room_seq each = 1; each <= said; ++each)
      entries.push_back(entry(first + each, session, first + each));
    auto in = append_of(room, opened.epoch, std::move(entries));
    in.members_in = {member(session, first)};
    ASSERT_EQ(append(in).outcome, append_outcome::written);
    const auto last = first + said + 1;
    auto out = append_of(room, opened.epoch, {entry(last, session, last, left{})});
    out.members_out = {session_id{session}};
    ASSERT_EQ(append(out).outcome, append_outcome::written);
  }
  void await_forgotten(std::uint64_t count) {
    while (store_->counts().forgotten < count)
      std::this_thread::yield();
  }
  /// A room was forgotten, and nothing of it is left. False also where the disk does not say it.
  bool all_is_swept() {
    try {
      sqlite_connection connection(folder_.file(), sqlite_connection::mode::read_only);
      sqlite_statement left(connection, "SELECT (SELECT count(*) FROM forgotten_room), (SELECT seq FROM seq_floor)");
      auto row = left.run();
      return row.next() && row.number(0) == 0 && row.number(1) > 0;
    } catch (const sqlite_failure&) {
      return false;
    }
  }
  void await_rest() {
    while (!all_is_swept())
      std::this_thread::yield();
  }
  room_id look_for(const room_key& key) { return ask_directory<room_found>(*store_, find_room{key, key, false}).room; }
  std::vector<std::string> problems() {
    store_.reset();
    sqlite_connection connection(folder_.file(), sqlite_connection::mode::read_only);
    return check_wholly(connection);
  }
  std::uint64_t rows_of(room_id room) {
    sqlite_connection connection(folder_.file(), sqlite_connection::mode::read_only);
    sqlite_statement count(connection, "SELECT (SELECT count(*) FROM entry WHERE room = ?1) + "
                                       "(SELECT count(*) FROM last_op WHERE room = ?1) + "
                                       "(SELECT count(*) FROM left_behind WHERE room = ?1)");
    auto row = count.run(room);
    return row.next() ? row.number(0) : 0;
  }

  std::atomic<int> minutes_ = 100'000;
};

TEST_F(Forgetting, TakesARoomWithAllItsRowsAndGivesItsNameToAnother) {
  const auto room = make_room();
  come_and_go(room, 5, 600); // more than three steps take
  minutes_ += 61;
  await_forgotten(1);
  await_rest();
  EXPECT_EQ(look_for("lobby"), room_id{});
  EXPECT_EQ(rows_of(room), 0U);
  const auto next = make_room("lobby", "LOBBY");
  EXPECT_NE(next, room);
  const auto opened = open_room(next);
  EXPECT_EQ(opened.state.last_seq, 602U) << "its numbers begin behind all of the former";
  EXPECT_EQ(opened.state.title, "LOBBY");
  EXPECT_EQ(opened.state.topic, "");
  EXPECT_EQ(opened.state.settings, std::nullopt);
  EXPECT_EQ(opened.state.last_time, timestamp{});
  EXPECT_THAT(opened.last_ops, IsEmpty());
  come_and_go(next, 6, 1);
  EXPECT_THAT(seqs(open_room(next).tail), ElementsAre(603, 604, 605));
  EXPECT_EQ(store_->counts().forgotten, 1U);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(Forgetting, SparesARoomWithMembersAndOneThatIsUsed) {
  const auto used = make_room("used", "Used");
  const auto joined_one = make_room("joined", "Joined");
  const auto goes = make_room("goes", "Goes");
  come_and_go(used, 5, 1);
  come_and_go(goes, 5, 1);
  auto in = append_of(joined_one, open_room(joined_one).epoch, {entry(1, 6, 2, joined{})});
  in.members_in = {member(6, 1)};
  ASSERT_EQ(append(in).outcome, append_outcome::written);
  minutes_ += 50;
  EXPECT_EQ(make_room("used", "Used"), used) << "somebody is about to join";
  EXPECT_EQ(look_for("goes"), goes) << "who only looks does not use it";
  minutes_ += 20;
  await_forgotten(1);
  EXPECT_EQ(look_for("used"), used);
  EXPECT_EQ(look_for("joined"), joined_one);
  EXPECT_EQ(look_for("goes"), room_id{});
  minutes_ += 10'000;
  await_forgotten(2);
  await_rest();
  EXPECT_EQ(look_for("joined"), joined_one);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(Forgetting, FencesWhoHasTheRoomOpen) {
  const auto room = make_room();
  come_and_go(room, 5, 1);
  const auto opened = open_room(room);
  minutes_ += 61;
  await_forgotten(1);
  EXPECT_EQ(append(append_of(room, opened.epoch, {entry(4, 6, 2, joined{})})).outcome, append_outcome::fenced);
  EXPECT_EQ(open_room(room).why, (error{error_code::no_such_room, {}}));
  EXPECT_NE(make_room(), room);
}

TEST_F(Forgetting, KeepsAConversationOfIdentitiesThatLastAndNotOneOfIrc) {
  add_session(5, protocol::native);
  add_session(6, protocol::irc);
  const auto native = make_room(std::string{conversation} + "native", "");
  const auto irc = make_room(std::string{conversation} + "irc", "");
  come_and_go(native, 5, 1);
  come_and_go(irc, 6, 1);
  come_and_go(irc, 5, 1); // the kind is the room's, whoever comes later
  minutes_ += 11;
  await_forgotten(1);
  EXPECT_EQ(look_for(std::string{conversation} + "irc"), room_id{});
  EXPECT_EQ(look_for(std::string{conversation} + "native"), native);
  minutes_ += 121; // empty rooms are gone by now
  await_rest();
  EXPECT_EQ(look_for(std::string{conversation} + "native"), native);
  EXPECT_EQ(store_->counts().forgotten, 1U);
  minutes_ += 61;
  await_forgotten(2);
  EXPECT_EQ(look_for(std::string{conversation} + "native"), room_id{});
}

TEST_F(Forgetting, ManyRoomsGoInStepsAndTheFloorIsThatOfTheLongest) {
  const auto longest = make_room("longest", "Longest");
  come_and_go(longest, 5, 20);
  for (int each = 0; each < 150; ++each)
    make_room("r" + std::to_string(each), "");
  minutes_ += 61;
  await_forgotten(151);
  await_rest();
  EXPECT_EQ(open_room(make_room("r3", "")).state.last_seq, 22U);
  EXPECT_EQ(open_room(make_room("other", "")).state.last_seq, 22U);
  EXPECT_THAT(problems(), IsEmpty());
}

TEST_F(Forgetting, WithoutABoundForgetsNothing) {
  add_session(6, protocol::irc);
  begin({.age = 0h, .room_entries = 0, .entries = 0, .empty_rooms = 0h, .conversations = 0h, .kept_at_least = 10min});
  const auto room = make_room();
  const auto native = make_room(std::string{conversation} + "native", "");
  const auto irc = make_room(std::string{conversation} + "irc", "");
  come_and_go(irc, 6, 1);
  minutes_ += 10'000'000;
  await_forgotten(1); // that of IRC
  EXPECT_EQ(look_for("lobby"), room);
  EXPECT_EQ(look_for(std::string{conversation} + "native"), native);
}

/// At each call of the disk: either the room is there with all of it, or it is nobody's and another takes its name.
TEST_F(Forgetting, APowerCutAtAnyStepLeavesTheRoomOrNone) {
  std::uint64_t nth = 1;
  int there = 0;
  int gone = 0;
  for (bool struck = true; struck && !HasFatalFailure(); ++nth) {
    store_.reset(); // before its disk goes
    for (const auto& each : std::filesystem::directory_iterator(folder_.file().parent_path()))
      std::filesystem::remove(each);
    faulty_disk disk;
    begin();
    ASSERT_TRUE(store_);
    const auto room = make_room();
    come_and_go(room, 5, 300);
    const auto cut_at = minutes_.load();
    disk.arm(disk_fault::power_cut, nth);
    minutes_ += 61;
    while (!disk.struck() && !all_is_swept())
      std::this_thread::yield();
    struck = disk.struck();
    store_.reset();
    disk.reboot(nth);
    minutes_ = cut_at;
    begin();
    ASSERT_TRUE(store_);
    const auto found = look_for("lobby");
    if (found) {
      ++there;
      ASSERT_EQ(found, room);
      ASSERT_EQ(count(room), 302U);
    } else {
      ++gone;
      const auto next = make_room();
      ASSERT_NE(next, room);
      ASSERT_EQ(open_room(next).state.last_seq, 302U);
      await_rest(); // the rest goes though the pruning was cut
      ASSERT_EQ(rows_of(room), 0U);
    }
    ASSERT_THAT(problems(), IsEmpty()); // and the store is closed
  }
  EXPECT_GT(there, 3);
  EXPECT_GT(gone, 3);
}

} // namespace
} // namespace godwit::test
