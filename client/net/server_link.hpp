/// @file
/// One connection to a proxy node, from dialling to its end: TCP, TLS, hello, frames, pings.
///
/// Requires  an io_context that one thread runs; all calls on that thread.
/// Promises  opened() at most once, then arrived() as often as frames come, lost() once, unless it was closed before;
///           nothing after lost() or close(). Calls nobody from within its own functions' callers except lost() for a
///           server name that no TLS can check.
/// Limits    frames that were given away and not taken stop the reading (unread_bytes_max); what is written is bounded
///           by the outbox's window.
/// Source    messages/client.capnp; docs/PROTOCOL.md, "Connections".
#pragma once

#include "client/net/client_dialler.hpp"
#include "client/net/connection_settings.hpp"
#include "messages/control_codec.hpp"
#include "messages/frame.hpp"
#include "messages/tls_session.hpp"

#include <array>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

/// The way back to an io_context that may be gone.
struct io_gate {
  std::mutex lock;
  asio::io_context* io = nullptr;
};

class server_link : public std::enable_shared_from_this<server_link> {
public:
  server_link(asio::io_context& io, std::shared_ptr<io_gate> gate, const tls_context& context,
              const connection_settings& settings, connection_events events);

  void start(const server_address& where, const control::client_hello& hello);
  /// Whole frames. Before opened() they are not to be written.
  void write(std::string_view frames);
  /// Says good-bye behind what was written, and tells nothing more.
  void close();

private:
  void connected(asio::ip::tcp::socket socket, const std::string& host, const std::string& hello);
  void read();
  void read_done(const asio::error_code& failed, std::size_t count);
  void take_plaintext(std::string_view plaintext);
  bool take_control(std::string_view bytes); // false: the connection ended
  void give_away(std::vector<std::string> frames, std::size_t bytes);
  void taken(std::size_t bytes);
  void flush();
  void watch_silence();
  void fail(error why);
  void shut();

  asio::io_context& io_;
  std::shared_ptr<io_gate> gate_;
  tls_context context_;
  connection_settings settings_;
  connection_events events_;
  std::shared_ptr<client_dialler> dialler_;
  std::optional<asio::ip::tcp::socket> socket_;
  asio::steady_timer timer_; // the deadline, then the watch over silence
  std::optional<tls_session> tls_;
  frame_reader reader_;
  std::string where_;
  std::array<char, 16 * 1024> incoming_{};
  std::string sending_;
  std::size_t unread_bytes_ = 0;
  std::uint64_t ping_number_ = 0;
  unsigned silent_rounds_ = 0;
  bool open_ = false;
  bool reading_ = false;
  bool writing_ = false;
  bool closing_ = false;
  bool over_ = false;
};

} // namespace godwit
