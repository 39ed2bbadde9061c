#include "nodes/admin/admin_connection.hpp"

#include "actors/rules/limits.hpp"
#include "nodes/link/link_listener.hpp"

#include <asio/buffer.hpp>
#include <asio/write.hpp>

#include <utility>

namespace godwit {
namespace {

using asio::ip::tcp;

/// What a tool that was refused may take to hear it.
constexpr auto linger_time = std::chrono::seconds{1};

std::string text_of(const error& why) {
  return std::string(sentence_of(why.code)) + (why.detail.empty() ? "" : " (" + why.detail + ")");
}

} // namespace

admin_connection::admin_connection(tcp::socket network, tls_session tls, admin::welcome welcome,
                                   std::chrono::milliseconds idle_timeout)
    : network_(std::move(network)), deadline_(network_.get_executor()), tls_(std::move(tls)),
      welcome_(std::move(welcome)), idle_timeout_(idle_timeout), address_(address_of(network_)) {}

void admin_connection::start(events what, std::chrono::milliseconds handshake_timeout) {
  events_ = std::move(what);
  await(handshake_timeout);
  read();
}

void admin_connection::await(std::chrono::milliseconds time) {
  deadline_.expires_after(time);
  deadline_.async_wait([me = shared_from_this()](std::error_code aborted) {
    if (!aborted && me->phase_ != phase::over)
      me->on_deadline();
  });
}

void admin_connection::on_deadline() {
  switch (phase_) {
  case phase::shaking: return linger("it did not say who it is in time");
  case phase::open:
    if (under_way_ != 0)
      return await(idle_timeout_);
    if (sending_) // it does not read either
      return end();
    return refuse({error_code::idle_timeout, {}});
  default: return end();
  }
}

// --------------------------------------------------------------------------------------------------------- reading

/// One thing after the other: who does not take its answers is not read.
void admin_connection::read() {
  if (reading_ || phase_ == phase::over || (sending_ && phase_ != phase::lingering))
    return;
  reading_ = true;
  network_.async_read_some(asio::buffer(from_network_),
                           [me = shared_from_this()](std::error_code failed, std::size_t count) {
                             me->reading_ = false;
                             if (me->phase_ == phase::over)
                               return;
                             if (me->phase_ == phase::lingering)
                               return failed ? me->end() : me->read();
                             if (!failed)
                               return me->came({me->from_network_.data(), count});
                             me->refused_ = "it closed the connection";
                             me->end();
                           });
}

void admin_connection::came(std::string_view ciphertext) {
  std::string plaintext;
  const auto state = tls_.feed(ciphertext, plaintext);
  if (state == tls_state::failed)
    return linger(tls_.failure().detail);
  frames_.feed(plaintext);
  take_frames();
  if (phase_ == phase::over || phase_ == phase::lingering)
    return;
  if (state == tls_state::ended)
    return linger("it closed the connection");
  send();
  read();
}

void admin_connection::take_frames() {
  while (phase_ == phase::shaking || phase_ == phase::open) {
    const auto next = frames_.next();
    if (!next)
      return refuse(next.why());
    if (!*next)
      return;
    const auto request = admin::decode_request((*next)->bytes);
    if (!request)
      return refuse(request.why());
    take(*request);
  }
}

void admin_connection::take(const admin::request& what) {
  if (phase_ == phase::shaking) {
    if (const auto* tool = std::get_if<admin::hello>(&what))
      return greet(*tool);
    return refuse({error_code::bad_frame, "a greeting comes first"});
  }
  await(idle_timeout_);
  if (const auto* unknown = std::get_if<admin::unknown_question>(&what))
    return say(admin::failure_of(unknown->number, {error_code::unsupported, {}}));
  const auto* asked = std::get_if<admin::question>(&what);
  if (asked == nullptr)
    return refuse({error_code::bad_frame, "a second greeting"});
  if (under_way_ >= limits::admin_questions_max)
    return say(admin::failure_of(asked->number, {error_code::too_many_requests, {}}));
  ++under_way_;
  events_.asked(asked->number, asked->what);
}

void admin_connection::greet(const admin::hello& tool) {
  if (tool.version_max < admin::protocol_version || tool.version_min > admin::protocol_version)
    return refuse(
      {error_code::version_unsupported, "this server speaks version " + std::to_string(admin::protocol_version)});
  if (const auto why = events_.greeted())
    return refuse(*why);
  phase_ = phase::open;
  await(idle_timeout_);
  welcome_.operator_name = operator_name();
  say(welcome_);
}

// --------------------------------------------------------------------------------------------------------- writing

void admin_connection::answer(std::uint64_t number, admin_result what) {
  if (phase_ != phase::open)
    return;
  --under_way_;
  await(idle_timeout_);
  say(admin::reply_of(number, std::move(what)));
  send();
}

void admin_connection::say(const admin::reply& what) { tls_.write(admin::encode(what)); }

void admin_connection::send() {
  if (sending_ || phase_ == phase::over)
    return;
  tls_.take_output(to_network_);
  if (to_network_.empty()) {
    std::error_code ignored;
    if (phase_ == phase::lingering)
      network_.shutdown(tcp::socket::shutdown_send, ignored);
    return;
  }
  sending_ = true;
  asio::async_write(network_, asio::buffer(to_network_),
                    [me = shared_from_this()](std::error_code failed, std::size_t) { me->sent(failed); });
}

void admin_connection::sent(std::error_code failed) {
  sending_ = false;
  if (phase_ == phase::over)
    return;
  if (failed) {
    if (refused_.empty())
      refused_ = "writing to it failed";
    return end();
  }
  send();
  read();
}

// ---------------------------------------------------------------------------------------------------------- ending

void admin_connection::refuse(const error& why) {
  if (phase_ == phase::over || phase_ == phase::lingering)
    return;
  if (tls_.state() == tls_state::open)
    say(admin::failure_of(0, why));
  linger(text_of(why));
}

void admin_connection::linger(const std::string& refused) {
  if (phase_ == phase::over || phase_ == phase::lingering)
    return;
  if (phase_ == phase::shaking)
    refused_ = refused;
  const bool was_open = std::exchange(phase_, phase::lingering) == phase::open;
  if (was_open)
    refused_.clear();
  tls_.close();
  await(linger_time);
  send();
  read();
}

void admin_connection::end() {
  if (phase_ == phase::over)
    return;
  if (phase_ == phase::open)
    refused_.clear();
  const auto told = std::exchange(events_, {}).ended;
  close();
  if (told)
    told(refused_);
}

void admin_connection::close() {
  phase_ = phase::over;
  events_ = {};
  std::error_code ignored;
  deadline_.cancel();
  network_.close(ignored);
}

} // namespace godwit
