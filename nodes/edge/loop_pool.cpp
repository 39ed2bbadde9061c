#include "nodes/edge/loop_pool.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace godwit {
namespace {

loop_balance_settings settings_of(const edge_config& config) {
  loop_balance_settings settings;
  settings.min = config.loops_min;
  settings.max = config.loops_max;
  return settings;
}

int percent(double share) { return static_cast<int>(std::lround(share * 100)); }

/// `0: 83 %, 1: 12 %`
std::string to_string(const std::vector<loop_load>& loops) {
  std::string text;
  for (const auto& each : loops)
    text += (text.empty() ? "" : ", ") + std::to_string(each.loop) + ": " + std::to_string(percent(each.busy)) + " %";
  return text;
}

/// So that it can be given the first loop's executor in one go.
loop& begin(edge_shared& shared) {
  shared.loops.begin(shared, shared.config.loops_min, shared.config.loops_max);
  return shared.loops.at(0);
}

} // namespace

loop_pool::loop_pool(edge_shared& shared)
    : shared_(shared), rules_(settings_of(shared.config)), timer_(begin(shared).io()), seen_(shared.config.loops_max),
      busy_permille_(shared.config.loops_max) {}

void loop_pool::start() {
  sampled_ = std::chrono::steady_clock::now();
  sample_later();
  spdlog::info("the edge runs {} loops, and at least {} and at most {}", shared_.config.loops_min,
               shared_.config.loops_min, shared_.config.loops_max);
  shared_.loops.each([](loop& one) { one.start(); });
}

void loop_pool::close() {
  closed_ = true;
  timer_.cancel();
}

// ------------------------------------------------------------------------------------------------- new connections

loop& loop_pool::next() {
  const auto now = shared_.loops.look();
  std::vector<loop_choice> choices;
  for (std::size_t i = 0; i != now.loops.size(); ++i)
    if (now.loops[i] == loop_set::state::running)
      choices.push_back({i, seen_[i].busy, shared_.loops.at(i).load(), seen_[i].arrivals});
  const auto chosen = least_busy(choices);
  ++seen_[chosen].arrivals;
  shared_.totals.connections.fetch_add(1, std::memory_order_relaxed);
  auto& found = shared_.loops.at(chosen);
  found.assign();
  return found;
}

// --------------------------------------------------------------------------------------------------------- samples

void loop_pool::sample_later() {
  timer_.expires_after(shared_.config.sampling_interval);
  timer_.async_wait([this](const asio::error_code& cancelled) {
    if (cancelled || closed_)
      return;
    sample();
    shared_.refusals.tick(std::chrono::steady_clock::now());
    sample_later();
  });
}

void loop_pool::sample() {
  const auto now = shared_.loops.look();
  const auto sample = measure(now);
  spdlog::debug("loops are busy: {}", to_string(sample.loops));
  const auto change = rules_.take(sample);
  if (change.begin)
    spdlog::info("the edge grows from {} to {} loops (busy: {})", sample.loops.size(), sample.loops.size() + 1,
                 to_string(sample.loops));
  else if (change.end)
    spdlog::info("the edge shrinks from {} to {} loops (busy: {})", sample.loops.size(), sample.loops.size() - 1,
                 to_string(sample.loops));
  else if (!change.moves.empty())
    spdlog::info("{} shards move to other loops (busy: {})", change.moves.size(), to_string(sample.loops));
  perform(change);
  end_those_that_can(shared_.loops.look());
}

loop_sample loop_pool::measure(const loop_set::snapshot& now) {
  loop_sample sample;
  const auto time = std::chrono::steady_clock::now();
  const auto elapsed = static_cast<double>(std::chrono::nanoseconds(time - std::exchange(sampled_, time)).count());
  for (std::size_t i = 0; i != now.loops.size(); ++i) {
    auto& seen = seen_[i];
    if (now.loops[i] == loop_set::state::absent) {
      sample.spare = sample.spare ? sample.spare : i;
      continue;
    }
    const auto busy_ns = shared_.loops.at(i).counters().busy_ns.read();
    const auto spent = static_cast<double>(busy_ns - std::exchange(seen.busy_ns, busy_ns));
    seen.busy = std::clamp(spent / std::max(elapsed, 1.0), 0.0, 1.0);
    seen.arrivals = 0;
    busy_permille_[i].store(static_cast<std::uint32_t>(std::lround(seen.busy * 1000)), std::memory_order_relaxed);
    sample.loops.push_back({i, seen.busy, now.loops[i] == loop_set::state::ending});
  }
  for (std::size_t i = 0; i != shard_count; ++i) {
    const auto done = shared_.work[i].done.read();
    sample.shards.push_back({now.owners[i], done - std::exchange(work_[i], done), shared_.loops.is_moving(i)});
  }
  return sample;
}

void loop_pool::perform(const loop_change& change) {
  if (change.begin) {
    if (!shared_.loops.add(*change.begin))
      return;
    seen_[*change.begin] = {};
    seen_[*change.begin].busy_ns = shared_.loops.at(*change.begin).counters().busy_ns.read();
    begun_.fetch_add(1, std::memory_order_relaxed);
  }
  for (const auto& each : change.moves)
    shared_.loops.move(each.shard, each.to);
  if (change.end) {
    shared_.loops.set_ending(*change.end);
    ended_.fetch_add(1, std::memory_order_relaxed);
  }
}

/// One that has no shard any more is told to end; one that has ended is joined.
void loop_pool::end_those_that_can(const loop_set::snapshot& now) {
  for (std::size_t i = 0; i != now.loops.size(); ++i) {
    if (now.loops[i] != loop_set::state::ending)
      continue;
    auto& ending = shared_.loops.at(i);
    if (ending.has_ended()) {
      ending.join();
      shared_.loops.remove(i);
      seen_[i] = {};
      busy_permille_[i].store(0, std::memory_order_relaxed);
      spdlog::info("loop {} has ended", i);
    } else if (std::find(now.owners.begin(), now.owners.end(), i) == now.owners.end()
               && !std::exchange(seen_[i].told_to_end, true)) {
      ending.post(end_loop{&shared_.loops.at(0)});
    }
  }
}

// ----------------------------------------------------------------------------------------------------------- stats

void loop_pool::add_to(edge_counts& sum) const {
  std::uint64_t busy = 0;
  for (const auto& each : loops())
    if (each.is_running) {
      ++sum.loops;
      busy += each.busy_permille;
    }
  sum.busy_permille = busy / std::max<std::uint64_t>(sum.loops, 1);
  sum.loops_min = shared_.config.loops_min;
  sum.loops_max = shared_.config.loops_max;
  sum.loops_begun = begun_.load(std::memory_order_relaxed);
  sum.loops_ended = ended_.load(std::memory_order_relaxed);
  sum.shards_moved = shared_.loops.moved();
}

std::vector<edge_loop_state> loop_pool::loops() const {
  const auto now = shared_.loops.look();
  std::vector<edge_loop_state> all(now.loops.size());
  for (std::size_t i = 0; i != all.size(); ++i) {
    all[i].loop = i;
    all[i].is_running = now.loops[i] != loop_set::state::absent;
    all[i].is_ending = now.loops[i] == loop_set::state::ending;
    all[i].connections = all[i].is_running ? shared_.loops.at(i).load() : 0;
    all[i].busy_permille = busy_permille_[i].load(std::memory_order_relaxed);
  }
  for (const auto owner : now.owners)
    ++all[owner].shards;
  return all;
}

} // namespace godwit
