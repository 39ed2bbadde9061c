// What keeps the store's file: checks, copies, migrations, and the end of old entries.
#include "nodes/store/sqlite_backup.hpp"
#include "nodes/store/sqlite_check.hpp"
#include "nodes/store/sqlite_schema.hpp"
#include "tests/unit/store/store_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<std::string> problems_in(const std::filesystem::path& file) {
  sqlite_connection connection(file, sqlite_connection::mode::read_only);
  return check_wholly(connection);
}

class Keeping : public store_test {
protected:
  std::filesystem::path beside(const std::string& name) const { return folder_.file().parent_path() / name; }
  std::string refusal() {
    const auto started = store::start(make_sqlite_engine({.file = folder_.file()}));
    return started ? "" : started.why().detail;
  }
  void change_file(const char* sql) {
    store_.reset();
    sqlite_connection(folder_.file(), sqlite_connection::mode::read_write).execute(sql);
  }
  void add_session(std::uint64_t id) {
    session_row row;
    row.session = session_id{id};
    row.identity = identity_of(id);
    ask_directory<done>(*store_, insert_session{row});
    const auto nick = "nick" + std::to_string(id);
    ask_directory<nick_row_claimed>(*store_, claim_nick_row{{nick, nick, row.session}, {row.session, 1, 0}});
  }
  /// A room with two members, a topic and what was said.
  void fill() {
    add_session(5);
    add_session(6);
    room_ = make_room();
    const auto epoch = open_room(room_).epoch;
    auto request = append_of(room_, epoch,
                             {entry(1, 5, 2, joined{}), entry(2, 6, 2, joined{}), entry(3, 5, 3),
                              entry(4, 5, 4, topic_set{"birds"}), entry(5, 6, 3)});
    request.members_in = {member(5, 1), member(6, 2)};
    request.state.topic = "birds";
    ASSERT_EQ(append(request).outcome, append_outcome::written);
  }
  room_id room_;
};

// ----------------------------------------------------------------------------------------------------- check

TEST_F(Keeping, AFullCheckFindsNothingInWhatTheStoreWrote) {
  fill();
  EXPECT_THAT(problems_in(folder_.file()), IsEmpty()) << "while the store has it open";
  store_.reset();
  EXPECT_THAT(problems_in(folder_.file()), IsEmpty());
}

TEST_F(Keeping, AFullCheckHoldsEveryTableAgainstTheEntries) {
  fill();
  store_.reset();
  const struct {
    const char* damage;
    const char* mend;
    const char* said;
  } each[] = {
    {"UPDATE room SET member_count = 3", "UPDATE room SET member_count = 2", "counts 3 members and has 2"},
    {"UPDATE room SET topic = 'fish'", "UPDATE room SET topic = 'birds'", "another topic"},
    {"UPDATE room SET last_seq = 6", "UPDATE room SET last_seq = 5", "ends at 5, its row says at 6"},
    {"UPDATE room SET last_time = 1", "UPDATE room SET last_time = 1700000000000005", "another time at its end"},
    {"UPDATE entry SET op = 9 WHERE seq = 3", "UPDATE entry SET op = 3 WHERE seq = 3", "another entry at 3"},
    {"UPDATE entry SET seq = 9 WHERE seq = 3", "UPDATE entry SET seq = 3 WHERE seq = 9", "goes from 2 to 4"},
    {"UPDATE member SET nick = 'eve' WHERE session = 5", "UPDATE member SET nick = 'nick5' WHERE session = 5",
     "its member row \"eve\""},
    {"UPDATE member SET session = 7 WHERE session = 5", "UPDATE member SET session = 5 WHERE session = 7",
     "let session 5 in, but there is no member row"},
    {"UPDATE last_op SET op = 9 WHERE session = 5", "UPDATE last_op SET op = 4 WHERE session = 5",
     "the last op of session 5 in room 1 is not the entry at 4"},
    {"UPDATE nick SET session = 77 WHERE folded = 'nick5'", "UPDATE nick SET session = 5 WHERE folded = 'nick5'",
     "claimed by session 77, which does not exist"},
    {"INSERT INTO left_behind VALUES (1, x'00', 9, 'gone')", "DELETE FROM left_behind", "behind the end of its log"},
    {"INSERT INTO forgotten_room VALUES (1)", "DELETE FROM forgotten_room", "room 1 was forgotten, and is there"},
    {"DELETE FROM seq_floor", "INSERT INTO seq_floor VALUES (0)", "there are 0 floors"},
    {"UPDATE member SET room = 8 WHERE session = 5", "UPDATE member SET room = 1 WHERE session = 5",
     "a member of room 8, which does not exist"},
  };
  for (const auto& [damage, mend, said] : each) {
    change_file(damage);
    EXPECT_THAT(problems_in(folder_.file()), ::testing::Contains(HasSubstr(said))) << damage;
    change_file(mend);
    EXPECT_THAT(problems_in(folder_.file()), IsEmpty()) << mend;
  }
}

