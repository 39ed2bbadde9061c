#include "tests/load/crowd.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <utility>

namespace godwit::test {
namespace {

constexpr int events_at_once = 256;
constexpr std::size_t read_at_once = 64 * 1024;

sockaddr_in address_of(const std::string& text) {
  const auto colon = text.rfind(':');
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1))));
  if (::inet_pton(AF_INET, text.substr(0, colon).c_str(), &where.sin_addr) != 1)
    throw std::runtime_error("no IPv4 address: " + text);
  return where;
}

void take_all_descriptors() {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
}

tls_context trusting(const std::string& ca_file) {
  auto made = tls_context::for_client(ca_file);
  if (!made)
    throw std::runtime_error(made.why().detail);
  return *std::move(made);
}

} // namespace

// ---------------------------------------------------------------------------------------------------- the client

crowd_client::crowd_client(crowd& in) : crowd_(in) {
  for (std::size_t i = 0; i != control::identity_bytes; ++i)
    identity_ += static_cast<char>(in.chance()());
}

crowd_client::~crowd_client() = default;

void crowd_client::wake() { std::exchange(begun_, true) ? woken() : begin(); }

void crowd_client::connect(const dialling& how) {
  cut();
  ++crowd_.counts_.connections;
  resuming_ = how.resume && greeting_.session;
  may_say_ = how.says_at_most;
  reading_ = true;
  if (!resuming_) {
    unconfirmed_.clear();
    positions_.clear();
    op_ = 0;
  }
  socket_.reset(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (how.receive_buffer != 0)
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &how.receive_buffer, sizeof how.receive_buffer);
  const int on = 1;
  ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto& server = crowd_.server_;
  phase_ = phase::dialling;
  if (!socket_
      || (::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0
          && errno != EINPROGRESS))
    throw std::runtime_error("can not connect; are there open files and ports enough?");
  watched_ = 0;
  watch();
}

void crowd_client::cut() {
  if (phase_ == phase::away)
    return;
  phase_ = phase::away;
  ++life_;
  socket_.reset(); // and epoll forgets it
  tls_.reset();
  frames_.reset();
}

/// The hello goes with the end of the handshake.
void crowd_client::begin_tls() {
  phase_ = phase::greeting;
  tls_.emplace(tls_session::connect(crowd_.context_, crowd_.host_));
  frames_.emplace(frame_limits{limits::server_frame_bytes_max, 2});
  control::client_hello hello;
  hello.identity = identity_;
  hello.client_name = "crowd";
  if (resuming_) {
    hello.resume.emplace(control::resume_request{greeting_.session, greeting_.token, {}});
    for (const auto& [room, seq] : positions_)
      hello.resume->positions.push_back({room.value, seq});
  }
  tls_->write(control::encode(control::client_control{std::move(hello)}));
  flush();
}

std::uint64_t crowd_client::ask(ask::request what) {
  client_command command{++op_, false, std::move(what)};
  if (phase_ == phase::open)
    tls_->write(native::encode(command));
  unconfirmed_.push_back({op_, std::move(command)});
  if (phase_ == phase::open)
    flush();
  return op_;
}

void crowd_client::ask_and_forget(ask::request what) {
  if (phase_ != phase::open)
    return;
  tls_->write(native::encode(client_command{++op_, false, std::move(what)}));
  flush();
}

void crowd_client::read(bool on) {
  reading_ = on;
  if (phase_ != phase::away)
    watch();
}

void crowd_client::wake_in(std::chrono::milliseconds time) { crowd_.wake(*this, clock::now() + time); }

