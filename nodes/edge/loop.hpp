/// @file
/// One thread of the edge: its shards of sessions, and the connections that have none yet or no longer.
///
/// A turn is what follows one wake-up: everything that came is taken, what it causes is noted, and at its end troubles
/// are dealt with and each client that something waits for is written to once.
///
/// A shard that goes elsewhere takes its routes and connections along, sockets and TLS state as they are; what comes
/// for a shard that has not arrived yet is kept in its order.
///
/// Owns      its io_context and thread, its connections, routes, deadlines (one timer for all).
/// Threads   `post`, `assign`, `load` and the counters from everywhere; `found`, `start`, `has_ended` and `join` by who
///           keeps the loops; all else on its own thread.
/// Bounded   the inbox by its producers: each session and each room is windowed.
#pragma once

#include "nodes/edge/deadline_queue.hpp"
#include "nodes/edge/loop_set.hpp"
#include "nodes/edge/loop_task.hpp"
#include "nodes/edge/reception.hpp"
#include "nodes/edge/refusals.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <variant>
#include <vector>

namespace godwit {

/// What all loops of an edge share.
struct edge_shared {
  edge_config config;
  tls_context tls;
  edge_upstream& upstream;
  route_settings routes;
  std::shared_ptr<godwit::admissions> admissions;
  edge_totals totals;
  shard_works work;
  loop_set loops;
  godwit::refusals refusals;
  /// Connections, of all loops.
  std::size_t load() const { return totals.connections.load(std::memory_order_relaxed); }
};

class loop final : private connection_owner {
public:
  loop(edge_shared& shared, std::size_t index);
  ~loop() override;

  /// Before it is started the first time: a shard without routes is here.
  void found(std::size_t shard);
  /// Also after it has ended and was joined.
  void start();
  /// Whether `end_loop` has been done: then the thread ends by itself.
  bool has_ended() const { return ended_.load(std::memory_order_acquire); }
  /// Wakes the loop unless it is awake. After `stop`, what is posted is dropped.
  void post(loop_task task);
  /// A connection is on its way here.
  void assign() { load_.fetch_add(1, std::memory_order_relaxed); }
  std::size_t load() const { return load_.load(std::memory_order_relaxed); }
  /// Closes all connections; the thread ends when the last one is closed.
  void begin_stop();
  void join();

  asio::io_context& io() { return io_; }
  const edge_loop_counters& counters() const { return counters_; }

private:
  using connection_ptr = std::shared_ptr<connection>;

  void on_frame(connection& from, const frame& what) override;
  void on_dirty(connection& which) override { dirty_.push_back(&which); }
  void on_trouble(connection& which) override { troubled_.push_back(&which); }
  void on_drained(connection& which) override { drained_.push_back(&which); }
  void on_held(connection& which) override { held_.set(context_.now, which.here()); }
  void on_closing(connection& which) override;
  void on_closed(connection& which) override;
  void end_turn() override;

  /// What this loop has of a shard.
  struct shard_seat {
    std::unique_ptr<route_table> routes; // null: it is not here
    bool expected = false;               // it is on its way
    std::vector<loop_task> waiting;      // what came for it meanwhile
  };

  void take_inbox();
  void perform(shard_message& what);
  void perform(membership_view& what);
  void perform(item_batch& what);
  void perform(godwit::link_reset& what);
  void perform(accepted_socket& what);
  void perform(client_for_shard& what);
  void perform(client_of_none& what);
  void perform(const shard_comes& what);
  void perform(const shard_leaves& what);
  void perform(shard_arrives& what);
  void perform(const end_loop& what);

  void on_hello(connection& from, const frame& what);
  void on_control(connection& from, std::string_view bytes);
  void take_in(const connection_ptr& client);
  void let_go(const connection_ptr& client);
  void send_departing();
  connection_ptr find(connection* which) const;
  connection_ptr find(const std::weak_ptr<residence>& of) const;
  route_table* routes_of(session_id session) { return seats_[shard_of(session)].routes.get(); }
  std::size_t quietest_shard() const;
  template <class Each>
  bool drain(std::vector<connection*>& list, Each&& each);
  void deal_with_trouble(connection& which);
  void note_refusal(const connection& which, std::string_view reason);
  void close(connection& which, const error& why);

  void settle();
  void arm_timer();
  void tick();
  void tick_routes();
  void check_idle(const connection_ptr& which);
  void stop_now();
  void end_if_stopped();
  void shut();

  edge_shared& shared_;
  std::size_t index_;
  edge_loop_counters counters_;
  asio::io_context io_{1};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work_;
  connection_context context_;
  reception reception_;
  std::array<shard_seat, shard_count> seats_;
  std::size_t expected_ = 0;              // seats whose shard is on its way
  std::vector<connection_ptr> departing_; // to their shards elsewhere, at the end of this turn
  std::unordered_map<connection*, connection_ptr> connections_;
  std::vector<connection*> dirty_, troubled_, drained_, batch_; // noted in this turn
  deadline_queue<std::weak_ptr<residence>> greeting_, idle_, lingering_, held_;
  asio::steady_timer timer_;
  std::optional<steady_time> armed_for_;
  std::atomic<std::size_t> load_ = 0;
  bool stopping_ = false;
  std::atomic<bool> ended_ = false;
  std::thread thread_;

  std::mutex inbox_mutex_;
  std::vector<loop_task> inbox_; // guarded
  bool awake_ = false;           // guarded: a wake-up is under way
  bool shut_ = false;            // guarded: nothing is taken any more
  std::vector<loop_task> taken_; // the other half of a double buffer
};

} // namespace godwit
