#include "actors/rules/directory.hpp"

#include "actors/rules/limits.hpp"
#include "tests/unit/rules/directory_bench.hpp"

#include <algorithm>

namespace godwit {
namespace {

using namespace directory_tests;

// ------------------------------------------------------------------------------------------------------ settling

TEST(Directory, PlacesNothingBeforeRowsAreLoadedAndAllWorkersReported) {
  bench b;
  b.view({bench::node(one), bench::node(two)});
  b.tell(link_reset{"broker-1", {1}, role_broker});
  b.tell(b.placing(1));
  b.answer<load_directory>(directory_loaded{});
  b.tell(report_worker{one.node, one.incarnation, {}, {}});
  EXPECT_TRUE(b.asked.empty());
  b.tell(report_worker{two.node, two.incarnation, {}, {}});
  EXPECT_EQ(b.answer<insert_session>(done{}).row.session, session_id{1});
  EXPECT_EQ(b.take<session_placed>()->why, std::nullopt);
}

TEST(Directory, SettlesAfterAWhileWithoutAWorkerNodeThatIsAway) {
  bench b;
  b.tell(link_reset{"broker-1", {1}, role_broker});
  b.answer<load_directory>(directory_loaded{});
  b.pass(limits::directory_settles_within - 1ms);
  EXPECT_FALSE(b.rules.settled());
  b.pass(1ms);
  EXPECT_TRUE(b.rules.settled());
}

TEST(Directory, AReportThatComesBeforeTheRowsIsReadAfterThem) {
  bench b;
  b.view({bench::node(one), bench::node(two)});
  b.tell(report_worker{one.node, one.incarnation, {{{1}, {1, 0}, proxy, {5}}}, {}});
  b.tell(report_worker{two.node, two.incarnation, {}, {}});
  b.tell(link_reset{"broker-1", {1}, role_broker});
  b.answer<load_directory>(directory_loaded{{b.row(1, 1, proxy, 5)}, {}});
  EXPECT_FALSE(b.take<release_session>());
  b.pass(10min);
  EXPECT_FALSE(b.take<session_must_end>());
}

// ------------------------------------------------------------------------------------------------------ sessions

TEST(Directory, ASessionIsPlacedOnceHoweverOftenItIsAskedFor) {
  bench b;
  b.start();
  b.tell(b.placing(1));
  b.tell(b.placing(1));
  EXPECT_EQ(b.asked.size(), 1U);
  b.answer<insert_session>(done{});
  const auto first = b.take<session_placed>();
  ASSERT_TRUE(first);
  b.tell(b.placing(1));
  EXPECT_EQ(b.take<session_placed>(), first);
  EXPECT_TRUE(b.asked.empty());
}

TEST(Directory, SessionsAreSpreadEvenly) {
  bench b;
  b.start();
  std::map<node_name, int> count;
  for (std::uint64_t id = 1; id <= 1000; ++id)
    ++count[b.host(id).worker];
  EXPECT_EQ(count["worker-1"], 500);
}

TEST(Directory, WithoutAWorkerNodeTheSessionIsRefusedAndItsRowRemoved) {
  bench b;
  b.start();
  b.view({bench::node(one, node_state::dead), bench::node(two, node_state::dead)});
  EXPECT_EQ(b.place(1).why->code, error_code::no_worker_node);
  EXPECT_EQ(b.answer<delete_session>(done{}).session, session_id{1});
}

TEST(Directory, AResumeThroughAnotherProxyRevokesTheRouteAndReleasesTheActor) {
  bench b;
  b.start();
  const auto before = b.host(1);
  const resume_session resume{{1}, other_proxy, {6}, protocol::native, {}, {}};
  b.tell(resume);
  b.tell(resume);
  EXPECT_EQ(b.asked.size(), 1U);
  b.answer<take_session>(session_taken{b.row(1, 2, other_proxy, 6)});
  EXPECT_EQ(b.take<route_revoked>()->epoch, (session_epoch{1, UINT32_MAX})) << "wherever it has moved since";
  EXPECT_EQ(b.take<release_session>(), (release_session{{1}, before.epoch}));
  const auto after = b.take<session_placed>();
  ASSERT_TRUE(after);
  EXPECT_TRUE(after->resumed);
  EXPECT_EQ(after->epoch, (session_epoch{2, 0}));
  EXPECT_FALSE(b.take<session_must_end>());
  b.tell(resume); // the answer was lost
  EXPECT_EQ(b.take<session_placed>(), after);
  b.tell(link_reset{proxy, {5}, role_proxy}); // the revocation may be lost
  EXPECT_EQ(b.take<route_revoked>()->epoch, (session_epoch{1, UINT32_MAX}));
}

// U-10
TEST(Directory, AResumeWithAWrongTokenOrOfAnUnknownSessionIsRefused) {
  bench b;
  b.start();
  b.host(1);
  resume_session resume{{1}, other_proxy, {6}, protocol::native, {}, {}};
  resume.token_hash[0] = 1;
  b.tell(resume);
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::resume_refused);
  resume.session = {2};
  b.tell(resume);
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::resume_refused);
  EXPECT_TRUE(b.asked.empty());
}

