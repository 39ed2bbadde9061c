/// @file
/// Moves what the WAL holds into the database file, beside the writer, on a thread and connection of its own.
///
/// Promises: never blocks a commit. A checkpoint that failed is remembered (`failed`): the database must be opened anew
/// then, since an fsync that failed once may lie when it is repeated.
#pragma once

#include "nodes/store/sqlite_connection.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace godwit {

class sqlite_checkpointer {
public:
  /// Throws sqlite_failure.
  explicit sqlite_checkpointer(const std::filesystem::path& file);
  ~sqlite_checkpointer();

  void stop(); ///< returns after the checkpoint under way; `failed` is final then

  void wake(); ///< from any thread: the WAL has grown
  bool failed() const { return failed_; }

private:
  void run();

  sqlite_connection connection_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;
  bool ending_ = false;
  std::atomic<bool> failed_ = false;
  std::thread thread_; // the last: it uses all of the above
};

/// As much as can be moved without waiting for anybody. False: the disk failed.
bool checkpoint_passively(sqlite_connection& connection);

} // namespace godwit
