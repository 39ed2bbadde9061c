/// @file
/// A thread of a load, with its share of the clients: of N threads the i-th has the clients i, i + N, i + 2 N, …
///
/// Requires  the calls of one thread, in the order below; each returns at once, and progress() tells how far it is.
/// Owns      the thread, its io_context, its clients and what they have counted.
/// Promises  clients() and figures() may be read after end(): nobody writes any more.
#pragma once

#include "client/bench/bench_client.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/steady_timer.hpp>

#include <memory>
#include <thread>
#include <vector>

namespace godwit::bench {

class load_loop {
public:
  /// Connections that are being made at once by one thread, and joins.
  static constexpr std::uint32_t at_once = 16;

  /// What it is given outlives it.
  load_loop(const load_plan& plan, const run_names& names, const tls_context& context, const load_servers& servers,
            first_fault& fault, std::uint32_t index);
  ~load_loop();
  load_loop(const load_loop&) = delete;
  load_loop& operator=(const load_loop&) = delete;

  /// All clients, from `begin` on at the rate of the plan.
  void connect(bench_time begin);
  void join();
  /// From the first moment to the last.
  void load(const load_times& times);
  void quit();
  /// Stops and joins the thread.
  void end();

  const load_progress& progress() const { return progress_; }
  const load_figures& figures() const { return figures_; }
  const std::vector<std::unique_ptr<bench_client>>& clients() const { return clients_; }

private:
  using act = void (bench_client::*)();

  void begin_next(act what);
  void begin_next_at(bench_time begin);
  void post_those_due();
  void stop_posting();
  void at(asio::steady_timer& timer, bench_time when, std::function<void()> what);

  const load_plan& plan_;
  std::uint32_t index_;
  load_figures figures_;
  load_progress progress_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> stay_{io_.get_executor()};
  asio::steady_timer next_{io_}; ///< connection or post
  asio::steady_timer over_{io_};
  client_base base_;
  std::vector<std::unique_ptr<bench_client>> clients_;
  std::size_t begun_ = 0;       ///< of the clients, in this phase
  std::uint64_t next_post_ = 0; ///< of the open loop's schedule
  std::thread runner_;
};

} // namespace godwit::bench
