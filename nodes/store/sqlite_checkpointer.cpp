#include "nodes/store/sqlite_checkpointer.hpp"

#include <spdlog/spdlog.h>

namespace godwit {

bool checkpoint_passively(sqlite_connection& connection) {
  const int code = sqlite3_wal_checkpoint_v2(connection.handle(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  const int primary = code & 0xff;
  if (primary == SQLITE_OK || primary == SQLITE_BUSY || primary == SQLITE_LOCKED)
    return true; // busy: somebody else checkpoints
  spdlog::error("store: a checkpoint failed: {}", sqlite3_errmsg(connection.handle()));
  return false;
}

sqlite_checkpointer::sqlite_checkpointer(const std::filesystem::path& file)
    : connection_(file, sqlite_connection::mode::existing) {
  connection_.keep_wal_on_close(true);
  connection_.execute("PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0;");
  thread_ = std::thread([this] { run(); });
}

sqlite_checkpointer::~sqlite_checkpointer() { stop(); }

void sqlite_checkpointer::stop() {
  if (!thread_.joinable())
    return;
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void sqlite_checkpointer::wake() {
  {
    const std::lock_guard lock(mutex_);
    wanted_ = true;
  }
  changed_.notify_one();
}

void sqlite_checkpointer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return wanted_ || ending_; });
    if (ending_)
      return;
    wanted_ = false;
    lock.unlock();
    if (!checkpoint_passively(connection_))
      failed_ = true;
    lock.lock();
  }
}

} // namespace godwit
