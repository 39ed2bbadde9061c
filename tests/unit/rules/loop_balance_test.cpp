#include "actors/rules/loop_balance.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>

namespace godwit::test {
namespace {

/// Loops that do what their shards give them, as far as they can.
class simulated_pool {
public:
  simulated_pool(std::size_t min, std::size_t max, std::size_t shards = 64) : rules_({min, max}), max_(max) {
    for (std::size_t i = 0; i != min; ++i)
      loops_[i] = false;
    for (std::size_t i = 0; i != shards; ++i)
      owner_.push_back(i % min);
  }

  /// `weight` of each shard in `offered`, which is in loops that it keeps wholly busy.
  loop_change step(double offered, const std::vector<double>& weight) {
    double sum = 0;
    for (const auto each : weight)
      sum += each;
    std::map<std::size_t, double> asked;
    loop_sample sample;
    for (std::size_t i = 0; i != owner_.size(); ++i) {
      const auto load = offered * weight[i] / sum;
      asked[owner_[i]] += load;
      sample.shards.push_back({owner_[i], static_cast<std::uint64_t>(load * 1e6), false});
    }
    for (const auto& [loop, ending] : loops_)
      sample.loops.push_back({loop, std::min(1.0, asked[loop]), ending});
    for (std::size_t i = 0; i != max_ && !sample.spare; ++i)
      if (!loops_.contains(i))
        sample.spare = i;
    busy.clear();
    for (const auto& each : sample.loops)
      busy.push_back(each.busy);
    auto change = rules_.take(sample);
    if (change.begin) {
      EXPECT_TRUE(loops_.try_emplace(*change.begin, false).second);
      ++begun;
    }
    for (const auto& each : change.moves) {
      EXPECT_TRUE(loops_.contains(each.to));
      EXPECT_NE(owner_[each.shard], each.to);
      owner_[each.shard] = each.to;
      ++moved;
    }
    std::erase_if(loops_, [](const auto& each) { return each.second; });
    if (change.end) {
      EXPECT_NE(*change.end, 0U);
      for (const auto owner : owner_)
        EXPECT_NE(owner, *change.end) << "a loop that ends gives all of its shards away";
      loops_.at(*change.end) = true;
      ++ended;
    }
    return change;
  }
  void steps(int count, double offered, const std::vector<double>& weight) {
    for (int i = 0; i != count; ++i)
      step(offered, weight);
  }
  std::size_t size() const { return loops_.size(); }

