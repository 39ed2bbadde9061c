#include "client/news_queue.hpp"

#include <utility>

namespace godwit {

void news_queue::push(std::vector<client_news> news, const read_ticket& ticket) {
  {
    const std::lock_guard guard(lock_);
    for (auto& each : news)
      items_.push_back({std::move(each), ticket});
  }
  came_.notify_one();
  if (wake_)
    wake_();
}

std::optional<client_news> news_queue::pop(std::chrono::milliseconds patience) {
  read_ticket ticket; // goes after the lock
  std::unique_lock guard(lock_);
  if (!came_.wait_for(guard, patience, [this] { return !items_.empty(); }))
    return std::nullopt;
  auto what = std::move(items_.front().what);
  ticket = std::move(items_.front().ticket);
  items_.pop_front();
  guard.unlock();
  return what;
}

} // namespace godwit