TEST(Directory, ARouteWhoseSessionHasEndedWhileItsProxyNodeWasAwayHearsSo) {
  bench b;
  b.start();
  b.tell(renew_token{{1}, proxy, {5}, {}, 0});
  const auto told = b.take<route_revoked>();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->session, session_id{1});
  EXPECT_EQ(told->why.code, error_code::session_ended);
  EXPECT_LT((session_epoch{7, 1000}), told->epoch);
}

// U-12
TEST(Directory, ATokenThatTheHolderHasRenewedIsRefusedEverywhere) {
  bench b;
  b.start();
  b.host(1);
  b.tell(renew_token{{1}, other_proxy, {6}, {}, 2});
  EXPECT_TRUE(b.asked.empty()) << "only the holder knows";
  b.tell(renew_token{{1}, proxy, {5}, {}, 2});
  EXPECT_EQ(b.answer<renew_token_row>(done{}), (renew_token_row{{1}, {}, 2}));
  b.tell(renew_token{{1}, proxy, {5}, {}, 2});
  b.tell(renew_token{{1}, proxy, {5}, {}, 1});
  EXPECT_TRUE(b.asked.empty()) << "known already";
  resume_session resume{{1}, other_proxy, {6}, protocol::native, {}, {}, 1, {}};
  b.tell(resume);
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::resume_refused);
  resume.token_number = 2;
  resume.next_token_hash.fill(8);
  b.tell(resume);
  const auto row = b.answer<take_session>(session_taken{b.row(1, 2, other_proxy, 6)}).row;
  EXPECT_EQ(row.token_number, 2U);
  EXPECT_EQ(row.next_token_hash, resume.next_token_hash);
  EXPECT_TRUE(b.take<session_placed>()->resumed);
}

// U-12
TEST(Directory, AfterAResumeThroughAnotherProxyTheShownTokenIsGoodUntilANewOneIsKnownToHaveArrived) {
  bench b;
  b.start();
  b.host(1);
  auto row = b.row(1, 2, other_proxy, 6);
  row.token_number = 3;
  row.next_token_hash.fill(8);
  b.tell(resume_session{{1}, other_proxy, {6}, protocol::native, {}, {}, 3, row.next_token_hash});
  b.answer<take_session>(session_taken{row});
  b.take<session_placed>();
  resume_session lost{{1}, proxy, {5}, protocol::native, {}, {}, 3, {}};
  lost.next_token_hash.fill(7);
  b.tell(lost);
  row = b.row(1, 3, proxy, 5);
  row.token_number = 3;
  row.next_token_hash = lost.next_token_hash;
  b.answer<take_session>(session_taken{row});
  EXPECT_TRUE(b.take<session_placed>()->resumed) << "the answer of the first one was lost";
  b.tell(renew_token{{1}, proxy, {5}, lost.next_token_hash, 0});
  b.answer<renew_token_row>(done{});
  b.tell(resume_session{{1}, other_proxy, {6}, protocol::native, {}, {}, 3, {}});
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::resume_refused);
}

