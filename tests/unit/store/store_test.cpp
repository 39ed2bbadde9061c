#include "nodes/store/store.hpp"

#include "tests/unit/store/store_fixture.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace godwit::test {
namespace {

using ::testing::ElementsAre;

/// What a test does to an engine while the store works with it.
struct engine_control {
  std::mutex mutex;
  std::condition_variable changed;
  bool hold = false;    ///< commits wait
  int waiting = 0;      ///< commits that do
  int commits_fail = 0; ///< so many commits fail from here on
  bool opens = true;    ///< whether the database can be opened
  int opened = 0;

  void before_commit() {
    std::unique_lock lock(mutex);
    ++waiting;
    changed.notify_all();
    changed.wait(lock, [this] { return !hold; });
    --waiting;
  }
  void hold_commits() {
    const std::lock_guard lock(mutex);
    hold = true;
  }
  void await_held_commit() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return waiting > 0; });
  }
  void let_go() {
    const std::lock_guard lock(mutex);
    hold = false;
    changed.notify_all();
  }
};

/// The SQLite engine, with commits that can be held or fail.
class controlled_engine final : public store_engine {
public:
  controlled_engine(std::filesystem::path file, engine_control& control)
      : inner_(make_sqlite_engine({.file = std::move(file)})), control_(control) {}
  result<done> open() override {
    const std::lock_guard lock(control_.mutex);
    ++control_.opened;
    if (!control_.opens)
      return error{error_code::store_unavailable, "the disk is away"};
    return inner_->open();
  }
  void close() override { inner_->close(); }
  result<std::unique_ptr<store_reader>> open_reader() override { return inner_->open_reader(); }
  result<done> begin(timestamp now) override { return inner_->begin(now); }
  result<done> commit() override {
    control_.before_commit();
    {
      const std::lock_guard lock(control_.mutex);
      if (control_.commits_fail > 0) {
        --control_.commits_fail;
        inner_->rollback();
        return error{error_code::store_unavailable, "the disk failed"};
      }
    }
    return inner_->commit();
  }
  void rollback() override { inner_->rollback(); }
  result<log_opened> open(const open_log& request) override { return inner_->open(request); }
  result<entries_appended> append(const append_entries& request) override { return inner_->append(request); }
  result<directory_result> change(const directory_request& request) override { return inner_->change(request); }
  result<pruned> prune(const retention& keep) override { return inner_->prune(keep); }

private:
  std::unique_ptr<store_engine> inner_;
  engine_control& control_;
};

class Store : public store_test {
protected:
  void SetUp() override {}
  void start_with(store_options options = {}) {
    options.reopen_pause_min = std::chrono::milliseconds{0};
    options.reopen_pause_max = std::chrono::milliseconds{1};
    auto started = store::start(std::make_unique<controlled_engine>(folder_.file(), control_), std::move(options));
    ASSERT_TRUE(started);
    store_ = *std::move(started);
    room_ = make_room();
    epoch_ = open_room(room_).epoch;
  }
  std::future<append_outcome> begin_append(room_seq seq, room_epoch epoch = 0) {
    auto answered = std::make_shared<std::promise<append_outcome>>();
    store_->submit(append_of(room_, epoch ? epoch : epoch_, {entry(seq, 5, seq)}), [answered](store_answer answer) {
      answered->set_value(std::get<entries_appended>(answer).outcome);
    });
    return answered->get_future();
  }

  engine_control control_; // outlives the store
  room_id room_;
  room_epoch epoch_ = 0;

  void TearDown() override { store_.reset(); }
};

TEST_F(Store, CommitsAllThatCameDuringOneCommitInTheNext) {
  start_with();
  const auto before = store_->counts().commits;
  control_.hold_commits();
  std::vector<std::future<append_outcome>> answers;
  answers.push_back(begin_append(1));
  control_.await_held_commit();
  for (room_seq seq = 2; seq <= 101; ++seq)
    answers.push_back(begin_append(seq));
  EXPECT_EQ(store_->counts().commits, before) << "nothing is answered before its commit";
  control_.let_go();
  for (auto& each : answers)
    EXPECT_EQ(each.get(), append_outcome::written);
  EXPECT_EQ(store_->counts().commits, before + 2);
}