TEST_F(Keeping, ALogWithoutItsEndIsFoundAtTheStart) {
  fill();
  change_file("DELETE FROM entry WHERE seq = 5");
  EXPECT_THAT(refusal(), HasSubstr("is damaged: the log of room 1 has no entry at its end, 5"));
}

TEST_F(Keeping, ACorruptPageIsFound) {
  fill();
  store_.reset();
  const auto size = std::filesystem::file_size(folder_.file());
  std::fstream file(folder_.file(), std::ios::in | std::ios::out | std::ios::binary);
  for (std::uintmax_t page = 1; page * 4096 < size; ++page) {
    file.seekp(static_cast<std::streamoff>(page * 4096));
    file << std::string(64, '\x5a');
  }
  file.close();
  EXPECT_THAT(refusal(), HasSubstr("malformed"));
  bool found = false;
  try {
    found = !problems_in(folder_.file()).empty();
  } catch (const sqlite_failure& failed) {
    found = failed.code() == SQLITE_CORRUPT;
  }
  EXPECT_TRUE(found);
}

/// A page is damaged under a store that runs: what needs that page fails, and nothing else.
TEST_F(Keeping, APageThatIsDamagedWhileTheStoreRunsCostsThoseWhoNeedItAlone) {
  const auto damaged = make_room("damaged", "damaged");
  const auto between = make_room("between", "between"); // neighbours on the disk need each other's pages
  const auto whole = make_room("whole", "whole");
  const std::string mark(500, '#'); // some entries to a page
  std::vector<shared_entry> entries;
  for (room_seq seq = 1; seq <= 200; ++seq)
    entries.push_back(entry(seq, 5, seq, posted{mark + std::to_string(seq)}));
  ASSERT_EQ(append(append_of(damaged, open_room(damaged).epoch, entries)).outcome, append_outcome::written);
  entries.clear();
  for (room_seq seq = 1; seq <= 200; ++seq)
    entries.push_back(entry(seq, 7, seq, posted{std::string(500, '+')}));
  ASSERT_EQ(append(append_of(between, open_room(between).epoch, entries)).outcome, append_outcome::written);
  const auto epoch = open_room(whole).epoch;
  reopen();
  std::fstream file(folder_.file(), std::ios::in | std::ios::out | std::ios::binary);
  const auto bytes = std::string(std::istreambuf_iterator<char>(file), {});
  int pages = 0;
  for (std::size_t page = 1; (page + 1) * 4096 <= bytes.size(); ++page) {
    const auto content = std::string_view(bytes).substr(page * 4096, 4096);
    const bool is_leaf = content[0] == '\x0a'; // of a table without rowid
    if (!is_leaf || content.find(mark) == std::string_view::npos
        || content.find(mark + "200") != std::string_view::npos)
      continue; // the end of the log was read at the start
    file.seekp(static_cast<std::streamoff>(page * 4096));
    file << std::string(8, '\x5a');
    ++pages;
  }
  file.close();
  ASSERT_GT(pages, 10);

  for (int i = 0; i != 3; ++i) {
    const auto reopened = open_room(damaged);
    ASSERT_TRUE(reopened.why);
    EXPECT_EQ(reopened.why->code, error_code::internal_error) << "nothing that passes by itself";
    const auto seq = static_cast<room_seq>(i) + 1;
    EXPECT_EQ(append(append_of(whole, epoch, {entry(seq, 6, seq)})).outcome, append_outcome::written);
  }
  EXPECT_EQ(count(whole), 3U);
  EXPECT_EQ(store_->counts().failures, 0U) << "the store went away for everybody";

  store_.reset();
  store_options options;
  options.keep.room_entries = 5; // what it looks for first needs the pages too
  options.prune_pause = std::chrono::milliseconds{1};
  store_ = start(options);
  for (room_seq seq = 4; seq <= 20; ++seq)
    EXPECT_EQ(append(append_of(whole, epoch, {entry(seq, 6, seq)})).outcome, append_outcome::written);
  EXPECT_EQ(store_->counts().failures, 0U);
}

