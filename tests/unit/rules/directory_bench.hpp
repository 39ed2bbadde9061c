/// @file
/// The directory with a balancer, and a store that answers when the test says. Two worker nodes, two proxy nodes.
#pragma once

#include "actors/rules/directory.hpp"
#include "messages/names.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace godwit::directory_tests {

using namespace std::chrono_literals;

inline const worker_place one{"worker-1", {11}};
inline const worker_place two{"worker-2", {22}};
inline const node_name proxy = "proxy-1";
inline const node_name other_proxy = "proxy-2";

struct bench {
  instant now{};
  directory rules{{"broker-1", {"worker-1", "worker-2"}, {"root"}, 2min}, now};
  balancer loads;
  std::vector<send> sent;               // to others than the store
  std::vector<godwit::ask_store> asked; // of the store, oldest first
  std::vector<admin_answered> answers;

  void perform(directory_effects effects) {
    for (auto& effect : effects) {
      if (const auto* ask = std::get_if<ask_balancer>(&effect))
        perform(rules.handle(loads.handle(ask->question), now));
      else if (const auto* tell = std::get_if<tell_balancer>(&effect))
        loads.handle(tell->load);
      else if (const auto* admin = std::get_if<tell_admin>(&effect))
        answers.push_back(admin->answer);
      else if (auto& out = std::get<send>(effect); out.to.kind == entity_kind::store)
        asked.push_back(std::get<godwit::ask_store>(out.what));
      else
        sent.push_back(out);
    }
  }
  template <class Message>
  void tell(const Message& message) {
    perform(rules.handle(message, now));
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    perform(rules.tick(now));
  }
  template <class Request>
  Request answer(directory_result result) {
    EXPECT_FALSE(asked.empty());
    const auto question = asked.front();
    asked.erase(asked.begin());
    tell(store_answered{question.ticket, std::move(result)});
    return std::get<Request>(question.request);
  }
  /// The newest message of this type; none were sent after it was taken.
  template <class Message>
  std::optional<Message> take() {
    for (auto it = sent.rbegin(); it != sent.rend(); ++it) {
      if (const auto* message = std::get_if<Message>(&it->what)) {
        auto taken = *message;
        sent.erase(std::next(it).base());
        return taken;
      }
    }
    return std::nullopt;
  }
  void view(std::vector<member_node> nodes) {
    const membership_view told{++number, {1}, std::move(nodes)};
    loads.handle(told);
    tell(told);
  }
  void start(directory_loaded rows = {}) {
    view({node(one), node(two), {proxy, {5}, role_proxy, node_state::alive}});
    tell(link_reset{"broker-1", {1}, role_broker});
    answer<load_directory>(std::move(rows));
    tell(report_worker{one.node, one.incarnation, {}, {}});
    tell(report_worker{two.node, two.incarnation, {}, {}});
    EXPECT_TRUE(rules.settled());
  }
  static member_node node(const worker_place& place, node_state state = node_state::alive) {
    return {place.node, place.incarnation, role_worker, state};
  }
  place_session placing(std::uint64_t id) { return {{id}, proxy, {5}, protocol::native, {}, {}}; }
  session_placed place(std::uint64_t id) {
    tell(placing(id));
    answer<insert_session>(done{});
    return take<session_placed>().value_or(session_placed{});
  }
  session_placed host(std::uint64_t id) {
    auto placed = place(id);
    tell(session_hosted{placed.worker, placed.worker_incarnation, {{id}, placed.epoch, proxy, {5}}});
    return placed;
  }
  claim_nick claim(std::uint64_t id, std::uint64_t op, std::string nick) {
    return {{{{id}, op, 0}, "worker-1"}, {1, 0}, std::move(nick)};
  }
  void named(std::uint64_t id, const std::string& nick) {
    tell(claim(id, 1, nick));
    answer<claim_nick_row>(nick_row_claimed{{*fold_nick(nick), nick, {id}}, false});
    take<nick_claimed>();
  }
  session_row row(std::uint64_t id, std::uint32_t generation, node_name holder, std::uint64_t life) {
    return {{id}, generation, protocol::native, {}, {}, std::move(holder), {life}, {}};
  }
  locate_room locate(std::uint64_t id, const std::string& key, bool create = true) {
    return {{{{id}, 7, 0}, "worker-1"}, key, key, create};
  }
  std::uint64_t number = 0;
};

} // namespace godwit::directory_tests
