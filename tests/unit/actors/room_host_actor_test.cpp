// Which rooms and relays a worker node has, what the directory hears of them, and what becomes of those that end by an
// error.
#include "actors/room_host_actor.hpp"

#include "actors/session_host_actor.hpp"
#include "tests/unit/actors/worker_fixture.hpp"
#include "tests/unit/rules/room_bench.hpp"

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

class RoomHostActor : public worker_fixture {
protected:
  RoomHostActor() {
    host_ = system_.spawn<room_host_actor>(std::ref(board_), room_clock{[] { return at(5000); }});
    board_.enter(entity_kind::room_host, 0, caf::actor_cast<caf::actor>(host_));
    board_.enter(entity_kind::session_host, 0, system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const rooms_here& what) { reported_ = what.rooms; }, [](const link_reset&) {}};
    }));
  }

  caf::actor room() const { return board_.local(entity_kind::room, the_room.value); }
  caf::actor relay() const { return board_.local(entity_kind::relay, the_room.value); }
  void ask_to_open() { give(host_, host_room{the_room, "lobby"}); }
  void open(room_epoch epoch = 1) {
    ask_to_open();
    log_opens(epoch);
  }
  void log_opens(room_epoch epoch) {
    ASSERT_EQ(broker_->take<open_log>().size(), 1U);
    give_room(log_with({ann}, 1, epoch));
  }
  template <class T>
  void give_room(T what) {
    board_.send({entity_kind::room, the_room.value, "w1"}, std::move(what));
    settle();
  }
  std::vector<room_hosted> hosted() { return broker_->take<room_hosted>(); }
  /// A session on the switchboard that counts what it is told.
  void watch_session(session_id id) {
    board_.enter(entity_kind::session, id.value, system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
        [this](const relay_lost_here&) { ++relays_lost_; },
        [this](const room_reopened& what) { reopened_.push_back(what.epoch); },
        [](const shared_room_events&) {},
        [](const room_not_here&) {},
        [](const link_reset&) {},
      };
    }));
  }
  void enrol(session_id id = ann) {
    watch_session(id);
    give(host_, enrol_session{the_room, id, 0, true});
  }

  room_host_handle host_;
  std::vector<room_report> reported_;
  std::vector<room_epoch> reopened_;
  int relays_lost_ = 0;
};

TEST_F(RoomHostActor, OpensARoomAndTellsTheDirectoryWhenItsLogIsOpen) {
  ask_to_open();
  EXPECT_TRUE(room());
  EXPECT_TRUE(hosted().empty());
  log_opens(4);
  const auto told = hosted();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].epoch, 4U);
  EXPECT_EQ(told[0].node, "w1");
  EXPECT_FALSE(told[0].why);
  EXPECT_EQ(board_.place_of(the_room), (room_place{the_room, 4, "w1"}));
  EXPECT_EQ(other_->take<room_announced>().size(), 1U);
}

TEST_F(RoomHostActor, OpensARoomOnceAndAnswersTheDirectoryAgain) {
  open(4);
  hosted();
  const auto first = room();
  ask_to_open();
  EXPECT_EQ(room(), first);
  const auto again = hosted();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].epoch, 4U);
}

TEST_F(RoomHostActor, TellsTheDirectoryWhyARoomDidNotOpen) {
  ask_to_open();
  log_opened refused;
  refused.room = the_room;
  refused.why = error{error_code::no_such_room, {}};
  give_room(refused);
  const auto told = hosted();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].epoch, 0U);
  EXPECT_EQ(told[0].why->code, error_code::no_such_room);
  EXPECT_FALSE(room());
}

TEST_F(RoomHostActor, TellsWhoeverAsksForAClosedRoomThatItIsNotHere) {
  open();
  give_room(entries_appended{the_room, 1, 0, 0, append_outcome::fenced, 0});
  EXPECT_FALSE(room());
  EXPECT_EQ(broker_->take<room_closed>().size(), 1U);
  EXPECT_EQ(other_->take<room_announced>().back().node, "") << "relays of it have it opened again";
  auto command = test::say(bob, 1, 0, post{"hi"});
  command.reply_to = "w2";
  board_.receive("w2", envelope{{entity_kind::room, the_room.value, "w1"}, command});
  settle();
  const auto bounced = other_->take<room_not_here>();
  ASSERT_EQ(bounced.size(), 1U);
  EXPECT_EQ(bounced[0].session, bob);
}