// U-12
TEST(Directory, ARouteThatBeginsAnewAtTheSameProxyIsAnsweredByARowThatKnowsItsTokens) {
  bench b;
  b.start();
  b.host(1);
  resume_session first{{1}, other_proxy, {6}, protocol::native, {}, {}, 0, {}};
  first.next_token_hash.fill(7);
  auto second = first;
  second.next_token_hash.fill(8);
  b.tell(first);
  b.tell(second); // the first one's route gave up meanwhile
  b.answer<take_session>(session_taken{b.row(1, 2, other_proxy, 6)});
  EXPECT_FALSE(b.take<session_placed>()) << "the second one would take it for its own";
  auto row = b.row(1, 3, other_proxy, 6);
  row.next_token_hash = second.next_token_hash;
  EXPECT_EQ(b.answer<take_session>(session_taken{row}).row.next_token_hash, second.next_token_hash);
  EXPECT_TRUE(b.take<session_placed>()->resumed);
  b.tell(second);
  EXPECT_TRUE(b.take<session_placed>()) << "the answer was lost";
  auto third = first;
  third.next_token_hash.fill(9);
  b.tell(third); // placed, and its route is gone again
  EXPECT_EQ(b.answer<take_session>(session_taken{b.row(1, 4, other_proxy, 6)}).row.next_token_hash,
            third.next_token_hash);
}

// U-11
TEST(Directory, OfTwoResumesAtOnceTheLaterHasTheSession) {
  bench b;
  b.start();
  b.host(1);
  b.tell(resume_session{{1}, other_proxy, {6}, protocol::native, {}, {}});
  b.tell(resume_session{{1}, "proxy-3", {7}, protocol::native, {}, {}});
  b.answer<take_session>(session_taken{b.row(1, 2, other_proxy, 6)});
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::replaced);
  b.answer<take_session>(session_taken{b.row(1, 3, "proxy-3", 7)});
  EXPECT_EQ(b.take<session_placed>()->epoch, (session_epoch{3, 0}));
}

TEST(Directory, PassesAMembershipOnToWhereTheSessionIsNow) {
  bench b;
  b.start();
  b.host(1);
  membership_given given;
  given.session = {1};
  given.room = {8};
  b.tell(given);
  EXPECT_EQ(b.take<membership_given>(), given);
  b.view({bench::node(one, node_state::dead), bench::node(two, node_state::dead)});
  b.tell(given);
  EXPECT_FALSE(b.take<membership_given>()) << "it lives nowhere; the room says it again";
  EXPECT_FALSE(b.take<room_command>());
}

TEST(Directory, AStaleReportIsAnsweredByRelease) {
  bench b;
  b.start({{b.row(1, 4, proxy, 5)}, {}});
  b.tell(session_hosted{"worker-1", {11}, {{1}, {3, 9}, proxy, {5}}});
  EXPECT_EQ(b.take<release_session>(), (release_session{{1}, {3, 9}}));
}

TEST(Directory, ASessionOfADeadWorkerIsResumedOnASurvivorThroughTheSameProxy) {
  bench b;
  b.start();
  const auto before = b.host(1);
  const auto dead = before.worker == one.node ? one : two;
  const auto alive = before.worker == one.node ? two : one;
  b.view({bench::node(dead, node_state::dead), bench::node(alive)});
  b.tell(resume_session{{1}, proxy, {5}, protocol::native, {}, {}});
  b.answer<take_session>(session_taken{b.row(1, 2, proxy, 5)});
  EXPECT_EQ(b.take<session_placed>()->worker, alive.node);
  EXPECT_FALSE(b.take<route_revoked>());
}

