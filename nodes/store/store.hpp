/// @file
/// The store: takes requests from any thread, commits them in groups on a thread of its own, answers when they are
/// durable.
///
/// Group commit: a commit begins when the last one has ended and something waits, never by a timer; it takes all that
/// waits, up to limits::commit_rows_max rows. Answers to changes come after their commit, in the order of submission.
/// Reads have a second thread and connection: history never delays appends. A read that is submitted after a write was
/// answered sees that write.
/// Failure: when the database fails, the requests of that batch, and all later ones, are answered "away" (an append) or
/// store_unavailable until it could be opened anew; that is tried when requests come, and by itself with a growing
/// pause. Owns: the engine, two threads. Limits: limits::store_queue_max requests wait per thread; more are answered
/// "away" at once.
#pragma once

#include "actors/rules/limits.hpp"
#include "actors/store_port.hpp"
#include "nodes/store/store_engine.hpp"

#include <functional>
#include <memory>

namespace godwit {

/// What the store answers when it can not do its work: append_outcome::away, or store_unavailable.
store_answer away_answer(const store_request& request);

struct store_options {
  std::size_t queue_max = limits::store_queue_max;
  std::size_t commit_rows_max = limits::commit_rows_max;
  /// The pauses between attempts to open a database that failed.
  std::chrono::milliseconds reopen_pause_min{50};
  std::chrono::milliseconds reopen_pause_max{5000};
  /// Called on the store's thread each time it is back after it was away: who was told "away" says it again.
  std::function<void()> on_back;
  /// Pruned in small steps, each a commit of its own, in between the others.
  retention keep = {};
  /// The pause after all was pruned.
  std::chrono::milliseconds prune_pause{60'000};
  std::function<timestamp()> clock = [] {
    return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  };
};

/// Counted since the start.
struct store_counts {
  std::uint64_t commits = 0;
  std::uint64_t rows = 0; ///< an append counts its entries, any other change 1
  std::uint64_t reads = 0;
  std::uint64_t failures = 0;  ///< of the database
  std::uint64_t refused = 0;   ///< because a queue was full
  std::uint64_t pruned = 0;    ///< entries
  std::uint64_t forgotten = 0; ///< rooms
};

class store {
public:
  using on_done = std::function<void(store_answer)>;

  /// Opens the engine's database; the error is a sentence for the operator.
  static result<std::unique_ptr<store>> start(std::unique_ptr<store_engine> engine, store_options options = {});
  ~store(); ///< stops
  store(const store&) = delete;
  store& operator=(const store&) = delete;

  /// `answer` is called exactly once, on a thread of the store; on the caller's, before this returns, where the queue
  /// is full or the store was stopped. It must not block; it may submit.
  void submit(store_request request, on_done answer);

  /// Does what was submitted before, then closes the database in order. Later requests are answered "away".
  /// Not from within an answer.
  void stop();

  store_counts counts() const;

private:
  class impl;
  explicit store(std::unique_ptr<impl> made);
  std::unique_ptr<impl> impl_;
};

} // namespace godwit
