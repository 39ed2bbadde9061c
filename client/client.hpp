/// @file
/// A client of Godwit, for programs: connects, stays connected, and never loses what it was given to send.
///
///     auto started = client::connect(settings);            // at once; the connection is made in the background
///     auto& chat = **started;
///     chat.join("lobby");
///     const auto number = chat.post("lobby", "hello");
///     while (auto news = chat.next_news(10s))               // … until news::over
///       if (const auto* done = std::get_if<news::confirmed>(&*news); done && done->request == number) …
///
/// Requires  one thread (at a time) that takes the news: while it does not, a bounded amount waits, then the server is
///           not read.
/// Owns      three actors on an actor system of its own (two threads), and an io thread.
/// Promises  what client/rules/news.hpp says. Requests may be made at any time, from any thread; they are sent in
/// order.
///           The destructor leaves at once, without a word to the server: its session waits there to be resumed. To
///           leave properly: quit(), then take the news until news::over.
#pragma once

#include "client/client_settings.hpp"
#include "client/rules/news.hpp"
#include "client/rules/session_view.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace godwit {

class client {
public:
  /// Errors: `certificate_unusable`, `file_unusable` for the CA file; `identity_invalid`.
  static result<std::unique_ptr<client>> connect(client_settings settings);
  ~client();
  client(const client&) = delete;
  client& operator=(const client&) = delete;

  request_number submit(ask::request request);
  request_number join(std::string room) { return submit(ask::join{std::move(room)}); }
  request_number leave(std::string room) { return submit(ask::leave{std::move(room), {}}); }
  request_number post(std::string room, std::string text) {
    return submit(ask::post{ask::room_named{std::move(room)}, std::move(text)});
  }
  request_number tell(std::string nick, std::string text) {
    return submit(ask::post{ask::person_named{std::move(nick)}, std::move(text)});
  }
  request_number quit(std::string reason = {}) { return submit(ask::quit{std::move(reason)}); }

  /// Waits for the next piece of news; nothing if none has come in time.
  std::optional<client_news> next_news(std::chrono::milliseconds patience);
  /// What a screen would show by all news so far, taken or not.
  std::shared_ptr<const session_view> view();

private:
  struct actors;
  explicit client(std::unique_ptr<actors> started);
  std::unique_ptr<actors> actors_;
};

} // namespace godwit