TEST(Directory, GivesAFormerNickBackWhenItsSessionGoesByAnotherWhateverBecameOfTheWord) {
  bench b;
  b.start();
  b.host(1);
  b.named(1, "Ada");
  b.tell(claim_nick{{{{1}, 2, 0}, "worker-1"}, {1, 0}, "Bea"});
  b.answer<claim_nick_row>(nick_row_claimed{{"bea", "Bea", {1}}, false});
  describe_person who;
  who.session = {1};
  who.epoch = {1, 0};
  who.nick = "Ada";
  b.tell(who);
  EXPECT_TRUE(b.asked.empty()) << "its rooms have not logged the new one yet";
  who.nick = "Bea";
  who.epoch = {0, 9};
  b.tell(who);
  EXPECT_TRUE(b.asked.empty()) << "of a former owner";
  who.epoch = {1, 0};
  b.tell(who);
  b.tell(who);
  EXPECT_EQ(b.answer<release_nick_row>(done{}).row.folded, "ada");
  EXPECT_TRUE(b.asked.empty());
}

TEST(Directory, ARepeatedClaimOfANickThatWasGivenBackSinceGivesNothing) {
  bench b;
  b.start();
  b.host(1);
  b.named(1, "Ada");
  b.tell(release_nick{{1}, "Ada"});
  b.answer<release_nick_row>(done{});
  b.tell(b.claim(1, 1, "Ada"));
  EXPECT_EQ(b.take<nick_claimed>(), (nick_claimed{{{1}, 1, 0}, "", std::nullopt}));
  EXPECT_TRUE(b.asked.empty());
}

// -------------------------------------------------------------------------------------------------------- moves

TEST(Directory, HearsOfASessionThatItsRouteHasHousedElsewhereAndKeepsItsNick) {
  bench b;
  b.start();
  const auto before = b.host(1);
  b.named(1, "Ada");
  const auto dead = before.worker == one.node ? one : two;
  const auto alive = before.worker == one.node ? two : one;
  b.view({bench::node(dead, node_state::dead), bench::node(alive), {proxy, {5}, role_proxy}});
  b.tell(session_hosted{alive.node, alive.incarnation, {{1}, {1, 1}, proxy, {5}}});
  b.pass(10min);
  EXPECT_TRUE(b.asked.empty()) << "nobody ends it";
  b.tell(find_nick{{{{2}, 1, 0}, "worker-2"}, "ada"});
  EXPECT_EQ(b.take<nick_found>()->person->worker, alive.node);
}

TEST(Directory, AFormerOwnerIsToldToLetGoOnceAnotherHasTheSession) {
  bench b;
  b.start();
  const auto before = b.host(1);
  const auto& there = before.worker == one.node ? two : one;
  b.tell(session_hosted{there.node, there.incarnation, {{1}, {1, 1}, proxy, {5}}});
  const auto& released = b.sent.back();
  EXPECT_EQ(released.to.node, before.worker);
  EXPECT_EQ(b.take<release_session>(), (release_session{{1}, before.epoch}));
  b.tell(session_hosted{before.worker, before.worker_incarnation, {{1}, {1, 0}, proxy, {5}}}); // it comes late
  EXPECT_EQ(b.take<release_session>(), (release_session{{1}, {1, 0}}));
  EXPECT_FALSE(b.take<route_revoked>()) << "its route is where it should be";
}

TEST(Directory, SessionsOfALivingProxyNodeWaitForAWorkerNodeAsLongAsThereIsNone) {
  bench b;
  b.start();
  b.host(1);
  b.named(1, "Ada");
  const member_node edge{proxy, {5}, role_proxy};
  b.view({bench::node(one, node_state::dead), bench::node(two, node_state::dead), edge});
  for (int i = 0; i != 5; ++i)
    b.pass(2min);
  EXPECT_TRUE(b.asked.empty());
  b.view({bench::node(one, node_state::dead), bench::node({"worker-2", {23}}), edge});
  b.pass(2min);
  EXPECT_FALSE(b.asked.empty()) << "somebody could have housed it, and has not: its route is gone";
}

TEST(Directory, ASessionThatNobodyKnowsAnyMoreIsReleasedAndItsRouteToldSo) {
  bench b;
  b.start();
  b.tell(session_hosted{"worker-1", {11}, {{9}, {1, 2}, proxy, {5}}});
  EXPECT_EQ(b.take<release_session>(), (release_session{{9}, {1, 2}}));
  const auto revoked = b.take<route_revoked>();
  ASSERT_TRUE(revoked);
  EXPECT_EQ(revoked->why.code, error_code::session_ended);
}

