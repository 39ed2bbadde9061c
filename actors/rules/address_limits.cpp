#include "actors/rules/address_limits.hpp"

namespace godwit {
namespace {

/// How many beyond the limit are told so.
std::size_t told_beyond(std::size_t limit) { return limit / 8 + 4; }

} // namespace

address_limits::verdict address_limits::connect(const ip_address& from, time now) {
  if (any_contains(settings_.exempt, from))
    return verdict::exempt;
  const auto key = limited_as_one(from).first;
  const auto per_minute = static_cast<double>(settings_.connects_per_minute);
  const auto [found, is_new] = known_.try_emplace(key, known{{per_minute, per_minute / 60, now}, 0, quiet_.end()});
  auto& at = found->second;
  if (!is_new && at.connections == 0)
    quiet_.erase(at.quiet);
  at.connects.refill(now);
  const bool many = at.connections >= settings_.connections_max;
  const bool fast = at.connects.level() < 1;
  const bool told = at.connections < settings_.connections_max + told_beyond(settings_.connections_max)
                    && at.connects.level() > -static_cast<double>(told_beyond(settings_.connects_per_minute));
  const auto result = !many && !fast ? verdict::welcome : told ? verdict::too_many : verdict::closed;
  if (result != verdict::closed) {
    at.connects.spend(1);
    ++at.connections;
  } else if (at.connections == 0) {
    at.quiet = quiet_.insert(quiet_.end(), key);
  }
  return result;
}

void address_limits::disconnect(const ip_address& from) {
  const auto key = limited_as_one(from).first;
  const auto found = known_.find(key);
  if (found == known_.end() || found->second.connections == 0 || --found->second.connections != 0)
    return;
  found->second.quiet = quiet_.insert(quiet_.end(), key);
  if (quiet_.size() > settings_.remembered_max) {
    known_.erase(quiet_.front());
    quiet_.pop_front();
  }
}

} // namespace godwit
