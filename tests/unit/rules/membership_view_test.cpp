#include "actors/rules/membership_view.hpp"

#include <gtest/gtest.h>

#include <map>

namespace godwit {
namespace {

member_node worker_with_share(const node_name& name, std::uint32_t share, node_state state = node_state::alive) {
  return {name, {7}, role_worker, state, share};
}

std::map<node_name, int> homes(const membership_view& view, std::uint64_t sessions) {
  std::map<node_name, int> counts;
  for (std::uint64_t id = 1; id <= sessions; ++id)
    if (const auto home = home_of({id * 0x9e3779b97f4a7c15U}, view, {"gone", {1}}))
      ++counts[home->node];
  return counts;
}

TEST(HomeOf, SpreadsSessionsByTheSharesOfTheLiving) {
  const auto counts = homes({1,
                             {1},
                             {worker_with_share("a", 1), worker_with_share("b", 3),
                              worker_with_share("c", 5, node_state::dead), worker_with_share("d", 0)}},
                            4000);
  EXPECT_EQ(counts.size(), 2U);
  EXPECT_NEAR(counts.at("a"), 1000, 120);
  EXPECT_NEAR(counts.at("b"), 3000, 120);
}

TEST(HomeOf, TakesNodesWithoutAShareWhereNoOtherIsLeft) {
  EXPECT_EQ(homes({1, {1}, {worker_with_share("d", 0), worker_with_share("e", 1, node_state::dead)}}, 10).at("d"), 10);
}

TEST(HomeOf, IsTheSameForTheSameViewAndMovesOnlyWhatHasToMove) {
  const membership_view three{
    1, {1}, {worker_with_share("a", 2), worker_with_share("b", 2), worker_with_share("c", 2)}};
  const membership_view two{
    2, {1}, {worker_with_share("a", 2), worker_with_share("b", 2), worker_with_share("c", 2, node_state::dead)}};
  for (std::uint64_t id = 1; id <= 500; ++id) {
    const auto before = home_of({id}, three, {});
    EXPECT_EQ(before, home_of({id}, three, {}));
    if (before->node != "c") {
      EXPECT_EQ(before, home_of({id}, two, {}));
    }
  }
}

TEST(HomeOf, ShunsALifeThatIsKnownToBeOverWhateverTheViewSays) {
  const membership_view view{1, {1}, {worker_with_share("a", 9), worker_with_share("b", 1)}};
  for (std::uint64_t id = 1; id <= 50; ++id)
    EXPECT_EQ(home_of({id}, view, {"a", {7}})->node, "b");
  EXPECT_EQ(home_of({1}, {1, {1}, {worker_with_share("a", 9)}}, {"a", {7}}), std::nullopt);
  EXPECT_EQ(home_of({1}, {}, {}), std::nullopt) << "no view yet";
}

} // namespace
} // namespace godwit