// ------------------------------------------------------------------------------------------------------ endings

TEST(Directory, ASessionThatNobodyReportsIsHostedOnlyToLeaveItsRooms) {
  bench b;
  b.start({{b.row(1, 1, proxy, 5)}, {{"ada", "Ada", {1}}}});
  b.pass(2min);
  EXPECT_EQ(b.answer<take_session>(session_taken{b.row(1, 2, {}, 0)}).row.proxy, "");
  const auto attach = b.take<attach_session>();
  ASSERT_TRUE(attach);
  EXPECT_TRUE(attach->from_store);
  EXPECT_EQ(attach->epoch, (session_epoch{2, 0}));
  EXPECT_EQ(b.take<session_must_end>()->epoch, (session_epoch{2, 0}));
  b.tell(resume_session{{1}, proxy, {5}, protocol::native, {}, {}});
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::session_ended);
  b.tell(link_reset{"worker-1", {11}, role_worker}); // both may be lost
  EXPECT_TRUE(b.take<attach_session>());
  EXPECT_TRUE(b.take<session_must_end>());
}

TEST(Directory, AnEndedSessionFreesItsNickAtOnceAndItsLastOpsLater) {
  bench b;
  b.start();
  const auto placed = b.host(1);
  b.named(1, "Ada");
  b.tell(end_session{{1}, placed.epoch, placed.worker});
  b.tell(end_session{{1}, placed.epoch, placed.worker});
  EXPECT_EQ(b.asked.size(), 1U);
  EXPECT_EQ(b.answer<take_session>(session_taken{b.row(1, 2, {}, 0)}).row.proxy, "");
  EXPECT_FALSE(b.take<release_session>());
  EXPECT_EQ(b.asked.size(), 1U);
  b.answer<release_nick_row>(done{});
  EXPECT_TRUE(b.take<release_session>());
  b.tell(end_session{{1}, placed.epoch, placed.worker}); // the answer was lost
  EXPECT_TRUE(b.take<release_session>());
  b.pass(limits::last_ops_kept - 1ms);
  EXPECT_TRUE(b.asked.empty());
  b.pass(1ms);
  EXPECT_EQ(b.answer<delete_session>(done{}).session, session_id{1});
}

TEST(Directory, AFormerOwnerCanNotEndASession) {
  bench b;
  b.start({{b.row(1, 4, proxy, 5)}, {}});
  b.tell(end_session{{1}, {3, 0}, "worker-1"});
  EXPECT_TRUE(b.take<release_session>());
  EXPECT_EQ(b.rules.session_count(), 1U);
}

TEST(Directory, TheSessionsOfARestartedProxyWaitForTheirClientsAndThenEnd) {
  bench b;
  b.start();
  b.host(1);
  b.view({bench::node(one), bench::node(two), {proxy, {50}, role_proxy, node_state::alive}});
  b.pass(2min - 1ms);
  EXPECT_FALSE(b.take<session_must_end>());
  b.pass(1ms);
  EXPECT_TRUE(b.take<session_must_end>());
}

// -------------------------------------------------------------------------------------------------------- nicks

// N-5
TEST(Directory, ANickIsGivenOnceInTheWholeCluster) {
  bench b;
  b.start();
  b.host(1);
  b.host(2);
  b.tell(b.claim(1, 1, "Ada"));
  b.tell(b.claim(1, 1, "Ada"));
  EXPECT_EQ(b.asked.size(), 1U);
  b.answer<claim_nick_row>(nick_row_claimed{{"ada", "Ada", {1}}, false});
  EXPECT_EQ(b.take<nick_claimed>()->why, std::nullopt);
  b.tell(b.claim(2, 1, "ADA"));
  EXPECT_EQ(b.take<nick_claimed>()->why->code, error_code::nick_in_use);
  b.tell(b.claim(1, 2, "Ada"));
  EXPECT_EQ(b.take<nick_claimed>()->why, std::nullopt);
  EXPECT_TRUE(b.asked.empty());
}

