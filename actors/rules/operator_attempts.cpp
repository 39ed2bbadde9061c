#include "actors/rules/operator_attempts.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>

namespace godwit {
namespace {

/// After the n-th failure: 1, 2, 4, … s.
std::chrono::seconds pause_after(unsigned failures) {
  constexpr unsigned doublings_max = 16;
  const std::chrono::seconds pause{1U << std::min(failures - 1, doublings_max)};
  return std::min<std::chrono::seconds>(pause, limits::operator_pause_max);
}

} // namespace

template <class Key>
bool operator_attempts::waits(std::map<Key, record>& records, const Key& key, instant now) {
  const auto at = records.find(key);
  if (at == records.end())
    return false;
  const auto& [failures, last] = at->second;
  if (now - last >= limits::operator_attempts_kept) {
    records.erase(at);
    return false;
  }
  return now - last < pause_after(failures);
}

template <class Key>
void operator_attempts::note(std::map<Key, record>& records, const Key& key, instant now) {
  if (records.size() >= limits::operator_attempts_max && !records.contains(key))
    records.erase(std::ranges::min_element(records, {}, [](const auto& each) { return each.second.last; }));
  auto& found = records[key];
  ++found.failures;
  found.last = now;
}

template <class Key>
void operator_attempts::take_back(std::map<Key, record>& records, const Key& key) {
  if (const auto at = records.find(key); at != records.end() && --at->second.failures == 0)
    records.erase(at);
}

bool operator_attempts::begin(session_id session, const ip_address& from, instant now) {
  const auto address = limited_as_one(from).first;
  if (waits(by_session_, session, now) || waits(by_address_, address, now))
    return false;
  note(by_session_, session, now);
  note(by_address_, address, now);
  return true;
}

void operator_attempts::take_back(session_id session, const ip_address& from) {
  take_back(by_session_, session);
  take_back(by_address_, limited_as_one(from).first);
}

void operator_attempts::succeeded(session_id session, const ip_address& from) {
  by_session_.erase(session);
  by_address_.erase(limited_as_one(from).first);
}

unsigned operator_attempts::failures_of(const ip_address& from) const {
  const auto at = by_address_.find(limited_as_one(from).first);
  return at == by_address_.end() ? 0 : at->second.failures;
}

} // namespace godwit
