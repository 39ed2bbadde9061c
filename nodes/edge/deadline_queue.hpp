/// @file
/// Deadlines that all lie the same span ahead: then the first one set is the first one due, and neither setting one nor
/// finding the next one costs more than a queue's end.
///
/// A deadline is not taken back: who set it decides, when it is due, whether it still means anything. So the queue is
/// as long as what was set within one span.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <optional>
#include <utility>

namespace godwit {

template <class Whom>
class deadline_queue {
public:
  using time = std::chrono::steady_clock::time_point;

  explicit deadline_queue(std::chrono::milliseconds span) : span_(span) {}

  void set(time now, Whom whom) { due_.emplace_back(now + span_, std::move(whom)); }
  /// One that was set elsewhere: costs a look for its place, and more if that is not near the end.
  void insert(time due, Whom whom) {
    const auto behind =
      std::upper_bound(due_.begin(), due_.end(), due, [](time at, const auto& each) { return at < each.first; });
    due_.emplace(behind, due, std::move(whom));
  }
  std::optional<time> next() const { return due_.empty() ? std::nullopt : std::optional(due_.front().first); }
  /// The next one that is due; call it until there is none.
  std::optional<Whom> take(time now) {
    if (due_.empty() || now < due_.front().first)
      return std::nullopt;
    auto whom = std::move(due_.front().second);
    due_.pop_front();
    return whom;
  }
  std::chrono::milliseconds span() const { return span_; }
  void clear() { due_.clear(); }

private:
  std::chrono::milliseconds span_;
  std::deque<std::pair<time, Whom>> due_;
};

} // namespace godwit
