/// @file
/// The thread that sends the pulses of all links and asks whether the other ends were heard.
///
/// A thread of its own, since under load an actor's timer comes late, and a late pulse looks like a dead node.
///
/// Promises    each watched link is called every limits::pulse_interval, with the time and the thread's own lateness;
///             after forget() has returned its function is not called any more.
/// Threads     all functions may be called from every thread but from within a `pulse` function.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace godwit {

class pulse_thread {
public:
  using time_point = std::chrono::steady_clock::time_point;
  /// Must not block.
  using pulse = std::function<void(time_point now, std::chrono::nanoseconds lateness)>;

  explicit pulse_thread(std::chrono::nanoseconds interval);
  ~pulse_thread(); ///< joins
  pulse_thread(const pulse_thread&) = delete;
  pulse_thread& operator=(const pulse_thread&) = delete;

  std::uint64_t watch(pulse what);
  void forget(std::uint64_t number);

private:
  void run();

  const std::chrono::nanoseconds interval_;
  std::mutex mutex_;
  std::condition_variable stop_asked_;
  bool stopping_ = false;
  std::uint64_t last_number_ = 0;
  std::map<std::uint64_t, pulse> watched_by_number_;
  std::thread thread_; // last: it uses all of the above
};

} // namespace godwit
