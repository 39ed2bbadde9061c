#include "actors/queues/outbound_link.hpp"
#include "actors/rules/limits.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

namespace godwit {
namespace {

envelope small() { return {room_anywhere({1}), report_taken{{1}, 1}}; }

TEST(OutboundLink, WakesOncePerChangeFromEmptyToNotEmpty) {
  int wakes = 0;
  outbound_link link{[&] { ++wakes; }};
  link.push(small());
  link.push(small());
  EXPECT_EQ(wakes, 1);
  EXPECT_EQ(link.drain().items.size(), 2U);
  link.push(small());
  EXPECT_EQ(wakes, 2);
}

TEST(OutboundLink, TakesNothingBeyondItsBoundAndSaysSo) {
  outbound_link link{[] {}};
  const std::string big(limits::link_queue_bytes_max / 2, 'x');
  const auto frame = [&] {
    return envelope{{}, client_frame{{1}, {}, 1, 1, frame_kind::data, std::make_shared<const std::string>(big)}};
  };
  EXPECT_TRUE(link.push(frame()));
  EXPECT_FALSE(link.push(frame()));
  EXPECT_FALSE(link.push(small()));
  const auto drained = link.drain();
  EXPECT_TRUE(drained.overflowed);
  EXPECT_EQ(drained.items.size(), 1U);
}

TEST(OutboundLink, CountsWhatWasDrainedUntilItHasLeft) {
  outbound_link link{[] {}};
  const auto frame = [] {
    auto bytes = std::make_shared<const std::string>(limits::link_queue_bytes_max / 2, 'x');
    return envelope{{}, client_frame{{1}, {}, 1, 1, frame_kind::data, std::move(bytes)}};
  };
  link.push(frame());
  const auto drained = link.drain();
  link.left(drained.items.at(0).weight);
  EXPECT_TRUE(link.push(frame()));
  link.drain();
  EXPECT_FALSE(link.push(frame()));
}

TEST(OutboundLink, KeepsAnOutputThatCameAsAnEnvelopeInOrderWithTheDeliveries) {
  outbound_link link{[] {}};
  link.push(delivery{{1}, {}, 1, {}, {}, {}});
  link.push(envelope{service_at("p", entity_kind::edge), session_output{}});
  const auto drained = link.drain();
  EXPECT_TRUE(std::holds_alternative<edge_item>(drained.items.at(1).what));
}

TEST(OutboundLink, DropsWhatWaitsWhenItIsClosed) {
  outbound_link link{[] {}};
  auto ticket = std::make_shared<int>(1);
  link.push(delivery{{1}, {}, 1, {}, {}, ticket});
  link.close();
  EXPECT_EQ(ticket.use_count(), 1);
  EXPECT_FALSE(link.push(small()));
}

TEST(OutboundLink, KeepsTheOrderOfEachThread) {
  outbound_link link{[] {}};
  const auto push_all = [&](std::uint64_t room) {
    for (std::uint64_t i = 0; i < 1000; ++i)
      link.push(envelope{room_anywhere({room}), report_taken{{room}, i}});
  };
  std::thread one{push_all, 1};
  std::thread two{push_all, 2};
  one.join();
  two.join();
  std::uint64_t next[3] = {};
  for (const auto& item : link.drain().items) {
    const auto& taken = std::get<report_taken>(std::get<envelope>(item.what).what);
    EXPECT_EQ(taken.epoch, next[taken.room.value]++);
  }
  EXPECT_EQ(next[1] + next[2], 2000U);
}

} // namespace
} // namespace godwit
