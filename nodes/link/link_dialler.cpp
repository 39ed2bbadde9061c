#include "nodes/link/link_dialler.hpp"

#include <asio/connect.hpp>
#include <asio/post.hpp>

#include <netdb.h>

#include <algorithm>
#include <cstring>

namespace godwit {

using asio::ip::tcp;

namespace {

/// Blocks.
std::error_code look_up_name(const std::string& host, std::uint16_t port, std::vector<tcp::endpoint>& found) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_ADDRCONFIG;
  addrinfo* all = nullptr;
  if (const int failed = ::getaddrinfo(host.c_str(), nullptr, &wanted, &all); failed != 0)
    return failed == EAI_AGAIN ? asio::error::make_error_code(asio::error::host_not_found_try_again)
                               : asio::error::make_error_code(asio::error::host_not_found);
  for (const auto* each = all; each != nullptr; each = each->ai_next) {
    tcp::endpoint where;
    if (each->ai_addrlen > where.capacity())
      continue;
    std::memcpy(where.data(), each->ai_addr, each->ai_addrlen);
    where.resize(each->ai_addrlen);
    where.port(port);
    found.push_back(where);
  }
  ::freeaddrinfo(all);
  return {};
}

} // namespace

link_dialler::link_dialler(asio::any_io_executor on, work_pool& work, std::vector<endpoint> addresses, times limits,
                           events what)
    : work_(work), socket_(on), attempt_timer_(on), wait_timer_(on), addresses_(std::move(addresses)), times_(limits),
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
  look_up(at);
}

/// On the pool's threads, since the system's resolver blocks.
void link_dialler::look_up(std::size_t at) {
  const auto& [host, port] = addresses_[at];
  auto answer = [self = shared_from_this(), at, attempt = attempts_](std::error_code failed,
                                                                     const std::vector<tcp::endpoint>& found) {
    if (self->stopped_ || !self->attempting_ || attempt != self->attempts_)
      return;
    if (failed)
      self->problem_ = self->addresses_[at].host + ": " + failed.message();
    self->endpoints_.insert(self->endpoints_.end(), found.begin(), found.end());
    self->resolve(at + 1);
  };
  const bool taken = work_.try_post([on = socket_.get_executor(), host = host, port = port, answer]() mutable {
    std::vector<tcp::endpoint> found;
    const auto failed = look_up_name(host, port, found);
    asio::post(on, [answer = std::move(answer), failed, found = std::move(found)] { answer(failed, found); });
  });
  if (!taken) {
    problem_ = host + ": too many names are being looked up";
    resolve(at + 1);
  }
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
  attempt_timer_.cancel();
  wait_timer_.cancel();
  std::error_code ignored;
  socket_.close(ignored);
}

} // namespace godwit
