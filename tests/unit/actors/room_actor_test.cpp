// The room's shell: it does what the rules say, in their order, and nothing else.
#include "actors/room_actor.hpp"

#include "tests/unit/actors/still_node.hpp"
#include "tests/unit/rules/room_bench.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>

namespace godwit::test {
namespace {

class RoomActor : public still_node {
protected:
  RoomActor() {
    board_.enter(entity_kind::room_host, 0, system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
        [this](const room_opened_here& what) { opened_.push_back(what); },
        [this](const room_over_here& what) { over_.push_back(what); },
        [](const room_announced&) {},
        [](const link_reset&) {},
      };
    }));
    auto room = caf::actor_cast<caf::actor>(system_.spawn<room_actor>(
      std::ref(board_), [this] { return now_; }, the_room, room_key{"lobby"}));
    board_.enter(entity_kind::room, the_room.value, std::move(room));
    tell(host_room{the_room, "lobby"});
  }

  /// By the switchboard, as everybody does.
  template <class T>
  void tell(T what) {
    board_.send({entity_kind::room, the_room.value, "w1"}, std::move(what));
    settle();
  }
  void open_with_ann_and_a_relay() {
    tell(log_with({ann}, 1));
    tell(attach_relay{the_room, "w2", incarnation{1}, 1, false});
    other_->take<fan_out>();
  }

  timestamp now_ = at(5000);
  std::vector<room_opened_here> opened_;
  std::vector<room_over_here> over_;
};

TEST_F(RoomActor, IsOpenWhenItsLogIs) {
  ASSERT_EQ(broker_->take<open_log>().size(), 1U);
  EXPECT_TRUE(opened_.empty());
  auto log = log_with({ann}, 1, 5);
  log.state.title = "Lobby";
  tell(std::move(log));
  ASSERT_EQ(opened_.size(), 1U);
  EXPECT_EQ(opened_[0].epoch, 5U);
  EXPECT_EQ(opened_[0].key, "lobby");
  EXPECT_EQ(opened_[0].title, "Lobby");
}

//
TEST_F(RoomActor, TellsNobodyWhatIsNotDurable) {
  open_with_ann_and_a_relay();
  tell(say(ann, 2, 1, post{"hi"}));
  const auto appends = broker_->take<append_entries>();
  ASSERT_EQ(appends.size(), 1U);
  EXPECT_TRUE(other_->take<fan_out>().empty());
  tell(outcome(appends[0]));
  EXPECT_EQ(seqs(other_->take<fan_out>()), from_to(2, 2));
}

TEST_F(RoomActor, SaysAgainWhatIsUnansweredWhenTheLinkToTheStoreWasReset) {
  open_with_ann_and_a_relay();
  tell(say(ann, 2, 1, post{"hi"}));
  const auto first = broker_->take<append_entries>();
  board_.tell_all(reset_of("broker-1", is_broker));
  settle();
  const auto again = broker_->take<append_entries>();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].first_seq, first[0].first_seq);
  EXPECT_EQ(texts(again[0].entries), std::vector<std::string>{"hi"});
}

TEST_F(RoomActor, AnswersWhoIsNoMember) {
  open_with_ann_and_a_relay();
  auto stranger = say(bob, 1, 0, post{"hi"});
  stranger.reply_to = "w2";
  tell(stranger);
  const auto answers = other_->take<command_answered>();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].why->code, error_code::not_in_room);
}

TEST_F(RoomActor, IsOffTheSwitchboardBeforeItsHostHearsThatItWasFenced) {
  open_with_ann_and_a_relay();
  tell(say(ann, 2, 1, post{"hi"}));
  tell(outcome(broker_->take<append_entries>().at(0), append_outcome::fenced));
  ASSERT_EQ(over_.size(), 1U);
  EXPECT_EQ(over_[0].room, the_room);
  EXPECT_FALSE(over_[0].refused);
  EXPECT_EQ(board_.local(entity_kind::room, the_room.value), nullptr);
  EXPECT_TRUE(other_->take<fan_out>().empty()) << "a stale owner shows nothing of what it could not write";
}

} // namespace
} // namespace godwit::test
