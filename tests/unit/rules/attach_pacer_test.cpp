#include "actors/rules/attach_pacer.hpp"

#include "actors/rules/route.hpp"
#include "messages/message_class.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <vector>

namespace godwit {
namespace {

using namespace std::chrono_literals;

class AttachPacer : public ::testing::Test {
protected:
  void want(std::uint64_t from, std::uint64_t to, const node_name& worker = "w1") {
    for (auto id = from; id <= to; ++id)
      pacer.wanted(worker, {id});
  }
  std::vector<std::uint64_t> begin_all(std::size_t weight = 1, const node_name& worker = "w1") {
    std::vector<std::uint64_t> begun;
    while (const auto session = pacer.next()) {
      pacer.begun(worker, *session, weight, now);
      begun.push_back(session->value);
    }
    return begun;
  }

  attach_pacer pacer;
  attach_pacer::time now{};
};

TEST_F(AttachPacer, BeginsSomeAndTheNextWhenOneIsAnsweredInTheirOrder) {
  want(1, limits::attaches_in_flight_max + 2);
  EXPECT_EQ(begin_all().size(), limits::attaches_in_flight_max);
  EXPECT_FALSE(pacer.has_next());
  pacer.done({3});
  EXPECT_EQ(begin_all(), std::vector<std::uint64_t>{limits::attaches_in_flight_max + 1});
  pacer.done({3});
  EXPECT_FALSE(pacer.has_next()) << "one answer makes place for one";
}

TEST_F(AttachPacer, BeginsNoOtherBesideALargeOne) {
  want(1, 3);
  EXPECT_EQ(begin_all(limits::attach_window_bytes), std::vector<std::uint64_t>{1});
  pacer.done({1});
  EXPECT_EQ(begin_all(), (std::vector<std::uint64_t>{2, 3}));
}

TEST_F(AttachPacer, WorkerNodesDoNotWaitForEachOther) {
  want(1, 100, "w1");
  EXPECT_EQ(begin_all().size(), limits::attaches_in_flight_max);
  want(101, 200, "w2");
  EXPECT_EQ(begin_all(1, "w2").size(), limits::attaches_in_flight_max);
}

TEST_F(AttachPacer, WhatIsNotAnsweredMakesPlaceAfterAWhile) {
  EXPECT_FALSE(pacer.deadline());
  want(1, limits::attaches_in_flight_max + 1);
  begin_all();
  EXPECT_EQ(pacer.deadline(), now + limits::attach_patience);
  pacer.tick(now + limits::attach_patience - 1ms);
  EXPECT_FALSE(pacer.has_next());
  pacer.tick(now + limits::attach_patience);
  EXPECT_EQ(begin_all().size(), 1U);
}

TEST_F(AttachPacer, AfterAnotherResetAllIsWantedAnewAndNothingIsUnderWay) {
  want(1, limits::attaches_in_flight_max);
  begin_all();
  want(1, limits::attaches_in_flight_max);
  EXPECT_EQ(begin_all().size(), limits::attaches_in_flight_max);
}

/// A link's queue as actors/queues/outbound_link.hpp bounds it, and sessions at its other end that answer each attach.
class bounded_queue {
public:
  void push(const message& what) {
    bytes_ += weight_of(what);
    most_ = std::max(most_, bytes_);
    if (const auto* attach = std::get_if<attach_session>(&what))
      answers_.push_back({attach->session, attach->epoch, attach->attach, {}, 0, {}, false, {}, 0});
  }
  /// The other node takes all that waits; what its sessions answer.
  std::deque<session_output> take() {
    bytes_ = 0;
    return std::exchange(answers_, {});
  }
  std::size_t most() const { return most_; }

private:
  std::size_t bytes_ = 0;
  std::size_t most_ = 0;
  std::deque<session_output> answers_;
};

class ManyRoutes : public ::testing::Test {
protected:
  static constexpr std::size_t route_count = 50'000;
  static constexpr std::size_t shard_count = 64;
  struct shard {
    std::vector<route> routes;
    attach_pacer pacer;
  };

  void SetUp() override {
    shards.resize(shard_count);
    for (std::uint64_t id = 0; id != route_count; ++id) {
      route_claim who;
      who.session = {id};
      auto& made =
        shards[id % shard_count].routes.emplace_back(settings, route::opening_kind::new_session, who, now, out);
      made.placed({{id}, {1, 0}, "w1", {11}, false, {}}, now, out);
      session_output first{{id}, {1, 0}, 1, {}, 0, std::string(2048, 's'), false, {}, 0};
      made.output(std::move(first), out);
      made.client_sent(std::make_shared<const std::string>(200, 'f'), out);
      out.clear();
    }
  }
  route& of(session_id session) { return shards[session.value % shard_count].routes[session.value / shard_count]; }
  /// What nodes/edge/route_table.cpp does with the effects.
  void perform(shard& at) {
    for (auto& effect : std::exchange(out, {})) {
      if (const auto* letter = std::get_if<send>(&effect))
        link.push(letter->what);
      else if (std::holds_alternative<attach_answered>(effect))
        at.pacer.done(acting);
      else if (std::holds_alternative<attach_in_turn>(effect))
        at.pacer.wanted("w1", acting);
    }
  }
  void begin_attaches(shard& at) {
    while (const auto session = at.pacer.next()) {
      acting = *session;
      of(acting).attach_now(out);
      at.pacer.begun("w1", acting, of(acting).attach_weight(), now);
      ++attached;
      perform(at);
    }
  }

  route_settings settings{"proxy-1", {77}};
  steady_time now{};
  route_effects out;
  std::vector<shard> shards;
  bounded_queue link;
  session_id acting;
  std::size_t attached = 0;
};

TEST_F(ManyRoutes, WithSnapshotsPassThroughALinksQueueAfterItsReset) {
  for (auto& at : shards) {
    for (auto& one : at.routes) {
      acting = one.session();
      one.link_reset({"w1", {11}, 2}, {}, out);
      perform(at);
    }
    begin_attaches(at);
  }
  for (auto answers = link.take(); !answers.empty(); answers = link.take())
    for (auto& answer : answers) {
      acting = answer.session;
      auto& at = shards[acting.value % shard_count];
      of(acting).output(std::move(answer), out);
      perform(at);
      begin_attaches(at);
    }
  EXPECT_EQ(attached, route_count);
  EXPECT_LT(link.most(), limits::link_queue_bytes_max / 2);
}

} // namespace
} // namespace godwit
