// Which tokens a route takes, and which it gives.
#include "tests/unit/rules/route_fixture.hpp"

namespace godwit {
namespace {

class RouteToken : public route_fixture {};

// U-12
TEST_F(RouteToken, TakesATokenOnceAndTellsTheDirectoryWhichOneIsKnownToHaveArrived) {
  auto one = attached();
  EXPECT_EQ(resumed_by(one, claim(1, 0)), 1U);
  EXPECT_TRUE(sent<renew_token>().empty()) << "the answer may still be lost";
  one.client_has_token(out);
  ASSERT_EQ(sent<renew_token>().size(), 1U);
  const auto told = sent<renew_token>()[0];
  EXPECT_EQ(told.session, session_id{42});
  EXPECT_EQ(told.proxy, "proxy-1");
  EXPECT_EQ(told.proxy_incarnation, incarnation{77});
  EXPECT_EQ(told.token_hash, claim(1).token.chain);
  EXPECT_EQ(told.token_number, 1U);
  one.client_has_token(out);
  EXPECT_EQ(sent<renew_token>().size(), 1U) << "once";
  EXPECT_EQ(resumed_by(one, claim(1, 0)), std::nullopt);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(resumed_by(one, claim(1, 1)), 2U);
}

// U-12
TEST_F(RouteToken, TakesTheFormerTokenWhileItsAnswerMayHaveBeenLostAndNoneInBetween) {
  auto one = attached();
  EXPECT_EQ(resumed_by(one, claim(1, 0)), 1U);
  EXPECT_EQ(resumed_by(one, claim(1, 0)), 2U);
  EXPECT_EQ(resumed_by(one, claim(1, 1)), std::nullopt) << "that answer was replaced by another one";
  EXPECT_EQ(resumed_by(one, claim(1, 2)), 3U);
  EXPECT_EQ(sent<renew_token>().size(), 1U) << "who shows the newest one has it";
  EXPECT_EQ(resumed_by(one, claim(1, 0)), std::nullopt);
}

// U-12
TEST_F(RouteToken, AfterAResumeThroughTheStoreTheShownTokenIsGoodUntilTheFirstNewOneHasArrived) {
  auto one = open(states::resumed_session);
  const auto asked = sent<resume_session>().at(0);
  EXPECT_EQ(asked.token_hash, claim(1).token.chain);
  EXPECT_EQ(asked.token_number, 0U);
  EXPECT_EQ(asked.next_token_hash, claim().next_chain);
  one.placed(placed(2, true), now, out);
  EXPECT_EQ(resumed_by(one, claim(1, 0)), 1U);
  EXPECT_TRUE(sent<renew_token>().empty());
  one.client_has_token(out);
  ASSERT_EQ(sent<renew_token>().size(), 1U);
  EXPECT_EQ(sent<renew_token>()[0].token_hash, claim().next_chain);
  EXPECT_EQ(sent<renew_token>()[0].token_number, 1U);
  EXPECT_EQ(resumed_by(one, claim(1, 0)), std::nullopt);
  EXPECT_EQ(resumed_by(one, claim(9, 1)), 2U);
}

// U-12
TEST_F(RouteToken, AfterAResumeThroughTheStoreALaterTokenOfTheFormerProxyNodeIsGood) {
  auto one = open(states::resumed_session);
  one.placed(placed(2, true), now, out);
  one.client_lost(now, out); // it went back to the other proxy node, which gave it a token before it heard of this one
  EXPECT_EQ(resumed_by(one, claim(1, 1)), 1U);
  ASSERT_EQ(sent<renew_token>().size(), 1U);
  EXPECT_EQ(sent<renew_token>()[0].token_number, 1U);
  one.client_has_token(out);
  EXPECT_EQ(resumed_by(one, claim(1, 2)), std::nullopt) << "it has one of this route's";
}

// U-12
TEST_F(RouteToken, SaysAgainWhichTokenIsGoodWhenTheBrokerNodeIsBack) {
  auto one = attached();
  one.link_reset({"broker-1", {5}, 1}, view, out);
  ASSERT_EQ(sent<renew_token>().size(), 1U) << "who has ended the session meanwhile says so";
  EXPECT_EQ(sent<renew_token>()[0].token_number, 0U);
  resumed_by(one, claim(1, 0));
  one.client_has_token(out);
  out.clear();
  one.link_reset({"broker-1", {5}, 1}, view, out);
  EXPECT_EQ(sent<renew_token>().size(), 1U);
  one.link_reset({"worker-2", {6}, 2}, view, out);
  EXPECT_EQ(sent<renew_token>().size(), 1U);
}

// U-12
TEST_F(RouteToken, GoesThroughTheStoreWhenItsTokensAreUsedUp) {
  auto one = attached();
  for (std::uint32_t number = 0; number + 1 != limits::tokens_per_chain; ++number)
    ASSERT_EQ(resumed_by(one, claim(1, number)), number + 1);
  out.clear();
  EXPECT_EQ(one.resume(claim(1, limits::tokens_per_chain - 1), now, out), resume_verdict::anew);
  EXPECT_EQ(closed(), error_code::replaced);
  EXPECT_EQ(count<forget_route>(), 1U);
}

// ------------------------------------------------------------------------------------------------ attaching in turn

} // namespace
} // namespace godwit
