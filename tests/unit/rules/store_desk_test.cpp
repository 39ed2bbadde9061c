#include "actors/rules/store_desk.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

using namespace std::chrono_literals;

const request_origin ada{{{1}, 4, 0}, "worker-1"};

store_desk::pending only_pending(store_desk& desk, std::uint64_t ticket) { return desk.answered(ticket).value(); }

TEST(StoreDesk, AClaimIsUnderWayUntilItIsAnsweredOrGivenUp) {
  store_desk desk;
  const instant start{};
  EXPECT_FALSE(desk.is_under_way(ada));
  const auto asked = desk.ask(claim_nick_row{}, store_purpose::claim{{ada, {1, 0}, "ada"}});
  const auto ticket = std::get<ask_store>(asked.what).ticket;
  EXPECT_TRUE(desk.is_under_way(ada));
  EXPECT_FALSE(desk.is_under_way({ada.name, "worker-2"})) << "it is answered elsewhere";
  EXPECT_FALSE(desk.store_was_away(only_pending(desk, ticket), start));
  EXPECT_TRUE(desk.is_under_way(ada)) << "the store was away, it is asked again";
  EXPECT_TRUE(desk.store_was_away(only_pending(desk, ticket), start + 1min));
  EXPECT_FALSE(desk.is_under_way(ada));
}

TEST(StoreDesk, AListingIsUnderWayUntilItIsAnswered) {
  store_desk desk;
  const auto asked = desk.ask(list_room_rows{}, store_purpose::listing{ada});
  EXPECT_TRUE(desk.is_under_way(ada));
  desk.answered(std::get<ask_store>(asked.what).ticket);
  EXPECT_FALSE(desk.is_under_way(ada));
}

} // namespace
} // namespace godwit
