#include "actors/rules/relay.hpp"

#include "tests/unit/rules/room_bench.hpp"

namespace godwit::test {
namespace {

shared_entry entry(room_seq seq) {
  return std::make_shared<const log_entry>(
    log_entry{seq, at(static_cast<std::int64_t>(seq)), name(ann, seq), "ann", {}, posted{"p"}});
}

shared_entry gap(room_seq first, room_seq last) {
  log_entry mark;
  mark.seq = last;
  mark.body = forgotten{first};
  return std::make_shared<const log_entry>(std::move(mark));
}

/// Entries base + 1 to `to`, with fan-out numbers from `number` on.
fan_out events(room_seq base, room_seq to, std::uint64_t number = 1, room_epoch epoch = 1) {
  fan_out made{the_room, epoch, base, {}};
  for (auto seq = base + 1; seq <= to; ++seq)
    made.items.push_back({number++, entry(seq)});
  return made;
}

std::vector<room_seq> shown(const relay_effects& effects, session_id to) {
  std::vector<room_seq> found;
  for (const auto& one : wanted<show>(effects)) {
    if (std::find(one.sessions->begin(), one.sessions->end(), to) == one.sessions->end())
      continue;
    for (const auto& item : *one.items)
      found.push_back(std::get<shared_entry>(item.event)->seq);
  }
  return found;
}

relay new_relay() { return relay(the_room, "w1", incarnation{3}, room_place{the_room, 1, "w2"}); }

/// A relay with ann, who has everything up to `after`, and whom the room has answered.
relay following(room_seq after) {
  auto it = new_relay();
  it.enrol({the_room, ann, after, false});
  it.fanned_out(events(after, after));
  return it;
}

TEST(Relay, AttachesWhenTheFirstSessionEnrols) {
  auto it = new_relay();
  const auto first = sent<attach_relay>(it.enrol({the_room, ann, 5, false}));
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(first[0], (attach_relay{the_room, "w1", incarnation{3}, 5, false}));
  EXPECT_TRUE(sent<attach_relay>(it.enrol({the_room, bob, 6, false})).empty());
}

TEST(Relay, BeginsWithTheNewestWhenNobodyHasAnything) {
  auto it = new_relay();
  EXPECT_TRUE(sent<attach_relay>(it.enrol({the_room, ann, 0, true})).at(0).newest);
}

TEST(Relay, ShowsEachEventToAllSessionsAsOneList) {
  auto it = following(5);
  it.enrol({the_room, bob, 5, false});
  const auto shows = wanted<show>(it.fanned_out(events(5, 7)));
  ASSERT_EQ(shows.size(), 1u);
  EXPECT_EQ(*shows[0].sessions, (std::vector<session_id>{ann, bob}));
  EXPECT_EQ(shows[0].items->size(), 2u);
}

TEST(Relay, DropsWhatItHasAndCountsItAsDelivered) {
  auto it = following(5);
  it.fanned_out(events(5, 7, 1));
  it.delivered(1, 1);
  it.report_taken({the_room, 1});
  const auto repeated = it.fanned_out(events(5, 8, 3));
  EXPECT_EQ(shown(repeated, ann), from_to(8, 8));
}

TEST(Relay, AttachesAgainBehindItsLastWhenThereIsAGap) {
  auto it = following(5);
  const auto effects = it.fanned_out(events(7, 8));
  ASSERT_EQ(sent<attach_relay>(effects).size(), 1u);
  EXPECT_EQ(sent<attach_relay>(effects)[0].after, 5u);
  EXPECT_TRUE(wanted<show>(effects).empty());
  EXPECT_TRUE(sent<attach_relay>(it.fanned_out(events(8, 9))).empty()) << "it has asked already";
}

TEST(Relay, AttachesAgainWhenTheLinkToItsRoomWasReset) {
  auto it = following(5);
  EXPECT_EQ(sent<attach_relay>(it.link_reset(reset_of("w2", is_worker))).at(0).after, 5u);
  EXPECT_TRUE(it.link_reset(reset_of("w3", is_worker)).empty());
}

TEST(Relay, TellsItsSessionsWhenTheRoomWasOpenedAnew) {
  auto it = following(5);
  const auto effects = it.announced({the_room, 2, "w3"});
  ASSERT_EQ(wanted<tell_reopened>(effects).size(), 1u);
  EXPECT_EQ(wanted<tell_reopened>(effects)[0].what, (room_reopened{the_room, 2, "w3"}));
  EXPECT_EQ(sent<attach_relay>(effects).at(0).after, 5u);
  EXPECT_TRUE(it.fanned_out(events(5, 6, 1, 1)).empty()) << "of the life before";
}

TEST(Relay, TellsNobodyWhenTheSameLifeOfTheRoomIsAnnouncedAgain) {
  auto it = following(5);
  EXPECT_TRUE(wanted<tell_reopened>(it.announced({the_room, 1, "w2"})).empty());
}

TEST(Relay, ShowsASessionThatEnrolsLaterWhatItHasMissed) {
  auto it = following(5);
  it.fanned_out(events(5, 9));
  EXPECT_EQ(shown(it.enrol({the_room, bob, 6, false}), bob), from_to(7, 9));
}

TEST(Relay, ReplaysFromMemoryToTheOneWhoAsks) {
  auto it = following(5);
  it.enrol({the_room, bob, 5, false});
  it.fanned_out(events(5, 9));
  const auto effects = it.replay({the_room, bob, 8});
  EXPECT_EQ(shown(effects, bob), from_to(8, 9));
  EXPECT_TRUE(shown(effects, ann).empty());
}

TEST(Relay, AsksTheRoomForWhatItDoesNotRemember) {
  auto it = following(5);
  EXPECT_EQ(sent<fetch_entries>(it.replay({the_room, ann, 3})).at(0).from, 3u);
  const auto effects = it.fetched({the_room, ann, {entry(3), entry(4), entry(5)}});
  EXPECT_EQ(shown(effects, ann), from_to(3, 5));
}

TEST(Relay, GoesOnBehindWhatIsNotKeptAnyMore) {
  auto it = following(5);
  const auto effects = it.fanned_out({the_room, 1, 5, {{1, gap(6, 100)}, {2, entry(101)}}});
  EXPECT_EQ(shown(effects, ann), (std::vector<room_seq>{100, 101}));
  EXPECT_TRUE(sent<attach_relay>(effects).empty());
  EXPECT_EQ(it.last_seq(), 101u);
  EXPECT_EQ(sent<fetch_entries>(it.replay({the_room, ann, 50})).at(0).from, 50u);
  EXPECT_EQ(shown(it.fetched({the_room, ann, {gap(50, 100), entry(101)}}), ann), (std::vector<room_seq>{100, 101}));
}

TEST(Relay, AsksAgainForWhatItDoesNotRememberWhenTheLinkWasReset) {
  auto it = following(5);
  it.replay({the_room, ann, 3});
  EXPECT_EQ(sent<fetch_entries>(it.link_reset(reset_of("w2", is_worker))).size(), 1u);
}

TEST(Relay, EndsAPieceThatIsNotAllWithTheNewestSoThatTheSessionAsksOn) {
  auto it = following(0);
  it.fanned_out(events(0, 400));
  auto expected = from_to(1, limits::history_piece_entries_max);
  expected.push_back(400);
  EXPECT_EQ(shown(it.replay({the_room, ann, 1}), ann), expected);
}

TEST(Relay, FetchesForMembersThatAreBehindWhereItBegins) {
  auto it = new_relay();
  it.enrol({the_room, ann, 0, true});
  it.enrol({the_room, bob, 5, false});
  const auto asked = sent<fetch_entries>(it.fanned_out(events(10, 10)));
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].session, bob);
  EXPECT_EQ(asked[0].from, 6u);
}

