/// @file
/// What the directory has asked the store and has not been answered: tickets, and what each was for.
///
/// A request is repeated as it was until its outcome is known: when the link to the store was reset, and
/// `store_asked_again_after` the store said store_unavailable. Only who has been told so for `store_given_up_after`
/// gives up, and only requests for somebody who waits are given up at all. Limits: directory_store_requests_max.
#pragma once

#include "actors/rules/effects.hpp"
#include "actors/rules/instant.hpp"
#include "actors/rules/limits.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <unordered_set>
#include <variant>
#include <vector>

namespace godwit {

namespace store_purpose {
struct start {};
struct new_session {
  place_session asked;
};
struct resume {
  resume_session asked;
};
/// The newest token that a client has.
struct renewal {};
struct ending {
  session_id session;
};
/// The row of an ended session is given to nobody.
struct end_mark {
  session_id session;
};
struct claim {
  claim_nick asked;
};
struct release {
  session_id session;
  std::string folded;
};
struct removal {
  session_id session;
};
struct search {
  room_key key;
};
struct listing {
  request_origin origin;
};
struct drain {
  node_name node;
};
/// For an operator's order to it.
struct ordered_room {
  std::uint64_t ticket = 0;
};
/// An operator's order to it ends with it.
struct room_deletion {
  std::uint64_t ticket = 0;
};
using any = std::variant<start, new_session, resume, renewal, ending, end_mark, claim, release, removal, search,
                         listing, drain, ordered_room, room_deletion>;
} // namespace store_purpose

class store_desk {
public:
  struct pending {
    ask_store asked;
    store_purpose::any purpose;
    std::optional<instant> away_since; ///< the store's first store_unavailable
    std::optional<instant> again_at;
  };

  /// `given_up_after`: how long a request waits for a store that is away.
  explicit store_desk(std::chrono::milliseconds given_up_after = limits::store_given_up_after)
      : given_up_after_(given_up_after) {}

  /// False: nothing more is taken now.
  bool has_room() const;
  /// The message to the store, to be sent now.
  send ask(directory_request asked, store_purpose::any purpose);
  /// The request that this ticket was for, which is then forgotten; none for an unknown ticket: a repeated answer.
  std::optional<pending> answered(std::uint64_t ticket);
  /// Takes the request back: the store was away. Returns it if it is to be given up.
  std::optional<pending> store_was_away(pending asked, instant now);
  /// Everything that waits, in the order in which it was asked.
  std::vector<send> ask_all_again();
  std::vector<send> ask_due_again(instant now);

  /// Whether this claim or listing is under way already, in constant time.
  bool is_under_way(const request_origin& origin) const { return origins_.contains(origin); }

private:
  struct hash_origin {
    std::size_t operator()(const request_origin& origin) const noexcept;
  };

  std::chrono::milliseconds given_up_after_;
  std::map<std::uint64_t, pending> requests_by_ticket_;
  std::unordered_set<request_origin, hash_origin> origins_; ///< of the claims and listings among them
  std::uint64_t last_ticket_ = 0;
};

} // namespace godwit
