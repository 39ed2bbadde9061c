/// @file
/// A shard: the routes that sessions share by their ids, and their connections. It is served by one loop at a time, and
/// goes to another one as a whole.
#pragma once

#include "messages/ids.hpp"
#include "nodes/edge/edge_counters.hpp"

#include <array>
#include <cstddef>

namespace godwit {

/// Constant: by it a session's id names its shard, wherever it was drawn. More than loops are of use, so that what a
/// loop does can be shared out in small parts.
inline constexpr std::size_t shard_count = 64;

inline std::size_t shard_of(session_id id) { return id.value % shard_count; }

/// What was done for each shard: frames and items. Written by its owner.
struct alignas(64) shard_work { // 64: a cache line of its own
  edge_counter done;
};
using shard_works = std::array<shard_work, shard_count>;

} // namespace godwit