  std::vector<double> busy; // in the last sample
  int begun = 0, ended = 0, moved = 0;

private:
  loop_balance rules_;
  std::size_t max_;
  std::map<std::size_t, bool> loops_; // whether each is ending
  std::vector<std::size_t> owner_;
};

const std::vector<double> even(64, 1.0);

std::vector<double> skewed() {
  std::vector<double> weight;
  for (int i = 0; i != 64; ++i)
    weight.push_back(1.0 / (1 + i % 17));
  return weight;
}

} // namespace

TEST(LoopBalance, GrowsWhenLoopsAreBusyForMoreThanSeventyPercent) {
  simulated_pool pool(1, 4);
  pool.steps(20, 0.69, even);
  EXPECT_EQ(pool.size(), 1U);
  pool.steps(3, 0.75, even);
  EXPECT_EQ(pool.size(), 2U);
  pool.steps(20, 0.75, even);
  EXPECT_EQ(pool.size(), 2U);
  for (const auto each : pool.busy)
    EXPECT_NEAR(each, 0.375, 0.02);
}

TEST(LoopBalance, KeepsToItsBounds) {
  simulated_pool pool(2, 4);
  pool.steps(50, 40, even);
  EXPECT_EQ(pool.size(), 4U);
  pool.steps(50, 0, even);
  EXPECT_EQ(pool.size(), 2U);
  EXPECT_EQ(pool.begun, 2);
  EXPECT_EQ(pool.ended, 2);
}

TEST(LoopBalance, ShrinksOnlyAfterCalmOnEnd) {
  simulated_pool pool(1, 4);
  pool.steps(20, 1.3, even);
  ASSERT_EQ(pool.size(), 2U);
  for (int i = 0; i != 40; ++i)
    pool.step(i % 4 == 0 ? 1.0 : 0.1, even); // a pause of three samples is no calm
  EXPECT_EQ(pool.size(), 2U);
  pool.steps(10, 0.1, even);
  EXPECT_EQ(pool.size(), 1U);
}

TEST(LoopBalance, ALoadThatStaysNeverMakesItGrowAndShrinkInTurn) {
  std::mt19937 chance(7);
  std::uniform_real_distribution<double> noise(0.9, 1.1);
  for (const auto& weight : {even, skewed()})
    for (double offered = 0.05; offered < 5; offered += 0.05)
      for (const double before : {0.0, 4.0}) {
        simulated_pool pool(1, 4);
        pool.steps(40, before, weight);
        pool.begun = pool.ended = 0;
        for (int i = 0; i != 300; ++i)
          pool.step(offered * noise(chance), weight);
        EXPECT_TRUE(pool.begun == 0 || pool.ended == 0) << offered << " after " << before;
        EXPECT_LE(pool.begun + pool.ended, 3) << offered << " after " << before;
        const auto moved = pool.moved;
        pool.steps(100, offered, weight);
        EXPECT_EQ(pool.moved, moved) << "no shard moves for nothing at " << offered;
      }
}

TEST(LoopBalance, FollowsALoadThatComesAndGoesOnceEach) {
  simulated_pool pool(1, 4);
  std::size_t most = 0;
  for (int i = 0; i != 600; ++i) {
    pool.step(1.4 - 1.4 * std::cos(i * 2 * 3.14159265 / 300), skewed()); // two waves of 300 samples
    most = std::max(most, pool.size());
  }
  EXPECT_EQ(most, 4U);
  EXPECT_EQ(pool.begun, 6);
  EXPECT_LE(pool.ended, 6);
  EXPECT_GE(pool.ended, 4);
}

TEST(LoopBalance, MovesTheBusiestShardsThatFitFromTheBusiestLoopToTheLeastBusy) {
  loop_balance rules({2, 2});
  loop_sample sample;
  sample.loops = {{0, 0.6, false}, {1, 0.1, false}};
  // Loop 0: 0.3, 0.2 and 0.1 busy for one shard each.
  sample.shards = {{0, 30, false}, {0, 20, false}, {0, 10, false}, {1, 10, false}};
  EXPECT_TRUE(rules.take(sample).moves.empty()) << "nothing is known before the first interval";
  EXPECT_TRUE(rules.take(sample).moves.empty());
  // 0.3 would only change sides with what is left.
  EXPECT_EQ(rules.take(sample).moves, (std::vector<shard_move>{{1, 1}}));
}

TEST(LoopBalance, LeavesAloneAShardThatAloneKeepsItsLoopBusy) {
  loop_balance rules({2, 2});
  loop_sample sample;
  sample.loops = {{0, 0.6, false}, {1, 0.1, false}};
  sample.shards = {{0, 30, false}, {1, 10, false}};
  for (int i = 0; i != 20; ++i)
    EXPECT_TRUE(rules.take(sample).moves.empty());
}

TEST(LoopBalance, TakesFromAnEndingLoopWhatWasMovingToIt) {
  loop_balance rules({1, 2});
  loop_sample sample;
  sample.loops = {{0, 0.1, false}, {1, 0.1, false}};
  sample.shards = {{0, 1, false}, {1, 1, false}, {1, 1, true}};
  loop_change change;
  for (int i = 0; i != 10 && !change.end; ++i)
    change = rules.take(sample);
  ASSERT_EQ(change.end, std::optional<std::size_t>(1));
  EXPECT_EQ(change.moves, (std::vector<shard_move>{{1, 0}}));
  sample.loops[1].ending = true;
  sample.shards = {{0, 1, false}, {0, 1, false}, {1, 1, false}};
  EXPECT_EQ(rules.take(sample).moves, (std::vector<shard_move>{{2, 0}}));
}

TEST(LoopBalance, GivesNewConnectionsToTheLeastBusyLoop) {
  EXPECT_EQ(least_busy({{0, 0.5, 10, 0}, {1, 0.2, 100, 0}}), 1U);
  EXPECT_EQ(least_busy({{0, 0.25, 10, 0}, {1, 0.2, 100, 0}}), 0U) << "about as busy: the one with fewer connections";
  EXPECT_EQ(least_busy({{0, 0.5, 100, 0}, {1, 0.2, 200, 100}}), 0U) << "what came since the last interval counts too";
  EXPECT_EQ(least_busy({{0, 0, 0, 0}, {1, 0, 0, 0}, {2, 0, 0, 0}}), 0U);
  EXPECT_EQ(least_busy({{0, 0, 1, 1}, {1, 0, 0, 0}, {2, 0, 1, 1}}), 1U);
}

} // namespace godwit::test