void crowd_client::happened(std::uint32_t events) {
  if (phase_ == phase::dialling) {
    int failed = 0;
    socklen_t size = sizeof failed;
    ::getsockopt(socket_.get(), SOL_SOCKET, SO_ERROR, &failed, &size);
    if (failed != 0)
      return end(std::nullopt);
    return begin_tls();
  }
  if ((events & EPOLLOUT) != 0)
    flush();
  if (phase_ != phase::away && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
    receive();
}

/// One reading per round: the others get their turn.
void crowd_client::receive() {
  static std::array<char, read_at_once> bytes;
  const auto count = ::recv(socket_.get(), bytes.data(), bytes.size(), 0);
  if (count < 0 && (errno == EAGAIN || errno == EINTR))
    return;
  if (count <= 0)
    return end(std::nullopt);
  std::string plaintext;
  const auto life = life_;
  const auto state = tls_->feed({bytes.data(), static_cast<std::size_t>(count)}, plaintext);
  frames_->feed(plaintext);
  if (!take_frames() || life != life_)
    return;
  if (state == tls_state::failed || state == tls_state::ended)
    return end(std::nullopt);
  flush();
}

/// False: the connection is not this one any more.
bool crowd_client::take_frames() {
  const auto life = life_;
  for (;;) {
    auto next = frames_->next();
    if (!next)
      throw std::runtime_error("the server said what is no frame");
    if (!*next)
      return true;
    if ((*next)->channel == static_cast<std::uint8_t>(client_channel::session))
      take_session((*next)->bytes);
    else if (!take_control((*next)->bytes))
      return false;
    if (life != life_)
      return false;
  }
}

bool crowd_client::take_control(std::string_view bytes) {
  auto what = control::decode_server_control(bytes);
  if (!what)
    throw std::runtime_error("the server said what can not be read");
  if (auto* hello = std::get_if<control::server_hello>(&*what)) {
    greeting_ = std::move(*hello);
    phase_ = phase::open;
    ++(greeting_.resumed ? crowd_.counts_.resumes : crowd_.counts_.sessions);
    say_unconfirmed_again();
    opened();
  } else if (const auto* ping = std::get_if<control::ping>(&*what)) {
    tls_->write(control::encode(control::client_control{control::pong{ping->number}}));
  } else if (const auto* closed = std::get_if<control::connection_closed>(&*what)) {
    end(closed->why);
    return false;
  }
  return true;
}

void crowd_client::say_unconfirmed_again() {
  for (auto& each : unconfirmed_) {
    each.command.resent = true;
    tls_->write(native::encode(each.command));
  }
}

void crowd_client::take_session(std::string_view bytes) {
  auto what = native::decode_server_frame(bytes);
  if (!what)
    throw std::runtime_error("the server said what can not be read");
  note(*what);
  told(*what);
}

void crowd_client::note(const server_frame& what) {
  if (const auto* event = std::get_if<tell::event>(&what)) {
    ++crowd_.counts_.events;
    positions_[event->room] = event->entry->seq;
    if (event->op != 0 && std::holds_alternative<left>(event->entry->body))
      positions_.erase(event->room);
  } else if (const auto* room = std::get_if<tell::room_opened>(&what)) {
    positions_[room->room] = room->seq;
  } else if (const auto* done = std::get_if<tell::confirmed>(&what)) {
    ++crowd_.counts_.confirmed;
    while (!unconfirmed_.empty() && unconfirmed_.front().op <= done->op)
      unconfirmed_.pop_front();
  } else if (const auto* reply = std::get_if<client_reply>(&what)) {
    if (const auto* gone = std::get_if<tell::has_left>(&reply->answer))
      positions_.erase(gone->room);
    else if (const auto* refused = std::get_if<error>(&reply->answer))
      ++crowd_.counts_.refusals[refused->code];
  }
}

void crowd_client::flush() {
  while (may_say_ != 0) {
    const auto output = tls_->output().substr(0, may_say_);
    if (output.empty())
      break;
    const auto count = ::send(socket_.get(), output.data(), output.size(), MSG_NOSIGNAL);
    if (count < 0) // full, or closed: that is met by reading
      break;
    tls_->sent(static_cast<std::size_t>(count));
    may_say_ -= static_cast<std::size_t>(count);
  }
  watch();
}

void crowd_client::watch() {
  std::uint32_t wanted = 0;
  if (phase_ != phase::dialling && reading_)
    wanted |= EPOLLIN;
  if (phase_ == phase::dialling || (may_say_ != 0 && !tls_->output().empty()))
    wanted |= EPOLLOUT;
  if (wanted == watched_ && phase_ != phase::dialling)
    return;
  epoll_event event{};
  event.events = wanted;
  event.data.ptr = this;
  const bool is_new = phase_ == phase::dialling;
  if (::epoll_ctl(crowd_.epoll_.get(), is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, socket_.get(), &event) != 0)
    throw std::runtime_error("epoll takes no more");
  watched_ = wanted;
}

void crowd_client::end(std::optional<error> why) {
  if (why)
    ++crowd_.counts_.closes[why->code];
  else
    ++crowd_.counts_.cuts;
  cut();
  lost(why);
}

// ----------------------------------------------------------------------------------------------------- the crowd

crowd::crowd(const std::string& address, const std::string& ca_file)
    : context_(trusting(ca_file)), server_(address_of(address)), host_(address.substr(0, address.rfind(':'))),
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {
  take_all_descriptors();
}

crowd::~crowd() = default;

void crowd::run_for(std::chrono::milliseconds time) {
  for (const auto until = clock::now() + time; clock::now() < until;)
    round(std::max(std::chrono::milliseconds{1},
                   std::chrono::duration_cast<std::chrono::milliseconds>(until - clock::now())));
}

void crowd::round(std::chrono::milliseconds at_most) {
  wake_those_due();
  if (!wake_ups_.empty())
    at_most = std::clamp(std::chrono::ceil<std::chrono::milliseconds>(wake_ups_.top().when - clock::now()),
                         std::chrono::milliseconds{0}, at_most);
  std::array<epoll_event, events_at_once> events;
  const int count = ::epoll_wait(epoll_.get(), events.data(), events_at_once, static_cast<int>(at_most.count()));
  for (int i = 0; i < count; ++i) { // each client once: nobody is called for a connection that went in this round
    auto& who = *static_cast<crowd_client*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (who.where() != crowd_client::phase::away)
      who.happened(events[static_cast<std::size_t>(i)].events);
  }
}

void crowd::wake_those_due() {
  const auto now = clock::now();
  while (!wake_ups_.empty() && wake_ups_.top().when <= now) {
    auto* who = wake_ups_.top().who;
    wake_ups_.pop();
    who->wake();
  }
}

std::string to_string(const crowd_counts& counts) {
  auto text = std::to_string(counts.connections) + " connections, " + std::to_string(counts.sessions)
              + " new sessions, " + std::to_string(counts.resumes) + " resumes, " + std::to_string(counts.events)
              + " events told, " + std::to_string(counts.confirmed)
              + " confirmations; closed without a word: " + std::to_string(counts.cuts);
  for (const auto& [code, count] : counts.closes)
    text += ", " + std::string{name_of(code)} + ": " + std::to_string(count);
  text += "; refused:";
  for (const auto& [code, count] : counts.refusals)
    text += " " + std::string{name_of(code)} + ": " + std::to_string(count);
  return text;
}

} // namespace godwit::test
