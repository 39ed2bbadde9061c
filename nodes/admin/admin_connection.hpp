/// @file
/// One connection of an operator's tool: TLS, the greetings, then questions and answers.
///
///   (accepted) ──TLS, hello──▶ greeted ──▶ open ──▶ over        refused, or broken: lingers a moment, then over
///
/// Lives on    the admin port's thread.
/// Owns        the TCP connection and its TLS session.
/// Promises    `ended` is called once, last, unless it was closed by close(). A tool that is refused hears why: its
///             socket is closed behind what it says, since one that is closed with bytes unread resets the connection.
/// Bounded by  limits, "admin port": questions under way; while something waits to be sent nothing is read.
/// Source      messages/admin.capnp.
#pragma once

#include "messages/admin_codec.hpp"
#include "messages/frame.hpp"
#include "messages/tls_session.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <system_error>

namespace godwit {

class admin_connection : public std::enable_shared_from_this<admin_connection> {
public:
  struct events {
    /// Its certificate is verified and its hello read. Why it is not wanted; none: it is.
    std::function<std::optional<error>()> greeted;
    std::function<void(std::uint64_t number, admin_question what)> asked;
    /// `refused`: why it never got to ask; empty: it did.
    std::function<void(const std::string& refused)> ended;
  };

  admin_connection(asio::ip::tcp::socket network, tls_session tls, admin::welcome welcome,
                   std::chrono::milliseconds idle_timeout);

  void start(events what, std::chrono::milliseconds handshake_timeout);
  /// The question of this number is answered.
  void answer(std::uint64_t number, admin_result what);
  /// Says why, if it can, and ends.
  void refuse(const error& why);
  /// At once; nothing is called any more.
  void close();

  /// Whose certificate it shows; empty before the handshake is done.
  std::string operator_name() const { return tls_.peer_name(); }
  /// As it is called in the log.
  const std::string& address() const { return address_; }

private:
  enum class phase : std::uint8_t { shaking, open, lingering, over };

  void read();
  void came(std::string_view ciphertext);
  void take_frames();
  void take(const admin::request& what);
  void greet(const admin::hello& tool);
  void say(const admin::reply& what);
  void send();
  void sent(std::error_code failed);
  void await(std::chrono::milliseconds time);
  void on_deadline();
  void linger(const std::string& refused);
  void end();

  asio::ip::tcp::socket network_;
  asio::steady_timer deadline_;
  tls_session tls_;
  admin::welcome welcome_;
  std::chrono::milliseconds idle_timeout_;
  events events_;
  std::string address_;
  phase phase_ = phase::shaking;
  frame_reader frames_{{.bytes_max = admin::admin_request_bytes_max, .channel_count = 1}};
  std::size_t under_way_ = 0; // questions
  bool reading_ = false;
  bool sending_ = false;
  std::string refused_;
  std::string to_network_;
  std::array<char, 4096> from_network_{};
};

} // namespace godwit
