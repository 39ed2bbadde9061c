// The store on a small file system of its own, which is really full, or really read-only.
#include "nodes/store/sqlite_check.hpp"
#include "tests/unit/store/store_fixture.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sched.h>
#include <sys/mount.h>

namespace godwit::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A tmpfs of 1 MiB. Who may not mount gets a user and mount namespace in which it may.
class small_disk {
public:
  small_disk() {
    auto name = (std::filesystem::temp_directory_path() / "godwit-disk-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
    if (mount_with("size=1m", 0) || (enter_own_namespace() && mount_with("size=1m", 0)))
      return;
    throw std::runtime_error("no file system can be mounted, neither as root nor in a user namespace");
  }
  ~small_disk() {
    ::umount2(path_.c_str(), MNT_DETACH);
    std::filesystem::remove(path_);
  }
  small_disk(const small_disk&) = delete;
  small_disk& operator=(const small_disk&) = delete;

  std::filesystem::path file() const { return path_ / "store.db"; }
  void grow() { EXPECT_TRUE(mount_with("size=16m", MS_REMOUNT)); }
  void set_read_only(bool is) { EXPECT_TRUE(mount_with("size=1m", MS_REMOUNT | (is ? MS_RDONLY : 0))); }

private:
  bool mount_with(const char* options, unsigned long flags) {
    return ::mount("tmpfs", path_.c_str(), "tmpfs", flags, options) == 0;
  }
  static bool enter_own_namespace() {
    const auto user = std::to_string(::getuid());
    const auto group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
      return false;
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " + user + " 1";
    std::ofstream("/proc/self/gid_map") << "0 " + group + " 1";
    return true;
  }

  std::filesystem::path path_;
};

class RealDisk : public store_test {
protected:
  void SetUp() override {}
  void TearDown() override { store_.reset(); }
  result<std::unique_ptr<store>> try_start() {
    store_options options;
    options.reopen_pause_min = std::chrono::milliseconds{1};
    options.reopen_pause_max = std::chrono::milliseconds{5};
    return store::start(make_sqlite_engine({.file = disk_.file()}), std::move(options));
  }

  small_disk disk_;
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
  disk_.grow();
  for (const auto last = seq + 50; seq <= last;) // the one that was not answered first, as it was
    if (append_at(seq) == append_outcome::written)
      ++seq;
  EXPECT_EQ(count(room), seq - 1);
  EXPECT_EQ(seqs(read({.room = room, .reply_to = {}, .limit = 10'000, .since_left_by = {}}).entries).back(), seq - 1);
  store_.reset();
  sqlite_connection connection(disk_.file(), sqlite_connection::mode::read_only);
  EXPECT_THAT(check_wholly(connection), IsEmpty());
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
} // namespace godwit::testing
