#include "actors/queues/pulse_thread.hpp"

#include <algorithm>
#include <utility>

namespace godwit {

pulse_thread::pulse_thread(std::chrono::nanoseconds interval) : interval_(interval), thread_([this] { run(); }) {}

pulse_thread::~pulse_thread() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  stop_asked_.notify_all();
  thread_.join();
}

std::uint64_t pulse_thread::watch(pulse what) {
  const std::lock_guard lock{mutex_};
  watched_by_number_.emplace(++last_number_, std::move(what));
  return last_number_;
}

void pulse_thread::forget(std::uint64_t number) {
  pulse dropped; // outside of the lock: it holds others' handles
  const std::lock_guard lock{mutex_};
  if (auto found = watched_by_number_.find(number); found != watched_by_number_.end()) {
    dropped = std::move(found->second);
    watched_by_number_.erase(found);
  }
}

void pulse_thread::run() {
  using clock = std::chrono::steady_clock;
  std::unique_lock lock{mutex_};
  auto due = clock::now() + interval_;
  while (!stop_asked_.wait_until(lock, due, [this] { return stopping_; })) {
    const auto now = clock::now();
    const auto lateness = now - due;
    for (auto& [number, send_pulse] : watched_by_number_)
      send_pulse(now, lateness);
    due = std::max(due + interval_, now);
  }
}

} // namespace godwit
