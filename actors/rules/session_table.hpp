/// @file
/// All sessions of the cluster: who holds each, where it lives, and until when it is waited for.
///
///            inserted           hosted / reported                    worker died, proxy gone, not reported
///   placing ─────────▶ placed ─────────────────▶ hosted ──────────────────────────────▶ (deadline runs)
///                        │ (deadline runs)          ▲                                         │ deadline
///                        │            resumed: placing, placed, hosted with a higher epoch    ▼
///                        └───────────────────────────────────────────────────────────────▶ ending ──▶ ended
///
/// `ended` is kept for `ended_kept`: so long the store knows the session's last ops.
#pragma once

#include "actors/rules/balancer.hpp"
#include "actors/rules/instant.hpp"
#include "messages/cluster_messages.hpp"

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace godwit {

enum class session_phase : std::uint8_t {
  placing, ///< the store or the balancer is asked
  placed,  ///< its edge was told where; nobody has reported it there yet
  hosted,  ///< its worker node reported it
  lost,    ///< nobody has it: it waits to be resumed
  ending,  ///< it was told to end
};

/// A route that has to be told that it is over.
struct former_route {
  node_name proxy;
  incarnation proxy_incarnation;
  session_epoch epoch;
};

struct held_session {
  session_row row;
  session_epoch epoch;
  session_phase phase = session_phase::lost;
  std::optional<worker_place> worker;
  std::optional<instant> deadline;
  std::optional<resume_session> resuming;  ///< the newest one; the store is asked
  bool resumed = false;                    ///< placed for a resume
  std::vector<former_route> former_routes; ///< oldest first
  std::optional<error> end_why;            ///< what its client is told when it was ended by somebody
};

class session_table {
public:
  held_session* find(session_id id);
  const held_session* find(session_id id) const;
  held_session& add(const session_row& row, session_phase phase);
  void remove(session_id id);
  std::size_t size() const { return sessions_by_id_.size(); }

  void set_worker(session_id id, held_session& session, std::optional<worker_place> worker);
  void set_deadline(session_id id, held_session& session, std::optional<instant> deadline);
  /// Sessions whose deadline has come, at most `limit`; their deadlines are cleared.
  std::vector<session_id> due(instant now, std::size_t limit);

  std::size_t count_at(const worker_place& place) const;
  std::vector<session_id> at(const worker_place& place) const;
  /// The first of them behind `after` in the order of the ids.
  std::optional<session_id> next_at(const worker_place& place, session_id after) const;
  std::set<worker_place> places() const;
  std::map<session_id, held_session>& all() { return sessions_by_id_; }
  const std::map<session_id, held_session>& all() const { return sessions_by_id_; }

private:
  std::map<session_id, held_session> sessions_by_id_;
  std::set<std::pair<instant, session_id>> deadlines_;
  std::map<worker_place, std::set<session_id>> sessions_by_place_;
};

} // namespace godwit
