#include "client/rules/outbox.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

outgoing a_post(request_number number, const std::string& text) {
  outgoing request;
  request.number = number;
  request.request = ask::post{ask::room_named{"lobby"}, text};
  return request;
}

std::vector<std::uint64_t> ops_of(const std::vector<client_command>& frames) {
  std::vector<std::uint64_t> ops;
  for (const auto& each : frames)
    ops.push_back(each.op);
  return ops;
}

using ops = std::vector<std::uint64_t>;

TEST(Outbox, NumbersFramesFromOneInTheirOrder) {
  outbox box;
  box.submit(a_post(1, "a"));
  box.submit(a_post(2, "b"));
  const auto frames = box.next_frames(false);
  EXPECT_EQ(ops_of(frames), (ops{1, 2}));
  EXPECT_FALSE(frames[0].resent);
  EXPECT_EQ(std::get<ask::post>(frames[1].request).text, "b");
}

TEST(Outbox, KeepsAtMostAWindowOfFramesUnconfirmed) {
  outbox box;
  for (request_number i = 1; i <= 40; ++i)
    box.submit(a_post(i, "x"));
  EXPECT_EQ(box.next_frames(false).size(), client_window_frames);
  EXPECT_TRUE(box.next_frames(false).empty());
  box.confirm(3);
  EXPECT_EQ(ops_of(box.next_frames(false)), (ops{33, 34, 35}));
}

TEST(Outbox, ResendsWhatIsUnconfirmedInOrderWithItsOps) {
  outbox box;
  for (request_number i = 1; i <= 3; ++i)
    box.submit(a_post(i, "x"));
  box.next_frames(false);
  box.confirm(1);
  const auto again = box.resend();
  EXPECT_EQ(ops_of(again), (ops{2, 3}));
  EXPECT_TRUE(again[0].resent && again[1].resent);
  box.submit(a_post(4, "y"));
  EXPECT_EQ(ops_of(box.next_frames(false)), (ops{4}));
}

TEST(Outbox, LetsTheLibrarysOwnRequestsPassWhileItIsHeld) {
  outbox box;
  box.submit(a_post(1, "a"));
  box.submit_own(ask::login{"ann"});
  const auto frames = box.next_frames(true);
  ASSERT_EQ(frames.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<ask::login>(frames[0].request));
}

TEST(Outbox, BeginsAnewWithOpOneAndPutsWhatWasSentIntoDoubt) {
  outbox box;
  box.submit_own(ask::login{"ann"});
  box.submit(a_post(1, "a"));
  box.submit(a_post(2, "b"));
  box.next_frames(false);
  box.submit(a_post(3, "c"));
  box.begin_anew(session_id{1});
  EXPECT_EQ(box.in_doubt().size(), 2U);
  const auto frames = box.next_frames(false);
  ASSERT_EQ(ops_of(frames), (ops{1, 2, 3}));
  EXPECT_FALSE(frames[0].resent);
  EXPECT_EQ(std::get<ask::post>(frames[0].request).text, "a");
  EXPECT_EQ(std::get<ask::post>(frames[2].request).text, "c");
}

TEST(Outbox, RefusesWhatWouldMakeItGrowWithoutBound) {
  outbox box;
  for (request_number i = 1; i <= client_waiting_requests_max; ++i)
    ASSERT_TRUE(box.submit(a_post(i, "x")));
  EXPECT_FALSE(box.submit(a_post(9999, "x")));
}

} // namespace
} // namespace godwit
