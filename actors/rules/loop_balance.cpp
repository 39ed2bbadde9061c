#include "actors/rules/loop_balance.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace godwit {
namespace {

/// Loops whose shares differ by less are about as busy.
constexpr double about_as_busy = 0.1;

/// What each loop and shard would do after the moves that were decided so far.
class forecast {
public:
  explicit forecast(const loop_sample& sample) : shards_(sample.shards) {
    for (const auto& each : sample.loops)
      if (!each.ending)
        loops_[each.loop].busy = each.busy;
    std::map<std::size_t, std::uint64_t> work;
    for (const auto& each : shards_)
      work[each.loop] += each.work;
    for (const auto& each : shards_) {
      const auto of_loop = std::max<std::uint64_t>(work[each.loop], 1);
      load_.push_back(busy_of(sample, each.loop) * static_cast<double>(each.work) / static_cast<double>(of_loop));
      if (const auto found = loops_.find(each.loop); found != loops_.end())
        ++found->second.shards;
    }
  }

  void begin(std::size_t loop) { loops_[loop]; }
  /// Nothing goes there any more.
  void end(std::size_t loop) { loops_.erase(loop); }

  /// The loops with the most and the least to do; those with more and with fewer shards where they do the same.
  std::size_t busiest(std::optional<std::size_t> except = {}) const {
    std::size_t found = 0;
    const state* most = nullptr;
    for (const auto& [loop, each] : loops_)
      if (loop != except && (most == nullptr || order(*most) < order(each)))
        found = loop, most = &each;
    return found;
  }
  std::size_t calmest() const {
    return std::min_element(loops_.begin(), loops_.end(),
                            [](const auto& a, const auto& b) { return order(a.second) < order(b.second); })
      ->first;
  }
  std::size_t fullest(std::size_t except) const {
    std::size_t found = 0, most = 0;
    for (const auto& [loop, each] : loops_)
      if (loop != except && each.shards > most)
        found = loop, most = each.shards;
    return found;
  }
  double busy(std::size_t loop) const { return loops_.at(loop).busy; }
  std::size_t shards_of(std::size_t loop) const { return loops_.at(loop).shards; }
  std::size_t loop_count() const { return loops_.size(); }
  double load(std::size_t shard) const { return load_[shard]; }

  /// The busiest (else the calmest) shard of `from` after whose move `to` would not be busier than `from`.
  std::optional<std::size_t> fitting(std::size_t from, std::size_t to, bool busiest_one, double least = 0) const {
    const auto most = (busy(from) - busy(to)) / 2;
    std::optional<std::size_t> best;
    for (std::size_t i = 0; i != shards_.size(); ++i) {
      if (shards_[i].loop != from || shards_[i].is_moving || load_[i] > most || load_[i] < least)
        continue;
      if (!best || (busiest_one ? load_[i] > load_[*best] : load_[i] < load_[*best]))
        best = i;
    }
    return best;
  }
  std::vector<std::size_t> movable_of(std::size_t loop) const {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i != shards_.size(); ++i)
      if (shards_[i].loop == loop && !shards_[i].is_moving)
        found.push_back(i);
    std::stable_sort(found.begin(), found.end(), [&](std::size_t a, std::size_t b) { return load_[a] > load_[b]; });
    return found;
  }

  shard_move move(std::size_t shard, std::size_t to) {
    auto& from = shards_[shard].loop;
    if (const auto found = loops_.find(from); found != loops_.end()) {
      found->second.busy -= load_[shard];
      --found->second.shards;
    }
    from = to;
    auto& at = loops_[to];
    at.busy += load_[shard];
    ++at.shards;
    return {shard, to};
  }

private:
  struct state {
    double busy = 0;
    std::size_t shards = 0;
  };
  static std::pair<double, std::size_t> order(const state& of) { return {of.busy, of.shards}; }
  static double busy_of(const loop_sample& sample, std::size_t loop) {
    const auto found = std::find_if(sample.loops.begin(), sample.loops.end(),
                                    [loop](const loop_load& each) { return each.loop == loop; });
    return found == sample.loops.end() ? 0 : found->busy;
  }

  std::map<std::size_t, state> loops_; // those that get shards
  std::vector<shard_load> shards_;
  std::vector<double> load_; // of each shard: its part of its loop's
};