TEST(Relay, SaysWhatIsOnItsWayWhenItAttachesAgain) {
  auto it = following(5);
  it.fanned_out(events(5, 7, 1));
  it.delivered(1, 1);
  EXPECT_EQ(sent<attach_relay>(it.link_reset(reset_of("w2", is_worker))).at(0).open_until, 2u);
  it.delivered(1, 2);
  EXPECT_EQ(sent<attach_relay>(it.link_reset(reset_of("w2", is_worker))).at(0).open_until, 0u);
}

TEST(Relay, ReportsTheContiguousPartOfWhatIsDelivered) {
  auto it = following(5);
  it.fanned_out(events(5, 8, 1));
  EXPECT_TRUE(sent<fan_out_delivered>(it.delivered(1, 2)).empty());
  EXPECT_EQ(sent<fan_out_delivered>(it.delivered(1, 1)).at(0).fan_out_number, 2u);
}

TEST(Relay, KeepsOneReportOutstanding) {
  auto it = following(5);
  it.fanned_out(events(5, 8, 1));
  EXPECT_EQ(sent<fan_out_delivered>(it.delivered(1, 1)).size(), 1u);
  EXPECT_TRUE(it.delivered(1, 2).empty());
  EXPECT_TRUE(it.delivered(1, 3).empty());
  EXPECT_EQ(sent<fan_out_delivered>(it.report_taken({the_room, 1})).at(0).fan_out_number, 3u);
  EXPECT_TRUE(it.report_taken({the_room, 1}).empty());
}

TEST(Relay, DoesNotCountTicketsOfAFormerLifeOfTheRoom) {
  auto it = following(5);
  it.fanned_out(events(5, 6, 1, 1));
  it.announced({the_room, 2, "w2"});
  it.fanned_out(events(6, 7, 1, 2));
  EXPECT_TRUE(it.delivered(1, 1).empty());
  EXPECT_EQ(sent<fan_out_delivered>(it.delivered(2, 1)).at(0).epoch, 2u);
}

TEST(Relay, HasOneSessionAskForARoomThatIsNowhere) {
  auto it = following(5);
  it.enrol({the_room, bob, 5, false});
  const room_not_here nowhere{the_room, 0, {}};
  const auto told = wanted<tell_not_here>(it.not_here(nowhere));
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].what.session, ann);
  EXPECT_EQ(wanted<tell_not_here>(it.not_here(nowhere)).at(0).what.session, ann);
  EXPECT_EQ(wanted<tell_not_here>(it.withdraw({the_room, ann})).at(0).what.session, bob) << "ann can not ask any more";
}

TEST(Relay, AsksForARoomWhoseNodeIsDead) {
  auto it = following(5);
  membership_view view;
  view.nodes = {{"w2", incarnation{9}, is_worker, node_state::alive}};
  EXPECT_TRUE(it.view(view).empty());
  view.nodes[0].state = node_state::dead;
  EXPECT_EQ(sent<attach_relay>(it.view(view)).at(0).after, 5u);
}

TEST(Relay, DetachesWhenTheLastSessionLeavesAndContinuesNothingFromBefore) {
  auto it = following(5);
  const auto effects = it.withdraw({the_room, ann});
  EXPECT_EQ(sent<detach_relay>(effects).size(), 1u);
  EXPECT_EQ(wanted<end_relay>(effects).size(), 1u);
  EXPECT_EQ(sent<attach_relay>(it.enrol({the_room, bob, 3, false})).at(0).after, 3u);
}

} // namespace
} // namespace godwit::test