TEST_F(Store, ARefusedRequestDoesNotSpoilTheOthersOfItsCommit) {
  start_with();
  control_.hold_commits();
  auto first = begin_append(1);
  control_.await_held_commit();
  auto fenced = begin_append(2, epoch_ + 7);
  auto twice = begin_append(5);
  auto good = begin_append(2);
  control_.let_go();
  EXPECT_EQ(first.get(), append_outcome::written);
  EXPECT_EQ(fenced.get(), append_outcome::fenced);
  EXPECT_EQ(twice.get(), append_outcome::expected);
  EXPECT_EQ(good.get(), append_outcome::written);
  EXPECT_EQ(count(room_), 2U);
}

TEST_F(Store, AnswersAwayAtOnceWhenItsQueueIsFull) {
  start_with({.queue_max = 3, .on_back = {}});
  control_.hold_commits();
  auto held = begin_append(1);
  control_.await_held_commit();
  std::vector<std::future<append_outcome>> waiting;
  for (room_seq seq = 2; seq <= 4; ++seq)
    waiting.push_back(begin_append(seq));
  EXPECT_EQ(begin_append(5).get(), append_outcome::away); // while the commit is still held
  EXPECT_EQ(ask_directory<error>(*store_, find_room{"new", "new", true}).code, error_code::store_unavailable);
  control_.let_go();
  for (auto& each : waiting)
    EXPECT_EQ(each.get(), append_outcome::written);
  EXPECT_EQ(store_->counts().refused, 2U);
}

TEST_F(Store, ReadsWhileACommitIsUnderWayAndShowsOnlyWhatIsCommitted) {
  start_with();
  EXPECT_EQ(begin_append(1).get(), append_outcome::written);
  control_.hold_commits();
  auto held = begin_append(2);
  control_.await_held_commit();
  EXPECT_EQ(count(room_), 1U);
  control_.let_go();
  EXPECT_EQ(held.get(), append_outcome::written);
  EXPECT_EQ(count(room_), 2U) << "a read after the answer sees the write";
}

TEST_F(Store, ARowBoundCutsACommit) {
  start_with({.commit_rows_max = 10, .on_back = {}});
  const auto before = store_->counts().commits;
  control_.hold_commits();
  auto last = begin_append(1);
  control_.await_held_commit();
  for (room_seq seq = 2; seq <= 21; ++seq)
    last = begin_append(seq);
  control_.let_go();
  EXPECT_EQ(last.get(), append_outcome::written);
  EXPECT_EQ(store_->counts().commits, before + 3);
}

TEST_F(Store, AfterAFailedCommitItIsOpenedAnewAndARepeatIsWritten) {
  std::promise<void> back;
  start_with({.on_back = [&] { back.set_value(); }});
  {
    const std::lock_guard lock(control_.mutex);
    control_.commits_fail = 1;
  }
  EXPECT_EQ(begin_append(1).get(), append_outcome::away);
  back.get_future().wait(); // by itself, without a further request
  EXPECT_EQ(begin_append(1).get(), append_outcome::written);
  EXPECT_EQ(count(room_), 1U);
  EXPECT_EQ(control_.opened, 2);
}

TEST_F(Store, IsAwayForEverythingUntilItCouldBeOpenedAnew) {
  std::promise<void> back;
  start_with({.on_back = [&] { back.set_value(); }});
  {
    const std::lock_guard lock(control_.mutex);
    control_.commits_fail = 1;
    control_.opens = false;
  }
  EXPECT_EQ(begin_append(1).get(), append_outcome::away);
  EXPECT_EQ(begin_append(1).get(), append_outcome::away);
  EXPECT_EQ(open_room(room_).why->code, error_code::store_unavailable);
  EXPECT_EQ(read({.room = room_, .reply_to = {}, .since_left_by = {}}).why->code, error_code::store_unavailable);
  EXPECT_EQ(ask_directory<error>(*store_, load_directory{}).code, error_code::store_unavailable);
  {
    const std::lock_guard lock(control_.mutex);
    control_.opens = true;
  }
  back.get_future().wait();
  EXPECT_EQ(begin_append(1).get(), append_outcome::written);
}

TEST_F(Store, DoesWhatWasSubmittedBeforeItIsStopped) {
  start_with();
  control_.hold_commits();
  std::vector<std::future<append_outcome>> answers;
  for (room_seq seq = 1; seq <= 50; ++seq)
    answers.push_back(begin_append(seq));
  control_.await_held_commit();
  control_.let_go();
  store_->stop();
  for (auto& each : answers)
    EXPECT_EQ(each.get(), append_outcome::written);
  EXPECT_EQ(begin_append(51).get(), append_outcome::away);
  open();
  EXPECT_EQ(count(room_), 50U);
}

} // namespace
} // namespace godwit::test