TEST(Directory, ARepeatedClaimGetsTheSameAnswerThoughTheNickIsFreeNow) {
  bench b;
  b.start();
  const auto placed = b.host(1);
  b.host(2);
  b.named(1, "Ada");
  b.tell(b.claim(2, 1, "ada"));
  b.tell(end_session{{1}, placed.epoch, placed.worker});
  b.answer<take_session>(session_taken{b.row(1, 2, {}, 0)});
  b.answer<release_nick_row>(done{});
  b.take<nick_claimed>();
  b.tell(b.claim(2, 1, "ada"));
  EXPECT_EQ(b.take<nick_claimed>()->why->code, error_code::nick_in_use);
  b.tell(b.claim(2, 2, "ada"));
  EXPECT_TRUE(std::holds_alternative<claim_nick_row>(b.asked.front().request));
}

// N-1, N-5
TEST(Directory, ReservedAndMalformedNicksAreRefused) {
  bench b;
  b.start();
  b.host(1);
  b.tell(b.claim(1, 1, "Root"));
  EXPECT_EQ(b.take<nick_claimed>()->why->code, error_code::nick_reserved);
  b.tell(b.claim(1, 2, "a b"));
  EXPECT_EQ(b.take<nick_claimed>()->why->code, error_code::nick_invalid);
}

TEST(Directory, ANickIsFoundWithItsSessionAndPlace) {
  bench b;
  b.start();
  const auto placed = b.host(1);
  b.named(1, "Ada");
  b.tell(find_nick{{{{2}, 3, 0}, "worker-2"}, "ADA"});
  const auto found = b.take<nick_found>();
  ASSERT_TRUE(found && found->person);
  EXPECT_EQ(found->person->worker, placed.worker);
  b.tell(release_nick{{1}, "ada"});
  b.tell(find_nick{{{{2}, 4, 0}, "worker-2"}, "ada"});
  EXPECT_EQ(b.take<nick_found>()->why->code, error_code::no_such_nick);
}

// -------------------------------------------------------------------------------------------------------- rooms

TEST(Directory, ConcurrentLocatesOfOneRoomWaitForOneOpening) {
  bench b;
  b.start();
  b.tell(b.locate(1, "lobby"));
  b.tell(b.locate(2, "lobby"));
  b.tell(b.locate(1, "lobby"));
  EXPECT_EQ(b.asked.size(), 1U);
  b.answer<find_room>(room_found{{77}, "lobby", "Lobby"});
  ASSERT_TRUE(b.take<host_room>());
  EXPECT_FALSE(b.take<host_room>());
  b.tell(room_hosted{{77}, 3, "worker-1", {}});
  EXPECT_EQ(b.take<room_located>()->place, (room_place{{77}, 3, "worker-1"}));
  EXPECT_TRUE(b.take<room_located>());
  EXPECT_FALSE(b.take<room_located>());
  b.tell(b.locate(3, "lobby"));
  EXPECT_TRUE(b.take<room_located>());
}

TEST(Directory, ARoomThatNobodyMadeIsNotMadeByAQuestion) {
  bench b;
  b.start();
  b.tell(b.locate(1, "lobby", false));
  b.tell(b.locate(2, "lobby", true));
  EXPECT_FALSE(b.answer<find_room>(room_found{}).create);
  EXPECT_EQ(b.take<room_located>()->why->code, error_code::no_such_room);
  EXPECT_TRUE(b.answer<find_room>(room_found{{77}, "lobby", "Lobby"}).create);
  EXPECT_TRUE(b.take<host_room>());
}

TEST(Directory, ARoomThatTheStoreHasForgottenSinceIsLookedForAnewForEachWhoWaits) {
  bench b;
  b.start();
  b.tell(b.locate(1, "lobby"));
  b.answer<find_room>(room_found{{77}, "lobby", "Lobby"});
  b.tell(b.locate(2, "lobby", false));
  ASSERT_TRUE(b.take<host_room>());
  b.tell(room_hosted{{77}, 0, "worker-1", error{error_code::no_such_room, {}}});
  EXPECT_FALSE(b.take<room_located>()) << "its name is still to be had";
  EXPECT_TRUE(b.answer<find_room>(room_found{{78}, "lobby", "Lobby"}).create);
  EXPECT_EQ(b.take<host_room>()->room, room_id{78});
  b.tell(room_hosted{{78}, 1, "worker-1", {}});
  EXPECT_EQ(b.take<room_located>()->place, (room_place{{78}, 1, "worker-1"}));
  EXPECT_EQ(b.take<room_located>()->place, (room_place{{78}, 1, "worker-1"}));
}