double total_busy(const loop_sample& sample) {
  double sum = 0;
  for (const auto& each : sample.loops)
    sum += each.busy;
  return sum;
}

/// The busiest shard first, each to the loop that has the least to do by then.
void empty(std::size_t loop, forecast& by_then, std::vector<shard_move>& moves) {
  for (const auto shard : by_then.movable_of(loop))
    moves.push_back(by_then.move(shard, by_then.calmest()));
}

/// A new loop gets as many shards as each other has then, the busy ones first, but not more to do than them.
void fill(std::size_t loop, forecast& by_then, std::size_t shard_count, std::vector<shard_move>& moves) {
  const auto wanted = shard_count / by_then.loop_count();
  while (by_then.shards_of(loop) < wanted) {
    auto shard = by_then.fitting(by_then.busiest(loop), loop, true);
    if (!shard)
      shard = by_then.fitting(by_then.fullest(loop), loop, false);
    if (!shard)
      return;
    moves.push_back(by_then.move(*shard, loop));
  }
}

void even_out(forecast& by_then, std::size_t moves_max, std::vector<shard_move>& moves) {
  constexpr double worth_a_move = 0.01;
  while (moves.size() < moves_max) {
    const auto to = by_then.calmest();
    const auto shard = by_then.fitting(by_then.busiest(), to, true, worth_a_move);
    if (!shard)
      return;
    moves.push_back(by_then.move(*shard, to));
  }
}

} // namespace

loop_change loop_balance::take(const loop_sample& sample) {
  loop_change change;
  forecast by_then(sample);
  bool is_ending = false;
  for (const auto& each : sample.loops)
    if (each.ending) {
      is_ending = true;
      empty(each.loop, by_then, change.moves);
    }
  if (is_ending || std::exchange(is_new_, false)) {
    calm_ = uneven_ = 0;
    return change;
  }
  const auto count = sample.loops.size();
  const bool calm = is_calm(sample), uneven = is_uneven(sample);
  const auto mean = total_busy(sample) / static_cast<double>(count);
  if (count < settings_.min || (mean > settings_.high_busy && count < settings_.max)) {
    change.begin = sample.spare;
    if (!change.begin)
      return change;
    by_then.begin(*change.begin);
    fill(*change.begin, by_then, sample.shards.size(), change.moves);
  } else if (calm) {
    std::optional<loop_load> least;
    for (const auto& each : sample.loops)
      if (each.loop != 0 && (!least || each.busy <= least->busy))
        least = each;
    if (!least)
      return change;
    change.end = least->loop;
    by_then.end(*change.end);
    empty(*change.end, by_then, change.moves);
  } else if (uneven) {
    even_out(by_then, settings_.even_moves_max, change.moves);
  } else {
    return change;
  }
  is_new_ = true;
  calm_ = uneven_ = 0;
  return change;
}

bool loop_balance::is_calm(const loop_sample& sample) {
  const auto count = sample.loops.size();
  const bool now =
    count > settings_.min && count > 1 && total_busy(sample) / static_cast<double>(count - 1) < settings_.calm_busy;
  calm_ = now ? calm_ + 1 : 0;
  return calm_ >= settings_.calm_samples;
}

bool loop_balance::is_uneven(const loop_sample& sample) {
  const auto [least, most] = std::minmax_element(sample.loops.begin(), sample.loops.end(),
                                                 [](const auto& a, const auto& b) { return a.busy < b.busy; });
  uneven_ = most->busy - least->busy > settings_.uneven_busy ? uneven_ + 1 : 0;
  return uneven_ >= settings_.uneven_samples;
}

std::size_t least_busy(const std::vector<loop_choice>& choices) {
  double busy = 0;
  std::size_t measured = 0;
  for (const auto& each : choices) {
    busy += each.busy;
    measured += each.connections - std::min(each.connections, each.arrivals);
  }
  const auto per_connection = busy / static_cast<double>(std::max<std::size_t>(measured, 1));
  const auto expected = [&](const loop_choice& of) {
    return of.busy + per_connection * static_cast<double>(of.arrivals);
  };
  auto least = expected(choices.front());
  for (const auto& each : choices)
    least = std::min(least, expected(each));
  const loop_choice* best = nullptr;
  for (const auto& each : choices)
    if (expected(each) < least + about_as_busy && (best == nullptr || each.connections < best->connections))
      best = &each;
  return best->loop;
}

} // namespace godwit
