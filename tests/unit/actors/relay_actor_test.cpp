// The relay's shell: each event encoded once, one list for all sessions, and a ticket until the last copy is dropped.
#include "actors/relay_actor.hpp"

#include "messages/irc/irc_capabilities.hpp"
#include "tests/unit/actors/still_node.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>

#include <map>
#include <optional>
#include <set>

namespace godwit::test {
namespace {

constexpr room_id lobby{7};
constexpr session_id first_reader{1};
constexpr session_id second_reader{2};

class RelayActor : public still_node {
protected:
  RelayActor() {
    board_.learn({lobby, 1, "w2"});
    board_.enter(entity_kind::room_host, 0, system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const enrol_session& what) { passed_on_.push_back(what); }, [](const link_reset&) {}};
    }));
    relay_ = caf::actor_cast<caf::actor>(system_.spawn<relay_actor>(std::ref(board_), lobby));
    board_.enter(entity_kind::relay, lobby.value, relay_);
  }

  /// `as`: under which number it keeps what it is told.
  void session(session_id id, std::optional<session_id> as = {}) {
    auto actor = system_.spawn([this, id = as.value_or(id)](caf::event_based_actor*) -> caf::behavior {
      return {
        [this, id](const shared_room_events& what) { shown_[id].push_back(what); },
        [this, id](const room_reopened& what) { reopened_[id].push_back(what); },
        [this, id](const room_not_here& what) { not_here_[id].push_back(what); },
        [](const link_reset&) {},
      };
    });
    board_.enter(entity_kind::session, id.value, actor);
  }
  void enrol(session_id id) {
    session(id);
    give(relay_, enrol_session{lobby, id, 0, true});
  }
  static fan_out post_number(room_seq seq, room_epoch epoch = 1) {
    log_entry entry;
    entry.seq = seq;
    entry.name = {session_id{99}, seq, 3};
    entry.nick = "cid";
    entry.body = posted{"hi"};
    fan_out out;
    out.room = lobby;
    out.epoch = epoch;
    out.base = seq - 1;
    out.items.push_back({seq, std::make_shared<const log_entry>(std::move(entry))});
    return out;
  }
  void say(room_seq seq) { give(relay_, post_number(seq)); }
  std::vector<fan_out_delivered> reports() { return other_->take<fan_out_delivered>(); }

  caf::actor relay_;
  std::map<session_id, std::vector<shared_room_events>> shown_;
  std::map<session_id, std::vector<room_reopened>> reopened_;
  std::map<session_id, std::vector<room_not_here>> not_here_;
  std::vector<enrol_session> passed_on_;
};

TEST_F(RelayActor, AttachesAtTheFirstEnrolment) {
  enrol(first_reader);
  ASSERT_EQ(other_->take<attach_relay>().size(), 1U);
  enrol(second_reader);
  EXPECT_TRUE(other_->take<attach_relay>().empty());
}

TEST_F(RelayActor, ShowsOneListAndOneEncodingToAllSessions) {
  enrol(first_reader);
  enrol(second_reader);
  say(1);
  ASSERT_EQ(shown_[first_reader].size(), 1U);
  ASSERT_EQ(shown_[second_reader].size(), 1U);
  EXPECT_EQ(shown_[first_reader][0], shown_[second_reader][0]);
  EXPECT_TRUE(shown_[first_reader][0]->items.at(0).native);
}

/// Of a native client and three of IRC, two of which are shown events alike.
TEST_F(RelayActor, EncodesAnEventOnceForEachProfileOfItsClients) {
  const auto irc_timed = irc_profile | static_cast<client_profile>(irc::capability::server_time);
  enrol(first_reader);
  std::uint64_t number = 10;
  for (const auto profile : {irc_profile, irc_timed, irc_timed}) {
    session(session_id{++number});
    give(relay_, enrol_session{lobby, session_id{number}, 0, true, "lobby", profile});
  }
  say(1);
  const auto& item = shown_[first_reader].at(0)->items.at(0);
  EXPECT_TRUE(item.native);
  ASSERT_TRUE(item.others);
  std::set<client_profile> profiles;
  for (const auto& each : *item.others)
    profiles.insert(each.profile);
  EXPECT_EQ(item.others->size(), 2U);
  EXPECT_EQ(profiles, (std::set<client_profile>{irc_profile, irc_timed}));
  EXPECT_EQ(shown_[session_id{12}].at(0), shown_[session_id{13}].at(0)) << "all are given the same";
}

TEST_F(RelayActor, ReportsAnEventWhenTheLastTicketIsDropped) {
  enrol(first_reader);
  enrol(second_reader);
  say(1);
  EXPECT_TRUE(reports().empty()) << "nobody's client has it yet";
  shown_[first_reader].clear();
  settle();
  EXPECT_TRUE(reports().empty()) << "bob's client has it not";
  auto kept = shown_[second_reader].at(0)->items.at(0).ticket; // as the edge keeps it, when the session has let go
  shown_[second_reader].clear();
  settle();
  EXPECT_TRUE(reports().empty());
  kept.reset();
  settle();
  const auto told = reports();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].room, lobby);
  EXPECT_EQ(told[0].node, "w1");
  EXPECT_EQ(told[0].fan_out_number, 1U);
}

