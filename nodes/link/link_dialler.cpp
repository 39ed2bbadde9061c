#include "nodes/link/link_dialler.hpp"

#include <asio/connect.hpp>

#include <algorithm>

namespace godwit {

using asio::ip::tcp;

link_dialler::link_dialler(asio::any_io_executor on, std::vector<endpoint> addresses, times limits, events what)
    : resolver_(on), socket_(on), attempt_timer_(on), wait_timer_(on), addresses_(std::move(addresses)), times_(limits),
      events_(std::move(what)), backoff_(limits.backoff_min, limits.backoff_max) {}

void link_dialler::dial() {
  if (stopped_)
    return;
  attempting_ = true;
  deadline_ = std::chrono::steady_clock::now() + times_.attempt;
  attempt_timer_.expires_at(deadline_);
  attempt_timer_.async_wait([self = shared_from_this()](std::error_code aborted) {
    if (!aborted && self->attempting_ && std::chrono::steady_clock::now() >= self->deadline_)
      self->attempt_failed("no connection in time");
  });
  endpoints_.clear();
  problem_ = addresses_.empty() ? "no address is known" : "";
  resolve(0);
}

// One address after the other; most are numbers, which need no resolver and so no thread.
void link_dialler::resolve(std::size_t at) {
  if (at == addresses_.size())
    return connect();
  const auto& [host, port] = addresses_[at];
  std::error_code no_number;
  const auto number = asio::ip::make_address(host, no_number);
  if (!no_number) {
    endpoints_.emplace_back(number, port);
    return resolve(at + 1);
  }
  resolver_.async_resolve(host, std::to_string(port),
                          [self = shared_from_this(), at,
                           attempt = attempts_](std::error_code failed, const tcp::resolver::results_type& found) {
                            if (self->stopped_ || !self->attempting_ || attempt != self->attempts_)
                              return;
                            if (failed)
                              self->problem_ = self->addresses_[at].host + ": " + failed.message();
                            else
                              self->add(found);
                            self->resolve(at + 1);
                          });
}

void link_dialler::add(const tcp::resolver::results_type& found) {
  for (const auto& each : found)
    endpoints_.push_back(each.endpoint());
}

void link_dialler::connect() {
  if (endpoints_.empty())
    return attempt_failed(problem_);
  const auto first = static_cast<std::ptrdiff_t>(attempts_ % endpoints_.size());
  std::rotate(endpoints_.begin(), endpoints_.begin() + first, endpoints_.end());
  asio::async_connect(socket_, endpoints_,
                      [self = shared_from_this(), attempt = attempts_](std::error_code failed, const tcp::endpoint&) {
                        if (!self->stopped_ && self->attempting_ && attempt == self->attempts_)
                          self->on_connected(failed);
                      });
}

void link_dialler::on_connected(std::error_code failed) {
  if (failed)
    return attempt_failed(failed.message());
  attempting_ = false;
  ++attempts_;
  attempt_timer_.cancel();
  events_.connected(std::exchange(socket_, tcp::socket{socket_.get_executor()}), deadline_);
}

void link_dialler::attempt_failed(const std::string& reason) {
  attempting_ = false;
  ++attempts_;
  attempt_timer_.cancel();
  resolver_.cancel();
  std::error_code ignored;
  socket_.close(ignored);
  if (!stopped_ && events_.unreachable)
    events_.unreachable(reason);
  refused(reason);
}

void link_dialler::refused(const std::string& reason) {
  if (stopped_)
    return;
  dial_later();
  events_.failed(reason);
}

void link_dialler::closed(std::chrono::steady_clock::duration lived) {
  if (stopped_)
    return;
  if (lived < times_.backoff_min) // it would only be lost again
    return dial_later();
  backoff_.reset();
  dial();
}

void link_dialler::dial_later() {
  wait_timer_.expires_after(backoff_.take(chance_()));
  wait_timer_.async_wait([self = shared_from_this()](std::error_code aborted) {
    if (!aborted)
      self->dial();
  });
}

void link_dialler::stop() {
  stopped_ = true;
  events_ = {};
  resolver_.cancel();
  attempt_timer_.cancel();
  wait_timer_.cancel();
  std::error_code ignored;
  socket_.close(ignored);
}

} // namespace godwit
