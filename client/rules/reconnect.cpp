#include "client/rules/reconnect.hpp"

#include <algorithm>

namespace godwit {

std::chrono::milliseconds backoff::next() {
  auto range = limits_.first.count();
  for (unsigned i = 0; i < attempts_ && range < limits_.longest.count(); ++i)
    range *= 2;
  range = std::min(range, limits_.longest.count());
  const auto shortest = attempts_ == 0 ? 0 : range / 2;
  ++attempts_;
  return std::chrono::milliseconds{std::uniform_int_distribution<std::int64_t>{shortest, range}(chance_)};
}

} // namespace godwit
