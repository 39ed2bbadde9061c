/// @file
/// Who is in a room, by session and by nick.
#pragma once

#include "messages/relay_messages.hpp"
#include "messages/room_messages.hpp"
#include "messages/store_messages.hpp"

#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace godwit {

class room_roster {
public:
  /// Adds a member, or changes nick and join of the one that is there; who is away stays away.
  void put(const stored_member& who);
  void remove(session_id session);
  /// What of it others are told has changed.
  presence_parts set_presence(const godwit::set_presence& what);
  /// What the member is in all rooms; none for who is no member.
  [[nodiscard]] user_modes marks_of(session_id session) const;
  /// user@host as others are shown it now; stored_member::mask is that with which the member came in.
  [[nodiscard]] const std::string& mask_of(const stored_member& who) const;
  /// Null: not a member. Valid until the next change.
  [[nodiscard]] const stored_member* find(session_id session) const;
  /// By nick, however it is written.
  [[nodiscard]] const stored_member* find_nick(const std::string& nick) const;
  /// Members who are operators or more.
  [[nodiscard]] std::size_t operator_count() const { return operators_; }
  /// Who is here longest, but for these; null: nobody.
  [[nodiscard]] const stored_member* longest_present(const std::vector<session_id>& but_for) const;
  [[nodiscard]] std::size_t size() const { return members_.size(); }
  /// Those behind the nick `after`, by nick; a nick that two sessions have for a moment is not split over two pages.
  /// `invisible_too`: also those who do not want to be found from outside.
  [[nodiscard]] members_read page(const std::string& after, std::size_t rows_max, bool invisible_too) const;

private:
  struct row {
    stored_member who;
    std::string away;
    user_modes marks{};
    std::string mask_now; ///< empty: as it came in
  };

  void forget(const stored_member& who);

  std::unordered_map<session_id, row> members_;
  std::set<std::pair<std::string, session_id>> by_nick_;
  std::set<std::pair<std::string, session_id>> by_folded_nick_;
  std::size_t operators_ = 0;
};

} // namespace godwit
