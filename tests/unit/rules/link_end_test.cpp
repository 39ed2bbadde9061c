#include "actors/rules/limits.hpp"
#include "actors/rules/link_end.hpp"

#include <gtest/gtest.h>

#include <string>

namespace godwit {
namespace {

using verdict = link_end::verdict;

envelope chat(std::uint64_t number = 1) { return {room_anywhere({1}), report_taken{{1}, number}}; }
envelope control() { return {broker_service(entity_kind::directory), host_room{{1}, "lobby"}}; }
delivery to_client(std::shared_ptr<const void> ticket = nullptr) {
  return {{1}, {1, 0}, 1, {7, 1}, std::make_shared<const std::string>("x"), std::move(ticket)};
}

/// Everything that may leave now.
std::vector<parcel> take_all(link_end& from) {
  std::vector<parcel> all;
  while (auto leaving = from.take())
    all.push_back(std::move(leaving->what));
  return all;
}
std::vector<parcel> leave_one_by_one(link_end& from, std::size_t count) {
  std::vector<parcel> all;
  for (std::size_t i = 0; i < count; ++i) {
    from.add(chat(i), 100);
    for (auto& what : take_all(from))
      all.push_back(std::move(what));
  }
  return all;
}

TEST(LinkEnd, SendsAtOnceWhenTheLinkIsIdle) {
  link_end end;
  end.add(chat(), 100);
  const auto left = take_all(end);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].number, 1U);
  EXPECT_EQ(left[0].carries, message_class::chat);
}

TEST(LinkEnd, HoldsChatWhileEnoughParcelsAreOnTheirWayAndThenSendsAllInOne) {
  link_end end;
  const auto left = leave_one_by_one(end, limits::parcels_in_flight_max + 10);
  ASSERT_EQ(left.size(), limits::parcels_in_flight_max);
  link_end other;
  for (const auto& what : left)
    ASSERT_EQ(other.received(what), verdict::accepted);
  ASSERT_EQ(end.received(other.pulse()), verdict::accepted);
  const auto next = take_all(end);
  ASSERT_EQ(next.size(), 1U);
  EXPECT_EQ(next[0].envelopes.size(), 10U);
}

TEST(LinkEnd, HoldsChatWhileItsCreditIsUsedUp) {
  link_end end;
  end.add(chat(), limits::chat_credit_bytes);
  EXPECT_EQ(take_all(end).size(), 1U);
  end.add(chat(), 1);
  EXPECT_TRUE(take_all(end).empty());
}

TEST(LinkEnd, NeverHoldsControl) {
  link_end end;
  end.add(chat(), limits::chat_credit_bytes);
  take_all(end);
  for (std::size_t i = 0; i < 100; ++i) {
    end.add(control(), 100);
    EXPECT_EQ(take_all(end).size(), 1U);
  }
}

TEST(LinkEnd, SendsControlBeforeChat) {
  link_end end;
  end.add(chat(), 100);
  end.add(control(), 100);
  const auto left = take_all(end);
  ASSERT_EQ(left.size(), 2U);
  EXPECT_EQ(left[0].carries, message_class::control);
}

TEST(LinkEnd, LetsAnEntryThatIsLargerThanAParcelTravelAlone) {
  link_end end;
  end.add(chat(), 100);
  end.add(chat(), 2 * limits::parcel_bytes_max);
  end.add(chat(), 100);
  const auto left = take_all(end);
  ASSERT_EQ(left.size(), 3U);
  EXPECT_EQ(left[1].envelopes.size(), 1U);
}

TEST(LinkEnd, SeesALostParcel) {
  link_end end;
  link_end other;
  const auto left = leave_one_by_one(end, 2);
  EXPECT_EQ(other.received(left.at(1)), verdict::broken);
}

TEST(LinkEnd, SeesARepeatedParcel) {
  link_end end;
  link_end other;
  const auto left = leave_one_by_one(end, 1);
  EXPECT_EQ(other.received(left.at(0)), verdict::accepted);
  EXPECT_EQ(other.received(left.at(0)), verdict::broken);
}

TEST(LinkEnd, SeesTheLossOfTheLastParcelByAPulse) {
  link_end end;
  link_end other;
  leave_one_by_one(end, 1);
  EXPECT_EQ(other.received(end.pulse()), verdict::broken);
}

TEST(LinkEnd, TakesAPulseThatKnowsLessThanHasArrived) {
  link_end end;
  link_end other;
  const auto old = end.pulse();
  other.received(leave_one_by_one(end, 1).at(0));
  EXPECT_EQ(other.received(old), verdict::accepted);
}

TEST(LinkEnd, RefusesAnAcknowledgementOfWhatWasNeverSent) {
  link_end end;
  parcel pulse;
  pulse.acknowledged.chat = 1;
  EXPECT_EQ(end.received(pulse), verdict::broken);
}

TEST(LinkEnd, OwesAnAcknowledgementForAParcelButNotForAPulse) {
  link_end end;
  link_end other;
  other.received(end.pulse());
  EXPECT_FALSE(other.owes_acknowledgement());
  other.received(leave_one_by_one(end, 1).at(0));
  EXPECT_TRUE(other.owes_acknowledgement());
  other.pulse();
  EXPECT_FALSE(other.owes_acknowledgement());
}

TEST(LinkEnd, KeepsTicketsUntilTheBatchIsTakenByTheOtherEdge) {
  link_end end;
  link_end other;
  auto ticket = std::make_shared<int>(1);
  end.add(edge_item{to_client(ticket)}, 100);
  auto left = take_all(end);
  ASSERT_EQ(left.size(), 1U);
  ASSERT_TRUE(left[0].batch);
  other.received(left[0]);
  end.received(other.pulse()); // the parcel was accepted, the batch is not in the queues yet
  EXPECT_EQ(ticket.use_count(), 2);
  other.batch_taken(left[0].batch->number);
  EXPECT_TRUE(other.owes_acknowledgement());
  end.received(other.pulse());
  EXPECT_EQ(ticket.use_count(), 1);
}

TEST(LinkEnd, AcknowledgesBatchesInOrderOnly) {
  link_end end;
  end.batch_taken(2);
  EXPECT_EQ(end.acknowledged().batches, 0U);
  end.batch_taken(1);
  EXPECT_EQ(end.acknowledged().batches, 2U);
}

TEST(LinkEnd, HoldsBatchesWhileTheOtherEdgeTakesNoneAndLetsEnvelopesPass) {
  link_end end;
  link_end other;
  end.add(edge_item{to_client()}, limits::chat_credit_bytes);
  other.received(take_all(end).at(0));
  end.received(other.pulse());
  end.add(edge_item{to_client()}, 100);
  EXPECT_TRUE(take_all(end).empty());
  end.add(chat(), 100);
  const auto left = take_all(end);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_FALSE(left[0].batch);
}

} // namespace
} // namespace godwit
