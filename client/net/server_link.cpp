#include "client/net/server_link.hpp"

#include <asio/post.hpp>
#include <asio/write.hpp>

namespace godwit {
namespace {

/// What servers may send at once; above limits::server_frame_bytes_max, so that a later server may say more.
constexpr frame_limits server_frame_limits{1024 * 1024, 2};

} // namespace

server_link::server_link(asio::io_context& io, std::shared_ptr<io_gate> gate, const tls_context& context,
                         const connection_settings& settings, connection_events events)
    : io_(io), gate_(std::move(gate)), context_(context), settings_(settings), events_(std::move(events)), timer_(io),
      reader_(server_frame_limits) {}

void server_link::start(const server_address& where, const control::client_hello& hello) {
  where_ = to_text(where);
  timer_.expires_after(settings_.open_within);
  timer_.async_wait([self = shared_from_this()](const asio::error_code& cancelled) {
    if (!cancelled && !self->open_)
      self->fail({error_code::handshake_timeout, self->where_ + " did not answer in time"});
  });
  dialler_ = std::make_shared<client_dialler>(io_, settings_.next_address_after);
  dialler_->start(where, [self = shared_from_this(), host = where.host, bytes = control::encode(hello)](auto outcome) {
    if (outcome)
      self->connected(std::move(*outcome), host, bytes);
    else
      self->fail(outcome.why());
  });
}

void server_link::connected(asio::ip::tcp::socket socket, const std::string& host, const std::string& hello) {
  if (over_)
    return;
  dialler_.reset();
  socket_.emplace(std::move(socket));
  asio::error_code ignored;
  socket_->set_option(asio::ip::tcp::no_delay{true}, ignored);
  tls_.emplace(tls_session::connect(context_, host));
  tls_->write(hello);
  flush();
  read();
}

// ------------------------------------------------------------------------------------------------------- reading

void server_link::read() {
  if (over_ || reading_ || unread_bytes_ > settings_.unread_bytes_max)
    return;
  reading_ = true;
  socket_->async_read_some(asio::buffer(incoming_),
                           [self = shared_from_this()](const asio::error_code& failed, std::size_t count) {
                             self->reading_ = false;
                             self->read_done(failed, count);
                           });
}

void server_link::read_done(const asio::error_code& failed, std::size_t count) {
  if (over_)
    return;
  if (failed) {
    fail({error_code::tls_failed, where_ + ": " + failed.message()});
    return;
  }
  silent_rounds_ = 0;
  std::string plaintext;
  const auto state = tls_->feed({incoming_.data(), count}, plaintext);
  take_plaintext(plaintext);
  if (over_)
    return;
  flush();
  if (state == tls_state::failed)
    fail({tls_->failure().code, where_ + ": " + tls_->failure().detail});
  else if (state == tls_state::ended)
    fail({error_code::tls_failed, where_ + " closed the connection"});
  else
    read();
}

void server_link::take_plaintext(std::string_view plaintext) {
  if (plaintext.empty())
    return;
  reader_.feed(plaintext);
  std::vector<std::string> frames;
  std::size_t bytes = 0;
  for (;;) {
    auto got = reader_.next();
    if (!got) {
      give_away(std::move(frames), bytes);
      fail(got.why());
      return;
    }
    if (!*got)
      break;
    const auto& frame = **got;
    if (frame.channel == static_cast<std::uint8_t>(client_channel::session)) {
      frames.emplace_back(frame.bytes);
      bytes += frame.bytes.size();
      continue;
    }
    give_away(std::exchange(frames, {}), std::exchange(bytes, 0)); // what came before a good-bye is not lost
    if (!take_control(frame.bytes))
      return;
  }
  give_away(std::move(frames), bytes);
}

bool server_link::take_control(std::string_view bytes) {
  auto what = control::decode_server_control(bytes);
  if (!what) {
    fail(what.why());
    return false;
  }
  if (auto* hello = std::get_if<control::server_hello>(&*what); hello != nullptr && !open_) {
    open_ = true;
    events_.opened(std::move(*hello));
    watch_silence();
  } else if (const auto* ping = std::get_if<control::ping>(&*what)) {
    tls_->write(control::encode(control::client_control{control::pong{ping->number}}));
  } else if (const auto* closed = std::get_if<control::connection_closed>(&*what)) {
    auto why = closed->why;
    if (!is_known(static_cast<std::uint16_t>(why.code)) && why.detail.empty())
      why.detail = closed->sentence;
    fail(std::move(why));
    return false;
  }
  return true;
}

void server_link::give_away(std::vector<std::string> frames, std::size_t bytes) {
  if (frames.empty())
    return;
  unread_bytes_ += bytes;
  // The last holder may be on any thread, and may outlive this connection and its thread.
  read_ticket ticket(static_cast<const void*>(this), [weak = weak_from_this(), gate = gate_, bytes](const void*) {
    const std::lock_guard guard(gate->lock);
    if (gate->io == nullptr)
      return;
    asio::post(*gate->io, [weak, bytes] {
      if (const auto self = weak.lock())
        self->taken(bytes);
    });
  });
  events_.arrived(std::move(frames), std::move(ticket));
}

void server_link::taken(std::size_t bytes) {
  unread_bytes_ -= bytes;
  if (open_)
    read();
}

// ------------------------------------------------------------------------------------------------------- writing

void server_link::write(std::string_view frames) {
  if (over_ || closing_ || !open_)
    return;
  tls_->write(frames);
  flush();
}

void server_link::flush() {
  if (over_ || writing_ || !socket_)
    return;
  tls_->take_output(sending_);
  if (sending_.empty()) {
    if (closing_)
      shut();
    return;
  }
  writing_ = true;
  asio::async_write(*socket_, asio::buffer(sending_),
                    [self = shared_from_this()](const asio::error_code& failed, std::size_t) {
                      self->writing_ = false;
                      if (self->over_)
                        return;
                      if (failed)
                        self->fail({error_code::tls_failed, self->where_ + ": " + failed.message()});
                      else
                        self->flush();
                    });
}

// --------------------------------------------------------------------------------------------------- time, the end

void server_link::watch_silence() {
  timer_.expires_after(settings_.ping_after);
  timer_.async_wait([self = shared_from_this()](const asio::error_code& cancelled) {
    if (cancelled || self->over_)
      return;
    // A server that is not read can not be heard.
    const bool listening = self->reading_;
    if (listening && ++self->silent_rounds_ >= 2 && self->ping_number_ != 0) {
      self->fail({error_code::idle_timeout, self->where_ + " has fallen silent"});
      return;
    }
    if (listening)
      self->write(control::encode(control::client_control{control::ping{++self->ping_number_}}));
    self->watch_silence();
  });
}

void server_link::fail(error why) {
  if (over_)
    return;
  const bool tell = !closing_;
  shut();
  if (tell)
    events_.lost(std::move(why));
}

void server_link::close() {
  if (over_)
    return;
  closing_ = true;
  if (!socket_ || !open_) {
    shut();
    return;
  }
  tls_->close();
  flush();
}

void server_link::shut() {
  over_ = true;
  timer_.cancel();
  if (dialler_)
    dialler_->cancel();
  if (socket_) {
    asio::error_code ignored;
    socket_->close(ignored);
  }
}

} // namespace godwit
