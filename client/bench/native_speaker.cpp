#include "client/bench/speaker.hpp"

#include "messages/control_codec.hpp"
#include "messages/frame.hpp"
#include "messages/native_codec.hpp"
#include "messages/overloaded.hpp"

namespace godwit::bench {
namespace {

/// Above what servers say at once today.
constexpr frame_limits server_frame_limits{1024 * 1024, 2};
constexpr std::uint64_t login_op = 1;
constexpr std::uint64_t join_op = 2;
constexpr std::uint64_t ops_before_posts = 2;

std::string sentence(const error& why) {
  auto text = std::string{name_of(why.code)} + ": " + std::string{sentence_of(why.code)};
  return why.detail.empty() ? text : text + " (" + why.detail + ")";
}

class native_speaker final : public speaker {
public:
  native_speaker(speaker_events& to, std::string& out, std::string identity)
      : to_(to), out_(out), frames_(server_frame_limits), identity_(std::move(identity)) {}

  /// The login follows when the server has greeted.
  void log_in(const std::string& nick) override {
    nick_ = nick;
    control::client_hello hello;
    hello.identity = identity_;
    hello.client_name = "godwit-bench";
    out_ += control::encode(control::client_control{std::move(hello)});
  }
  void join(const std::string& room) override { ask(ask::join{room}); }
  void post(const std::string& room, std::string text) override {
    ask(ask::post{ask::room_named{room}, std::move(text)});
  }
  void quit() override { ask(ask::quit{}); }

  void take(std::string_view bytes) override {
    frames_.feed(bytes);
    for (;;) {
      const auto next = frames_.next();
      if (!next)
        return to_.failed("the server said what is no frame");
      if (!*next)
        return;
      if ((*next)->channel == static_cast<std::uint8_t>(client_channel::session))
        take_session((*next)->bytes);
      else
        take_control((*next)->bytes);
    }
  }

private:
  void ask(ask::request what) { out_ += native::encode(client_command{++op_, false, std::move(what)}); }

  void take_control(std::string_view bytes) {
    const auto what = control::decode_server_control(bytes);
    if (!what)
      return to_.failed("the server said what can not be read");
    if (std::holds_alternative<control::server_hello>(*what))
      ask(ask::login{nick_});
    else if (const auto* ping = std::get_if<control::ping>(&*what))
      out_ += control::encode(control::client_control{control::pong{ping->number}});
    else if (const auto* closed = std::get_if<control::connection_closed>(&*what))
      to_.failed(sentence(closed->why));
  }

  void take_session(std::string_view bytes) {
    const auto what = native::decode_server_frame(bytes);
    if (!what)
      return to_.failed("the server said what can not be read");
    std::visit(overloaded{[this](const tell::confirmed& done) { confirmed(done.op); },
                          [this](const client_reply& reply) { answered(reply); },
                          [this](const tell::event& event) { happened(*event.entry); }, [](const auto&) {}},
               *what);
  }

  void confirmed(std::uint64_t op) {
    const auto before = std::exchange(confirmed_, op);
    if (before < join_op && op >= join_op)
      to_.joined();
    if (op > ops_before_posts)
      to_.acknowledged(op - ops_before_posts);
  }

  void answered(const client_reply& reply) {
    if (std::holds_alternative<tell::logged_in>(reply.answer))
      return to_.logged_in();
    const auto* why = std::get_if<error>(&reply.answer);
    if (why == nullptr)
      return;
    if (reply.op > ops_before_posts)
      to_.refused(reply.op - ops_before_posts, sentence(*why));
    else
      to_.failed((reply.op == login_op ? "the log-in was refused: " : "the join was refused: ") + sentence(*why));
  }

  void happened(const log_entry& entry) {
    if (const auto* said = std::get_if<posted>(&entry.body))
      if (const auto stamp = read_post(said->text))
        to_.told(*stamp);
  }

  speaker_events& to_;
  std::string& out_;
  frame_reader frames_;
  std::string identity_;
  std::string nick_;
  std::uint64_t op_ = 0;
  std::uint64_t confirmed_ = 0;
};

} // namespace

std::unique_ptr<speaker> make_native_speaker(speaker_events& to, std::string& out, std::string identity) {
  return std::make_unique<native_speaker>(to, out, std::move(identity));
}

} // namespace godwit::bench