TEST_F(RoomHostActor, OpensAClosedRoomAgainWhenAsked) {
  open(1);
  give_room(entries_appended{the_room, 1, 0, 0, append_outcome::fenced, 0});
  hosted();
  open(2);
  const auto told = hosted();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].epoch, 2U);
}

TEST_F(RoomHostActor, EndsARoomThatWasOpenedElsewhereLater) {
  open(3);
  give(host_, room_announced{the_room, 3, "w2"});
  EXPECT_TRUE(room()) << "not a higher epoch";
  give(host_, room_announced{the_room, 4, "w2"});
  EXPECT_FALSE(room());
}

TEST_F(RoomHostActor, ReportsOpenRoomsAtTheLinkToTheBrokerNode) {
  ask_to_open();
  auto log = log_with({ann}, 1, 3);
  log.state.title = "Lobby";
  give_room(std::move(log));
  give(host_, host_room{room_id{8}, "other"});
  give(host_, link_reset{"w2", incarnation{2}, 2});
  EXPECT_TRUE(reported_.empty());
  give(host_, link_reset{"broker-1", incarnation{2}, 1});
  ASSERT_EQ(reported_.size(), 1U);
  EXPECT_EQ(reported_[0].room, the_room);
  EXPECT_EQ(reported_[0].epoch, 3U);
  EXPECT_EQ(reported_[0].title, "Lobby");
}

// ------------------------------------------------------------------------------------------- rooms that end by an
// error

TEST_F(RoomHostActor, OpensARoomAgainFromItsLogThatEndedByAnError) {
  open(1);
  hosted();
  const auto first = room();
  kill(first);
  ASSERT_TRUE(room());
  EXPECT_NE(room(), first);
  log_opens(2);
  const auto told = hosted();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].epoch, 2U);
  EXPECT_EQ(board_.place_of(the_room)->epoch, 2U);
}

TEST_F(RoomHostActor, LetsSessionsHearThatTheirRoomWasOpenedAgain) {
  open(1);
  enrol();
  kill(room());
  EXPECT_TRUE(reopened_.empty());
  log_opens(2);
  EXPECT_EQ(reopened_, std::vector<room_epoch>{2}) << "who has something unanswered says it again";
}

TEST_F(RoomHostActor, HasItsMembersAskAgainForARoomWhoseLogDoesNotOpenAnyMore) {
  open(4);
  kill(room());
  other_->take<room_announced>();
  log_opened refused;
  refused.room = the_room;
  refused.why = error{error_code::no_such_room, {}};
  give_room(refused);
  EXPECT_EQ(broker_->take<room_closed>().size(), 1U);
  const auto told = other_->take<room_announced>();
  ASSERT_EQ(told.size(), 1U) << "nobody else has it opened again";
  EXPECT_EQ(told[0].node, "");
}

TEST_F(RoomHostActor, HoldsCommandsForARoomThatIsOpenedAgain) {
  open(1);
  kill(room());
  give_room(test::say(ann, 2, 1, post{"hi"}));
  EXPECT_TRUE(broker_->take<append_entries>().empty());
  log_opens(2);
  EXPECT_EQ(broker_->take<append_entries>().size(), 1U);
}

TEST_F(RoomHostActor, LetsARoomRestThatEndsByErrorsAgainAndAgain) {
  open(1);
  kill(room());
  log_opens(2);
  kill(room());
  EXPECT_FALSE(room());
  const auto closed = broker_->take<room_closed>();
  ASSERT_EQ(closed.size(), 1U) << "who asks for it waits at the directory";
  EXPECT_EQ(closed[0].epoch, 2U);
  ask_to_open();
  EXPECT_FALSE(room()) << "not before it has rested";
  pass(restart_policy::second_pause - 10ms);
  EXPECT_FALSE(room());
  pass(10ms);
  EXPECT_TRUE(room());
  log_opens(3);
  kill(room());
  pass(2 * restart_policy::second_pause - 10ms);
  EXPECT_FALSE(room()) << "twice as long";
  pass(10ms);
  EXPECT_TRUE(room());
}

TEST_F(RoomHostActor, OpensNoRoomAgainThatWasOpenedElsewhereMeanwhile) {
  open(1);
  kill(room());
  log_opens(2);
  kill(room());
  give(host_, room_announced{the_room, 3, "w2"});
  pass(2 * restart_policy::second_pause);
  EXPECT_FALSE(room());
}

