// The store on a small file system of its own, which is really full, or really read-only.
#include "nodes/store/sqlite_check.hpp"
#include "tests/support/small_disk.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/unit/store/store_fixture.hpp"

#include <gmock/gmock.h>

namespace godwit::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RealDisk : public store_test {
protected:
  void SetUp() override {}
  void TearDown() override { store_.reset(); }
  result<std::unique_ptr<store>> try_start() {
    store_options options;
    options.reopen_pause_min = std::chrono::milliseconds{1};
    options.reopen_pause_max = std::chrono::milliseconds{5};
    return store::start(make_sqlite_engine({.file = file()}), std::move(options));
  }

  std::filesystem::path file() const { return disk_.path() / "store.db"; }

  const test::temporary_folder place_;
  test::small_disk disk_{place_.path("disk"), "1m"};
};

TEST_F(RealDisk, ThatIsFullKeepsWhatWasAcknowledgedAndGoesOnByItselfWhenThereIsRoom) {
  store_ = *try_start();
  const auto room = make_room();
  const auto epoch = open_room(room).epoch;
  const auto append_at = [&](room_seq seq) {
    return append(append_of(room, epoch, {entry(seq, 5, seq, posted{std::string(8'000, 'x')})})).outcome;
  };
  room_seq seq = 1;
  while (seq < 500 && append_at(seq) == append_outcome::written)
    ++seq;
  ASSERT_LT(seq, 500U) << "the disk was never full";
  disk_.grow("16m");
  for (const auto last = seq + 50; seq <= last;) // the one that was not answered first, as it was
    if (append_at(seq) == append_outcome::written)
      ++seq;
  EXPECT_EQ(count(room), seq - 1);
  EXPECT_EQ(seqs(read({.room = room, .reply_to = {}, .limit = 10'000, .since_left_by = {}}).entries).back(), seq - 1);
  store_.reset();
  sqlite_connection connection(file(), sqlite_connection::mode::read_only);
  EXPECT_THAT(check_wholly(connection), IsEmpty());
}

TEST_F(RealDisk, ThatIsTakenAwayAndComesBackIsNotTakenForAnEmptyStore) {
  store_ = *try_start();
  const auto room = make_room();
  const auto epoch = open_room(room).epoch;
  ASSERT_EQ(append(append_of(room, epoch, {entry(1, 5, 1)})).outcome, append_outcome::written);
  room_seq seq = 2;
  const auto append_next = [&] {
    return append(append_of(room, epoch, {entry(seq, 5, seq, posted{std::string(8'000, 'x')})})).outcome;
  };
  {
    const test::small_disk empty{disk_.path(), "1m"};
    while (append_next() == append_outcome::written) // to files that are open, until their disk is full
      ++seq;
    EXPECT_EQ(append_next(), append_outcome::away);
    EXPECT_TRUE(std::filesystem::is_empty(empty.path())) << "nothing was made in its place";
  }
  disk_.grow("16m");
  while (append_next() != append_outcome::written) {
  }
  EXPECT_EQ(count(room), seq);
}

TEST_F(RealDisk, ThatIsReadOnlyIsRefusedWithASentenceAndTakenWhenItCanBeWritten) {
  store_ = *try_start();
  const auto room = make_room();
  store_.reset();
  disk_.set_read_only(true);
  const auto refused = try_start();
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.why().detail, HasSubstr("Read-only file system"));
  disk_.set_read_only(false);
  auto started = try_start();
  ASSERT_TRUE(started);
  store_ = *std::move(started);
  EXPECT_EQ(make_room(), room);
}

} // namespace
} // namespace godwit::test
