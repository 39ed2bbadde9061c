/// @file
/// Stands between clients and a server, passes bytes on, and cuts connections when a test wants it.
///
/// Owns      its threads (one that accepts, two per connection) and sockets, until it ends.
/// Promises  a cut connection ends at both ends, without a word of TLS, and with what was under way lost; new ones are
///           accepted at once. Where the server can not be reached, the client's connection ends at once.
#pragma once

#include "tests/support/unique_fd.hpp"

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

namespace godwit::test {

class tcp_relay {
public:
  /// From a port of its own on 127.0.0.1 to `target` there.
  explicit tcp_relay(std::uint16_t target);
  tcp_relay(const tcp_relay&) = delete;
  tcp_relay& operator=(const tcp_relay&) = delete;
  ~tcp_relay();

  /// HOST:PORT for clients.
  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  /// Cuts all connections.
  void cut();
  /// Lets so many bytes more go in that direction, of all connections together, then cuts all, in the middle of what
  /// is being sent.
  void cut_after_bytes_to_server(std::int64_t count) { to_server_left_ = count; }
  void cut_after_bytes_to_client(std::int64_t count) { to_client_left_ = count; }
  /// False: new connections end at once, until it is said anew.
  void let_in(bool wanted) { lets_in_ = wanted; }
  /// New connections come to the server from 127.0.0.`last_octet`, as clients of another network do.
  void go_out_from(int last_octet) { goes_out_from_ = last_octet; }
  /// Connections accepted so far.
  int accepted() const { return accepted_; }

private:
  struct passage {
    unique_fd client;
    unique_fd server;
    std::jthread up;
    std::jthread down;
  };
  static constexpr std::int64_t no_end = INT64_MAX;

  void accept_clients();
  static void pass(int from, int to, std::atomic<std::int64_t>& left);

  std::uint16_t target_;
  std::uint16_t port_ = 0;
  unique_fd listening_;
  std::atomic<std::int64_t> to_server_left_{no_end};
  std::atomic<std::int64_t> to_client_left_{no_end};
  std::atomic<bool> lets_in_{true};
  std::atomic<int> accepted_{0};
  std::atomic<int> goes_out_from_{1};
  std::mutex lock_; // guards passages_ and stopped_
  std::list<passage> passages_;
  bool stopped_ = false;

  std::jthread accepting_;
};

} // namespace godwit::test
