/// @file
/// A connection that is to become a link: TLS, then the greetings of messages/hello.capnp, all before a deadline.
///
/// Lives on    the transport's thread.
/// Owns        the TCP connection and its TLS session, until it hands them over.
/// Promises    exactly one of `opened` and `refused` is called, unless the handshake is abandoned; the socket of a
///             refused peer is closed by the deadline. Until then what the peer says is read and dropped: a socket that
///             is closed with bytes unread resets the connection, and the peer would not hear why.
/// Source      messages/hello.capnp.
#pragma once

#include "messages/frame.hpp"
#include "messages/hello.hpp"
#include "messages/tls_session.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <system_error>

namespace godwit {

class link_handshake : public std::enable_shared_from_this<link_handshake> {
public:
  /// What a link begins with.
  struct opened_link {
    asio::ip::tcp::socket network;
    tls_session tls;
    node_hello peer;
    std::string rest; ///< plaintext behind the greetings
  };
  struct events {
    /// Why this peer is not wanted: a sentence, or empty. Its certificate is verified already, not its name.
    /// `self` is what was said to it.
    std::function<std::string(const node_hello& peer, const tls_session& tls, const node_hello& self)> objection;
    std::function<void(opened_link)> opened;
    std::function<void(const std::string& reason)> refused;
    /// The time that is told with the greeting, since 1970 in UTC; unset: none.
    std::function<std::chrono::milliseconds()> clock = {};
  };

  link_handshake(asio::ip::tcp::socket network, tls_session tls, events what);

  void start(const node_hello& self, std::chrono::steady_clock::time_point deadline);
  /// Closes the socket; nothing is called any more.
  void abandon();
  /// The same, and the owner is told.
  void give_way(const std::string& reason) {
    fail(reason);
    abandon();
  }

private:
  void on_deadline();
  void read();
  void came(std::string_view ciphertext);
  void advance();
  void heard(const link_greeting& greeting);
  void say(const link_greeting& greeting);
  void send();
  void hand_over_when_sent();
  void ended(std::error_code failed);
  /// Tells the peer (if TLS stands) and the owner.
  void refuse(const std::string& reason);
  void fail(const std::string& reason);

  asio::ip::tcp::socket network_;
  asio::steady_timer deadline_;
  tls_session tls_;
  events events_;
  node_hello self_;
  frame_reader frames_{{.bytes_max = greeting_bytes_max, .channel_count = 1}};
  std::optional<node_hello> peer_;
  bool greeted_ = false;     // our hello is on its way
  bool welcomed_us_ = false; // the peer's welcome is here
  bool heard_bytes_ = false;
  bool sending_ = false;
  bool lingering_ = false; // refused: waits for the peer's end
  bool done_ = false;      // handed over, or closed
  std::string to_network_;
  std::array<char, greeting_bytes_max> from_network_{};
};

} // namespace godwit
