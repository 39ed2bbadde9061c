#include "actors/rules/delivery_reports.hpp"

#include <algorithm>

namespace godwit {

void delivery_reports::reset() { *this = {}; }

void delivery_reports::came(std::uint64_t number) {
  highest_ = std::max(highest_, number);
  open_.insert(number);
}

std::optional<std::uint64_t> delivery_reports::next() {
  if (outstanding_ != 0 || done_up_to() <= taken_)
    return std::nullopt;
  outstanding_ = done_up_to();
  return outstanding_;
}

void delivery_reports::taken() {
  taken_ = std::max(taken_, outstanding_);
  outstanding_ = 0;
}

void delivery_reports::lost() { outstanding_ = 0; }

} // namespace godwit
