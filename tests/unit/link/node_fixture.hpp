/// @file
/// Nodes of a test cluster on loopback: a link transport each, and what it reports, to be waited for.
#pragma once

#include "nodes/link/link_transport.hpp"
#include "tests/support/test_certificates.hpp"

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <unistd.h>
#include <utility>

namespace godwit::test {

/// For what must happen; a test that waits this long has failed.
inline constexpr auto patience = std::chrono::seconds{20};

/// Things that happen on another thread, in order.
template <class T>
class happenings {
public:
  void add(T what) {
    const std::lock_guard lock(mutex_);
    all_.push_back(std::move(what));
    changed_.notify_all();
  }
  /// The first that `matches`, with all before it taken away; nothing after `patience`.
  template <class Matches>
  std::optional<T> wait_for(Matches matches) {
    std::unique_lock lock(mutex_);
    const auto until = std::chrono::steady_clock::now() + patience;
    for (;;) {
      while (!all_.empty()) {
        auto first = std::move(all_.front());
        all_.pop_front();
        if (matches(first))
          return first;
      }
      if (changed_.wait_until(lock, until) == std::cv_status::timeout && all_.empty())
        return {};
    }
  }
  std::optional<T> wait() {
    return wait_for([](const T&) { return true; });
  }

private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<T> all_;
};

/// A file descriptor that is closed at the end.
class owned_fd {
public:
  owned_fd() = default;
  explicit owned_fd(int fd) : fd_(fd) {}
  owned_fd(owned_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  owned_fd& operator=(owned_fd&& other) noexcept {
    reset();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  ~owned_fd() { reset(); }
  void reset() {
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

private:
  int fd_ = -1;
};

struct happened {
  enum kind { opened, closed, dial_failed, refused } what;
  std::string who;    ///< a node's name, or an address
  std::string reason; ///< empty: opened
  link_id link;
  bool is_dialler = false;
  node_hello peer;
  owned_fd fd;
};

inline link_options options_of(const std::string& name, std::uint64_t incarnation = 1) {
  link_options options;
  options.self = {.cluster = "flock", .name = name, .incarnation = {incarnation}, .software = "test"};
  options.redial_backoff_min = std::chrono::milliseconds{10};
  options.redial_backoff_max = std::chrono::milliseconds{50};
  options.clock = {}; // a greeting is then what `self` says
  return options;
}

class test_node {
public:
  test_node(const tls_context& tls, const link_options& options)
      : transport_(must(link_transport::start(tls, options, reports()))) {}
  ~test_node() { transport_->stop(); } // before what it reports to

  link_transport& transport() { return *transport_; }
  std::string address() const { return "127.0.0.1:" + std::to_string(transport_->ports().front()); }

  /// The next of this kind; what comes before it is dropped. Throws when it does not happen.
  happened next(happened::kind what) {
    auto found = seen_.wait_for([&](const happened& each) { return each.what == what; });
    if (!found)
      throw std::runtime_error("it did not happen");
    return std::move(*found);
  }
  happened next() {
    auto found = seen_.wait();
    if (!found)
      throw std::runtime_error("nothing happened");
    return std::move(*found);
  }

private:
  link_events reports() {
    return {
      .on_link =
        [this](const node_hello& peer, int fd, bool is_dialler, link_id link) {
          seen_.add({happened::opened, peer.name, "", link, is_dialler, peer, owned_fd(fd)});
        },
      .on_link_closed =
        [this](const node_hello& peer, link_id link, const std::string& reason) {
          seen_.add({happened::closed, peer.name, reason, link, false, peer, {}});
        },
      .on_dial_failed =
        [this](const node_name& peer, const std::string& reason) {
          seen_.add({happened::dial_failed, peer, reason, {}, false, {}, {}});
        },
      .on_clock_far = {},
      .on_refused =
        [this](const std::string& address, const std::string& reason) {
          seen_.add({happened::refused, address, reason, {}, false, {}, {}});
        },
    };
  }

  happenings<happened> seen_;
  std::unique_ptr<link_transport> transport_;
};

} // namespace godwit::test
