// Connections that go from loop to loop while their clients post: nothing lost, nothing doubled, nobody disconnected.
#include "tests/unit/edge/posting_clients.hpp"

namespace godwit::test {

#ifdef __SANITIZE_THREAD__ // what so many say in their idleness keeps two instrumented loops busy
constexpr std::size_t crowd = 40;
#else
constexpr std::size_t crowd = 200;
#endif

TEST_F(PostingClients, LoseNothingWhileThePoolGrowsByLoadAndShrinksByIdleness) {
  auto config = settings();
  config.loops_max = 4;
  config.sampling_interval = 50ms;
  start_posting(std::move(config), crowd);

  work_per_frame(500us);
  flood();
  wait_for_loops(4);
  work_per_frame(0us);
  trickle();
  wait_for_loops(1);

  stop_posting();
  wait_for_connections(crowd);
  const auto counts = edge_->counts();
  EXPECT_GE(counts.loops_begun, 3U);
  EXPECT_EQ(counts.loops_ended, counts.loops_begun);
  EXPECT_GT(counts.shards_moved, 64U);
  EXPECT_EQ(counts.loops_min, 1U);
  EXPECT_EQ(counts.loops_max, 4U);
  EXPECT_EQ(counts.accepted, crowd);
  EXPECT_EQ(attaches(), crowd) << "no session noticed";
}

TEST_F(PostingClients, LoseNothingWhileShardsAreMovedOneAfterAnother) {
  auto config = settings(4);
  config.sampling_interval = 1h;
  start_posting(std::move(config), 60);
  flood();
  move_shards(3000);
  stop_posting();
  wait_for_connections(60);
  EXPECT_EQ(edge_->counts().shards_moved, 3000U);
  EXPECT_EQ(attaches(), 60U);
}

TEST_F(PostingClients, ComeWhileShardsAreMoved) {
  auto config = settings(3);
  config.sampling_interval = 1h;
  start_posting(std::move(config), 20);
  flood();
  std::thread others([this] { add_clients(60); });
  move_shards(1000);
  others.join();
  stop_posting();
  wait_for_connections(80);
  EXPECT_EQ(attaches(), 80U);
}

TEST_F(PostingClients, AttachOnceForEachLinkResetWhileShardsAreMoved) {
  auto config = settings(4);
  config.sampling_interval = 1h;
  start_posting(std::move(config), 40);
  flood();
  constexpr std::size_t resets = 100;
  std::thread link([this] {
    for (std::size_t i = 0; i != resets; ++i) {
      edge_->link_reset({"worker-1", {11}, 2});
      wait_for_attaches(40 * (i + 2));
    }
  });
  move_shards(1000);
  link.join();
  stop_posting();
  EXPECT_EQ(attaches(), 40 * (resets + 1));
}

TEST_F(PostingClients, AreToldOfTheEndWhileShardsAreMoved) {
  auto config = settings(4);
  config.sampling_interval = 1h;
  start_posting(std::move(config), 20);
  trickle();
  std::atomic<bool> stopped = false;
  std::thread mover([&] {
    for (std::size_t i = 0; !stopped; ++i)
      edge_->move_shard(i % 64, (i / 64 + i) % 4);
  });
  wait_for_moves(100);
  expect_end();
  edge_->stop();
  stopped = true;
  mover.join();
  stop_posting();
  EXPECT_EQ(told_why(), std::vector<error_code>(20, error_code::shutting_down));
}

} // namespace godwit::test
