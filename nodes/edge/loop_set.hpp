/// @file
/// Which loops there are, and which of them has which shard: everything that is for a shard goes through here.
///
/// Order    is kept over a move: whoever posts holds the placement shared, a move holds it alone, and tells the former
///          owner and the new one in their inboxes. So what was posted before a move is in the former owner's inbox
///          before `shard_leaves`, what comes after it in the new owner's behind `shard_comes`, and nothing is in both.
/// Owns     the loops. One that has ended stays, to be started again.
/// Threads  all functions from everywhere, unless they say otherwise.
#pragma once

#include "nodes/edge/loop_task.hpp"
#include "nodes/edge/shard.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace godwit {

class loop;
struct edge_shared;

class loop_set {
public:
  loop_set();
  ~loop_set();

  /// The first `count` of at most `max` loops, and an even share of the shards for each. Once, before all else.
  void begin(edge_shared& shared, std::size_t count, std::size_t max);

  void post(std::size_t shard, loop_task task);
  /// Wakes each loop at most once.
  void post(std::vector<edge_item> items, const std::shared_ptr<const void>& ticket);
  /// For all shards.
  void post_to_all(const std::function<loop_task()>& task);

  /// False: it is there, or on its way, or there is no such loop, or `close` was called.
  bool move(std::size_t shard, std::size_t to);
  /// By the new owner.
  void has_arrived(std::size_t shard) { moving_[shard].store(false, std::memory_order_release); }
  /// Since the start.
  std::uint64_t moved() const { return moved_.load(std::memory_order_relaxed); }
  bool is_moving(std::size_t shard) const { return moving_[shard].load(std::memory_order_acquire); }

  enum class state : std::uint8_t {
    absent,
    running,
    ending, ///< gets no shard any more
  };
  /// One more: runs from here on.
  /// False: `close` was called.
  bool add(std::size_t index);
  void set_ending(std::size_t index);
  /// Its thread has been joined.
  void remove(std::size_t index);
  /// Nothing changes any more.
  void close();

  struct snapshot {
    std::vector<state> loops;
    std::array<std::size_t, shard_count> owners;
  };
  snapshot look() const;
  /// Requires that it ran once.
  loop& at(std::size_t index) const;
  /// Those that run or ran. `act` may come back here.
  void each(const std::function<void(loop&)>& act) const;

private:
  edge_shared* shared_ = nullptr;
  mutable std::shared_mutex mutex_;
  std::vector<std::unique_ptr<loop>> loops_;      // guarded; what they point to stays
  std::vector<state> states_;                     // guarded
  std::array<std::size_t, shard_count> owners_{}; // guarded
  std::size_t running_ = 0;                       // guarded; the ending ones too
  bool closed_ = false;                           // guarded
  std::array<std::atomic<bool>, shard_count> moving_{};
  std::atomic<std::uint64_t> moved_ = 0;
};

} // namespace godwit
