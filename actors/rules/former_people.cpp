#include "actors/rules/former_people.hpp"

#include "actors/rules/limits.hpp"
#include "messages/names.hpp"

namespace godwit {

void former_people::note(const describe_person& who, instant now) {
  const auto folded = fold_nick(who.nick);
  if (!folded)
    return;
  newest_last_.push_back({*folded, who.nick, who.mask, who.real_name, now});
  while (newest_last_.size() > limits::former_people_max
         || now - newest_last_.front().gone > limits::former_people_kept)
    newest_last_.pop_front();
}

std::vector<person_row> former_people::find(const std::string& folded_nick, std::size_t limit, instant now) const {
  std::vector<person_row> out;
  for (auto at = newest_last_.rbegin(); at != newest_last_.rend() && out.size() < limit; ++at) {
    if (now - at->gone > limits::former_people_kept)
      break;
    if (at->folded_nick != folded_nick)
      continue;
    auto& who = out.emplace_back();
    who.nick = at->nick;
    who.mask = at->mask;
    who.real_name = at->real_name;
    who.gone_seconds =
      static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(now - at->gone).count());
  }
  return out;
}

} // namespace godwit
