/// @file
/// What an edge counts. Each loop writes its own, without a locked instruction; anybody may read.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace godwit {

// X(name, what)
#define GODWIT_EDGE_COUNTS(X)                                                                                          \
  X(connections, "connections that are open")                                                                          \
  X(routes, "sessions that have a route here")                                                                         \
  X(accepted, "connections accepted since the start")                                                                  \
  X(refused, "connections closed before they had a session")                                                           \
  X(resumed, "connections that took up a session")                                                                     \
  X(frames_in, "frames of the session channel that clients sent")                                                      \
  X(frames_out, "frames that were put into clients' queues")                                                           \
  X(bytes_in, "bytes that came from clients, encrypted")                                                               \
  X(bytes_out, "bytes that went to clients, encrypted")                                                                \
  X(sends, "system calls that wrote to clients")                                                                       \
  X(drops, "outputs and deliveries that had no route, or were of a former owner or attach")                            \
  X(slow_clients, "connections closed because their queue was full")                                                   \
  X(floods_held, "times that a client was not read because it asked too fast")                                         \
  X(floods_closed, "connections closed because they went on so")                                                       \
  X(silent_clients, "connections closed because they said nothing")                                                    \
  X(wakeups, "times that another thread woke a loop")

// What the pool of loops tells.
#define GODWIT_EDGE_POOL_COUNTS(X)                                                                                     \
  X(loops, "loops that run, those that are ending included")                                                           \
  X(loops_min, "loops that run at least")                                                                              \
  X(loops_max, "loops that run at most")                                                                               \
  X(loops_begun, "times that the pool grew by a loop")                                                                 \
  X(loops_ended, "times that the pool shrank by a loop")                                                               \
  X(shards_moved, "times that a shard went to another loop")                                                           \
  X(busy_permille, "mean share of the last interval that loops spent in their turns")

/// At one moment, of all loops.
struct edge_counts {
#define X(name, what) std::uint64_t name = 0;
  GODWIT_EDGE_COUNTS(X)
  GODWIT_EDGE_POOL_COUNTS(X)
#undef X
};

/// One loop at one moment.
struct edge_loop_state {
  std::size_t loop = 0;
  bool is_running = false;
  bool is_ending = false;
  std::size_t connections = 0; ///< those on their way included
  std::size_t shards = 0;      ///< those on their way included
  std::uint64_t busy_permille = 0;
};

/// Of a whole edge, for its limits.
struct edge_totals {
  std::atomic<std::size_t> connections = 0;
  std::atomic<std::size_t> routes = 0;
};

/// Written by one thread.
class edge_counter {
public:
  void add(std::uint64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) + n, std::memory_order_relaxed); }
  void sub(std::uint64_t n = 1) { value_.store(value_.load(std::memory_order_relaxed) - n, std::memory_order_relaxed); }
  std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }

private:
  std::atomic<std::uint64_t> value_ = 0;
};

struct edge_loop_counters {
#define X(name, what) edge_counter name;
  GODWIT_EDGE_COUNTS(X)
#undef X
  edge_counter busy_ns; // wall time in turns
  void add_to(edge_counts& sum) const {
#define X(name, what) sum.name += name.read();
    GODWIT_EDGE_COUNTS(X)
#undef X
  }
};

} // namespace godwit
