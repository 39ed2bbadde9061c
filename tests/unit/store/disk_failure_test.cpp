// The store on a disk that fails: the failure walks over every call that a scenario of appends makes to the disk.
#include "nodes/store/sqlite_connection.hpp"
#include "tests/unit/store/faulty_disk.hpp"
#include "tests/unit/store/store_fixture.hpp"

#include <condition_variable>
#include <limits>
#include <mutex>

namespace godwit::test {
namespace {

constexpr std::uint64_t append_count = 6;
constexpr std::uint64_t directory_changes = 1;
constexpr auto lasting = std::numeric_limits<std::uint64_t>::max();

/// The nth append: a session joins and says something.
append_entries nth_append(room_id room, room_epoch epoch, std::uint64_t nth) {
  const auto seq = 2 * nth - 1;
  auto made =
    append_of(room, epoch, {entry(seq, nth, 1, joined{}), entry(seq + 1, nth, 2, posted{std::string(700, 'x')})});
  made.members_in = {member(nth, seq)};
  return made;
}

/// One life of a store after the other on the same files.
class scenario {
public:
  /// False: it can not be opened now.
  bool start() {
    auto started = store::start(make_sqlite_engine({.file = folder_.file(), .checkpoint_pages = 3, .wal_pages_max = 9}),
                                {.reopen_pause_min = std::chrono::milliseconds{1},
                                 .reopen_pause_max = std::chrono::milliseconds{1},
                                 .on_back = [this] {
                                   const std::lock_guard lock(mutex_);
                                   ++backs_;
                                   is_back_.notify_all();
                                 }});
    if (started)
      store_ = *std::move(started);
    return static_cast<bool>(started);
  }
  void stop() { store_.reset(); }

  /// False: the store is away, and stays so.
  bool open_room(bool until_back) {
    for (;;) {
      const auto before = backs();
      const auto answer = ask<store_answered>(*store_, ask_store{7, find_room{"lobby", "Lobby", true}});
      if (const auto* found = std::get_if<room_found>(&answer.result)) {
        room_ = found->room;
        const auto opened = ask<log_opened>(*store_, open_log{room_, "worker-1"});
        if (!opened.why) {
          opened_ = opened;
          return true;
        }
      }
      if (!until_back)
        return false;
      await_back(before);
    }
  }
  append_outcome append(std::uint64_t nth) {
    return ask<entries_appended>(*store_, nth_append(room_, opened_.epoch, nth)).outcome;
  }
  /// Repeated until its outcome is known, as rooms do. `whenever_away` is called in between.
  template <class Then>
  void append_surely(std::uint64_t nth, Then whenever_away) {
    auto outcome = append_outcome::away;
    for (auto before = backs(); (outcome = append(nth)) == append_outcome::away; before = backs()) {
      whenever_away();
      await_back(before);
    }
    ASSERT_EQ(outcome, append_outcome::written) << "append " << nth;
  }

  /// The same of what the directory has written of a session: its row, its nick, and that a node is drained.
  template <class Then>
  void change_directory_surely(std::uint64_t nth, Then whenever_away) {
    session_row row;
    row.session = session_id{nth};
    row.identity = identity_of(nth);
    const auto nick = "nick" + std::to_string(nth);
    const directory_request changes[] = {insert_session{row},
                                         claim_nick_row{{nick, nick, row.session}, {row.session, 1, 0}},
                                         mark_drained{"worker-" + std::to_string(nth), true}};
    for (const auto& each : changes) {
      auto before = backs();
      while (std::holds_alternative<error>(ask<store_answered>(*store_, ask_store{7, each}).result)) {
        whenever_away();
        await_back(before);
        before = backs();
      }
    }
  }
  void expect_whole_directory(std::uint64_t count) {
    const auto all = ask_directory<directory_loaded>(*store_, load_directory{});
    ASSERT_EQ(all.sessions.size(), count);
    ASSERT_EQ(all.nicks.size(), count);
    ASSERT_EQ(all.drained.size(), count);
    for (const auto& each : all.sessions)
      ASSERT_EQ(each.nick, "nick" + std::to_string(each.session.value));
  }

  const log_opened& opened() const { return opened_; }
  std::uint64_t whole_appends() const { return opened_.state.last_seq / 2; }

  /// After `open_room`: the log is these appends, each whole, and what goes with them.
  void expect_whole() {
    const auto last = opened_.state.last_seq;
    ASSERT_EQ(last % 2, 0U) << "half an append";
    const auto log =
      ask<log_read>(*store_, read_log{.room = room_, .reply_to = {}, .limit = 1000, .since_left_by = {}});
    ASSERT_FALSE(log.why);
    ASSERT_EQ(log.entries.size(), last);
    for (std::uint64_t nth = 1; nth <= last / 2; ++nth) {
      const auto wanted = nth_append(room_, 0, nth);
      ASSERT_EQ(*log.entries[2 * nth - 2], *wanted.entries[0]);
      ASSERT_EQ(*log.entries[2 * nth - 1], *wanted.entries[1]);
    }
    ASSERT_EQ(opened_.members.size(), last / 2);
    ASSERT_EQ(opened_.last_ops.size(), last / 2);
  }
  void expect_sound_file() {
    stop();
    sqlite_connection connection(folder_.file(), sqlite_connection::mode::read_write);
    sqlite_statement check(connection, "PRAGMA integrity_check");
    auto verdict = check.run();
    ASSERT_TRUE(verdict.next());
    ASSERT_EQ(verdict.text(0), "ok");
  }

private:
  int backs() {
    const std::lock_guard lock(mutex_);
    return backs_;
  }
  void await_back(int before) {
    std::unique_lock lock(mutex_);
    is_back_.wait(lock, [&] { return backs_ > before; });
  }

