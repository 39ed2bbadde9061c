/// @file
/// A bounded queue between many threads that submit and one that takes all that waits.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace godwit {

/// `Item` has `std::size_t weight() const`.
template <class Item>
class request_queue {
public:
  using clock = std::chrono::steady_clock;

  explicit request_queue(std::size_t items_max) : items_max_(items_max) {}

  /// False, and `item` untouched, when the queue is full or closed.
  bool push(Item& item) {
    {
      const std::lock_guard lock(mutex_);
      if (closed_ || items_.size() >= items_max_)
        return false;
      items_.push_back(std::move(item));
    }
    changed_.notify_one();
    return true;
  }

  /// Waits for an item, for `until` or for the end. All that waits, up to `weight_max` (but at least one item); empty
  /// when the time is over; nullopt when the queue is closed and empty.
  std::optional<std::vector<Item>> take(std::size_t weight_max, std::optional<clock::time_point> until = {}) {
    std::unique_lock lock(mutex_);
    const auto something = [this] { return closed_ || !items_.empty(); };
    if (until)
      changed_.wait_until(lock, *until, something);
    else
      changed_.wait(lock, something);
    if (closed_ && items_.empty())
      return {};
    return take_waiting(weight_max);
  }

  /// What was pushed before can still be taken.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    changed_.notify_all();
  }

private:
  std::vector<Item> take_waiting(std::size_t weight_max) {
    std::vector<Item> taken;
    for (std::size_t weight = 0; !items_.empty(); items_.pop_front()) {
      weight += items_.front().weight();
      if (weight > weight_max && !taken.empty())
        break;
      taken.push_back(std::move(items_.front()));
    }
    return taken;
  }

  const std::size_t items_max_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Item> items_;
  bool closed_ = false;
};

} // namespace godwit