TEST_F(Keeping, AFileThatAnotherProgramHasLockedIsRefused) {
  store_.reset();
  sqlite_connection other(folder_.file(), sqlite_connection::mode::read_write);
  other.execute("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; UPDATE room SET title = '';");
  EXPECT_THAT(refusal(), HasSubstr("locked"));
}

// ------------------------------------------------------------------------------------------------- migration

class KeepingOldFiles : public Keeping, public ::testing::WithParamInterface<std::uint64_t> {
protected:
  static std::string version() { return "v" + std::to_string(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Versions, KeepingOldFiles, ::testing::Range<std::uint64_t>(1, sqlite_schema_version));

TEST_P(KeepingOldFiles, AreMigratedAndACopyIsKept) {
  store_.reset();
  std::filesystem::copy_file(std::filesystem::path{GODWIT_SOURCE_DIR} / ("tests/data/store-" + version() + ".db"),
                             folder_.file(), std::filesystem::copy_options::overwrite_existing);
  open();
  const auto sessions = ask_directory<directory_loaded>(*store_, load_directory{}).sessions;
  ASSERT_EQ(sessions.size(), 2U);
  EXPECT_EQ(sessions[0].token_number, 0U);
  EXPECT_EQ(sessions[0].next_token_hash, (std::array<std::uint8_t, 32>{})) << "none";
  const auto room = make_room();
  const auto opened = open_room(room);
  EXPECT_EQ(opened.state.last_seq, 5U);
  EXPECT_EQ(opened.state.topic, "birds");
  EXPECT_THAT(opened.members, ElementsAre(member(5, 1)));
  EXPECT_THAT(seqs(opened.tail), ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(append(append_of(room, opened.epoch, {entry(6, 5, 9)})).outcome, append_outcome::written);
  store_.reset();
  change_file("UPDATE room SET topic = 'birds'"); // the append above says nothing of it
  EXPECT_THAT(problems_in(folder_.file()), IsEmpty());
  sqlite_connection copy(beside("store.db." + version()), sqlite_connection::mode::read_only);
  sqlite_statement version(copy, "SELECT (SELECT user_version FROM pragma_user_version), (SELECT count(*) FROM entry)");
  auto row = version.run();
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.number(0), GetParam());
  EXPECT_EQ(row.number(1), 5U);
}

TEST_F(Keeping, TheGoldenFileOfVersion2IsMigratedAndItsRoomsHaveNoSettingsAndItsMembersNoModes) {
  store_.reset();
  std::filesystem::copy_file(std::filesystem::path{GODWIT_SOURCE_DIR} / "tests/data/store-v2.db", folder_.file(),
                             std::filesystem::copy_options::overwrite_existing);
  open();
  const auto room = make_room();
  const auto opened = open_room(room);
  EXPECT_EQ(opened.state.last_seq, 5U);
  EXPECT_EQ(opened.state.settings, std::nullopt);
  EXPECT_THAT(opened.members, ElementsAre(member(5, 1)));
  EXPECT_THAT(seqs(opened.tail), ElementsAre(1, 2, 3, 4, 5));
  store_.reset();
  EXPECT_THAT(problems_in(folder_.file()), IsEmpty());
  sqlite_connection copy(beside("store.db.v2"), sqlite_connection::mode::read_only);
  EXPECT_EQ(*schema_version_of(copy), 2);
}

TEST_F(Keeping, TheGoldenFileOfVersion4IsMigratedAndNoWorkerNodeIsDrainedInIt) {
  store_.reset();
  std::filesystem::copy_file(std::filesystem::path{GODWIT_SOURCE_DIR} / "tests/data/store-v4.db", folder_.file(),
                             std::filesystem::copy_options::overwrite_existing);
  open();
  const auto rows = ask_directory<directory_loaded>(*store_, load_directory{});
  EXPECT_EQ(rows.sessions.size(), 2U);
  EXPECT_THAT(rows.drained, IsEmpty());
  ask_directory<done>(*store_, mark_drained{"worker-1", true});
  EXPECT_THAT(ask_directory<directory_loaded>(*store_, load_directory{}).drained, ElementsAre("worker-1"));
  store_.reset();
  EXPECT_THAT(problems_in(folder_.file()), IsEmpty());
  sqlite_connection copy(beside("store.db.v4"), sqlite_connection::mode::read_only);
  EXPECT_EQ(*schema_version_of(copy), 4);
}

TEST_F(Keeping, AMigrationThatFailsLeavesTheOldFileAsItWas) {
  store_.reset();
  std::filesystem::copy_file(std::filesystem::path{GODWIT_SOURCE_DIR} / "tests/data/store-v1.db", folder_.file(),
                             std::filesystem::copy_options::overwrite_existing);
  change_file("CREATE TABLE room_first_time (in_the_way INTEGER)"); // the last of its statements finds its name taken
  EXPECT_NE(refusal(), "");
  sqlite_connection file(folder_.file(), sqlite_connection::mode::read_only);
  EXPECT_EQ(*schema_version_of(file), 1);
  sqlite_statement columns(file, "SELECT count(*) FROM pragma_table_info('room') WHERE name = 'first_seq'");
  auto row = columns.run();
  ASSERT_TRUE(row.next());
  EXPECT_EQ(row.number(0), 0U);
}

// ---------------------------------------------------------------------------------------------------- backup

TEST_F(Keeping, ACopyTakenUnderLoadIsOneStateWithAllThatWasAcknowledgedBefore) {
  room_ = make_room();
  const auto epoch = open_room(room_).epoch;
  std::atomic<room_seq> acknowledged = 0;
  std::atomic<bool> ends = false;
  std::thread writer([&] {
    for (room_seq seq = 1; !ends; seq += 2) {
      auto request = append_of(room_, epoch, {entry(seq, seq, 1, joined{}), entry(seq + 1, seq, 2)});
      request.members_in = {member(seq, seq)};
      ASSERT_EQ(append(request).outcome, append_outcome::written);
      acknowledged = seq + 1;
    }
  });
  for (int round = 0; round < 10; ++round) {
    while (acknowledged < static_cast<room_seq>(10 * round + 2))
      std::this_thread::yield();
    const auto copy = beside("copy" + std::to_string(round));
    const room_seq before = acknowledged;
    const auto copied = back_up(folder_.file(), copy);
    ASSERT_TRUE(copied) << copied.why().detail;
    EXPECT_THAT(problems_in(copy), IsEmpty());
    auto restored = store::start(make_sqlite_engine({.file = copy}));
    ASSERT_TRUE(restored);
    const auto opened = ask<log_opened>(**restored, open_log{room_, ""});
    EXPECT_GE(opened.state.last_seq, before);
    EXPECT_EQ(opened.state.last_seq % 2, 0U);
    EXPECT_EQ(opened.members.size(), opened.state.last_seq / 2);
  }
  ends = true;
  writer.join();
}

TEST_F(Keeping, ACopyNeverReplacesAFile) {
  std::ofstream(beside("there")) << "mine";
  const auto copied = back_up(folder_.file(), beside("there"));
  ASSERT_FALSE(copied);
  EXPECT_THAT(copied.why().detail, HasSubstr("is there already"));
  EXPECT_EQ(std::filesystem::file_size(beside("there")), 4U);
}

// --------------------------------------------------------------------------------------------------- pruning

class Pruning : public Keeping {
protected:
  /// A store whose day is 1,000 hours after the epoch of entries; entry n is n hours old at hour n.
  void begin(retention keep) {
    store_.reset();
    store_options options;
    options.keep = keep;
    options.prune_pause = 1ms;
    options.clock = [] { return timestamp{1000h}; };
    store_ = start(std::move(options));
  }
  void say(room_id room, room_seq first, room_seq count) {
    const auto epoch = open_room(room).epoch;
    std::vector<shared_entry> entries;
    for (auto seq = first; seq < first + count; ++seq) {
      auto made = *entry(seq, 5, seq);
      made.time = timestamp{std::chrono::hours{seq}};
      entries.push_back(std::make_shared<const log_entry>(made));
    }
    ASSERT_EQ(append(append_of(room, epoch, std::move(entries))).outcome, append_outcome::written);
  }
  void await_pruned(std::uint64_t count) {
    while (store_->counts().pruned < count)
      std::this_thread::yield();
  }
  std::vector<room_seq> kept(room_id room) {
    return seqs(read({.room = room, .reply_to = {}, .limit = 10'000, .since_left_by = {}}).entries);
  }
};

TEST_F(Pruning, ByAgeTakesWhatIsOlderInStepsAndKeepsTheSeq) {
  const auto room = make_room();
  say(room, 1, 900);
  begin({.age = 200h, .room_entries = 0, .entries = 0, .kept_at_least = 0h});
  await_pruned(800);
  const auto left = kept(room);
  EXPECT_EQ(left.front(), 801U);
  EXPECT_EQ(left.size(), 100U);
  say(room, 901, 1); // the log goes on while it is pruned
  EXPECT_EQ(kept(room).back(), 901U);
  EXPECT_EQ(store_->counts().pruned, 800U);
  store_.reset();
  EXPECT_THAT(problems_in(folder_.file()), IsEmpty());
}

TEST_F(Pruning, OfAWholeLogLetsTheRoomGoOnWithTheNextSeq) {
  const auto room = make_room();
  say(room, 1, 10);
  begin({.age = 1h, .room_entries = 0, .entries = 0, .kept_at_least = 0h});
  await_pruned(10);
  reopen();
  const auto opened = open_room(room);
  EXPECT_EQ(opened.state.last_seq, 10U);
  EXPECT_THAT(opened.tail, IsEmpty());
  say(room, 11, 2);
  EXPECT_THAT(kept(room), ElementsAre(11, 12));
}

TEST_F(Pruning, ByCountPerRoomAndInTotalTakesTheOldest) {
  const auto one = make_room("one", "One");
  const auto other = make_room("other", "Other");
  say(one, 1, 20);
  say(other, 1, 4);
  begin({.age = 0h, .room_entries = 12, .entries = 13, .kept_at_least = 0h});
  await_pruned(11);
  EXPECT_EQ(kept(one).size() + kept(other).size(), 13U);
  EXPECT_LE(kept(one).size(), 12U);
  EXPECT_EQ(kept(one).back(), 20U);
  store_.reset();
  EXPECT_THAT(problems_in(folder_.file()), IsEmpty());
}

TEST_F(Pruning, NeverTakesWhatIsYoungerThanItsBound) {
  const auto room = make_room();
  say(room, 1, 20);
  begin({.age = 1h, .room_entries = 1, .entries = 1, .kept_at_least = 990h});
  await_pruned(10);
  EXPECT_EQ(kept(room).front(), 11U);
  EXPECT_EQ(kept(room).size(), 10U);
}

} // namespace
} // namespace godwit::test
