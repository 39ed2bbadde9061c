/// @file
/// A node whose actors run when the test says so, on its own thread: CAF's test coordinator, whose clock stands still.
///
/// Promises    what the node's actors send to other nodes is kept, in order, and nothing else leaves. Neither sockets
///             nor threads: after settle() all has happened that follows from what was sent.
#pragma once

#include "actors/switchboard.hpp"

#include <caf/actor.hpp>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/atom.hpp>
#include <caf/exit_reason.hpp>
#include <caf/scheduler/test_coordinator.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace godwit::test {

struct still_config : caf::actor_system_config {
  still_config() { set("scheduler.policy", caf::atom("testing")); }
};

/// The way to another node: it keeps what is sent there.
class kept_link : public node_port {
public:
  void push(envelope what) override { envelopes_.push_back(std::move(what)); }
  void push(edge_item what) override { items_.push_back(std::move(what)); }

  /// All messages of one type that were sent since the last time they were taken, in order; the others stay.
  template <class T>
  std::vector<T> take() {
    std::vector<T> found;
    std::vector<envelope> others;
    for (auto& each : envelopes_) {
      if (auto* what = std::get_if<T>(&each.what))
        found.push_back(std::move(*what));
      else
        others.push_back(std::move(each));
    }
    envelopes_ = std::move(others);
    return found;
  }
  const std::vector<envelope>& envelopes() const { return envelopes_; }

private:
  std::vector<envelope> envelopes_;
  std::vector<edge_item> items_;
};

/// The worker node "w1" of a cluster whose broker node is "broker-1".
class still_node : public ::testing::Test {
protected:
  still_node() {
    board_.set_link("broker-1", 1, broker_);
    board_.set_link("w2", 2, other_);
  }
  ~still_node() override {
    board_.close();
    for (const auto& each : ended_with_node_)
      caf::anon_send_exit(each, caf::exit_reason::user_shutdown);
    settle();
  }

  /// An actor that does not stand on the board and is kept by its own timer: the node's end is its end.
  template <class Handle>
  Handle end_with_node(Handle actor) {
    ended_with_node_.push_back(caf::actor_cast<caf::actor>(actor));
    return actor;
  }

  void settle() { coordinator().run(); }
  /// Time passes, step by step, and what is due happens.
  void pass(std::chrono::milliseconds time, std::chrono::milliseconds step = std::chrono::milliseconds{10}) {
    for (; time.count() > 0; time -= step) {
      coordinator().advance_time(step);
      settle();
    }
  }
  template <class Handle, class T>
  void give(const Handle& actor, T what) {
    caf::anon_send(actor, std::move(what));
    settle();
  }

  caf::scheduler::test_coordinator& coordinator() {
    return dynamic_cast<caf::scheduler::test_coordinator&>(system_.scheduler());
  }

  std::shared_ptr<kept_link> broker_ = std::make_shared<kept_link>();
  std::shared_ptr<kept_link> other_ = std::make_shared<kept_link>();
  switchboard board_{"w1", incarnation{1}, "broker-1"};
  still_config config_;
  caf::actor_system system_{config_};

private:
  std::vector<caf::actor> ended_with_node_;
};

} // namespace godwit::test
