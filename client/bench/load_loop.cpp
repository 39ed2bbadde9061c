#include "client/bench/load_loop.hpp"

#include <asio/post.hpp>

namespace godwit::bench {

load_loop::load_loop(const load_plan& plan, const run_names& names, const tls_context& context,
                     const load_servers& servers, first_fault& fault, std::uint32_t index)
    : plan_(plan),
      index_(index), base_{plan, names, {io_, context}, servers, figures_, progress_, fault, {}, {}, {}, {}} {
  for (auto number = index; number < plan.client_count; number += plan.thread_count)
    clients_.push_back(std::make_unique<bench_client>(base_, number));
  runner_ = std::thread([this] { io_.run(); });
}

load_loop::~load_loop() { end(); }

void load_loop::end() {
  if (!runner_.joinable())
    return;
  io_.stop();
  runner_.join();
}

/// The wait ends with the loop.
void load_loop::at(asio::steady_timer& timer, bench_time when, std::function<void()> what) {
  timer.expires_at(when);
  timer.async_wait([what = std::move(what)](const asio::error_code& cancelled) {
    if (!cancelled)
      what();
  });
}

// -------------------------------------------------------------------------------------------- connecting and joining

void load_loop::connect(bench_time begin) {
  asio::post(io_, [this, begin] {
    if (plan_.connects_per_s > 0) {
      base_.logged_in_or_over = [] {};
      return begin_next_at(begin);
    }
    base_.logged_in_or_over = [this] { begin_next(&bench_client::connect); };
    for (std::uint32_t i = 0; i != at_once; ++i)
      begin_next(&bench_client::connect);
  });
}

void load_loop::join() {
  asio::post(io_, [this] {
    begun_ = 0;
    base_.joined_or_over = [this] { begin_next(&bench_client::join); };
    for (std::uint32_t i = 0; i != at_once; ++i)
      begin_next(&bench_client::join);
  });
}

/// Later: who calls may be a client in the midst of what it was told.
void load_loop::begin_next(act what) {
  if (begun_ == clients_.size())
    return;
  asio::post(io_, [client = clients_[begun_++].get(), what] { (client->*what)(); });
}

/// One after the other at the plan's rate, whatever became of those before.
void load_loop::begin_next_at(bench_time begin) {
  if (begun_ == clients_.size())
    return;
  auto& client = *clients_[begun_++];
  const auto after = std::chrono::duration<double>(client.number() / plan_.connects_per_s);
  at(next_, begin + std::chrono::duration_cast<std::chrono::nanoseconds>(after), [this, begin, &client] {
    client.connect();
    begin_next_at(begin);
  });
}

// ---------------------------------------------------------------------------------------------------------- posting

void load_loop::load(const load_times& times) {
  asio::post(io_, [this, times] {
    base_.times = times;
    at(over_, times.end, [this] { stop_posting(); });
    if (plan_.posts_per_s) {
      base_.schedule.emplace(times.begin, *plan_.posts_per_s, plan_.sender_count);
      return at(next_, times.begin, [this] { post_those_due(); });
    }
    at(next_, times.begin, [this] {
      for (const auto& each : clients_)
        if (each->is_sender())
          each->begin_posting();
    });
  });
}

/// Those of other threads' senders are theirs.
void load_loop::post_those_due() {
  const auto now = bench_clock::now();
  auto due = base_.schedule->due_at(next_post_);
  for (; due <= now && due < base_.times.end; due = base_.schedule->due_at(++next_post_)) {
    const auto sender = base_.schedule->sender_of(next_post_);
    if (sender % plan_.thread_count == index_)
      clients_[sender / plan_.thread_count]->post_one_more();
  }
  if (due < base_.times.end)
    at(next_, due, [this] { post_those_due(); });
}

void load_loop::stop_posting() {
  if (base_.schedule) // this thread may be late itself
    post_those_due();
  for (const auto& each : clients_)
    if (each->is_sender())
      each->stop_posting();
}

void load_loop::quit() {
  asio::post(io_, [this] {
    for (const auto& each : clients_)
      each->quit();
  });
}

} // namespace godwit::bench