// N-4
TEST(Directory, SaysARoomsTitleAsWhoeverMadeItTypedIt) {
  bench b;
  b.start();
  auto typed = b.locate(1, "lobby");
  typed.title = "LOBBY";
  b.tell(typed);
  EXPECT_EQ(b.answer<find_room>(room_found{{77}, "lobby", "Lobby"}).title, "LOBBY");
  b.tell(room_hosted{{77}, 3, "worker-1", {}});
  EXPECT_EQ(b.take<room_located>()->title, "Lobby");
  typed = b.locate(2, "lobby");
  typed.title = "lobby";
  b.tell(typed);
  EXPECT_EQ(b.take<room_located>()->title, "Lobby");
}

// N-4
TEST(Directory, KnowsTheTitleOfARoomThatWasOpenBeforeItself) {
  bench b;
  b.start();
  b.tell(report_worker{"worker-1", {11}, {}, {{{77}, 5, "lobby", "Lobby"}}});
  b.tell(b.locate(1, "lobby"));
  EXPECT_EQ(b.take<room_located>()->title, "Lobby");
  b.tell(room_hosted{{77}, 6, "worker-2", {}}); // who does not say it
  b.tell(b.locate(2, "lobby"));
  EXPECT_EQ(b.take<room_located>()->title, "Lobby");
}

TEST(Directory, APlaceIsReplacedByAHigherEpochOnly) {
  bench b;
  b.start();
  b.tell(report_worker{"worker-1", {11}, {}, {{{77}, 5, "lobby", "Lobby"}}});
  b.tell(room_hosted{{77}, 4, "worker-2", {}});
  b.tell(b.locate(1, "lobby"));
  EXPECT_EQ(b.take<room_located>()->place->node, "worker-1");
  b.tell(room_hosted{{77}, 6, "worker-2", {}});
  b.tell(b.locate(2, "lobby"));
  EXPECT_EQ(b.take<room_located>()->place->node, "worker-2");
}

TEST(Directory, TheRoomsOfADeadWorkerAreOpenedOnASurvivor) {
  bench b;
  b.start();
  b.tell(report_worker{"worker-1", {11}, {}, {{{77}, 5, "lobby", "Lobby"}}});
  b.view({bench::node(one, node_state::dead), bench::node(two)});
  EXPECT_EQ(b.take<host_room>()->room, room_id{77});
  b.tell(link_reset{"worker-2", {22}, role_worker}); // it may be lost
  EXPECT_TRUE(b.take<host_room>());
}

TEST(Directory, AWorkerNodeThatOffersAFormerLifeOfARoomIsToldSoAndAskedAgain) {
  bench b;
  b.start();
  b.tell(report_worker{"worker-1", {11}, {}, {{{77}, 5, "lobby", "Lobby"}}});
  b.view({bench::node(one, node_state::dead), bench::node(two)});
  ASSERT_TRUE(b.take<host_room>());
  b.tell(b.locate(1, "lobby"));
  b.tell(room_hosted{{77}, 4, "worker-2", {}}); // it hosted the room before worker-1 did
  EXPECT_EQ(b.take<room_announced>(), (room_announced{{77}, 5, {}}));
  EXPECT_FALSE(b.take<room_located>());
  EXPECT_TRUE(b.take<host_room>());
  b.tell(room_hosted{{77}, 6, "worker-2", {}});
  EXPECT_EQ(b.take<room_located>()->place, (room_place{{77}, 6, "worker-2"}));
}

