/// @file
/// One client of a load: it connects, joins its room, listens, and posts if it is a sender.
///
/// Requires  calls on the thread of its loop. What it is given outlives it.
/// Owns      its connection, what it has posted without an answer, and the check of what it is told.
/// Promises  in the closed loop never more than `in_flight` unanswered posts; in the open one every post that is due,
///           as soon as fewer than `unanswered_max` are unanswered.
#pragma once

#include "client/bench/connection.hpp"
#include "client/bench/load_figures.hpp"
#include "client/bench/load_plan.hpp"
#include "client/bench/order_checker.hpp"

#include <deque>
#include <functional>

namespace godwit::bench {

/// Where the plan's servers are.
struct load_servers {
  std::vector<dialled_server> first; ///< of load_plan::servers
  std::vector<dialled_server> irc;   ///< of load_plan::irc_servers

  const dialled_server& of(const load_plan& plan, std::uint32_t client) const {
    const bool second = plan.is_mixed() && plan.spoken_by(client) == protocol::irc;
    return (second ? irc : first).at(plan.server_of(client));
  }
};

/// What the clients of one thread share.
struct client_base {
  const load_plan& plan;
  const run_names& names;
  connection_base connections;
  const load_servers& servers;
  load_figures& figures;
  load_progress& progress;
  first_fault& fault;
  load_times times{};
  std::optional<post_schedule> schedule{}; ///< of the open loop
  std::function<void()> logged_in_or_over; ///< one fewer is on its way in
  std::function<void()> joined_or_over;    ///< the same, into its room
};

class bench_client final : connection_owner, speaker_events {
public:
  /// Of the open loop: the server stops reading long before.
  static constexpr std::size_t unanswered_max = 256;

  /// `number`: among all clients.
  bench_client(client_base& base, std::uint32_t number);

  std::uint32_t number() const { return number_; }
  bool is_sender() const { return number_ < base_.plan.sender_count; }
  bool is_over() const { return phase_ == phase::over; }

  void connect();
  void join();
  /// Closed loop: posts until as many as allowed are unanswered.
  void begin_posting();
  /// Open loop: one more post is due.
  void post_one_more();
  /// Nothing is sent any more. What is due and was not sent is counted as overdue, if the connection is there.
  void stop_posting();
  /// Says good-bye; the server closes.
  void quit();

  /// What it was told, and what it was answered: when all is over.
  const order_checker& heard() const { return heard_; }
  const sender_account& account() const { return account_; }
  /// Its connection was there until it quit.
  bool heard_all() const { return !lost_; }

private:
  enum class phase : std::uint8_t { idle, connecting, logged_in, joining, in_room, quitting, over };

  void arrived(std::string_view plaintext) override;
  void lost(const std::string& why) override;
  void logged_in() override;
  void joined() override;
  void acknowledged(std::uint64_t counter) override;
  void refused(std::uint64_t counter, const std::string& why) override;
  void told(const post_stamp& what) override;
  void failed(const std::string& why) override;

  void post_what_may_be();
  void post(bench_time due);
  void send();

  client_base& base_;
  std::uint32_t number_;
  std::string room_;
  phase phase_ = phase::idle;
  connection connection_;
  std::string out_;
  std::unique_ptr<speaker> speaker_;
  order_checker heard_;
  sender_account account_;
  std::deque<bench_time> unanswered_; ///< when they were due
  std::uint64_t sent_ = 0;
  std::uint64_t due_ = 0; ///< of the open loop
  bench_time dialled_{};
  bench_time now_{}; ///< of what arrived last
  bool posting_ = false;
  bool lost_ = false;
};

} // namespace godwit::bench
