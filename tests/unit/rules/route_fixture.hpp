/// @file
/// A route under test: what it wanted, its clock, and the nodes that its session may live on.
#pragma once

#include "actors/rules/route.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

class route_fixture : public ::testing::Test {
protected:
  using states = route::opening_kind;

  static shared_bytes bytes(std::string text) { return std::make_shared<const std::string>(std::move(text)); }
  static route_claim claim(std::uint8_t chain = 1, std::uint32_t number = 0) {
    route_claim who;
    who.session = {42};
    who.token.chain.fill(chain);
    who.token.number = number;
    who.next_chain.fill(9);
    who.identity.fill(7);
    who.peer_address = "127.0.0.1:9";
    return who;
  }
  route open(states kind = states::new_session) {
    out.clear();
    return route(settings, kind, claim(), now, out);
  }
  static session_placed placed(std::uint32_t generation = 1, bool resumed = false) {
    return {{42}, {generation, 0}, "worker-1", {11}, resumed, {}};
  }
  route attached() {
    auto made = open();
    made.placed(placed(), now, out);
    out.clear();
    return made;
  }
  /// Its session has taken it, and has nothing under way.
  route quiet() {
    auto made = attached();
    now += std::chrono::minutes{1};
    made.output(output(1), out);
    out.clear();
    return made;
  }
  static session_output output(std::uint32_t attach, std::uint64_t confirmed = 0) {
    return {{42}, {1, 0}, attach, {}, confirmed, {}, false, {}};
  }
  static delivery event(std::uint32_t attach, std::uint64_t stream, std::uint64_t position) {
    return {{42}, {1, 0}, attach, {stream, position}, bytes("event"), nullptr};
  }
  /// The messages of this type among the effects.
  template <class Message>
  std::vector<Message> sent() const {
    std::vector<Message> all;
    for (const auto& effect : out)
      if (const auto* one = std::get_if<send>(&effect))
        if (const auto* what = std::get_if<Message>(&one->what))
          all.push_back(*what);
    return all;
  }
  template <class Effect>
  std::size_t count() const {
    return static_cast<std::size_t>(
      std::count_if(out.begin(), out.end(), [](const auto& one) { return std::holds_alternative<Effect>(one); }));
  }
  std::optional<error_code> closed() const {
    for (const auto& effect : out)
      if (const auto* one = std::get_if<close_client>(&effect))
        return one->why.code;
    return std::nullopt;
  }
  static membership_view view_of(std::vector<member_node> nodes) { return {1, {5}, std::move(nodes)}; }
  static member_node worker(const node_name& name, std::uint64_t life, node_state state = node_state::alive) {
    return {name, {life}, role_worker, state, 1};
  }
  /// The link to the worker node was reset, and it is this route's turn.
  void reset(route& one) {
    one.link_reset({"worker-1", {11}, 2}, view, out);
    EXPECT_EQ(count<attach_in_turn>(), 1U);
    one.attach_now(out);
  }
  /// Resumes by this token; the number of the one that it gets.
  std::optional<std::uint32_t> resumed_by(route& one, const route_claim& who) {
    out.clear();
    if (one.resume(who, now, out) != resume_verdict::taken)
      return std::nullopt;
    for (const auto& effect : out)
      if (const auto* greeting = std::get_if<greet_client>(&effect))
        return greeting->token_number;
    return std::nullopt;
  }
  /// Its worker node is declared dead; it is housed on the other one, which has been started anew.
  void die(route& one) {
    const auto other = one.worker() == "worker-1" ? "worker-2" : "worker-1";
    const auto dead = worker(one.worker(), one.worker_incarnation().value, node_state::dead);
    one.follow(view_of({dead, worker(other, ++newest_life)}), out);
    out.clear();
    one.attach_now(out);
    ASSERT_EQ(sent<attach_session>().size(), 1U);
    newest_attach = sent<attach_session>()[0];
  }
  /// Its present owner has come up, or has confirmed so much.
  void hear(route& one, std::uint64_t confirmed = 0) {
    out.clear();
    one.output({{42}, newest_attach.epoch, newest_attach.attach, {}, confirmed, {}, false, {}}, out);
  }
  /// The in_seqs that were told since.
  std::vector<std::uint64_t> told() const {
    std::vector<std::uint64_t> all;
    for (const auto& each : sent<client_frame>())
      all.push_back(each.in_seq);
    return all;
  }
  void say(route& to, int frames) {
    for (int i = 0; i != frames; ++i)
      to.client_sent(bytes("frame"), out);
  }

  std::uint64_t newest_life = 100;
  attach_session newest_attach;
  membership_view view;
  route_settings settings{"proxy-1", {77}};
  steady_time now{};
  route_effects out;
};

} // namespace godwit
