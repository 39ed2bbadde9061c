/// @file
/// Memberships that a session was given by another's doing and has not accepted yet. Each is said to the worker node
/// where the session was, if that is known, and to the directory, which knows where it is by now.
///
/// Bounded by the members of private conversations: one per companion.
#pragma once

#include "messages/room_messages.hpp"

#include <map>
#include <utility>
#include <vector>

namespace godwit {

class given_memberships {
public:
  void give(node_name worker, membership_given what) {
    const auto session = what.session; // the right side of an assignment is taken first
    by_session_[session] = {std::move(worker), std::move(what)};
  }
  void accepted(session_id session) { by_session_.erase(session); }
  void clear() { by_session_.clear(); }
  /// What has to be said again by way of the directory.
  [[nodiscard]] std::vector<membership_given> all() const {
    std::vector<membership_given> found;
    for (const auto& [session, given] : by_session_)
      found.push_back(given.second);
    return found;
  }
  [[nodiscard]] bool empty() const { return by_session_.empty(); }

  /// What has to be said again to sessions on this node.
  [[nodiscard]] std::vector<membership_given> on(const node_name& worker) const {
    std::vector<membership_given> found;
    for (const auto& [session, given] : by_session_) {
      if (given.first == worker)
        found.push_back(given.second);
    }
    return found;
  }

private:
  std::map<session_id, std::pair<node_name, membership_given>> by_session_;
};

} // namespace godwit
