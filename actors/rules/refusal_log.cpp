#include "actors/rules/refusal_log.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace godwit {

bool refusal_log::refused(std::string_view reason, time now) {
  if (!begun_ || (now - *begun_ >= period_ && counts_by_reason_.empty())) {
    begun_ = now;
    told_ = 0;
  }
  if (told_ < in_full_max_) {
    ++told_;
    return true;
  }
  auto known = counts_by_reason_.find(reason.substr(0, reason_bytes_max));
  if (known == counts_by_reason_.end()) {
    const auto full = counts_by_reason_.size() >= reasons_max;
    known =
      counts_by_reason_.try_emplace(full ? "other reasons" : std::string(reason.substr(0, reason_bytes_max))).first;
  }
  ++known->second;
  return false;
}

std::optional<refusal_log::time> refusal_log::due() const {
  return counts_by_reason_.empty() ? std::nullopt : std::optional(*begun_ + period_);
}

/// `53 more in 60 s: 40 handshake_timeout, 13 bad_frame`
std::optional<std::string> refusal_log::summary(time now) {
  if (const auto when = due(); !when || now < *when)
    return std::nullopt;
  std::vector<std::pair<std::uint64_t, std::string>> counts;
  std::uint64_t sum = 0;
  for (auto& [reason, count] : std::exchange(counts_by_reason_, {})) {
    counts.emplace_back(count, reason);
    sum += count;
  }
  std::ranges::stable_sort(counts, std::greater{}, [](const auto& each) { return each.first; });
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - *begun_).count();
  begun_.reset();
  auto text = std::to_string(sum) + " more in " + std::to_string(seconds) + " s";
  auto separator = ": ";
  for (const auto& [count, reason] : counts)
    text += std::exchange(separator, ", ") + std::to_string(count) + " " + reason;
  return text;
}

} // namespace godwit
