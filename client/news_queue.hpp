/// @file
/// Where an actor's news wait for the user's thread.
///
/// Bounded by the tickets: while news of more than connection_settings::unread_bytes_max wait here, the connection is
/// not read.
#pragma once

#include "client/net/connection_settings.hpp"
#include "client/rules/news.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace godwit {

class news_queue {
public:
  explicit news_queue(std::function<void()> wake) : wake_(std::move(wake)) {}

  void push(std::vector<client_news> news, const read_ticket& ticket);
  /// The oldest; nothing if none has come in time.
  std::optional<client_news> pop(std::chrono::milliseconds patience);

private:
  struct item {
    client_news what;
    read_ticket ticket;
  };
  std::mutex lock_;
  std::condition_variable came_;
  std::deque<item> items_;
  std::function<void()> wake_;
};

} // namespace godwit
