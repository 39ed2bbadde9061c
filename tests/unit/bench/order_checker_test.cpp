#include "client/bench/order_checker.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace godwit::bench {
namespace {

struct heard_post {
  std::size_t sender;
  std::uint64_t counter;
};

order_checker member_that_got(std::initializer_list<heard_post> posts) {
  order_checker member(2);
  for (const auto& each : posts)
    member.got(each.sender, each.counter);
  return member;
}

const std::vector<sender_account> three_and_one{{3, {}}, {1, {}}};

TEST(OrderChecker, IsContentWithEachPostOnceInOrder) {
  const auto member = member_that_got({{0, 1}, {1, 1}, {0, 2}, {0, 3}});
  EXPECT_FALSE(member.finish(three_and_one).any());
  EXPECT_EQ(member.count(), 4U);
}

TEST(OrderChecker, FindsALostPostAmidOthers) {
  EXPECT_EQ(member_that_got({{0, 1}, {0, 3}, {1, 1}}).finish(three_and_one), (order_findings{.lost = 1}));
}

TEST(OrderChecker, FindsLostPostsAtTheEnd) {
  EXPECT_EQ(member_that_got({{0, 1}}).finish(three_and_one), (order_findings{.lost = 3}));
}

TEST(OrderChecker, FindsADoubledPost) {
  EXPECT_EQ(member_that_got({{0, 1}, {0, 1}, {0, 2}, {0, 3}, {1, 1}, {0, 2}}).finish(three_and_one),
            (order_findings{.doubled = 2}));
}

TEST(OrderChecker, FindsAPostBehindALaterOne) {
  EXPECT_EQ(member_that_got({{0, 2}, {0, 1}, {0, 3}, {1, 1}}).finish(three_and_one),
            (order_findings{.out_of_order = 1}));
}

TEST(OrderChecker, WhatCameLateAndTwiceIsBoth) {
  EXPECT_EQ(member_that_got({{0, 2}, {0, 1}, {0, 1}, {0, 3}, {1, 1}}).finish(three_and_one),
            (order_findings{.doubled = 1, .out_of_order = 1}));
}

TEST(OrderChecker, FindsPostsOfWhoDoesNotSendHere) {
  EXPECT_EQ(member_that_got({{0, 1}, {0, 2}, {0, 3}, {1, 1}, {7, 1}, {0, 0}}).finish(three_and_one),
            (order_findings{.strange = 2}));
}

TEST(OrderChecker, APostThatWasRefusedIsNotLost) {
  const std::vector<sender_account> said{{4, {2, 4}}, {1, {}}};
  EXPECT_FALSE(member_that_got({{0, 1}, {0, 3}, {1, 1}}).finish(said).any());
  EXPECT_EQ(member_that_got({{0, 1}, {1, 1}}).finish(said), (order_findings{.lost = 1}));
}

TEST(OrderChecker, APostThatWasRefusedIsToldToNobody) {
  const std::vector<sender_account> said{{3, {2}}, {1, {}}};
  EXPECT_EQ(member_that_got({{0, 1}, {0, 2}, {0, 3}, {1, 1}}).finish(said), (order_findings{.strange = 1}));
}

TEST(OrderChecker, APostThatWasToldAndNotYetAcknowledgedIsNoFault) {
  const std::vector<sender_account> said{{2, {}}, {1, {}}};
  EXPECT_FALSE(member_that_got({{0, 1}, {0, 2}, {0, 3}, {1, 1}}).finish(said).any());
}

TEST(OrderChecker, CountsALossThatIsLargerThanWhatItKeeps) {
  order_checker member(1);
  member.got(0, 1'000'000);
  EXPECT_EQ(member.finish({{1'000'000, {}}}), (order_findings{.lost = 999'999}));
}

TEST(OrderChecker, MembersThatHeardTheSameInOneOrderAgree) {
  const auto first = member_that_got({{0, 1}, {1, 1}, {0, 2}});
  const auto second = member_that_got({{0, 1}, {1, 1}, {0, 2}});
  EXPECT_EQ(in_another_order({&first, &second}), 0U);
}

TEST(OrderChecker, FindsAMemberThatHeardTwoSendersInAnotherOrder) {
  const auto first = member_that_got({{0, 1}, {1, 1}, {0, 2}});
  const auto second = member_that_got({{0, 1}, {1, 1}, {0, 2}});
  const auto other = member_that_got({{1, 1}, {0, 1}, {0, 2}});
  EXPECT_FALSE(other.finish({{2, {}}, {1, {}}}).any()) << "each sender's posts are in order";
  EXPECT_EQ(in_another_order({&first, &other, &second}), 1U);
}

} // namespace
} // namespace godwit::bench
