#include "actors/rules/room_outbox.hpp"

#include <algorithm>

namespace godwit {
namespace {

auto first_not_before(std::vector<room_command>& in, const effect_name& name) {
  return std::ranges::lower_bound(in, name, {}, &room_command::name);
}

} // namespace

const room_command& room_outbox::add(room_command command) {
  // Nearly always at the end. In front only when a client resends an op that was refused while later ones wait; those
  // keep their stamps, which are on their way: a stamp is only changed together with a resend.
  const auto at = first_not_before(unanswered_, command.name);
  if (at != unanswered_.end() && at->name == command.name)
    return *at;
  if (at != unanswered_.begin())
    command.previous = std::prev(at)->name;
  else if (last_ < command.name)
    command.previous = last_;
  return *unanswered_.insert(at, std::move(command));
}

bool room_outbox::answer(const effect_name& name) {
  const auto at = first_not_before(unanswered_, name);
  if (at == unanswered_.end() || at->name != name)
    return false;
  unanswered_.erase(at);
  last_ = std::max(last_, name);
  return true; // what is behind it keeps its stamp: `name` was the one before
}

bool room_outbox::expect(const effect_name& refused, const effect_name& last) {
  // What `last` covers stays until it is answered: the room answers its repeat with `at`.
  const auto first = std::ranges::upper_bound(unanswered_, last, {}, &room_command::name);
  if (first == unanswered_.end() || first->name != refused)
    return false; // everything behind a refused one is refused too: the first tells enough
  if (first->previous == last)
    return false; // an answer to what was sent before the last stamping
  last_ = last;
  auto previous = last;
  for (auto at = first; at != unanswered_.end(); ++at) {
    at->previous = previous;
    previous = at->name;
  }
  return true;
}

bool room_outbox::waits_for(const effect_name& name) const {
  return std::ranges::binary_search(unanswered_, name, {}, &room_command::name);
}

} // namespace godwit