  store_folder folder_;
  std::mutex mutex_;
  std::condition_variable is_back_;
  int backs_ = 0; ///< how often the store came back by itself
  std::unique_ptr<store> store_;
  room_id room_;
  log_opened opened_;
};

class DiskFailure : public ::testing::Test {
protected:
  /// Whether the failure struck at all: else the walk is over.
  bool survives(disk_fault what, std::uint64_t nth, std::uint64_t count) {
    scenario it;
    disk_.arm(what, nth, count);
    while (!it.start())
      disk_.heal();
    if (!it.open_room(false)) {
      disk_.heal();
      it.open_room(true);
    }
    for (std::uint64_t each = 1; each <= append_count; ++each)
      it.append_surely(each, [this] { disk_.heal(); });
    for (std::uint64_t each = 1; each <= directory_changes; ++each)
      it.change_directory_surely(each, [this] { disk_.heal(); });
    const bool struck = disk_.struck();
    disk_.heal();
    it.open_room(true);
    EXPECT_EQ(it.whole_appends(), append_count);
    it.expect_whole();
    it.stop();
    EXPECT_TRUE(it.start());
    it.open_room(true);
    EXPECT_EQ(it.whole_appends(), append_count);
    it.expect_whole();
    it.expect_whole_directory(directory_changes);
    it.expect_sound_file();
    return struck;
  }
  void walk(disk_fault what, std::uint64_t count, std::uint64_t least) {
    std::uint64_t nth = 1;
    const std::uint64_t stride = count == lasting ? 3 : 1;
    while (survives(what, nth, count) && !HasFatalFailure())
      nth += stride;
    EXPECT_GT(nth, least) << "the failure had too few chances";
  }

  /// Power is cut at the nth call; whether it was.
  bool survives_power_cut(std::uint64_t nth, std::uint64_t seed) {
    scenario it;
    std::uint64_t acknowledged = 0;
    disk_.arm(disk_fault::power_cut, nth);
    if (it.start() && it.open_room(false))
      while (acknowledged < append_count && it.append(acknowledged + 1) == append_outcome::written)
        ++acknowledged;
    const bool struck = disk_.struck();
    it.stop();
    expect_after_reboot(it, acknowledged, seed);
    return struck;
  }
  void expect_after_reboot(scenario& it, std::uint64_t acknowledged, std::uint64_t seed) {
    disk_.reboot(seed);
    ASSERT_TRUE(it.start());
    ASSERT_TRUE(it.open_room(false));
    ASSERT_GE(it.whole_appends(), acknowledged) << "an acknowledged append is lost";
    ASSERT_LE(it.whole_appends(), acknowledged + 1) << "an append that nobody made";
    it.expect_whole();
    for (auto each = it.whole_appends() + 1; each <= append_count; ++each)
      ASSERT_EQ(it.append(each), append_outcome::written);
    ASSERT_TRUE(it.open_room(false));
    it.expect_whole();
    it.expect_sound_file();
  }

  faulty_disk disk_;
};

TEST_F(DiskFailure, OfOneCallLosesNothingAndDoublesNothing) { walk(disk_fault::io_error, 1, 50); }

TEST_F(DiskFailure, ThatLastsUntilTheDiskIsMendedLosesNothingAndDoublesNothing) {
  walk(disk_fault::io_error, lasting, 50);
}

TEST_F(DiskFailure, ByShortWritesLeavesNoHalfState) {
  walk(disk_fault::short_write, 1, 20);
  walk(disk_fault::short_write, lasting, 20);
}

TEST_F(DiskFailure, ByAFullDiskLeavesNoHalfState) {
  walk(disk_fault::full, 1, 20);
  walk(disk_fault::full, lasting, 20);
}

TEST_F(DiskFailure, OfAnFsyncIsNotBelievedWhenItIsRepeated) {
  walk(disk_fault::sync_error, 1, 10);
  walk(disk_fault::sync_error, lasting, 10);
}

TEST_F(DiskFailure, ByAPowerCutKeepsWhatWasAcknowledged) {
  std::uint64_t nth = 1;
  while (survives_power_cut(nth, nth) && !HasFatalFailure())
    ++nth;
  EXPECT_GT(nth, 50U);
}

/// What an fsync could not save looks clean, and is on no disk: only what was written again after it is safe.
TEST_F(DiskFailure, OfAnFsyncAndThenAPowerCutKeepsWhatWasAcknowledged) {
  std::uint64_t sync = 1;
  for (bool struck = true; struck && !HasFatalFailure(); ++sync) {
    for (std::uint64_t cut = 1; cut <= 90 && struck && !HasFatalFailure(); cut += 1 + cut / 3) {
      scenario it;
      std::uint64_t acknowledged = 0;
      disk_.arm(disk_fault::sync_error, sync);
      bool runs = it.start() || it.start();
      runs = runs && it.open_room(true);
      bool cuts = false;
      while (runs && acknowledged < append_count) {
        if (it.append(acknowledged + 1) == append_outcome::written)
          ++acknowledged;
        else if (cuts)
          break; // power is away for good
        if (disk_.struck() && !std::exchange(cuts, true))
          disk_.arm(disk_fault::power_cut, cut);
      }
      struck = cuts;
      it.stop();
      SCOPED_TRACE("sync " + std::to_string(sync) + ", power cut " + std::to_string(cut));
      expect_after_reboot(it, acknowledged, sync * 1000 + cut);
    }
  }
  EXPECT_GT(sync, 10U);
}

} // namespace
} // namespace godwit::test
