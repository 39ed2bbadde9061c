/// @file
/// Who is in a room, by session and by nick.
#pragma once

#include "messages/room_messages.hpp"
#include "messages/store_messages.hpp"

#include <set>
#include <unordered_map>
#include <utility>

namespace godwit {

class room_roster {
public:
  /// Adds a member, or changes nick and join of the one that is there; who is away stays away.
  void put(const stored_member& who);
  void remove(session_id session);
  /// Whether that changed anything.
  bool set_away(session_id session, const std::string& away);
  /// Null: not a member. Valid until the next change.
  [[nodiscard]] const stored_member* find(session_id session) const;
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  /// Those behind the nick `after`, by nick; a nick that two sessions have for a moment is not split over two pages.
  [[nodiscard]] members_read page(const std::string& after, std::size_t rows_max) const;

private:
  struct row {
    stored_member who;
    std::string away;
  };

  std::unordered_map<session_id, row> members_;
  std::set<std::pair<std::string, session_id>> by_nick_;
};

} // namespace godwit