TEST_F(RoomHostActor, TellsTheDirectoryOfARoomThatCanNotBeOpenedAgain) {
  open(1);
  hosted();
  kill(room()); // opened again at once
  kill(room()); // in its opening
  const auto closed = broker_->take<room_closed>();
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].epoch, 1U);
  const auto told = hosted();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].why->code, error_code::internal_error);
  pass(1s);
  EXPECT_FALSE(room()) << "nobody has asked for it since";
  ask_to_open();
  EXPECT_TRUE(room());
}

TEST_F(RoomHostActor, OpensARoomThatDiesInItsOpeningNotAsOftenAsItIsAskedFor) {
  ask_to_open();
  kill(room());
  int opened = 0;
  for (int asked = 0; asked != 100; ++asked) {
    ask_to_open();
    if (room()) {
      ++opened;
      kill(room());
    }
    pass(10ms);
  }
  EXPECT_LE(opened, 4) << "0, 200, 400 and 800 ms";
  EXPECT_GE(opened, 2);
}

TEST_F(RoomHostActor, EndsWhatIsOpenedWhileTheNodeStops) {
  caf::anon_send(host_, host_room{the_room, "lobby"});
  board_.close();
  board_.enter(entity_kind::room_host, 0, caf::actor_cast<caf::actor>(host_)); // as if it were entered only now
  settle();
  EXPECT_FALSE(room());
  EXPECT_FALSE(board_.local(entity_kind::room_host, 0));
}

TEST_F(RoomHostActor, LeavesRoomsAloneWhenTheNodeStops) {
  open(1);
  broker_->take<open_log>();
  board_.close();
  settle();
  EXPECT_TRUE(broker_->take<open_log>().empty());
}

// ------------------------------------------------------------------------------------------------------------ relays

TEST_F(RoomHostActor, MakesOneRelayPerRoom) {
  enrol(ann);
  const auto first = relay();
  EXPECT_TRUE(first);
  enrol(bob);
  EXPECT_EQ(relay(), first);
}

TEST_F(RoomHostActor, KeepsThePlaceOfARoomThatHasARelayHere) {
  board_.learn({the_room, 1, "w2"});
  enrol(ann);
  for (std::uint64_t id = 100; board_.place_of(room_id{100}) || id == 100; ++id)
    board_.learn({room_id{id}, 1, "w3"});
  EXPECT_TRUE(board_.place_of(the_room)) << "what it sends would be lost";
}

TEST_F(RoomHostActor, MakesAnotherRelayAfterTheLastSessionHasLeftOne) {
  enrol(ann);
  give(host_, withdraw_session{the_room, ann});
  EXPECT_FALSE(relay());
  enrol(ann);
  EXPECT_TRUE(relay());
  EXPECT_EQ(relays_lost_, 0) << "it ended in order";
}

TEST_F(RoomHostActor, HasTheSessionsEnrolAgainWhoseRelayEndedByAnError) {
  board_.learn({the_room, 1, "w2"});
  enrol(ann);
  watch_session(bob);
  kill(relay());
  EXPECT_FALSE(relay()) << "no dead handle stands on the switchboard";
  EXPECT_EQ(relays_lost_, 2);
  EXPECT_EQ(other_->take<detach_relay>().size(), 1U) << "if none comes back, the room does not wait for this node";
  give(host_, enrol_session{the_room, ann, 1, false});
  EXPECT_TRUE(relay());
  EXPECT_EQ(other_->take<attach_relay>().back().after, 1U);
}

TEST_F(RoomHostActor, LetsARelayRestThatEndsByErrorsAgainAndAgain) {
  enrol(ann);
  kill(relay());
  give(host_, enrol_session{the_room, ann, 0, true});
  kill(relay());
  EXPECT_EQ(relays_lost_, 1);
  give(host_, enrol_session{the_room, ann, 0, true});
  EXPECT_FALSE(relay()) << "all enrol when it has rested";
  pass(restart_policy::second_pause);
  EXPECT_EQ(relays_lost_, 2);
  give(host_, enrol_session{the_room, ann, 0, true});
  EXPECT_TRUE(relay());
  pass(restart_policy::forgiven_after, 1s);
  EXPECT_TRUE(relay());
  EXPECT_EQ(relays_lost_, 2);
}

} // namespace
} // namespace godwit::test
