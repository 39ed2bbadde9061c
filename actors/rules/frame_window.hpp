/// @file
/// The frames of one session that are not confirmed: taken in order, answered in any order, confirmed in order.
///
/// Invariants  in_seqs are without gaps; only frames of the newest attach are here.
/// Limits      unconfirmed_frames_max, and one more for `closed`. The edge keeps them; what is more is not taken.
/// Source      docs/ARCHITECTURE.md, "The life of a session".
#pragma once

#include "messages/client_commands.hpp"

#include <cstdint>
#include <list>
#include <vector>

namespace godwit {

/// `op` of the last effects of a session, which has no frame of its client for them: behind all others.
inline constexpr std::uint64_t ending_op = ~std::uint64_t{0};

struct frame_part {
  bool begun = false;
  bool answered = false;
  std::vector<server_frame> replies;
};

struct window_frame {
  std::uint64_t in_seq = 0;
  client_command command; ///< op 0: it has no effects, and was answered when it came
  frame_part first;       ///< most frames have one part only
  std::vector<frame_part> further;
  std::size_t told = 0; ///< parts whose replies were told already

  std::size_t part_count() const { return 1 + further.size(); }
  frame_part& part(std::size_t index) { return index == 0 ? first : further[index - 1]; }
  const frame_part& part(std::size_t index) const { return index == 0 ? first : further[index - 1]; }
  const ask::request& request(std::size_t index) const {
    return index == 0 ? command.request : command.further[index - 1];
  }
  bool answered() const;
};

class frame_window {
public:
  /// Forgets everything: the frames from `first_in_seq` on come (again).
  void start(std::uint32_t attach, std::uint64_t first_in_seq);
  /// False: of another attach, known already, behind a gap or too many; nothing is changed.
  bool take(std::uint32_t attach, std::uint64_t in_seq, client_command command);
  /// The answers to this part of the frame with this op, if it is here.
  void answer(std::uint64_t op, std::size_t part, std::vector<server_frame> replies);

  /// Whether all of its parts are.
  [[nodiscard]] bool front_is_answered() const { return !frames_.empty() && frames_.front().answered(); }
  /// Requires front_is_answered().
  window_frame pop();

  std::list<window_frame>& frames() { return frames_; }
  [[nodiscard]] const std::list<window_frame>& frames() const { return frames_; }

private:
  /// Ops rise within one attach; a client that resends begins a new one.
  client_command checked(client_command command);

  std::list<window_frame> frames_; // of an idle session nothing
  std::uint32_t attach_ = 0;
  std::uint64_t next_in_seq_ = 1;
  std::uint64_t last_op_ = 0;
};

} // namespace godwit
