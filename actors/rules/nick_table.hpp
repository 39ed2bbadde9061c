/// @file
/// Who has which nick, as the store's rows say: a copy in memory, by which most questions are answered. It knows the
/// nicks by what they look like, too (actors/rules/skeleton.hpp).
///
/// The store decides (its rows are unique); this table follows what it answered.
#pragma once

#include "messages/store_messages.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

class nick_table {
public:
  struct claim {
    std::string shown;
    session_id session;
    bool releasing = false; ///< the store was asked to remove it
    /// Rises with each claim; 0: claimed before this table was made, nobody knows when.
    std::uint64_t number = 0;
  };

  /// The store has this row: `claimed` now, or before this table was made.
  void put(const nick_row& row, bool claimed = true);
  /// The session says again that it wants what it has.
  void claim_again(const std::string& folded);
  /// Folded; what the session had claimed before this one of its own, which it goes by now.
  std::vector<std::string> former_of(session_id session, const std::string& folded) const;
  /// The store has removed the session's row.
  void remove(const std::string& folded, session_id session);
  /// Marks the claim; false: it is not the session's, or is marked already.
  bool begin_release(const std::string& folded, session_id session);
  const claim* find(const std::string& folded) const;
  /// Whether a nick that another session has, or is giving back, can be taken for this one.
  bool looks_like_anothers(const nick_row& wanted) const;
  /// Folded; all that the session has or is giving back.
  std::vector<std::string> of(session_id session) const;
  /// What the session goes by, as people see it: its newest; empty: nothing.
  std::string shown_of(session_id session) const;

  /// Sessions that have a nick, or are giving one back.
  std::size_t session_count() const { return nicks_by_session_.size(); }

  /// The answers to the session's newest claims, so that a repeat gets the same one.
  void remember(const nick_claimed& answer);
  const nick_claimed* answer_to(const effect_name& name) const;
  void forget_answers(session_id session);

private:
  std::map<std::string, claim> claims_by_nick_;
  std::uint64_t last_number_ = 0;
  std::multimap<std::string, std::string> nicks_by_skeleton_;
  std::map<session_id, std::vector<std::string>> nicks_by_session_;
  std::map<session_id, std::vector<nick_claimed>> answers_by_session_;
};

} // namespace godwit
