#include "actors/rules/balancer.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

const worker_place one{"worker-1", {11}};
const worker_place two{"worker-2", {22}};

membership_view view_of(std::vector<member_node> nodes) { return {1, {9}, std::move(nodes)}; }
member_node worker(const worker_place& place, node_state state = node_state::alive) {
  return {place.node, place.incarnation, 2, state};
}

TEST(Balancer, WithoutAnAliveWorkerNodeThereIsNoPlace) {
  balancer rules;
  EXPECT_EQ(rules.handle(pick_worker{1}).place, std::nullopt);
  rules.handle(view_of({{"proxy-1", {5}, 4, node_state::alive}, worker(one, node_state::dead)}));
  EXPECT_EQ(rules.handle(pick_worker{2}).place, std::nullopt);
}

TEST(Balancer, ASessionGoesToTheWorkerNodeWithTheFewest) {
  balancer rules;
  rules.handle(view_of({worker(one), worker(two)}));
  rules.handle(load_changed{one, 3, 0, {}});
  rules.handle(load_changed{two, 2, 9, {}});
  EXPECT_EQ(rules.handle(pick_worker{1}).place, two);
  EXPECT_EQ(rules.handle(pick_worker{2, placed_thing::room}).place, one);
}

TEST(Balancer, EqualNodesAreTakenByName) {
  balancer rules;
  rules.handle(view_of({worker(two), worker(one)}));
  EXPECT_EQ(rules.handle(pick_worker{1}).place, one);
  EXPECT_EQ(rules.handle(pick_worker{2}).place, two);
}

TEST(Balancer, WhatIsOnItsWayCounts) {
  balancer rules;
  rules.handle(view_of({worker(one), worker(two)}));
  std::map<worker_place, int> count;
  for (std::uint64_t ticket = 1; ticket <= 1000; ++ticket)
    ++count[*rules.handle(pick_worker{ticket}).place];
  EXPECT_EQ(count[one], 500);
  EXPECT_EQ(count[two], 500);
}

TEST(Balancer, APlacementIsCountedOnceWhenItArrivesWhileTheNextIsAskedFor) {
  balancer rules;
  rules.handle(view_of({worker(one), worker(two)}));
  EXPECT_EQ(rules.handle(pick_worker{1}).place, one);
  EXPECT_EQ(rules.handle(pick_worker{2}).place, two);
  rules.handle(load_changed{one, 1, 0, {1}});
  EXPECT_EQ(rules.handle(pick_worker{3}).place, one);
}

TEST(Balancer, AThousandSessionsDifferByFivePerCentAtMostThoughTheyEndUnevenly) {
  balancer rules;
  rules.handle(view_of({worker(one), worker(two)}));
  std::map<worker_place, std::size_t> sessions;
  std::uint64_t ticket = 0;
  const auto place_one = [&] {
    const auto place = *rules.handle(pick_worker{++ticket}).place;
    rules.handle(load_changed{place, ++sessions[place], 0, {ticket}});
  };
  for (int i = 0; i < 600; ++i)
    place_one();
  while (sessions[one] > 50) // most of one node's people go home
    rules.handle(load_changed{one, --sessions[one], 0, {}});
  while (sessions[one] + sessions[two] < 1000)
    place_one();
  const auto difference = sessions[one] > sessions[two] ? sessions[one] - sessions[two] : sessions[two] - sessions[one];
  EXPECT_LE(difference, 50U);
}

TEST(Balancer, ANodeThatDiedAndCameBackStartsFromNothing) {
  balancer rules;
  rules.handle(view_of({worker(one), worker(two)}));
  rules.handle(load_changed{one, 100, 0, {}});
  rules.handle(load_changed{two, 50, 0, {}});
  const worker_place again{"worker-1", {12}};
  rules.handle(view_of({worker(again), worker(two)}));
  EXPECT_EQ(rules.handle(pick_worker{1}).place, again);
}

TEST(Balancer, ADrainedNodeGetsNothingAsLongAsThereIsAnother) {
  balancer rules;
  rules.handle(view_of({worker(one), worker(two)}));
  rules.handle(load_changed{two, 100, 100, {}});
  rules.handle(drained_workers{{one.node}});
  EXPECT_EQ(rules.handle(pick_worker{1}).place, two);
  EXPECT_EQ(rules.handle(pick_worker{2, placed_thing::room}).place, two) << "though the others have no share";
  rules.handle(view_of({worker(one), worker(two, node_state::dead)}));
  EXPECT_EQ(rules.handle(pick_worker{3}).place, one) << "rather there than nowhere";
  rules.handle(view_of({worker(one), worker(two)}));
  EXPECT_EQ(rules.handle(pick_worker{4}).place, two);
  rules.handle(drained_workers{});
  EXPECT_EQ(rules.handle(pick_worker{5}).place, one);
}

} // namespace
} // namespace godwit
