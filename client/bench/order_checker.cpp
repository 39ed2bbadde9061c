#include "client/bench/order_checker.hpp"

#include <algorithm>
#include <map>

namespace godwit::bench {

order_findings& order_findings::operator+=(const order_findings& more) {
  lost += more.lost;
  doubled += more.doubled;
  out_of_order += more.out_of_order;
  strange += more.strange;
  return *this;
}

void order_checker::got(std::size_t sender, std::uint64_t counter) {
  if (sender >= newest_.size() || counter == 0) {
    ++found_.strange;
    return;
  }
  ++count_;
  digest_ = (digest_ ^ (sender * 0x9e3779b97f4a7c15U + counter)) * 0x100000001b3U;
  digest_ ^= digest_ >> 29U;
  auto& newest = newest_[sender];
  if (counter > newest) {
    for (auto passed = newest + 1; passed != counter; ++passed) {
      if (missing_.size() == faults_kept_max) {
        missing_uncounted_ += counter - passed;
        break;
      }
      missing_.emplace(sender, passed);
    }
    newest = counter;
  } else if (missing_.erase({sender, counter}) != 0) {
    ++found_.out_of_order;
  } else {
    ++found_.doubled;
  }
}

order_findings order_checker::finish(const std::vector<sender_account>& said) const {
  auto found = found_;
  found.lost += missing_uncounted_;
  for (const auto& [sender, counter] : missing_)
    if (!said[sender].refused.contains(counter))
      ++found.lost;
  for (std::size_t sender = 0; sender != newest_.size(); ++sender) {
    const auto& account = said[sender];
    for (const auto counter : account.refused)
      if (counter <= newest_[sender] && !missing_.contains({sender, counter}) && missing_uncounted_ == 0)
        ++found.strange;
    if (account.answered <= newest_[sender])
      continue;
    const auto refused = std::distance(account.refused.upper_bound(newest_[sender]), account.refused.end());
    found.lost += account.answered - newest_[sender] - static_cast<std::uint64_t>(refused);
  }
  return found;
}

std::size_t in_another_order(const std::vector<const order_checker*>& members) {
  std::map<std::uint64_t, std::map<std::uint64_t, std::size_t>> by_count;
  for (const auto* each : members)
    ++by_count[each->count()][each->digest()];
  std::size_t result = 0;
  for (const auto& [count, orders] : by_count) {
    std::size_t all = 0;
    std::size_t most = 0;
    for (const auto& [digest, alike] : orders) {
      all += alike;
      most = std::max(most, alike);
    }
    result += all - most;
  }
  return result;
}

} // namespace godwit::bench
