/// @file
/// One client's IRC under test (actors/rules/irc_front.hpp).
#pragma once

#include "actors/rules/irc_front.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

namespace godwit {

/// A client's IRC with the session's rules played by the test: what it asks is looked at, what it is told is said.
struct IrcFront : testing::Test {
  static constexpr room_id lobby{7};

  IrcFront() {
    network_->server = "irc.test";
    network_->name = "Test";
  }

  client_command take(std::string_view line) { return front_.take(++op_, line); }
  std::string answer(tell::answer what, std::uint32_t part = 0, bool more = false) {
    return front_.tell(client_reply{op_, more, std::move(what), part});
  }
  std::string confirm() { return front_.tell(tell::confirmed{op_}); }
  /// Takes a line that the front answers by itself, in its turn.
  std::string local(std::string_view line) {
    const auto command = take(line);
    std::string out;
    for (std::uint32_t part = 0; part != 1 + command.further.size(); ++part)
      out += answer(tell::your_turn{}, part);
    return out + confirm();
  }
  std::string log_in(std::string_view nick = "ada") {
    take("NICK " + std::string(nick));
    answer(tell::noted{});
    take("USER ada 0 * :Ada L.");
    auto out = answer(tell::logged_in{std::string(nick)});
    return out + confirm();
  }
  void request(std::string_view capabilities) {
    take("CAP REQ :" + std::string(capabilities));
    answer(tell::noted{});
    confirm();
  }
  void open_lobby() { front_.tell(tell::room_opened{lobby, "lobby", {}, 0}); }
  std::string show(entry_body body, std::uint64_t op = 0, session_id by = session_id{9}, std::uint64_t by_op = 1) {
    auto entry = std::make_shared<log_entry>();
    entry->seq = 3;
    entry->time = timestamp{std::chrono::microseconds{1'700'000'000'000'000}};
    entry->nick = op != 0 ? "ada" : "bob";
    entry->mask = "~b@host";
    entry->name = {by, by_op, 3};
    entry->body = std::move(body);
    return *front_.show(tell::event{lobby, op, std::move(entry)}, nullptr);
  }

  std::shared_ptr<irc_network> network_ = std::make_shared<irc_network>();
  irc_front front_{network_, "cloak"};
  std::uint64_t op_ = 0;
};

} // namespace godwit
