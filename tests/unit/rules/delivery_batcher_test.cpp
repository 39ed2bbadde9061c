#include "actors/rules/delivery_batcher.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <string>

namespace godwit {
namespace {

shared_bytes bytes(std::string of) { return std::make_shared<const std::string>(std::move(of)); }

delivery to(std::uint64_t session, shared_bytes payload, std::uint64_t position) {
  return {{session}, {1, 0}, 1, {7, position}, std::move(payload), nullptr};
}

TEST(DeliveryBatcher, CarriesEachPayloadOnce) {
  delivery_batcher batcher;
  const auto payload = bytes("hello");
  for (std::uint64_t session = 1; session <= 100; ++session)
    batcher.add(to(session, payload, 1), 1);
  const auto taken = batcher.take(1 << 20);
  ASSERT_EQ(taken.batch.payloads.size(), 1U);
  ASSERT_EQ(taken.batch.items.size(), 1U);
  EXPECT_EQ(std::get<batched_delivery>(taken.batch.items[0]).targets.size(), 100U);
  EXPECT_EQ(taken.weight, 100U);
  EXPECT_TRUE(batcher.empty());
}

TEST(DeliveryBatcher, DoesNotLetADeliveryOvertakeItsSessionsLaterItem) {
  delivery_batcher batcher;
  const auto first = bytes("first");
  batcher.add(to(1, first, 1), 1);
  batcher.add(to(2, bytes("other"), 2), 1);
  batcher.add(to(2, first, 1), 1); // session 2 has a later item than the one with `first`
  batcher.add(to(3, first, 1), 1); // session 3 has none
  const auto taken = batcher.take(1 << 20);
  ASSERT_EQ(taken.batch.items.size(), 3U);
  EXPECT_EQ(taken.batch.payloads.size(), 2U);
  const auto& again = std::get<batched_delivery>(taken.batch.items[2]);
  EXPECT_EQ(again.targets.size(), 2U);
}

TEST(DeliveryBatcher, KeepsOutputsAmongDeliveries) {
  delivery_batcher batcher;
  const auto payload = bytes("x");
  batcher.add(to(1, payload, 1), 1);
  session_output confirmation;
  confirmation.session = {2};
  batcher.add(confirmation, 1);
  batcher.add(to(2, payload, 1), 1); // behind the confirmation, not before it
  const auto taken = batcher.take(1 << 20);
  ASSERT_EQ(taken.batch.items.size(), 3U);
  EXPECT_TRUE(std::holds_alternative<session_output>(taken.batch.items[1]));
}

TEST(DeliveryBatcher, EndsABatchAtItsSizeButNeverBeforeOneItem) {
  delivery_batcher batcher;
  batcher.add(to(1, bytes(std::string(5000, 'a')), 1), 1);
  batcher.add(to(1, bytes(std::string(5000, 'b')), 2), 1);
  EXPECT_EQ(batcher.take(100).batch.items.size(), 1U);
  EXPECT_EQ(batcher.take(100).batch.items.size(), 1U);
  EXPECT_TRUE(batcher.empty());
}

TEST(DeliveryBatcher, HandsTheTicketsOver) {
  delivery_batcher batcher;
  auto ticket = std::make_shared<int>(1);
  auto what = to(1, bytes("x"), 1);
  what.ticket = ticket;
  batcher.add(std::move(what), 1);
  const auto taken = batcher.take(100);
  ASSERT_EQ(taken.tickets.size(), 1U);
  EXPECT_EQ(taken.tickets[0].get(), ticket.get());
}

TEST(DeliveryBatcher, KeepsEachSessionsOrderWhateverIsSent) {
  std::mt19937 chance{42};
  std::vector<shared_bytes> payloads;
  for (int i = 0; i < 5; ++i)
    payloads.push_back(bytes(std::to_string(i)));
  delivery_batcher batcher;
  std::map<std::uint64_t, std::vector<std::string>> sent;
  for (int i = 0; i < 2000; ++i) {
    const std::uint64_t session = 1 + chance() % 6;
    const auto which = chance() % 6;
    if (which == 5) {
      session_output output;
      output.session = {session};
      output.confirmed_in_seq = static_cast<std::uint64_t>(i);
      sent[session].push_back("#" + std::to_string(i));
      batcher.add(output, 1);
      continue;
    }
    sent[session].push_back(*payloads[which]);
    batcher.add(to(session, payloads[which], which), 1);
  }
  std::map<std::uint64_t, std::vector<std::string>> got;
  while (!batcher.empty()) {
    for (const auto& item : unpack(batcher.take(2000).batch)) {
      if (const auto* delivered = std::get_if<delivery>(&item))
        got[delivered->session.value].push_back(*delivered->payload);
      else
        got[std::get<session_output>(item).session.value].push_back(
          "#" + std::to_string(std::get<session_output>(item).confirmed_in_seq));
    }
  }
  EXPECT_EQ(got, sent);
}

} // namespace
} // namespace godwit