TEST_F(RelayActor, HasOneReportOutstanding) {
  enrol(first_reader);
  for (room_seq seq = 1; seq <= 3; ++seq)
    say(seq);
  shown_.clear();
  settle();
  ASSERT_EQ(reports().size(), 1U);
  give(relay_, report_taken{lobby, 1});
  const auto rest = reports();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].fan_out_number, 3U);
}

TEST_F(RelayActor, CountsAsDeliveredWhatHasNobodyToGoTo) {
  enrol(first_reader);
  board_.leave(entity_kind::session, first_reader.value, board_.local(entity_kind::session, first_reader.value));
  say(1);
  EXPECT_TRUE(other_->take<detach_relay>().size() == 1) << "the only one is gone: so is the relay";
  EXPECT_FALSE(board_.local(entity_kind::relay, lobby.value));
}

TEST_F(RelayActor, FindsASessionGoneThatEndedWithoutAWord) {
  for (std::uint64_t id = 1; id <= 5; ++id)
    enrol(session_id{id});
  say(1);
  board_.leave(entity_kind::session, 3, board_.local(entity_kind::session, 3));
  for (room_seq seq = 2; seq <= 6; ++seq) // as many shows as sessions
    say(seq);
  for (std::uint64_t id : {1, 2, 4, 5})
    give(relay_, withdraw_session{lobby, session_id{id}});
  EXPECT_FALSE(board_.local(entity_kind::relay, lobby.value)) << "nobody is left";
}

TEST_F(RelayActor, ShowsToTheSessionThatTookAnothersPlace) {
  enrol(first_reader);
  enrol(second_reader);
  say(1);
  shown_.clear();
  const session_id new_ann{101};
  session(first_reader, new_ann); // ended, and attached anew
  give(relay_, enrol_session{lobby, first_reader, 1, false});
  shown_.clear();
  say(2);
  EXPECT_EQ(shown_[new_ann].size(), 1U);
  EXPECT_TRUE(shown_[first_reader].empty());
  EXPECT_EQ(shown_[second_reader].size(), 1U);
}

TEST_F(RelayActor, AttachesAgainAndTellsItsSessionsWhenTheRoomIsOpenedAnew) {
  enrol(first_reader);
  say(1);
  other_->take<attach_relay>();
  give(relay_, room_announced{lobby, 2, "w2"});
  const auto again = other_->take<attach_relay>();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].after, 1U);
  ASSERT_EQ(reopened_[first_reader].size(), 1U);
  EXPECT_EQ(reopened_[first_reader][0].epoch, 2U);
}

TEST_F(RelayActor, SaysThatItEndsBehindThatItAttachesWhenItsLastSessionIsFoundGoneThen) {
  enrol(first_reader);
  other_->take<attach_relay>();
  board_.leave(entity_kind::session, first_reader.value,
               board_.local(entity_kind::session, first_reader.value)); // it has moved away
  give(relay_, room_announced{lobby, 2, "w2"});
  std::vector<std::string> said;
  for (const auto& each : other_->envelopes()) {
    if (std::holds_alternative<attach_relay>(each.what))
      said.emplace_back("attach");
    if (std::holds_alternative<detach_relay>(each.what))
      said.emplace_back("detach");
  }
  EXPECT_EQ(said, (std::vector<std::string>{"attach", "detach"})) << "else the room waits for it without end";
}

TEST_F(RelayActor, AttachesAgainWhenTheLinkToItsRoomWasReset) {
  enrol(first_reader);
  other_->take<attach_relay>();
  board_.tell_all(link_reset{"w2", incarnation{2}, 2});
  settle();
  EXPECT_EQ(other_->take<attach_relay>().size(), 1U);
}

TEST_F(RelayActor, HasOneSessionAskWhereTheRoomIs) {
  enrol(first_reader);
  enrol(second_reader);
  give(relay_, room_not_here{lobby, 1, {}});
  EXPECT_EQ(not_here_[first_reader].size() + not_here_[second_reader].size(), 1U);
}

TEST_F(RelayActor, PassesOnWhoEnrolsAfterItHasLeft) {
  enrol(first_reader);
  caf::anon_send(relay_, withdraw_session{lobby, first_reader});
  caf::anon_send(relay_, enrol_session{lobby, second_reader, 0, true});
  settle();
  EXPECT_FALSE(board_.local(entity_kind::relay, lobby.value));
  ASSERT_EQ(passed_on_.size(), 1U);
  EXPECT_EQ(passed_on_[0].session, second_reader);
}

} // namespace
} // namespace godwit::test
