/// @file
/// The directory's picture of the people of the cluster: as their sessions describe themselves, and who may see what.
///
/// Soft: it follows what it is told, and after a restart of the broker node it is told anew. Rules only; the time comes
/// as an argument.
///
/// Who sees what: of a room whoever is in it; what is not secret everybody; a server operator everything. An invisible
/// person is found by a mask only by who shares a room, by a server operator, and by herself; by her nick by everybody.
/// Addresses are for server operators, and one's own.
/// Bounded by the directory's sessions and their rooms; former people by themselves. A question looks at no more than
/// people_scanned_max of them.
/// Source: docs/IRC.md, "People".
#pragma once

#include "actors/rules/former_people.hpp"
#include "actors/rules/instant.hpp"
#include "messages/people_messages.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace godwit {

class people {
public:
  /// One of an older epoch than what is known is ignored. A changed nick makes the former one a former person.
  void describe(const describe_person& what, instant now);
  void describe(const describe_room& what);
  /// The session is over: who it was is a former person now.
  void remove(session_id session, instant now);
  /// All of whom `keep` is false are no more, without a trace.
  template <class Keep>
  void forget_unless(Keep keep) {
    std::vector<session_id> gone;
    for (const auto& [session, who] : by_session_)
      if (!keep(session))
        gone.push_back(session);
    for (const auto each : gone)
      erase(each);
  }

  /// `logging_in` is for the caller to fill in.
  [[nodiscard]] people_told answer(const ask_people& asked, instant now) const;
  /// Null: nothing is known of it.
  [[nodiscard]] const describe_person* find(session_id session) const;
  [[nodiscard]] std::size_t size() const { return by_session_.size(); }

private:
  struct known_person {
    describe_person card; ///< without rooms
    std::string folded_nick;
    std::string address; ///< folded nick!user@host, for masks
    std::map<room_id, seen_room> rooms;
  };
  struct known_room {
    std::size_t member_count = 0;
    room_epoch epoch = 0;
    bool secret = true;
    bool described = false;
  };

  void erase(session_id session);
  void enter(known_person& who, const seen_room& where);
  void leave(known_person& who, room_id room);
  [[nodiscard]] bool share_room(const known_person* asker, const known_person& whom) const;
  [[nodiscard]] person_row row_of(const known_person& whom, const known_person* asker, bool with_rooms) const;
  [[nodiscard]] const known_person* person_of(session_id session) const;
  void answer_named(const ask_people& asked, const known_person* asker, people_told& out) const;
  void answer_matching(const ask_people& asked, const known_person* asker, people_told& out) const;
  [[nodiscard]] people_counts counts() const;
  void count(user_modes modes, bool in);

  std::unordered_map<session_id, known_person> by_session_;
  std::set<std::pair<std::string, session_id>> by_nick_; ///< folded
  std::unordered_map<room_id, known_room> rooms_;
  std::size_t most_ = 0;
  std::size_t rooms_in_use_ = 0;
  std::size_t invisible_ = 0;
  std::size_t operators_ = 0;
  former_people former_;
};

} // namespace godwit
