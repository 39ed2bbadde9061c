#include "nodes/work/work_pool.hpp"

#include <utility>

namespace godwit {

work_pool::work_pool(std::size_t threads, std::size_t waiting_max) : waiting_max_(waiting_max) {
  for (std::size_t i = 0; i != threads; ++i)
    threads_.emplace_back([this] { run(); });
}

work_pool::~work_pool() { stop(); }

bool work_pool::try_post(std::function<void()> job) {
  const std::lock_guard lock(mutex_);
  if (stopped_ || waiting_.size() >= waiting_max_)
    return false;
  waiting_.push_back(std::move(job));
  changed_.notify_one();
  return true;
}

void work_pool::stop() {
  {
    std::deque<std::function<void()>> dropped; // outlives the lock: what they hold may come back here
    const std::lock_guard lock(mutex_);
    if (std::exchange(stopped_, true))
      return;
    dropped.swap(waiting_);
    changed_.notify_all();
  }
  for (auto& each : threads_)
    each.join();
}

void work_pool::run() {
  for (;;) {
    std::function<void()> job;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
      if (stopped_)
        return;
      job = std::move(waiting_.front());
      waiting_.pop_front();
    }
    job();
  }
}

} // namespace godwit
