/// @file
/// Who has gone, or had another nick: the newest former_people_max of the last former_people_kept. In memory only.
#pragma once

#include "actors/rules/instant.hpp"
#include "messages/people_messages.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace godwit {

class former_people {
public:
  /// They went now. The oldest make room.
  void note(const describe_person& who, instant now);
  /// Who had the nick, the newest first, at most `limit` of them.
  [[nodiscard]] std::vector<person_row> find(const std::string& folded_nick, std::size_t limit, instant now) const;
  [[nodiscard]] std::size_t size() const { return newest_last_.size(); }

private:
  struct gone_person {
    std::string folded_nick;
    std::string nick;
    std::string mask;
    std::string real_name;
    instant gone;
  };
  std::deque<gone_person> newest_last_;
};

} // namespace godwit
