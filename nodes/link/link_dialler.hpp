/// @file
/// Dials one peer until there is a connection, and again when it is lost.
///
/// Lives on    the transport's thread.
/// Owns        one dial attempt at a time, and the wait before the next.
/// Promises    the first attempt at once, and after a link that had lived for a while; else a jittered, growing wait.
///             An attempt tries all addresses, each time beginning with the next, so that one which swallows
///             everything can not hide the others.
/// Source      design.md, "Links".
#pragma once

#include "messages/endpoint.hpp"
#include "nodes/link/backoff.hpp"

#include "nodes/work/work_pool.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace godwit {

class link_dialler : public std::enable_shared_from_this<link_dialler> {
public:
  using deadline = std::chrono::steady_clock::time_point;
  struct events {
    /// TCP is connected; the rest is to be done by the same deadline. Answered by `refused` or `closed`.
    std::function<void(asio::ip::tcp::socket, deadline)> connected;
    std::function<void(const std::string& reason)> failed;
    /// The same, before `failed`, where no connection came about at all: nobody has logged it yet.
    std::function<void(const std::string& reason)> unreachable;
  };
  struct times {
    std::chrono::milliseconds attempt;
    std::chrono::milliseconds backoff_min;
    std::chrono::milliseconds backoff_max;
  };

  /// `work` is stopped before the executor's context ends.
  link_dialler(asio::any_io_executor on, work_pool& work, std::vector<endpoint> addresses, times limits, events what);

  void dial();
  /// The connection became no link: tells `failed`, waits, dials.
  void refused(const std::string& reason);
  /// The link was lost after `lived`.
  void closed(std::chrono::steady_clock::duration lived);
  /// No further attempt, no further call.
  void stop();

private:
  void resolve(std::size_t at);
  void look_up(std::size_t at);
  void connect();
  void on_connected(std::error_code failed);
  void attempt_failed(const std::string& reason);
  void dial_later();

  work_pool& work_;
  asio::ip::tcp::socket socket_;
  asio::steady_timer attempt_timer_;
  asio::steady_timer wait_timer_;
  std::vector<endpoint> addresses_;
  times times_;
  events events_;
  backoff backoff_;
  std::mt19937_64 chance_{std::random_device{}()};
  std::vector<asio::ip::tcp::endpoint> endpoints_;
  std::string problem_; // of the look-up
  std::size_t attempts_ = 0;
  deadline deadline_{};
  bool stopped_ = false;
  bool attempting_ = false;
};

} // namespace godwit
