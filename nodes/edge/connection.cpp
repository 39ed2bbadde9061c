#include "nodes/edge/connection.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace godwit {
namespace {

/// Ciphertext that may wait for the socket: 4 TLS records, one send. The rest stays shared and unencrypted.
constexpr std::size_t staged_bytes_max = 64 * 1024;
/// Within a turn, what waits is written before it may look like a client that reads too slowly.
constexpr std::size_t flush_within_turn_bytes = 4 * staged_bytes_max;
/// Readings of one client before others get their turn.
constexpr int readings_per_turn_max = 4;
/// A queue that grew once need not stay large.
constexpr std::size_t queue_capacity_kept = 64;

} // namespace

connection::connection(connection_parts parts)
    : between_(std::move(parts.socket)), ipv6_(parts.ipv6), peer_(std::move(parts.peer)),
      stream_(std::move(parts.stream)), wire_(std::move(parts.wire)), budget_(std::move(parts.budget)),
      heard_(std::chrono::steady_clock::now()) {}

connection::~connection() {
  if (here_)
    here_->which = nullptr;
}

// ---------------------------------------------------------------------------------------------------------- loops

void connection::enter(connection_context& context) {
  context_ = &context;
  here_ = std::make_shared<residence>(residence{this});
  socket_.emplace(context.io);
  asio::error_code failed;
  const int fd = between_.release();
  socket_->assign(ipv6_ ? asio::ip::tcp::v6() : asio::ip::tcp::v4(), fd, failed);
  if (failed) { // no memory or no room in epoll
    ::close(fd);
    return note_trouble(trouble_kind::gone);
  }
  if (held()) // on its former loop already
    context_->owner.on_held(*this);
  mark_dirty(); // what its last loop had no time to send
  arm_read();
}

void connection::leave() {
  here_->which = nullptr;
  here_.reset();
  asio::error_code failed;
  between_ = unique_fd(socket_->release(failed)); // cancels what waits: their handlers find nobody here
  socket_.reset();
  read_armed_ = write_armed_ = dirty_ = false;
  context_ = nullptr;
}

/// What one event of the socket causes. The connection may be anywhere, or nowhere, when the turn's end is told.
template <class Act>
void connection::turn(const residence& of, Act&& act) {
  if (of.which == nullptr)
    return;
  auto self = of.which->shared_from_this();
  auto& context = *self->context_;
  context.now = std::chrono::steady_clock::now();
  act(*self);
  self.reset();
  context.owner.end_turn();
}

void connection::go_on() {
  paused_ = false;
  process_frames();
  arm_read();
}

// -------------------------------------------------------------------------------------------------------- reading

/// Waits only: nothing is read before the handler runs, so that nothing is lost when the connection leaves meanwhile.
void connection::arm_read() {
  if (read_armed_ || phase_ == phase::closed || trouble_ != trouble_kind::none)
    return;
  if (phase_ != phase::closing && (paused_ || held() || !half_empty()))
    return;
  read_armed_ = true;
  socket_->async_wait(asio::socket_base::wait_read,
                      [here = here_](const asio::error_code&) { turn(*here, [](connection& self) { self.read(); }); });
}

