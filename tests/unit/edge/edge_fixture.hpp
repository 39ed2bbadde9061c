/// @file
/// An edge on loopback, with real TLS clients in front of it and a stub of its node behind it.
///
/// Nothing sleeps: each wait ends by what is waited for, and fails the test after `patience`.
#pragma once

#include "messages/control_codec.hpp"
#include "messages/frame.hpp"
#include "nodes/edge/edge.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/test_certificates.hpp"

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <stdexcept>
#include <string>

namespace godwit::test {

using namespace std::chrono_literals;

/// Keeps what the edge sends until a test asks for it.
class stub_upstream final : public edge_upstream {
public:
  struct sent {
    address to;
    message what;
  };

  void send(const address& to, message what) override {
    const std::lock_guard lock(mutex_);
    sent_.push_back({to, std::move(what)});
    arrived_.notify_all();
  }

  /// The first `Message` that nobody has taken yet; `where`: to whom it went.
  template <class Message>
  Message next(address* where = nullptr) {
    std::unique_lock lock(mutex_);
    for (const auto until = std::chrono::steady_clock::now() + patience;;) {
      for (auto it = sent_.begin(); it != sent_.end(); ++it)
        if (auto* found = std::get_if<Message>(&it->what)) {
          auto taken = std::move(*found);
          if (where)
            *where = it->to;
          sent_.erase(it);
          return taken;
        }
      if (arrived_.wait_until(lock, until) == std::cv_status::timeout)
        throw std::runtime_error("the edge did not send what the test waits for");
    }
  }
  template <class Message>
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    std::size_t n = 0;
    for (const auto& one : sent_)
      n += std::holds_alternative<Message>(one.what) ? 1 : 0;
    return n;
  }

private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<sent> sent_;
};

/// One client over TLS, or over plain TCP as long as it does not `secure`.
class test_client {
public:
  struct received {
    client_channel channel;
    std::string bytes;
  };

  test_client(const tls_context& context, const edge_address& where, int receive_buffer = 0)
      : tls_(tls_session::connect(context, "localhost")), frames_({limits::server_frame_bytes_max, 2}) {
    const bool v6 = where.host.find(':') != std::string::npos;
    fd_ = ::socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receive_buffer != 0)
      ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    const int at_once = 1; // what was sent is there for the edge to read when `send` returns
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once);
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(where.port);
    v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr_in6 six{};
    six.sin6_family = AF_INET6;
    six.sin6_port = htons(where.port);
    six.sin6_addr = in6addr_loopback;
    const int connected = v6 ? ::connect(fd_, reinterpret_cast<sockaddr*>(&six), sizeof six)
                             : ::connect(fd_, reinterpret_cast<sockaddr*>(&v4), sizeof v4);
    if (connected != 0)
      throw std::runtime_error("can not connect");
  }
  ~test_client() { cut(); }
  test_client(const test_client&) = delete;
  test_client& operator=(const test_client&) = delete;

  void send_raw(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0)
        return; // the edge has closed: the test sees it when it reads
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  void secure() {
    send_output();
    while (tls_.state() == tls_state::handshaking && read_some()) {
    }
    ASSERT_EQ(tls_.state(), tls_state::open);
  }
  void send(std::string_view plaintext) {
    tls_.write(plaintext);
    send_output();
  }
  void send_frame(std::string_view bytes) {
    std::string framed;
    append_frame(framed, client_channel::session, bytes);
    send(framed);
  }
  void send(const control::client_control& what) { send(control::encode(what)); }

  /// The next frame; none when the edge has closed the connection.
  std::optional<received> next() {
    for (;;) {
      auto got = frames_.next();
      if (!got)
        throw std::runtime_error("the edge sent something that is no frame");
      if (*got && answers_greeting_ping_ && (*got)->channel == 1 && is_greeting_ping((*got)->bytes))
        send(control::client_control{control::pong{limits::greeting_ping}});
      else if (*got)
        return received{static_cast<client_channel>((*got)->channel), std::string((*got)->bytes)};
      if (*got)
        continue;
      if (!read_some())
        return std::nullopt;
    }
  }
  std::string next_bytes() {
    auto got = next();
    return got ? got->bytes : "(closed)";
  }
  template <class Control>
  Control next_control() {
    auto got = next();
    if (!got || got->channel != client_channel::connection)
      throw std::runtime_error("no control frame");
    auto control = control::decode_server_control(got->bytes);
    if (!control || !std::holds_alternative<Control>(*control))
      throw std::runtime_error("another control frame than the one waited for");
    return std::get<Control>(*control);
  }
  /// Why the edge closes; all frames before it are dropped.
  error_code closed_why() {
    while (auto got = next())
      if (got->channel == client_channel::connection)
        if (auto control = control::decode_server_control(got->bytes))
          if (auto* closed = std::get_if<control::connection_closed>(&*control))
            return closed->why.code;
    throw std::runtime_error("closed without a word");
  }
  /// Reads until the edge ends the connection, by whatever.
  void wait_until_closed() {
    while (read_some())
      plaintext_.clear();
  }
  /// Whether the edge ends the connection within this time; reads what it says until then.
  bool is_closed_within(std::chrono::milliseconds time) const {
    pollfd waited{fd_, POLLIN, 0};
    std::array<char, 4096> dropped;
    while (::poll(&waited, 1, static_cast<int>(time.count())) == 1)
      if (::recv(fd_, dropped.data(), dropped.size(), 0) <= 0)
        return true;
    return false;
  }
  tls_state state() const { return tls_.state(); }
  /// What of the greeting's ping: the edge does not learn that the client has its new token.
  void leave_greeting_ping_unanswered() { answers_greeting_ping_ = false; }
  void cut() {
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = -1;
  }

