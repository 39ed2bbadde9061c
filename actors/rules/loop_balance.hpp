/// @file
/// The rules of a pool of loops that adapts to its load: when one more loop begins, when one ends, which shards go
/// where, and which loop gets a new connection.
///
/// Rules only: what was measured in one interval goes in, what is to be changed comes out. nodes/edge/loop_pool.hpp
/// does it.
///
/// Invariants  between `min` and `max` loops; loop 0 never ends; nothing else changes while a loop is ending; a load
///             that stays does not make the pool grow and shrink in turn: after a loop has ended the others would be
///             less than `calm_busy` busy, far below `high_busy`, by which one begins.
/// Units       busy: the share of an interval that a loop spent in its turns, 0 to 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace godwit {

struct loop_balance_settings {
  std::size_t min = 1; ///< loops
  std::size_t max = 1;
  double high_busy = 0.7;         ///< mean: above it one more loop begins
  double calm_busy = 0.4;         ///< mean if there were one loop less: below it one ends,
  unsigned calm_samples = 5;      ///< after so many samples on end
  double uneven_busy = 0.2;       ///< between the busiest and the least busy loop: above it shards move,
  unsigned uneven_samples = 2;    ///< after so many samples on end,
  std::size_t even_moves_max = 8; ///< so many at a time
};

struct loop_load {
  std::size_t loop = 0;
  double busy = 0;
  bool ending = false; ///< it gives its shards away
};
struct shard_load {
  std::size_t loop = 0;   ///< its owner
  std::uint64_t work = 0; ///< in this interval, in whichever unit
  bool is_moving = false; ///< on its way to its owner: can not be moved yet
};

/// What was measured in one interval.
struct loop_sample {
  std::vector<loop_load> loops;     ///< those that run; loop 0 is among them
  std::vector<shard_load> shards;   ///< by their number
  std::optional<std::size_t> spare; ///< the number that one more loop would have
};

struct shard_move {
  std::size_t shard = 0;
  std::size_t to = 0;
  bool operator==(const shard_move&) const = default;
};
/// In this order: begin, move, end.
struct loop_change {
  std::optional<std::size_t> begin;
  std::vector<shard_move> moves;
  std::optional<std::size_t> end; ///< its shards are among `moves`, but for those that are moving
};

class loop_balance {
public:
  explicit loop_balance(loop_balance_settings settings) : settings_(settings) {}
  loop_change take(const loop_sample& sample);

private:
  bool is_calm(const loop_sample& sample);
  bool is_uneven(const loop_sample& sample);

  loop_balance_settings settings_;
  unsigned calm_ = 0;   // samples on end
  unsigned uneven_ = 0; // samples on end
  bool is_new_ = true;  // the last sample was before a change, or none: it says nothing about how things are
};

/// What is known of a loop when a connection comes.
struct loop_choice {
  std::size_t loop = 0;
  double busy = 0; ///< in the last interval
  std::size_t connections = 0;
  std::size_t arrivals = 0; ///< of these, since that interval
};
/// The least busy loop, by what it did and what the connections that came since will add; among those that are about as
/// busy the one with the fewest connections. Requires one choice at least.
std::size_t least_busy(const std::vector<loop_choice>& choices);

} // namespace godwit
