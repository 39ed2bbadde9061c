#include "nodes/edge/admissions.hpp"

#include <utility>

namespace godwit {

admission& admission::operator=(admission&& other) noexcept {
  admission former(std::move(*this));
  from_ = std::exchange(other.from_, nullptr);
  who_ = other.who_;
  return *this;
}

admission::~admission() {
  if (from_)
    from_->disconnect(who_);
}

admissions::answer admissions::connect(const ip_address& from, address_limits::time now) {
  using verdict = address_limits::verdict;
  const std::lock_guard lock(mutex_);
  const auto decided = rules_.connect(from, now);
  const bool counted = decided == verdict::welcome || decided == verdict::too_many;
  return {decided, counted ? admission(shared_from_this(), from) : admission()};
}

void admissions::disconnect(const ip_address& from) {
  const std::lock_guard lock(mutex_);
  rules_.disconnect(from);
}

} // namespace godwit
