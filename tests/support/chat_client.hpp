/// @file
/// One person at `godwit chat --json`: a real client process, its lines in, its events out.
///
/// Owns      the process and a thread that keeps all of its events as they come.
/// Promises  each wait has a deadline and throws with the newest events, so that a failure says what came instead.
/// Source    docs/CLIENT.md lists the events.
#pragma once

#include "tests/support/patience.hpp"
#include "tests/support/process.hpp"

#include <nlohmann/json.hpp>

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace godwit::test {

using event = nlohmann::json;
/// What an event must have; it may have more.
using fields = std::map<std::string, nlohmann::json>;
bool has(const event& what, const fields& wanted);

struct chat_options {
  std::string program; ///< the path of godwit
  std::string server;  ///< HOST:PORT
  std::string nick;
  std::string room = "lobby"; ///< empty: none
  std::string ca;
  std::string folder;        ///< for its identity and what it says on standard error
  std::string identity = {}; ///< a file; empty: of its own
  int connect_within_s = 30;
  int reconnect_within_s = 600;
};

class chat_client {
public:
  explicit chat_client(chat_options options);
  chat_client(const chat_client&) = delete;
  chat_client& operator=(const chat_client&) = delete;
  ~chat_client();

  const std::string& nick() const { return options_.nick; }
  const std::string& identity() const { return options_.identity; }

  /// A line that asks for something (docs/CLIENT.md, `request`); returns the request's number.
  int say(std::string_view line);
  /// A line that asks for nothing.
  void mumble(std::string_view line);
  /// Waits for the request's `confirmed` or `error`.
  event outcome(int request, std::chrono::milliseconds within = patience);
  event ask(std::string_view line) { return outcome(say(line)); }
  /// All has ended that was asked for; the join of the first room too.
  void settle(std::chrono::milliseconds within = patience);

  /// The first event that fits, from number `from` on, waiting for it.
  event expect(const fields& wanted, std::size_t from = 0, std::chrono::milliseconds within = patience);
  event expect(const std::string& what, const std::function<bool(const event&)>& fits, std::size_t from = 0,
               std::chrono::milliseconds within = patience);
  /// That many events that fit, all there are.
  std::vector<event> expect_count(std::size_t count, const fields& wanted, std::size_t from = 0,
                                  std::chrono::milliseconds within = patience);
  /// What came so far.
  std::size_t count() const;
  std::vector<event> events(const fields& wanted = {}, std::size_t from = 0) const;

  /// The answer to a question, and its parts: the events with its request number that come before its end.
  std::vector<event> answers(std::string_view line);

  /// Ends the input and waits for the program's end.
  process_end leave(std::chrono::milliseconds within = patience);
  process_end wait(std::chrono::milliseconds within = patience);
  process& running() { return process_; }
  std::string errors() const;
  /// For failures: who it is, and the newest events.
  std::string report() const;

private:
  void read_events(int output);
  [[noreturn]] void give_up(const std::string& what) const;

  chat_options options_;
  int requests_ = 0;
  process process_;
  mutable std::mutex lock_; // guards events_ and ended_
  mutable std::condition_variable changed_;
  std::vector<event> events_;
  bool ended_ = false;
  std::jthread reader_;
};

} // namespace godwit::test
