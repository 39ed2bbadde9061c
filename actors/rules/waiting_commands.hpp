/// @file
/// Commands that were taken in order, but are not decided yet: posts that wait for the delivery window, and what their
/// sessions sent behind them.
///
/// Limits: room_waiting_commands_max, room_waiting_bytes_max.
#pragma once

#include "messages/room_messages.hpp"

#include <cstddef>
#include <deque>
#include <unordered_map>

namespace godwit {

class waiting_commands {
public:
  [[nodiscard]] bool takes_more() const;
  [[nodiscard]] bool empty() const { return commands_.empty(); }
  [[nodiscard]] bool has(session_id session) const { return count_by_session_.contains(session); }
  void push(room_command command);
  /// The oldest. Requires that it is not empty.
  room_command pop();
  void clear();

private:
  std::deque<room_command> commands_;
  std::unordered_map<session_id, std::size_t> count_by_session_;
  std::size_t bytes_ = 0;
};

} // namespace godwit
