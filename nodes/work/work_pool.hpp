/// @file
/// Threads for what blocks: look-ups of names, files, hashes that are meant to be slow. No actor and no loop waits for
/// them.
///
/// Owns     its threads, as many from its start to its end, and what waits for them.
/// Bounded  what waits: beyond it `try_post` refuses, and the caller tells whoever asked.
/// Threads  all functions from everywhere, but `stop` not from a job.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace godwit {

/// Of a node: threads, and jobs that may wait for them.
inline constexpr std::size_t work_threads = 2;
inline constexpr std::size_t work_waiting_max = 256;

class work_pool {
public:
  work_pool(std::size_t threads, std::size_t waiting_max);
  ~work_pool();
  work_pool(const work_pool&) = delete;
  work_pool& operator=(const work_pool&) = delete;

  /// Begun in the order in which they came. A job must not throw. False: too many wait, or `stop` was called; then it
  /// was not taken.
  bool try_post(std::function<void()> job);
  /// Waits for the jobs that have begun; drops the others. Idempotent.
  void stop();

private:
  void run();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::function<void()>> waiting_; // guarded
  bool stopped_ = false;                      // guarded
  std::size_t waiting_max_;
  std::vector<std::thread> threads_; // the last: they use all of the above
};

} // namespace godwit
