// Where messages for rooms go while nodes die and begin anew. No actors: what leaves for another node is what counts.
#include "actors/switchboard.hpp"

#include <gtest/gtest.h>

namespace godwit {
namespace {

constexpr std::uint8_t worker_role = 2;

struct counting_port final : node_port {
  void push(envelope) override { ++count; }
  void push(edge_item) override { ++count; }
  int count = 0;
};

/// Node w1, which has a link to w2, where the room is.
struct Switchboard : testing::Test {
  room_id lobby{7};
  switchboard board{"w1", incarnation{1}, "b"};
  std::shared_ptr<counting_port> to_w2 = std::make_shared<counting_port>();

  Switchboard() {
    board.set_link("w2", worker_role, to_w2);
    board.tell_all(link_reset{"w2", incarnation{2}, worker_role});
    board.learn({lobby, 1, "w2"});
  }
  /// Whether what is sent to the room leaves for w2.
  bool leaves_for_w2() {
    const auto before = to_w2->count;
    board.send(room_anywhere(lobby), room_command{lobby, {session_id{1}, 1, 3}, {}, {}, "w1", {}, {}, post{"hi"}});
    return to_w2->count != before;
  }
  void view(incarnation life, node_state state) {
    membership_view told;
    told.number = ++number;
    told.nodes = {{"w2", life, worker_role, state}};
    board.tell_all(told);
  }
  std::uint64_t number = 0;
};

TEST_F(Switchboard, SendsToARoomByTheLastPlaceHeardOf) {
  EXPECT_TRUE(leaves_for_w2());
  board.learn({lobby, 2, "w3"});
  EXPECT_FALSE(leaves_for_w2());
  board.learn({lobby, 1, "w2"});
  EXPECT_FALSE(leaves_for_w2()) << "of an older epoch";
}

TEST_F(Switchboard, SendsNothingToRoomsOnADeadNodeThoughItsLinkLives) {
  view(incarnation{2}, node_state::dead);
  EXPECT_FALSE(leaves_for_w2());
  board.tell_all(membership_view{});
  EXPECT_FALSE(leaves_for_w2()) << "a view that has not heard of the node says nothing";
}

TEST_F(Switchboard, SendsToRoomsOnANodeThatHasBegunAnew) {
  view(incarnation{2}, node_state::dead);
  board.tell_all(link_reset{"w2", incarnation{3}, worker_role});
  EXPECT_TRUE(leaves_for_w2());
  view(incarnation{2}, node_state::dead);
  EXPECT_TRUE(leaves_for_w2()) << "this view is of its former life";
  view(incarnation{3}, node_state::alive);
  EXPECT_TRUE(leaves_for_w2());
}

TEST_F(Switchboard, ForgetsPlacesOfRoomsThatNobodyHereUses) {
  constexpr std::size_t many = 20 * 16 * limits::room_places_per_shard_max;
  for (std::uint64_t id = 100; id != 100 + many; ++id)
    board.learn({room_id{id}, 1, "w3"});
  EXPECT_LE(board.place_count(), 3 * 16 * limits::room_places_per_shard_max);
  EXPECT_TRUE(board.place_of(room_id{99 + many})) << "just heard of: about to be used";
  EXPECT_FALSE(board.place_of(room_id{100}));
}

TEST_F(Switchboard, ForgetsAtOnceThePlaceOfARoomThatClosed) {
  const auto before = board.place_count();
  board.learn({room_id{100}, 2, "w3"});
  board.learn({room_id{100}, 1, ""}); // a former life of it
  EXPECT_EQ(board.place_count(), before + 1);
  board.learn({room_id{100}, 2, ""});
  board.learn({room_id{101}, 1, ""}); // never heard of
  EXPECT_EQ(board.place_count(), before);
}

} // namespace
} // namespace godwit
