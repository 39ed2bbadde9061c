#include "tests/chaos/pauses.hpp"

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace godwit::chaos {
namespace {

/// What a deed did shows for so long behind its end, where nothing else was done.
constexpr std::chrono::seconds shows_for{3};

steady time_of(long long nanoseconds) { return steady{std::chrono::nanoseconds{nanoseconds}}; }

std::chrono::nanoseconds percentile(const std::vector<std::chrono::nanoseconds>& sorted, double share) {
  if (sorted.empty())
    return {};
  const auto at = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(at, sorted.size() - 1)];
}

/// The longest of each client in [deed.begin, until).
std::map<std::uint32_t, std::chrono::nanoseconds> longest(const done_deed& of, steady until,
                                                          const std::vector<late_delivery>& late) {
  std::map<std::uint32_t, std::chrono::nanoseconds> out;
  for (const auto& each : late) {
    if (each.told < of.begin || each.due >= until || (of.concerns && !of.concerns->contains(each.client)))
      continue;
    auto& pause = out[each.client];
    pause = std::max<std::chrono::nanoseconds>(pause, each.told - std::max(each.due, of.begin));
  }
  return out;
}

} // namespace

std::vector<late_delivery> read_late(const std::string& text) {
  std::istringstream lines{text};
  std::string header;
  std::getline(lines, header);
  if (header != "client due_ns latency_ns")
    throw std::runtime_error("no list of late deliveries: " + header);
  std::vector<late_delivery> out;
  std::uint32_t client = 0;
  long long due = 0;
  long long latency = 0;
  while (lines >> client >> due >> latency)
    out.push_back({client, time_of(due), time_of(due + latency)});
  return out;
}

std::map<deed, pause_figures> pauses(const std::vector<done_deed>& done, const std::vector<late_delivery>& late,
                                     std::uint32_t client_count, std::chrono::nanoseconds least) {
  std::map<deed, std::vector<std::chrono::nanoseconds>> all;
  std::map<deed, pause_figures> out;
  for (std::size_t i = 0; i != done.size(); ++i) {
    const auto& each = done[i];
    const auto over = each.end + shows_for;
    const auto until = i + 1 == done.size() ? over : std::min(over, done[i + 1].begin);
    const auto found = longest(each, until, late);
    const std::size_t members = each.concerns ? each.concerns->size() : client_count;
    auto& of_deed = all[each.what];
    for (const auto& [client, pause] : found)
      of_deed.push_back(std::max(pause, least));
    of_deed.insert(of_deed.end(), members - std::min(members, found.size()), least);
    auto& figures = out[each.what];
    ++figures.deeds;
    figures.moved += each.moved;
    figures.in += each.end - each.begin;
  }
  for (auto& [what, figures] : out) {
    auto& of_deed = all[what];
    std::ranges::sort(of_deed);
    figures.members = of_deed.size();
    figures.p50 = percentile(of_deed, 0.5);
    figures.p99 = percentile(of_deed, 0.99);
    figures.max = of_deed.empty() ? std::chrono::nanoseconds{} : of_deed.back();
  }
  return out;
}

} // namespace godwit::chaos