private:
  static bool is_greeting_ping(std::string_view bytes) {
    const auto control = control::decode_server_control(bytes);
    const auto* ping = control ? std::get_if<control::ping>(&*control) : nullptr;
    return ping != nullptr && ping->number == limits::greeting_ping;
  }
  void send_output() {
    std::string out;
    tls_.take_output(out);
    send_raw(out);
  }
  bool read_some() {
    pollfd waited{fd_, POLLIN, 0};
    if (::poll(&waited, 1, static_cast<int>(std::chrono::milliseconds(patience).count())) != 1)
      throw std::runtime_error("the edge is silent");
    std::array<char, 65536> buffer;
    const auto n = ::recv(fd_, buffer.data(), buffer.size(), 0);
    if (n <= 0)
      return false;
    plaintext_.clear();
    tls_.feed({buffer.data(), static_cast<std::size_t>(n)}, plaintext_);
    frames_.feed(plaintext_);
    send_output();
    return true;
  }

  int fd_ = -1;
  tls_session tls_;
  frame_reader frames_;
  std::string plaintext_;
  bool answers_greeting_ping_ = true;
};

class Edge : public ::testing::Test {
protected:
  static test_ca& ca() {
    static test_ca once;
    return once;
  }
  static edge_config settings(std::size_t loops = 1) {
    edge_config config;
    config.addresses.exempt = {*parse_ip_network("127.0.0.0/8"), *parse_ip_network("::1")};
    config.node = "proxy-1";
    config.node_incarnation = {77};
    config.listen = {{"127.0.0.1", 0}};
    config.loops_min = config.loops_max = loops;
    return config;
  }
  void start(edge_config config) {
    static const tls_context port = ca().client_port();
    edge_ = must(edge::start(std::move(config), port, upstream_));
  }
  std::unique_ptr<test_client> connect(int receive_buffer = 0) {
    auto client = std::make_unique<test_client>(client_context_, edge_->listening().front(), receive_buffer);
    client->secure();
    return client;
  }
  static control::client_hello hello(char person = 'a') {
    control::client_hello said;
    said.identity = std::string(16, person);
    said.client_name = "test";
    return said;
  }

  struct session {
    std::unique_ptr<test_client> client;
    control::server_hello hello;
    attach_session attach;

    session_output output() const { return {attach.session, attach.epoch, attach.attach, {}, 0, {}, false, {}}; }
    delivery event(std::uint64_t seq, std::string_view text, std::uint64_t stream = 5) const {
      std::string framed;
      append_frame(framed, client_channel::session, text);
      return {attach.session,
              attach.epoch,
              attach.attach,
              {stream, seq},
              std::make_shared<const std::string>(std::move(framed)),
              nullptr};
    }
  };
  void answer(const session_id id, bool resumed = false, std::uint32_t generation = 1) {
    edge_->receive(session_placed{id, {generation, 0}, "worker-1", {11}, resumed, {}});
  }
  session begin(char person = 'a', int receive_buffer = 0) {
    session made;
    made.client = connect(receive_buffer);
    made.client->send(control::client_control{hello(person)});
    placed_ = upstream_.next<place_session>();
    answer(placed_.session);
    made.attach = upstream_.next<attach_session>();
    made.hello = made.client->next_control<control::server_hello>();
    return made;
  }
  static control::client_hello resume_of(const session& which, std::vector<stream_position> positions = {},
                                         char person = 'a') {
    auto said = hello(person);
    said.resume = control::resume_request{which.hello.session, which.hello.token, std::move(positions)};
    return said;
  }
  void deliver(std::vector<edge_item> items) { edge_->deliver(std::move(items)); }

  stub_upstream upstream_;
  place_session placed_; ///< of the session that was begun last
  tls_context client_context_ = ca().client();
  std::unique_ptr<edge> edge_;
};

/// What a process holds: descriptors, threads.
std::size_t count_entries(const std::string& folder);

} // namespace godwit::test
