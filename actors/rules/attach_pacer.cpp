#include "actors/rules/attach_pacer.hpp"

#include <algorithm>

namespace godwit {

bool attach_pacer::worker_lane::may_begin() const {
  return !waiting.empty() && under_way.size() < limits::attaches_in_flight_max && weight < limits::attach_window_bytes;
}

template <class Which>
void attach_pacer::worker_lane::end(Which&& which) {
  std::erase_if(under_way, [&](const flight& each) {
    const bool ends = which(each);
    weight -= ends ? each.weight : 0;
    return ends;
  });
}

void attach_pacer::wanted(const node_name& worker, session_id session) {
  done(session);
  lanes_by_worker_[worker].waiting.push_back(session);
}

bool attach_pacer::has_next() const {
  return std::ranges::any_of(lanes_by_worker_, [](const auto& each) { return each.second.may_begin(); });
}

std::optional<session_id> attach_pacer::next() {
  for (auto& [worker, lane] : lanes_by_worker_)
    if (lane.may_begin()) {
      const auto session = lane.waiting.front();
      lane.waiting.pop_front();
      return session;
    }
  return std::nullopt;
}

void attach_pacer::begun(const node_name& worker, session_id session, std::size_t weight, time now) {
  auto& lane = lanes_by_worker_[worker];
  lane.under_way.push_back({session, weight, now});
  lane.weight += weight;
}

void attach_pacer::done(session_id session) {
  for (auto& [worker, lane] : lanes_by_worker_)
    lane.end([&](const flight& each) { return each.session == session; });
}

void attach_pacer::tick(time now) {
  for (auto& [worker, lane] : lanes_by_worker_)
    lane.end([&](const flight& each) { return now - each.since >= limits::attach_patience; });
  std::erase_if(lanes_by_worker_,
                [](const auto& each) { return each.second.waiting.empty() && each.second.under_way.empty(); });
}

std::optional<attach_pacer::time> attach_pacer::deadline() const {
  std::optional<time> first;
  for (const auto& [worker, lane] : lanes_by_worker_)
    if (!lane.under_way.empty() && (!first || lane.under_way.front().since < *first))
      first = lane.under_way.front().since;
  return first ? std::optional(*first + limits::attach_patience) : std::nullopt;
}

} // namespace godwit
