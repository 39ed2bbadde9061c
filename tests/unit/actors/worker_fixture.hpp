/// @file
/// A worker node that is a proxy node too, so that a test sees what its edge is given; and sessions that log in.
#pragma once

#include "actors/session_actor.hpp"
#include "actors/session_spawner.hpp"
#include "messages/native_codec.hpp"
#include "tests/unit/actors/still_node.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/exit_reason.hpp>

namespace godwit::test {

/// Keeps what the edge of this node is given.
class kept_edge : public edge_port {
public:
  void receive(message what) override { messages.push_back(std::move(what)); }
  void deliver(edge_item what) override { items.push_back(std::move(what)); }
  void reset(const link_reset&) override {}
  void view(const membership_view&) override {}

  /// Items of one type since they were last taken, in order.
  template <class T>
  std::vector<T> take() {
    std::vector<T> found;
    std::erase_if(items, [&](auto& each) {
      auto* what = std::get_if<T>(&each);
      if (what)
        found.push_back(std::move(*what));
      return what != nullptr;
    });
    return found;
  }
  std::vector<attach_refused> refusals() {
    std::vector<attach_refused> found;
    for (auto& each : std::exchange(messages, {}))
      if (auto* what = std::get_if<attach_refused>(&each))
        found.push_back(std::move(*what));
    return found;
  }

  std::vector<message> messages;
  std::vector<edge_item> items;
};

class worker_fixture : public still_node {
protected:
  worker_fixture() {
    board_.set_edge(edge_);
    board_.set_sessions(std::make_shared<session_spawner>(system_, board_));
  }

  attach_session attachment(std::uint32_t attach = 1, std::uint32_t generation = 1) const {
    attach_session what;
    what.session = me;
    what.epoch = {generation, 0};
    what.attach = attach;
    what.proxy = "w1";
    what.identity[0] = 1;
    return what;
  }
  void attach(std::uint32_t number = 1, std::uint32_t generation = 1) {
    board_.send(service_at("w1", entity_kind::session_host), attachment(number, generation));
    settle();
  }
  template <class T>
  void tell_session(T what) {
    board_.send(session_at("w1", me), std::move(what));
    settle();
  }
  void say(std::uint64_t op, ask::request request, std::uint32_t attach = 1) {
    auto bytes = std::make_shared<const std::string>(native::encode(client_command{op, false, request}).substr(4));
    tell_session(client_frame{me, {1, 0}, attach, op, frame_kind::data, bytes});
  }
  void login() {
    say(1, ask::login{"ada"});
    tell_session(nick_claimed{{me, 1, 0}, "ada", {}});
  }
  caf::actor session() const { return board_.local(entity_kind::session, me.value); }
  /// An error, as an exception in a handler is.
  void kill(const caf::actor& which) {
    caf::anon_send_exit(which, caf::exit_reason::unhandled_exception);
    settle();
  }

  const session_id me{11};
  const room_id lobby{7};
  std::shared_ptr<kept_edge> edge_ = std::make_shared<kept_edge>();
};

} // namespace godwit::test
