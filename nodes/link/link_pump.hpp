/// @file
/// Carries the bytes of one open link: between CAF's socket and the peer's, through TLS.
///
/// Lives on    the transport's thread.
/// Owns        the TCP connection, its TLS session, our end of the socket pair.
/// Promises    bytes in order; an end or error on one side closes both; what came before a peer's end is still handed
///             over; `closed` is called once, unless the pump just goes.
/// Bounded by  limits::link_buffer_bytes in each direction: neither side is read while the other is full.
#pragma once

#include "actors/rules/limits.hpp"
#include "messages/tls_session.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>

namespace godwit {

class link_pump : public std::enable_shared_from_this<link_pump> {
public:
  using closed_function = std::function<void(const std::string& reason)>;

  link_pump(asio::ip::tcp::socket network, tls_session tls, asio::local::stream_protocol::socket local)
      : network_(std::move(network)), local_(std::move(local)), tls_(std::move(tls)) {}

  /// `first`: what the peer has said already. Everything follows from here on, never within this call.
  void start(std::string first, closed_function closed);
  /// Says goodbye to the peer if that is possible at once, closes both sockets, calls `closed`. Again: nothing.
  void close(const std::string& reason);

private:
  void read_network();
  void read_local();
  void write_local();
  void write_network();
  void wait_for_network();
  void network_came(std::string_view ciphertext);

  asio::ip::tcp::socket network_;
  asio::local::stream_protocol::socket local_;
  tls_session tls_;
  closed_function closed_;
  bool is_closed_ = false;
  bool reading_local_ = false;
  bool waiting_for_network_ = false; // its socket is full
  std::string to_local_;             // plaintext on its way to CAF
  std::array<char, limits::link_buffer_bytes> from_network_{};
  std::array<char, limits::link_buffer_bytes> from_local_{};
};

} // namespace godwit
