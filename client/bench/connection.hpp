/// @file
/// One TLS connection of the load: bytes in, bytes out, without a protocol and without a timer.
///
/// Requires  an io_context that one thread runs; all calls on that thread. What it is given outlives it; it outlives
///           no handler: it is destroyed when its io_context runs no more.
/// Owns      its socket and its TLS. It reads into a buffer that all connections of the thread share.
/// Promises  lost() at most once, and nothing behind it; no call from within start(), write() or flush().
/// Limits    none of its own on what is written: who posts keeps few posts unanswered.
#pragma once

#include "messages/tls_session.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit::bench {

/// Who hears what a connection brings.
class connection_owner {
public:
  virtual ~connection_owner() = default;
  virtual void arrived(std::string_view plaintext) = 0;
  /// The connection was not made, or is over: a sentence.
  virtual void lost(const std::string& why) = 0;
};

struct dialled_server {
  asio::ip::tcp::endpoint where;
  std::string name; ///< that its certificate must hold
};

/// What all connections of one thread share.
struct connection_base {
  asio::io_context& io;
  const tls_context& context;
  std::vector<char> buffer = std::vector<char>(64 * 1024);
};

class connection {
public:
  connection(connection_base& base, connection_owner& owner, const dialled_server& server)
      : base_(base), owner_(owner), server_(server), socket_(base.io) {}
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Dials. Once.
  void start();
  /// Waits for flush(), and for TLS to stand. Ignored once the connection is over.
  void write(std::string_view plaintext);
  /// Sends what was written.
  void flush();
  /// Without a word, at once; nothing more is told.
  void cut();

private:
  void dialled(const asio::error_code& failed);
  void wait_for_input();
  void receive();
  void end(const std::string& why);

  connection_base& base_;
  connection_owner& owner_;
  const dialled_server& server_;
  asio::ip::tcp::socket socket_;
  std::optional<tls_session> tls_;
  std::string early_; ///< written before TLS began
  bool sending_ = false;
  bool over_ = false;
};

} // namespace godwit::bench
