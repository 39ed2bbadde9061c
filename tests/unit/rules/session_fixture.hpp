/// @file
/// A session under test, and what it wanted since it was last asked. One worker node `w`, one proxy node `p`.
#pragma once

#include "actors/rules/session.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace godwit {

struct session_fixture : testing::Test {
  session_id me{11};
  room_id lobby{7};
  session subject{me, "w"};
  session_effects seen;      ///< everything since the last clear
  std::string host = "home"; ///< of the next attach
  std::uint32_t attach_number = 0;
  std::uint64_t next_in_seq = 1;
  bool rooms_let_rename = true;
  bool rooms_deliver_at_once = true;

  void take(session_effects effects) {
    std::vector<query_answered> answers;
    for (auto& each : effects) {
      const auto* sent = std::get_if<send>(&each);
      const auto* asked = sent ? std::get_if<room_query>(&sent->what) : nullptr;
      if (asked && rooms_deliver_at_once && std::holds_alternative<await_delivery>(asked->question))
        answers.push_back({asked->origin.name, asked->room, delivered_everywhere{}});
      seen.push_back(std::move(each));
    }
    for (const auto& each : answers)
      take(subject.answered(each));
  }

  void attach(std::vector<stream_position> positions = {}, std::uint64_t first_in_seq = 0, std::string snapshot = {}) {
    attach_session how;
    how.session = me;
    how.epoch = {1, 0};
    how.attach = ++attach_number;
    how.proxy = "p";
    how.identity[0] = 1;
    how.positions = std::move(positions);
    how.snapshot = std::move(snapshot);
    how.host = host;
    if (first_in_seq != 0)
      next_in_seq = first_in_seq;
    how.first_in_seq = next_in_seq;
    take(subject.attach(how));
  }
  void say(std::uint64_t op, ask::request request, bool resent = false) {
    take(subject.frame(attach_number, next_in_seq++, client_command{op, resent, std::move(request)}));
    if (rooms_let_rename)
      let_rename(op);
  }
  /// Every room that was asked says that the session may be called otherwise.
  void let_rename(std::uint64_t op) {
    for (const auto& asked : sent<room_query>())
      if (asked.origin.name.op == op && std::holds_alternative<ask_rename>(asked.question))
        take(subject.answered(query_answered{asked.origin.name, asked.room, rename_allowed{}}));
  }
  void login(std::uint64_t op = 1) {
    say(op, ask::login{"ada"});
    take(subject.claimed({name(op, 0), "ada", {}}));
  }
  void join(std::uint64_t op = 2, room_seq seq = 1) {
    say(op, ask::join{"lobby"});
    take(subject.located({name(op, 1), "lobby", "lobby", room_place{lobby, 1, "w"}, {}}));
    show(seq, name(op, 2), joined{});
  }
  /// Logged in, in the lobby from room_seq 1 on, with a clean slate. The next op is 3.
  void be_in_lobby() {
    attach();
    login();
    join();
    seen.clear();
  }

  effect_name name(std::uint64_t op, std::uint32_t k) const { return {me, op, k}; }
  static shared_entry entry(room_seq seq, effect_name by, entry_body body) {
    log_entry out;
    out.seq = seq;
    out.name = by;
    out.nick = "x";
    out.body = std::move(body);
    return std::make_shared<const log_entry>(std::move(out));
  }
  void show(room_seq seq, effect_name by, entry_body body) {
    take(subject.events({lobby, {{entry(seq, by, std::move(body)), nullptr, std::make_shared<int>(1)}}}));
  }
  void show_other(room_seq seq) { show(seq, {session_id{99}, seq, 3}, posted{"from another"}); }

  /// Messages of one kind that were sent.
  template <class Message>
  std::vector<Message> sent() const {
    std::vector<Message> out;
    for (const auto& each : seen)
      if (const auto* it = std::get_if<send>(&each))
        if (const auto* wanted = std::get_if<Message>(&it->what))
          out.push_back(*wanted);
    return out;
  }
  template <class Question>
  std::vector<Question> relay_asked() const {
    std::vector<Question> out;
    for (const auto& each : seen)
      if (const auto* it = std::get_if<ask_relay>(&each))
        if (const auto* question = std::get_if<Question>(&it->what))
          out.push_back(*question);
    return out;
  }
  template <class Frame>
  std::vector<Frame> told() const {
    std::vector<Frame> out;
    for (const auto& each : seen)
      if (const auto* it = std::get_if<give_output>(&each))
        for (const auto& frame : it->replies)
          if (const auto* wanted = std::get_if<Frame>(&frame))
            out.push_back(*wanted);
    return out;
  }
  template <class Effect>
  std::vector<Effect> effects() const {
    std::vector<Effect> out;
    for (const auto& each : seen)
      if (const auto* it = std::get_if<Effect>(&each))
        out.push_back(*it);
    return out;
  }
  std::vector<room_seq> shown() const {
    std::vector<room_seq> out;
    for (const auto& each : effects<show_event>())
      out.push_back(each.event.entry->seq);
    return out;
  }
  std::uint64_t confirmed_op() const {
    const auto all = told<tell::confirmed>();
    return all.empty() ? 0 : all.back().op;
  }
  error_code last_error() const {
    const auto all = told<client_reply>();
    const auto* why = all.empty() ? nullptr : std::get_if<error>(&all.back().answer);
    return why ? why->code : error_code{};
  }
};

} // namespace godwit
