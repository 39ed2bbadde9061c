/// @file
/// One thread of the edge: its connections and their routes.
///
/// A turn is what follows one wake-up: everything that came is taken, what it causes is noted, and at its end troubles
/// are dealt with and each client that something waits for is written to once.
///
/// Owns      its io_context and thread, its connections, routes, deadlines (one timer for all).
/// Threads   `post`, `assign` and `load` from everywhere; all else on its own thread.
/// Bounded   the inbox by its producers: each session and each room is windowed.
#pragma once

#include "nodes/edge/connection.hpp"
#include "nodes/edge/deadline_queue.hpp"
#include "nodes/edge/reception.hpp"
#include "nodes/edge/route_table.hpp"

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

class loop;

/// What all loops of an edge share.
struct edge_shared {
  edge_config config;
  tls_context tls;
  edge_upstream& upstream;
  route_settings routes;
  std::shared_ptr<godwit::admissions> admissions;
  std::vector<std::unique_ptr<loop>> loops; ///< constant while they run
  std::size_t load() const;                 ///< connections, of all loops
};

struct item_batch {
  std::vector<edge_item> items;
  std::shared_ptr<const void> ticket;
};
/// A socket from a listener.
struct accepted_socket {
  unique_fd socket;
  bool ipv6 = false;
  std::string peer;
  admission share;
  bool exempt = false;
  std::optional<error_code> unwelcome;
};
using loop_task = std::variant<message, item_batch, link_reset, accepted_socket, connection_parts>;

class loop final : private connection_owner {
public:
  loop(edge_shared& shared, std::size_t index);
  ~loop() override;

  void start();
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
  void on_held(connection& which) override { held_.set(context_.now, which.weak_from_this()); }
  void on_closing(connection& which) override;
  void on_closed(connection& which) override;
  void end_turn() override;

  void take_inbox();
  void perform(message& what);
  void perform(item_batch& what);
  void perform(godwit::link_reset& what) { routes_.link_reset(what); }
  void perform(accepted_socket& what);
  void perform(connection_parts& what);

  void on_hello(connection& from, const frame& what);
  void on_control(connection& from, std::string_view bytes);
  connection_ptr add(connection_parts parts);
  connection_ptr find(connection* which) const;
  template <class Each>
  bool drain(std::vector<connection*>& list, Each&& each);
  void deal_with_trouble(connection& which);
  void close(connection& which, const error& why);

  void arm_timer();
  void tick();
  void check_idle(const connection_ptr& which);
  void stop_now();
  void end_if_stopped();

  edge_shared& shared_;
  std::size_t index_;
  edge_loop_counters counters_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  connection_context context_;
  route_table routes_;
  reception reception_;
  std::unordered_map<connection*, connection_ptr> connections_;
  std::vector<connection*> dirty_, troubled_, drained_, batch_; // noted in this turn
  deadline_queue<std::weak_ptr<connection>> greeting_, idle_, lingering_, held_;
  asio::steady_timer timer_;
  std::optional<steady_time> armed_for_;
  std::atomic<std::size_t> load_ = 0;
  bool stopping_ = false;
  std::thread thread_;

  std::mutex inbox_mutex_;
  std::vector<loop_task> inbox_; // guarded
  bool awake_ = false;           // guarded: a wake-up is under way
  bool shut_ = false;            // guarded: nothing is taken any more
  std::vector<loop_task> taken_; // the other half of a double buffer
};

} // namespace godwit