TEST(Directory, AMalformedRoomKeyIsRefused) {
  bench b;
  b.start();
  for (const auto* key : {"", "Lobby", "a b", "=abc"}) {
    b.tell(b.locate(1, key));
    EXPECT_EQ(b.take<room_located>()->why->code, error_code::room_invalid) << key;
  }
}

// -------------------------------------------------------------------------------------------------------- store

TEST(Directory, UnansweredStoreRequestsAreRepeatedAsTheyWere) {
  bench b;
  b.start();
  b.tell(b.placing(1));
  const auto first = b.asked.front();
  b.asked.clear();
  b.tell(link_reset{"broker-1", {1}, role_broker});
  ASSERT_EQ(b.asked.size(), 1U);
  EXPECT_EQ(b.asked.front(), first);
  b.answer<insert_session>(error{error_code::store_unavailable, {}});
  b.pass(limits::store_asked_again_after);
  ASSERT_EQ(b.asked.size(), 1U);
  EXPECT_EQ(b.asked.front(), first);
}

TEST(Directory, AStoreThatStaysAwayIsToldToTheOneWhoWaits) {
  bench b;
  b.start();
  b.tell(b.placing(1));
  while (std::holds_alternative<insert_session>(b.asked.at(0).request)) {
    b.answer<insert_session>(error{error_code::store_unavailable, {}});
    b.pass(limits::store_asked_again_after);
  }
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::store_unavailable);
  EXPECT_EQ(b.rules.session_count(), 0U);
  EXPECT_EQ(b.asked.size(), 1U) << "the mark of its end";
}

TEST(Directory, ARoomThatWasOpenedWhileItsNodeWroteItsReportIsOpenThoughTheReportDoesNotNameIt) {
  bench b;
  b.start();
  b.tell(b.locate(1, "lobby"));
  b.answer<find_room>(room_found{{7}, "lobby", "lobby"});
  const auto order = std::find_if(b.sent.begin(), b.sent.end(),
                                  [](const send& each) { return std::holds_alternative<host_room>(each.what); });
  ASSERT_NE(order, b.sent.end());
  const auto at = order->to.node == one.node ? one : two;
  b.tell(link_reset{at.node, at.incarnation, role_worker});
  b.tell(room_hosted{{7}, 1, at.node, std::nullopt});
  b.tell(report_worker{at.node, at.incarnation, {}, {}});
  b.take<room_located>();
  b.tell(b.locate(2, "lobby"));
  EXPECT_TRUE(b.take<room_located>());
  b.tell(report_worker{at.node, at.incarnation, {}, {}}); // and a later one is right
  b.tell(b.locate(3, "lobby"));
  EXPECT_FALSE(b.take<room_located>());
}

// It was stopped while the store answered it, and meanwhile the room was opened elsewhere.
TEST(Directory, ARoomThatWasOpenedByAnEarlierLifeIsToldThatItIsOver) {
  bench b;
  b.start();
  b.tell(report_worker{one.node, one.incarnation, {}, {{{7}, 3, "lobby", "lobby"}}});
  b.tell(room_hosted{{7}, 2, two.node, {}});
  EXPECT_EQ(b.take<room_announced>(), (room_announced{{7}, 3, one.node}));
  b.tell(room_hosted{{7}, 3, one.node, {}});
  EXPECT_FALSE(b.take<room_announced>()) << "that one is the room";
}

TEST(Directory, AReportThatComesBeforeTheViewThatTellsOfItsNodeCountsWithThatView) {
  bench b;
  b.start();
  const worker_place next{one.node, {one.incarnation.value + 1}};
  b.view({bench::node(one, node_state::dead), bench::node(two)});
  b.tell(report_worker{next.node, next.incarnation, {}, {{{7}, 3, "lobby", "Lobby"}}});
  b.tell(room_hosted{{7}, 2, two.node, {}});
  EXPECT_FALSE(b.take<room_announced>()) << "so far that one is the room";
  b.view({bench::node(next), bench::node(two)});
  b.tell(room_hosted{{7}, 2, two.node, {}});
  EXPECT_EQ(b.take<room_announced>(), (room_announced{{7}, 3, one.node}));
}

} // namespace
} // namespace godwit
