/// @file
/// A proxy node of a few lines for tests of the client: the test says, step by step, what it reads and answers.
///
/// Every wait ends after ten seconds with an exception: a test fails, and does not hang.
#pragma once

#include "messages/control_codec.hpp"
#include "messages/frame.hpp"
#include "messages/native_codec.hpp"
#include "messages/tls_session.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include <array>
#include <deque>
#include <optional>
#include <poll.h>
#include <stdexcept>
#include <string>

namespace godwit::test {

inline constexpr int patience_ms = 10'000;

/// One client that has connected.
class scripted_peer {
public:
  scripted_peer(asio::ip::tcp::socket socket, const tls_context& context)
      : socket_(std::move(socket)), tls_(tls_session::accept(context)) {}

  control::client_control read_control() {
    for (;;) {
      auto what = read(client_channel::connection);
      auto decoded = control::decode_client_control(what);
      if (!decoded)
        throw std::runtime_error("not readable");
      return *decoded;
    }
  }
  control::client_hello read_hello() { return std::get<control::client_hello>(read_control()); }
  client_command read_command() {
    auto decoded = native::decode_command(read(client_channel::session));
    if (!decoded)
      throw std::runtime_error("not readable");
    return *decoded;
  }

  void say(const control::server_control& what) { write(control::encode(what)); }
  void tell(const server_frame& what) { write(native::encode(what)); }
  /// Greets a new session, or goes on with an old one.
  void greet(session_id session, bool resumed = false, std::int64_t time_us = 1'000'000) {
    control::server_hello hello;
    hello.session = session;
    hello.token.fill(static_cast<std::uint8_t>(session.value));
    hello.resumed = resumed;
    hello.server_time_us = time_us;
    hello.node = "proxy-1";
    say(hello);
  }
  /// Reads the login, and answers it.
  void let_in() {
    const auto command = read_command();
    const auto& login = std::get<ask::login>(command.request);
    tell(client_reply{command.op, false, tell::logged_in{login.nick}});
    tell(tell::confirmed{command.op});
  }
  /// Ends without a word.
  void cut() { socket_.close(); }
  /// Whether the client ended the connection.
  bool has_ended() {
    try {
      for (;;)
        receive();
    } catch (const std::runtime_error& why) {
      return std::string{why.what()} == "ended";
    }
  }

private:
  std::string read(client_channel channel) {
    for (;;) {
      for (auto at = frames_.begin(); at != frames_.end(); ++at) {
        if (at->first != static_cast<std::uint8_t>(channel))
          continue;
        auto bytes = std::move(at->second);
        frames_.erase(at);
        return bytes;
      }
      receive();
    }
  }

  void receive() {
    pollfd watched{socket_.native_handle(), POLLIN, 0};
    if (::poll(&watched, 1, patience_ms) != 1)
      throw std::runtime_error("nothing came");
    std::array<char, 16 * 1024> bytes{};
    asio::error_code failed;
    const auto count = socket_.read_some(asio::buffer(bytes), failed);
    if (failed)
      throw std::runtime_error("ended");
    std::string plaintext;
    const auto state = tls_.feed({bytes.data(), count}, plaintext);
    flush();
    reader_.feed(plaintext);
    for (auto got = reader_.next(); got && *got; got = reader_.next())
      frames_.emplace_back((*got)->channel, std::string{(*got)->bytes});
    if (state == tls_state::ended || state == tls_state::failed)
      throw std::runtime_error("ended");
  }

  void write(std::string_view bytes) {
    tls_.write(bytes);
    flush();
  }
  void flush() {
    std::string out;
    tls_.take_output(out);
    asio::error_code ignored;
    asio::write(socket_, asio::buffer(out), ignored);
  }

  asio::ip::tcp::socket socket_;
  tls_session tls_;
  frame_reader reader_{{1024 * 1024, 2}};
  std::deque<std::pair<std::uint8_t, std::string>> frames_;
};

/// Listens on a free port of 127.0.0.1.
class scripted_server {
public:
  explicit scripted_server(tls_context context)
      : context_(std::move(context)), acceptor_(io_, {asio::ip::make_address("127.0.0.1"), 0}) {}

  std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
  scripted_peer accept() {
    pollfd watched{acceptor_native(), POLLIN, 0};
    if (::poll(&watched, 1, patience_ms) != 1)
      throw std::runtime_error("nobody came");
    return scripted_peer{acceptor_.accept(), context_};
  }
  /// Whether somebody knocks within this time.
  bool somebody_waits(int within_ms) {
    pollfd watched{acceptor_native(), POLLIN, 0};
    return ::poll(&watched, 1, within_ms) == 1;
  }

private:
  int acceptor_native() { return acceptor_.native_handle(); }

  tls_context context_;
  asio::io_context io_;
  asio::ip::tcp::acceptor acceptor_;
};

} // namespace godwit::test
