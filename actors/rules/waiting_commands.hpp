/// @file
/// Commands that were taken in order, but are not decided yet: what waits for the log, or posts that wait for the
/// delivery window and what their sessions sent behind them.
///
/// Limits: room_waiting_commands_max, room_waiting_bytes_max.
#pragma once

#include "messages/room_messages.hpp"

#include <cstddef>
#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

namespace godwit {

class waiting_commands {
public:
  [[nodiscard]] bool takes_more() const;
  [[nodiscard]] bool empty() const { return commands_.empty(); }
  [[nodiscard]] bool has(session_id session) const { return count_by_session_.contains(session); }
  void push(room_command command, timestamp now);
  /// The oldest. Requires that it is not empty.
  room_command pop();
  /// When the oldest came. Requires that it is not empty.
  [[nodiscard]] timestamp oldest() const { return commands_.front().came; }
  /// Those that came by then and that `may_go` says yes to, in their order; the others stay.
  template <class Predicate>
  std::vector<room_command> take_until(timestamp came_by, Predicate may_go) {
    std::vector<room_command> taken;
    std::list<waiting> all;
    all.swap(commands_);
    for (auto& each : all) {
      const bool goes = each.came <= came_by && may_go(each.command);
      if (goes)
        forget(each.command);
      if (goes)
        taken.push_back(std::move(each.command));
      else
        commands_.push_back(std::move(each));
    }
    return taken;
  }
  void clear();

private:
  struct waiting {
    room_command command;
    timestamp came{};
  };
  void forget(const room_command& command);

  std::list<waiting> commands_;
  std::unordered_map<session_id, std::size_t> count_by_session_;
  std::size_t bytes_ = 0;
};

} // namespace godwit
