#include "nodes/link/link_handshake.hpp"

#include <asio/buffer.hpp>
#include <asio/write.hpp>

namespace godwit {

link_handshake::link_handshake(asio::ip::tcp::socket network, tls_session tls, events what)
    : network_(std::move(network)), deadline_(network_.get_executor()), tls_(std::move(tls)), events_(std::move(what)) {
}

void link_handshake::start(const node_hello& self, std::chrono::steady_clock::time_point deadline) {
  self_ = self;
  deadline_.expires_at(deadline);
  deadline_.async_wait([me = shared_from_this()](std::error_code aborted) {
    if (!aborted)
      me->on_deadline();
  });
  if (tls_.state() == tls_state::failed) {
    fail(tls_.failure().detail);
    return abandon();
  }
  send();
  read();
}

void link_handshake::abandon() {
  if (std::exchange(done_, true))
    return;
  std::error_code ignored;
  deadline_.cancel();
  network_.close(ignored);
  events_ = {};
}

void link_handshake::on_deadline() {
  if (done_)
    return;
  if (!lingering_)
    fail(heard_bytes_ ? "the handshake did not end in time" : "the peer said nothing in time");
  abandon();
}

void link_handshake::read() {
  network_.async_read_some(asio::buffer(from_network_),
                           [me = shared_from_this()](std::error_code failed, std::size_t count) {
                             if (me->done_)
                               return;
                             if (failed)
                               me->ended(failed);
                             else if (me->lingering_)
                               me->read();
                             else
                               me->came({me->from_network_.data(), count});
                           });
}

void link_handshake::ended(std::error_code failed) {
  if (failed != asio::error::eof)
    fail("reading from the peer: " + failed.message());
  else if (tls_.feed_end() == tls_state::failed)
    fail(tls_.failure().detail);
  else
    fail("the peer closed the connection");
  abandon();
}

void link_handshake::came(std::string_view ciphertext) {
  heard_bytes_ = true;
  std::string plaintext;
  tls_.feed(ciphertext, plaintext);
  frames_.feed(plaintext);
  advance();
  if (done_)
    return;
  send();
  if (!welcomed_us_ || lingering_)
    read();
}

void link_handshake::advance() {
  if (tls_.state() == tls_state::failed)
    return fail(tls_.failure().detail);
  if (tls_.state() == tls_state::handshaking)
    return;
  if (!std::exchange(greeted_, true)) {
    self_.clock = events_.clock ? events_.clock() : std::chrono::milliseconds{0};
    say(self_);
  }
  while (!lingering_ && !welcomed_us_) {
    const auto next = frames_.next();
    if (!next)
      return refuse("the peer's greeting can not be read: " + next.why().detail);
    if (!*next)
      break;
    const auto greeting = decode_link_greeting((*next)->bytes);
    if (!greeting)
      return refuse("the peer's greeting can not be read: " + greeting.why().detail);
    heard(*greeting);
  }
  if (lingering_)
    return;
  if (welcomed_us_)
    hand_over_when_sent();
  else if (tls_.state() == tls_state::ended)
    fail("the peer closed the connection");
}

void link_handshake::heard(const link_greeting& greeting) {
  if (const auto* refused = std::get_if<link_refused>(&greeting))
    return fail("the peer refused this node: " + refused->why);
  if (const auto* hello = std::get_if<node_hello>(&greeting)) {
    if (peer_)
      return refuse("the peer greeted twice");
    const auto objection = events_.objection(*hello, tls_, self_);
    if (!objection.empty())
      return refuse(objection);
    peer_ = *hello;
    return say(link_welcome{});
  }
  if (!peer_)
    return refuse("the peer welcomed us without a greeting");
  welcomed_us_ = true;
}

void link_handshake::say(const link_greeting& greeting) {
  std::string framed;
  append_frame(framed, 0, encode_link_greeting(greeting));
  tls_.write(framed);
}

void link_handshake::send() {
  if (sending_)
    return;
  tls_.take_output(to_network_);
  if (to_network_.empty()) {
    std::error_code ignored;
    if (lingering_)
      network_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    return;
  }
  sending_ = true;
  asio::async_write(network_, asio::buffer(to_network_),
                    [me = shared_from_this()](std::error_code failed, std::size_t) {
                      me->sending_ = false;
                      if (me->done_)
                        return;
                      const bool is_link = me->welcomed_us_ && !me->lingering_;
                      if (is_link && failed) {
                        me->fail("writing to the peer: " + failed.message());
                        me->abandon();
                      } else if (is_link) {
                        me->hand_over_when_sent();
                      } else if (!failed) {
                        me->send();
                      } // else the read tells more: what the peer said last, or the same error
                    });
}

// A write that is under way ends first: the next one is the pump's.
void link_handshake::hand_over_when_sent() {
  if (sending_)
    return;
  done_ = true;
  deadline_.cancel();
  const auto opened = std::exchange(events_, {}).opened;
  opened({std::move(network_), std::move(tls_), *std::move(peer_), frames_.take_rest()});
}

void link_handshake::refuse(const std::string& reason) {
  if (tls_.state() == tls_state::open)
    say(link_refused{reason});
  fail(reason);
}

void link_handshake::fail(const std::string& reason) {
  if (done_ || std::exchange(lingering_, true))
    return;
  tls_.close();
  send();
  if (const auto refused = std::exchange(events_, {}).refused)
    refused(reason);
}

} // namespace godwit
