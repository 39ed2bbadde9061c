/// @file
/// The rules by which many routes attach anew to one worker node after their link was reset: some at a time, the next
/// when one is answered.
///
/// ```
///   wanted ──▶ waiting ──next──▶ under way ──done──▶ (gone)
///                                    └──(not answered for attach_patience: it makes place, and is answered when it is)
/// ```
/// All at once they would be more than a link's queue holds, and its overflow would cut the link again.
///
/// Rules only. One per shard of the sessions, so that shards need nothing of each other.
/// Invariant  per worker node at most attaches_in_flight_max are under way, and of several together not more than
///            attach_window_bytes; what waits is begun in its order.
/// Bounded    by the routes of the shard.
#pragma once

#include "actors/rules/limits.hpp"
#include "messages/ids.hpp"

#include <chrono>
#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

class attach_pacer {
public:
  using time = std::chrono::steady_clock::time_point;

  void wanted(const node_name& worker, session_id session);
  /// Whose turn it is; to be followed by `begun` if it attaches (it may have done so meanwhile, or be gone).
  std::optional<session_id> next();
  void begun(const node_name& worker, session_id session, std::size_t weight, time now);
  /// Answered, or over.
  void done(session_id session);
  /// Lets go those that were not answered for attach_patience.
  void tick(time now);

  /// Whether `next` gives one.
  bool has_next() const;
  std::optional<time> deadline() const;

private:
  struct flight {
    session_id session;
    std::size_t weight = 0;
    time since;
  };
  struct worker_lane {
    std::deque<session_id> waiting;
    std::vector<flight> under_way; // oldest first
    std::size_t weight = 0;
    bool may_begin() const;
    template <class Which>
    void end(Which&& which);
  };

  std::map<node_name, worker_lane> lanes_by_worker_;
};

} // namespace godwit
