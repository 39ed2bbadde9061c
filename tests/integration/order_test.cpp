// A room of many members over both worker nodes shows everybody the same events in the same order, without a gap.
#include "tests/support/cluster.hpp"

#include <gtest/gtest.h>

namespace godwit::test {
namespace {

constexpr int members = 50;
constexpr int posters = 5;
constexpr int posts_each = 20;

using clients = std::vector<std::unique_ptr<chat_client>>;

/// (seq, id) of what a client was told of the room, from its own coming on.
std::vector<std::pair<int, std::string>> order_at(const chat_client& client) {
  std::vector<std::pair<int, std::string>> result;
  for (const auto& each : client.events({{"room", "crowd"}}))
    if (each.contains("seq") && each["event"] != "confirmed")
      result.emplace_back(each["seq"].get<int>(), each["id"].get<std::string>());
  return result;
}

TEST(Order, FiftyMembersOverTwoWorkerNodesSeeOneOrder) {
  cluster running{"local", log_where_sessions_begin};
  running.start();
  clients all;
  for (int i = 0; i < members; ++i) {
    all.push_back(running.join("m" + std::to_string(i), "crowd"));
    if (i % 5 == 0) // a few at a time: this is no test of how many programs can start at once. The first comes first.
      all.back()->settle();
  }
  for (auto& each : all)
    each->settle();

  for (int i = 0; i < posts_each; ++i)
    for (int poster = 0; poster < posters; ++poster)
      all[static_cast<std::size_t>(poster * 10)]->say(std::to_string(i));
  for (auto& each : all)
    each->expect_count(posters * posts_each, {{"event", "posted"}});

  const auto reference = order_at(*all.front());
  ASSERT_EQ(reference.size(), static_cast<std::size_t>(members + posters * posts_each)) << "joins and posts";
  for (std::size_t i = 1; i < reference.size(); ++i)
    EXPECT_EQ(reference[i].first, reference[i - 1].first + 1);
  for (const auto& each : all) {
    const auto order = order_at(*each);
    ASSERT_LE(order.size(), reference.size());
    EXPECT_TRUE(std::equal(order.rbegin(), order.rend(), reference.rbegin())) << each->report();
  }
  // Each poster's posts stand in the order in which they were said.
  for (int poster = 0; poster < posters; ++poster) {
    const auto posts =
      all.back()->events({{"event", "posted"}, {"from", all[static_cast<std::size_t>(poster * 10)]->nick()}});
    ASSERT_EQ(posts.size(), static_cast<std::size_t>(posts_each));
    for (int i = 0; i < posts_each; ++i)
      EXPECT_EQ(posts[static_cast<std::size_t>(i)]["text"], std::to_string(i));
  }

  // There are members on both worker nodes.
  EXPECT_NEAR(sessions_begun_on(running, "worker-1"), members / 2, 2);
  EXPECT_NEAR(sessions_begun_on(running, "worker-2"), members / 2, 2);
}

} // namespace
} // namespace godwit::test
