/// @file
/// Sessions that want to know when all that they have said stands in the queues of everybody who sees it: the barrier
/// behind a PING.
///
/// Each question is answered when every relay that the room has at that moment has delivered what was sent to it up to
/// the entry that is asked for. A relay that is behind, or whose link was lost and that may come back, is waited for.
///
/// Limits: one question of each owner of a session; who asks anew takes the former one back.
/// Source: docs/ARCHITECTURE.md, "The path of a command to a room", 8.
#pragma once

#include "actors/rules/fan_out_window.hpp"
#include "actors/rules/room_effects.hpp"

#include <map>
#include <utility>
#include <vector>

namespace godwit {

class delivery_waits {
public:
  /// Everything up to `seq`.
  void add(const request_origin& origin, room_seq seq);
  /// Answers those for whom all is delivered.
  void settle(room_id room, const fan_out_window& window, timestamp now, room_effects& out);
  [[nodiscard]] bool empty() const { return waits_.empty(); }
  [[nodiscard]] std::vector<request_origin> askers() const;

private:
  struct target {
    std::uint64_t attachment = 0;
    std::uint64_t number = 0; ///< the last fan-out number that was out when the entry was
  };
  struct wait {
    request_origin origin;
    room_seq seq = 0;
    std::map<node_name, target> targets;
  };
  static bool is_over(wait& which, const std::vector<relay_progress>& relays);

  /// One of each owner of a session: what a former one asked late does not take the place of the present one's.
  std::map<std::pair<session_id, node_name>, wait> waits_;
};

} // namespace godwit
