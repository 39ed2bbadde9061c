#include "actors/rules/delivery_waits.hpp"

#include <algorithm>

namespace godwit {

void delivery_waits::add(const request_origin& origin, room_seq seq) {
  waits_.insert_or_assign({origin.name.session, origin.reply_to}, wait{origin, seq, {}});
}

bool delivery_waits::is_over(wait& which, const std::vector<relay_progress>& relays) {
  return std::ranges::all_of(relays, [&](const relay_progress& relay) {
    if (relay.position < which.seq)
      return false; // it gets the entry later
    auto& target = which.targets[relay.node];
    if (target.attachment != relay.attachment)
      target = {relay.attachment, relay.numbered};
    return relay.delivered >= target.number;
  });
}

void delivery_waits::settle(room_id room, const fan_out_window& window, timestamp now, room_effects& out) {
  if (waits_.empty() || window.awaits_return(now))
    return;
  const auto relays = window.progress();
  for (auto it = waits_.begin(); it != waits_.end();) {
    auto& [who, asked] = *it;
    if (!is_over(asked, relays)) {
      ++it;
      continue;
    }
    const auto& to = asked.origin;
    out.push_back(
      send{session_at(to.reply_to, to.name.session), query_answered{to.name, room, delivered_everywhere{}}});
    it = waits_.erase(it);
  }
}

std::vector<request_origin> delivery_waits::askers() const {
  std::vector<request_origin> all;
  for (const auto& [who, each] : waits_)
    all.push_back(each.origin);
  return all;
}

} // namespace godwit