/// Into memory that all connections of the loop share.
void connection::read() {
  read_armed_ = false;
  context_->plaintext.clear();
  auto& buffer = context_->read_buffer;
  for (int i = 0; i != readings_per_turn_max; ++i) {
    const auto count = ::recv(socket_->native_handle(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
      break;
    if (count <= 0) {
      if (i != 0)
        break; // it is met again by the next reading
      stream_.feed_end();
      return note_trouble(trouble_kind::gone);
    }
    heard_ = context_->now;
    pinged = false;
    take({buffer.data(), static_cast<std::size_t>(count)});
    if (static_cast<std::size_t>(count) < buffer.size())
      break;
  }
  use_plaintext(stream_.state());
  arm_read();
}

void connection::take(std::string_view ciphertext) {
  context_->counters.bytes_in.add(ciphertext.size());
  stream_.feed(ciphertext, context_->plaintext);
}

void connection::use_plaintext(tls_state state) {
  if (!stream_.output().empty())
    mark_dirty();
  if (phase_ != phase::closing) {
    wire_.feed(context_->plaintext);
    process_frames();
  }
  if (phase_ == phase::closed)
    return;
  if (state == tls_state::failed)
    flush(); // the alert
  if (state == tls_state::failed || state == tls_state::ended)
    note_trouble(trouble_kind::gone);
}

void connection::process_frames() {
  while (!paused_ && !held() && trouble_ == trouble_kind::none && phase_ != phase::closing && phase_ != phase::closed) {
    auto next = wire_.next();
    if (!next)
      return refuse(next.why());
    if (!*next)
      return;
    if (budget_.flood)
      heed(budget_.flood->request((*next)->bytes.size(), context_->now));
    context_->owner.on_frame(*this, **next);
  }
}

// ------------------------------------------------------------------------------------------------- flood control

void connection::heed(flood_control::verdict what) {
  if (what == flood_control::verdict::abuse) {
    context_->counters.floods_closed.add();
    refuse({error_code::flooding, {}});
  } else if (what == flood_control::verdict::begins_to_hold) {
    context_->counters.floods_held.add();
    if (budget_.flood->is_new_excess())
      write(wire_.warning({error_code::flooding, {}}));
    context_->owner.on_held(*this);
  }
}

void connection::charge_answer(std::size_t bytes) {
  if (budget_.flood)
    heed(budget_.flood->answered(bytes, context_->now));
}

void connection::charge(std::uint32_t cost) {
  if (budget_.flood)
    heed(budget_.flood->charge(cost, context_->now));
}

bool connection::look_again() {
  if (!budget_.flood->may_go_on(context_->now))
    return false;
  heard_ = context_->now; // it was we who did not listen
  process_frames();
  arm_read();
  return true;
}

// -------------------------------------------------------------------------------------------------------- writing

void connection::write(shared_bytes frame) {
  if (trouble_ != trouble_kind::none || phase_ == phase::closing || phase_ == phase::closed)
    return;
  queued_bytes_ += frame->size();
  queue_.push_back(std::move(frame));
  context_->counters.frames_out.add();
  mark_dirty();
  if (queued_bytes_ >= flush_within_turn_bytes)
    flush();
  if (queued_bytes() > context_->config.send_queue_bytes_max) {
    context_->counters.slow_clients.add();
    refuse({error_code::send_queue_exceeded, {}});
  }
}

void connection::mark_dirty() {
  if (!std::exchange(dirty_, true))
    context_->owner.on_dirty(*this);
}

/// Encrypts as much as one send takes. False: nothing is left to be sent.
bool connection::stage() {
  while (queue_head_ != queue_.size() && stream_.waiting_bytes() < staged_bytes_max) {
    auto& frame = queue_[queue_head_++];
    queued_bytes_ -= frame->size();
    stream_.write(*frame);
    frame.reset();
  }
  if (queue_head_ == queue_.size()) {
    queue_.clear();
    queue_head_ = 0;
    if (queue_.capacity() > queue_capacity_kept)
      queue_.shrink_to_fit();
    if (phase_ == phase::closing && !std::exchange(said_goodbye_, true))
      stream_.close();
  }
  return !stream_.output().empty();
}

void connection::flush() {
  dirty_ = false;
  if (write_armed_ || phase_ == phase::closed)
    return;
  was_full_ = was_full_ || !half_empty();
  while (stage()) {
    const auto bytes = stream_.output();
    context_->counters.sends.add(); // before the client can have it, and look at the count
    const auto count = ::send(socket_->native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR)
      continue;
    if (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
      return note_trouble(trouble_kind::gone);
    const auto sent = count < 0 ? 0 : static_cast<std::size_t>(count);
    context_->counters.bytes_out.add(sent);
    if (sent != 0 && !read_armed_)
      heard_ = context_->now; // it is not read, but it reads
    const bool whole = sent == bytes.size();
    stream_.sent(sent);
    if (!whole) {
      arm_write();
      break;
    }
  }
  check_drained();
  finish_sending();
}

void connection::check_drained() {
  if (!half_empty()) {
    was_full_ = true;
  } else if (std::exchange(was_full_, false)) {
    context_->owner.on_drained(*this);
    arm_read();
  }
}

void connection::finish_sending() {
  if (said_goodbye_ && !write_armed_ && socket_)
    ::shutdown(socket_->native_handle(), SHUT_WR);
}

void connection::arm_write() {
  write_armed_ = true;
  socket_->async_wait(asio::socket_base::wait_write, [here = here_](const asio::error_code&) {
    turn(*here, [](connection& self) {
      self.write_armed_ = false;
      self.flush();
    });
  });
}

// ------------------------------------------------------------------------------------------------------------- end

void connection::note_trouble(trouble_kind what) {
  if (trouble_ != trouble_kind::none && what != trouble_kind::gone)
    return;
  const bool noted = std::exchange(trouble_, what) != trouble_kind::none;
  if (!noted)
    context_->owner.on_trouble(*this);
}

void connection::refuse(error why) {
  if (trouble_ != trouble_kind::none || phase_ == phase::closing || phase_ == phase::closed)
    return;
  refusal_ = std::move(why);
  note_trouble(trouble_kind::refused);
}

void connection::close(const error& why) {
  if (phase_ == phase::closing || phase_ == phase::closed)
    return;
  if (stream_.state() != tls_state::open)
    return abort();
  if (queued_bytes() > context_->config.send_queue_bytes_max) {
    queue_.clear();
    queue_head_ = 0;
    queued_bytes_ = 0;
  }
  queue_.push_back(wire_.farewell(why));
  queued_bytes_ += queue_.back()->size();
  phase_ = phase::closing;
  if (trouble_ == trouble_kind::refused)
    trouble_ = trouble_kind::none; // it has been dealt with
  mark_dirty();
  context_->owner.on_closing(*this);
  arm_read();
}

void connection::abort() {
  if (std::exchange(phase_, phase::closed) == phase::closed)
    return;
  here_->which = nullptr;
  socket_.reset();
  context_->owner.on_closed(*this);
}

} // namespace godwit
