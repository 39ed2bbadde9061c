#include "nodes/edge/loop_set.hpp"

#include "nodes/edge/loop.hpp"

#include <algorithm>
#include <utility>

namespace godwit {

loop_set::loop_set() = default;
loop_set::~loop_set() = default;

void loop_set::begin(edge_shared& shared, std::size_t count, std::size_t max) {
  shared_ = &shared;
  loops_.resize(max);
  states_.resize(max, state::absent);
  for (std::size_t i = 0; i != count; ++i) {
    loops_[i] = std::make_unique<loop>(shared, i);
    states_[i] = state::running;
  }
  running_ = count;
  for (std::size_t i = 0; i != shard_count; ++i) {
    owners_[i] = i % count;
    loops_[owners_[i]]->found(i);
  }
}

// --------------------------------------------------------------------------------------------------------- posting

void loop_set::post(std::size_t shard, loop_task task) {
  const std::shared_lock lock(mutex_);
  loops_[owners_[shard]]->post(std::move(task));
}

void loop_set::post(std::vector<edge_item> items, const std::shared_ptr<const void>& ticket) {
  const std::shared_lock lock(mutex_);
  if (running_ == 1)
    return loops_.front()->post(item_batch{std::move(items), ticket});
  std::vector<std::vector<edge_item>> by_loop(loops_.size());
  for (auto& item : items) {
    const auto session = std::visit([](const auto& one) { return one.session; }, item);
    by_loop[owners_[shard_of(session)]].push_back(std::move(item));
  }
  for (std::size_t i = 0; i != by_loop.size(); ++i)
    if (!by_loop[i].empty())
      loops_[i]->post(item_batch{std::move(by_loop[i]), ticket});
}

void loop_set::post_to_all(const std::function<loop_task()>& task) {
  const std::shared_lock lock(mutex_);
  for (std::size_t i = 0; i != loops_.size(); ++i)
    if (states_[i] != state::absent)
      loops_[i]->post(task());
}

// --------------------------------------------------------------------------------------------------------- changes

bool loop_set::move(std::size_t shard, std::size_t to) {
  const std::lock_guard lock(mutex_);
  if (closed_ || to >= loops_.size() || states_[to] != state::running || owners_[shard] == to || is_moving(shard))
    return false;
  moving_[shard].store(true, std::memory_order_release);
  moved_.fetch_add(1, std::memory_order_relaxed);
  auto& from = *loops_[std::exchange(owners_[shard], to)];
  loops_[to]->post(shard_comes{shard}); // before the shard itself can come
  from.post(shard_leaves{shard, loops_[to].get()});
  return true;
}

bool loop_set::add(std::size_t index) {
  const std::lock_guard lock(mutex_);
  if (closed_)
    return false;
  if (!loops_[index])
    loops_[index] = std::make_unique<loop>(*shared_, index);
  loops_[index]->start();
  states_[index] = state::running;
  ++running_;
  return true;
}

void loop_set::set_ending(std::size_t index) {
  const std::lock_guard lock(mutex_);
  states_[index] = state::ending;
}

void loop_set::remove(std::size_t index) {
  const std::lock_guard lock(mutex_);
  states_[index] = state::absent;
  --running_;
}

void loop_set::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
}

loop_set::snapshot loop_set::look() const {
  const std::shared_lock lock(mutex_);
  return {states_, owners_};
}

loop& loop_set::at(std::size_t index) const {
  const std::shared_lock lock(mutex_);
  return *loops_[index];
}

void loop_set::each(const std::function<void(loop&)>& act) const {
  std::vector<loop*> all;
  {
    const std::shared_lock lock(mutex_);
    for (const auto& one : loops_)
      if (one)
        all.push_back(one.get());
  }
  for (auto* one : all)
    act(*one);
}

} // namespace godwit
