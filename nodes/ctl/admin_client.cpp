#include "nodes/ctl/admin_client.hpp"

#include "messages/frame.hpp"
#include "nodes/version.hpp"

#include <asio/buffer.hpp>
#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include <array>
#include <optional>

namespace godwit {
namespace {

using asio::ip::tcp;

ctl_failure lost(std::string detail) {
  return {ctl_exit::not_connected, {error_code::tls_failed, std::move(detail)}, {}, {}};
}

/// What TLS did not like; a refused certificate is nothing that trying again changes.
ctl_failure failure_of(const error& why) {
  const auto code = why.code == error_code::certificate_refused ? ctl_exit::refused : ctl_exit::not_connected;
  return {code, why, {}, {}};
}

ctl_failure failure_of(const admin::failure& told) {
  return {told.number == 0 ? ctl_exit::refused : ctl_exit::failed, told.why, told.name, told.sentence};
}

} // namespace

struct admin_client::settings {
  tls_context tls;
  admin_target target;
  std::chrono::milliseconds timeout;
};

/// One connection, driven by whoever waits for something.
struct admin_client::connection {
  using clock = std::chrono::steady_clock;

  explicit connection(const settings& how) : settings(how), deadline(clock::now() + how.timeout) {}

  void wait_anew() { deadline = clock::now() + settings.timeout; }

  /// Runs one operation to its end, or to the deadline. True: it ended.
  template <class Begin>
  bool finish(Begin begin) {
    std::optional<std::error_code> ended;
    begin([&ended](std::error_code why) { ended = why; });
    io.restart();
    while (!ended && io.run_one_until(deadline) != 0) {
    }
    if (!ended) {
      std::error_code ignored;
      socket.close(ignored);
      io.restart();
      io.run(); // the handler refers to what is here
      return false;
    }
    outcome = *ended;
    return true;
  }

  std::optional<ctl_failure> dial(const endpoint& where) {
    const auto shown = to_string(where);
    tcp::resolver resolver(io);
    std::error_code failed;
    const auto found = resolver.resolve(where.host, std::to_string(where.port), failed);
    if (failed)
      return lost(shown + ": " + failed.message());
    const bool in_time = finish([&](auto done) {
      asio::async_connect(socket, found, [done](std::error_code why, const tcp::endpoint&) { done(why); });
    });
    if (!in_time)
      return lost(shown + " did not answer in time");
    if (outcome)
      return lost(shown + ": " + outcome.message());
    address = shown;
    tls.emplace(tls_session::connect(settings.tls, settings.target.server_name));
    return std::nullopt;
  }

  std::optional<ctl_failure> send() {
    std::string bytes;
    tls->take_output(bytes);
    if (bytes.empty())
      return std::nullopt;
    const bool in_time = finish([&](auto done) {
      asio::async_write(socket, asio::buffer(bytes), [done](std::error_code why, std::size_t) { done(why); });
    });
    // What the server said last tells more than that it does not listen any more.
    return in_time ? std::nullopt : std::optional{lost(address + " takes nothing")};
  }

  /// None in the error: no answer in time.
  std::variant<admin::reply, ctl_failure> read() {
    for (;;) {
      const auto next = frames.next();
      if (!next)
        return ctl_failure{ctl_exit::not_connected, next.why(), {}, {}};
      if (*next) {
        auto reply = admin::decode_reply((*next)->bytes);
        if (!reply)
          return ctl_failure{ctl_exit::not_connected, reply.why(), {}, {}};
        return *std::move(reply);
      }
      if (auto why = receive())
        return *std::move(why);
    }
  }

  std::optional<ctl_failure> receive() {
    std::size_t count = 0;
    const bool in_time = finish([&](auto done) {
      socket.async_read_some(asio::buffer(buffer), [&count, done](std::error_code why, std::size_t came) {
        count = came;
        done(why);
      });
    });
    if (!in_time)
      return ctl_failure{ctl_exit::unanswered, {error_code::handshake_timeout, address}, {}, {}};
    if (outcome)
      return lost(address + " closed the connection: " + outcome.message());
    std::string plaintext;
    const auto state = tls->feed({buffer.data(), count}, plaintext);
    frames.feed(plaintext);
    if (state == tls_state::failed)
      return failure_of(error{tls->failure().code, address + ": " + tls->failure().detail});
    if (state == tls_state::ended && plaintext.empty())
      return lost(address + " closed the connection");
    return send();
  }

  std::variant<admin::reply, ctl_failure> exchange(const admin::request& what) {
    wait_anew();
    tls->write(admin::encode(what));
    if (auto why = send())
      return *std::move(why);
    return read();
  }

  const struct settings& settings;
  clock::time_point deadline;
  asio::io_context io{1};
  tcp::socket socket{io};
  std::error_code outcome;
  std::optional<tls_session> tls;
  std::string address;
  frame_reader frames{{.bytes_max = admin::admin_reply_bytes_max, .channel_count = 1}};
  std::array<char, 16 * 1024> buffer{};
};

admin_client::admin_client(std::unique_ptr<settings> how) : settings_(std::move(how)) {}
admin_client::admin_client(admin_client&&) noexcept = default;
admin_client& admin_client::operator=(admin_client&&) noexcept = default;
admin_client::~admin_client() = default;

result<admin_client> admin_client::make(const admin_target& target, std::chrono::milliseconds timeout) {
  auto tls = tls_context::for_operator(target.own, target.ca);
  if (!tls)
    return tls.why();
  return admin_client{std::make_unique<settings>(settings{*std::move(tls), target, timeout})};
}

std::variant<admin::welcome, ctl_failure> admin_client::connect() {
  auto why = lost("there is no address to dial");
  for (const auto& where : settings_->target.addresses) {
    connection_ = std::make_unique<connection>(*settings_);
    if (auto failed = connection_->dial(where)) {
      why = *std::move(failed);
      continue;
    }
    admin::hello greeting;
    greeting.software = version_text;
    auto reply = connection_->exchange(greeting);
    if (auto* welcome = std::get_if<admin::reply>(&reply)) {
      if (auto* greeted = std::get_if<admin::welcome>(welcome))
        return std::move(*greeted);
      const auto* refused = std::get_if<admin::failure>(welcome);
      why = refused != nullptr ? failure_of(*refused) : lost(to_string(where) + " does not greet");
    } else {
      why = std::get<ctl_failure>(std::move(reply));
      if (why.code == ctl_exit::unanswered)
        why = lost(to_string(where) + " did not greet in time");
    }
    if (why.code == ctl_exit::refused)
      break;
  }
  connection_.reset();
  return why;
}

std::variant<admin_result, ctl_failure> admin_client::ask(const admin_question& what) {
  auto reply = connection_->exchange(admin::question{++last_number_, what});
  if (auto* failed = std::get_if<ctl_failure>(&reply)) {
    connection_.reset();
    return std::move(*failed);
  }
  auto& told = std::get<admin::reply>(reply);
  if (auto* answer = std::get_if<admin::answer>(&told); answer != nullptr && answer->number == last_number_)
    return std::move(answer->what);
  if (const auto* failed = std::get_if<admin::failure>(&told)) {
    if (failed->number == 0)
      connection_.reset();
    return failure_of(*failed);
  }
  connection_.reset();
  return ctl_failure{
    ctl_exit::not_connected, {error_code::bad_frame, "an answer that this program does not know"}, {}, {}};
}

} // namespace godwit
