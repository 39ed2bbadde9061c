// What the directory knows of sessions that are over, and of those that were being placed, after it has begun anew.
#include "actors/rules/directory.hpp"
#include "actors/rules/limits.hpp"
#include "tests/unit/rules/directory_bench.hpp"

namespace godwit {
namespace {

using namespace directory_tests;

resume_session resume_of(std::uint64_t id) { return {{id}, proxy, {5}, protocol::native, {}, {}}; }

membership_given given_to(std::uint64_t id, room_seq joined_seq) {
  membership_given given;
  given.session = {id};
  given.room = {8};
  given.node = "worker-2";
  given.joined_seq = joined_seq;
  given.last = {{id}, 5, 2};
  return given;
}

// ------------------------------------------------------------------------------------- placed in a former life

TEST(DirectoryEndings, ASessionWhosePlaceNobodyWasToldIsPlacedWhenItsEdgeAsksAgain) {
  bench b;
  b.start({{b.row(1, 1, proxy, 5)}, {}});
  b.tell(b.placing(1));
  const auto placed = b.take<session_placed>();
  ASSERT_TRUE(placed);
  EXPECT_EQ(placed->why, std::nullopt);
  EXPECT_FALSE(placed->resumed);
  EXPECT_EQ(placed->epoch, (session_epoch{1, 0}));
  EXPECT_TRUE(b.asked.empty()) << "its row is there";
  b.tell(b.placing(1));
  EXPECT_EQ(b.take<session_placed>(), placed);
}

TEST(DirectoryEndings, ASessionWhoseWorkerNodeDiedBeforeTheAnswerCameIsPlacedElsewhere) {
  bench b;
  b.start();
  const auto lost = b.place(1);
  const auto dead = lost.worker == one.node ? one : two;
  const auto alive = lost.worker == one.node ? two : one;
  b.view({bench::node(dead, node_state::dead), bench::node(alive)});
  b.tell(b.placing(1));
  const auto placed = b.take<session_placed>();
  ASSERT_TRUE(placed);
  EXPECT_EQ(placed->worker, alive.node);
}

TEST(DirectoryEndings, WhoHasANickOrAnotherHolderIsNotPlacedAsNew) {
  bench b;
  b.start({{b.row(1, 1, proxy, 5), b.row(2, 2, proxy, 5)}, {{"ada", "Ada", {1}}}});
  b.tell(b.placing(1));
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::session_ended);
  b.tell(b.placing(2));
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::session_ended);
}

// -------------------------------------------------------------------------------------- over in a former life

// U-10
TEST(DirectoryEndings, ASessionThatEndedBeforeARestartIsStillKnownToHaveEnded) {
  bench b;
  b.start({{b.row(1, 2, {}, 0)}, {}});
  b.tell(resume_of(1));
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::session_ended);
  b.pass(100ms);
  EXPECT_EQ(b.rules.session_count(), 0U);
  b.tell(resume_of(1));
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::session_ended);
  b.pass(limits::last_ops_kept - 1ms);
  EXPECT_TRUE(b.asked.empty());
  b.pass(1ms);
  EXPECT_EQ(b.answer<delete_session>(done{}).session, session_id{1});
}

TEST(DirectoryEndings, ASessionThatWasBeingEndedBeforeARestartIsEndedAfterIt) {
  bench b;
  b.start({{b.row(1, 2, {}, 0)}, {{"ada", "Ada", {1}}}});
  b.pass(100ms);
  b.answer<take_session>(session_taken{b.row(1, 3, {}, 0)});
  EXPECT_TRUE(b.take<attach_session>());
  EXPECT_TRUE(b.take<session_must_end>());
}

TEST(DirectoryEndings, TheMarkOfTheEndIsDurableBeforeNickAndWorkerNodeAreFree) {
  bench b;
  b.start();
  const auto placed = b.host(1);
  b.named(1, "Ada");
  b.tell(end_session{{1}, placed.epoch, placed.worker});
  b.answer<take_session>(error{error_code::store_unavailable, {}});
  EXPECT_TRUE(b.asked.empty());
  b.tell(end_session{{1}, placed.epoch, placed.worker});
  EXPECT_FALSE(b.take<release_session>());
  b.pass(limits::store_asked_again_after);
  b.answer<take_session>(session_taken{b.row(1, 2, {}, 0)});
  EXPECT_FALSE(b.take<release_session>());
  b.answer<release_nick_row>(done{});
  EXPECT_TRUE(b.take<release_session>());
}

TEST(DirectoryEndings, AResumeThatTheStoreTookBehindTheEndIsTakenBack) {
  bench b;
  b.start();
  const auto placed = b.host(1);
  b.tell(resume_of(1));
  b.answer<take_session>(error{error_code::store_unavailable, {}});
  b.tell(end_session{{1}, placed.epoch, placed.worker});
  b.answer<take_session>(session_taken{b.row(1, 2, {}, 0)});
  b.pass(limits::store_asked_again_after);
  EXPECT_EQ(b.answer<take_session>(session_taken{b.row(1, 3, proxy, 5)}).row.proxy, proxy);
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::session_ended);
  EXPECT_EQ(b.answer<take_session>(session_taken{b.row(1, 4, {}, 0)}).row.proxy, "");
}

TEST(DirectoryEndings, ANewSessionThatAStoreThatIsAwayMayHaveTakenIsEnded) {
  bench b;
  b.start();
  b.tell(b.placing(1));
  for (auto waited = 0ms; waited <= limits::store_given_up_after; waited += limits::store_asked_again_after) {
    b.answer<insert_session>(error{error_code::store_unavailable, {}}); // its outcome is not known
    b.pass(limits::store_asked_again_after);
  }
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::store_unavailable);
  EXPECT_EQ(b.answer<take_session>(session_taken{b.row(1, 2, {}, 0)}).row.session, session_id{1});
  b.tell(b.placing(1));
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::session_ended);
  b.pass(limits::last_ops_kept);
  EXPECT_EQ(b.answer<delete_session>(done{}).session, session_id{1});
}

// ------------------------------------------------------------------------------ routes that do not know of the end

TEST(DirectoryEndings, ARouteWhosePlacementWasLongOnItsWayHearsThatItsSessionWasEndedMeanwhile) {
  bench b;
  b.start({{b.row(1, 1, other_proxy, 6)}, {{"ada", "Ada", {1}}}});
  b.tell(resume_of(1));
  b.answer<take_session>(session_taken{b.row(1, 2, proxy, 5)});
  ASSERT_EQ(b.take<session_placed>()->epoch, (session_epoch{2, 0}));
  b.take<route_revoked>();
  b.view({{one.node, one.incarnation, role_worker, node_state::dead}, bench::node(two)}); // nobody has reported it
  b.view({bench::node(one, node_state::dead), {two.node, two.incarnation, role_worker, node_state::dead}});
  b.pass(2min);
  const auto revoked = b.take<route_revoked>();
  ASSERT_TRUE(revoked);
  EXPECT_EQ(*revoked, (route_revoked{{1}, {2, 0}, {error_code::session_ended, {}}}));
}

TEST(DirectoryEndings, ARouteThatAttachesASessionOfWhichNothingIsKnownHearsThatItHasEnded) {
  bench b;
  b.start();
  b.tell(session_hosted{one.node, one.incarnation, {{77}, {2, 0}, proxy, {5}}});
  EXPECT_TRUE(b.take<release_session>());
  EXPECT_EQ(b.take<route_revoked>(), (route_revoked{{77}, {2, 0}, {error_code::session_ended, {}}}));
}

TEST(DirectoryEndings, ARouteThatAttachesASessionOfAFormerEpochHearsThatItWasReplaced) {
  bench b;
  b.start({{b.row(1, 2, other_proxy, 6)}, {{"ada", "Ada", {1}}}});
  b.tell(session_hosted{two.node, two.incarnation, {{1}, {2, 0}, other_proxy, {6}}});
  b.tell(session_hosted{one.node, one.incarnation, {{1}, {1, 0}, proxy, {5}}});
  EXPECT_TRUE(b.take<release_session>());
  EXPECT_EQ(b.take<route_revoked>(), (route_revoked{{1}, {1, 0}, {error_code::replaced, {}}}));
}

// ----------------------------------------------------------------------------------- memberships given too late

TEST(DirectoryEndings, AMembershipOfASessionThatIsOverIsLeftInItsName) {
  bench b;
  b.start();
  b.tell(given_to(77, 4));
  const auto quit = b.take<room_command>();
  ASSERT_TRUE(quit);
  EXPECT_EQ(quit->room, room_id{8});
  EXPECT_EQ(quit->name.session, session_id{77});
  EXPECT_EQ(quit->previous, (effect_name{{77}, 5, 2}));
  EXPECT_EQ(quit->action, (room_action{leave_room{{}, true}}));
}

TEST(DirectoryEndings, ARoomThatLoggedAJoinBehindTheEndOfItsSessionIsOpenedAndLeftInItsName) {
  bench b;
  b.start();
  const auto placed = b.host(1);
  b.tell(end_session{{1}, placed.epoch, placed.worker});
  b.answer<take_session>(session_taken{b.row(1, 2, {}, 0)});
  b.pass(limits::last_ops_kept);
  b.answer<delete_session>(error{error_code::request_invalid, "a member"});
  session_loaded still;
  still.session = {1};
  still.rooms.push_back({.room = {8},
                         .key = "lobby",
                         .title = "lobby",
                         .joined_seq = 4,
                         .companion_nick = {},
                         .last = {{{1}, 5, 2}, 4},
                         .modes = {}});
  EXPECT_EQ(b.answer<load_session>(still).session, session_id{1});
  EXPECT_FALSE(b.take<room_command>()) << "it is not open";
  const auto asked = b.take<host_room>();
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->room, room_id{8});
  b.tell(room_hosted{{8}, 3, one.node, {}});
  const auto quit = b.take<room_command>();
  ASSERT_TRUE(quit);
  EXPECT_EQ(quit->room, room_id{8});
  EXPECT_EQ(quit->name.session, session_id{1});
  EXPECT_EQ(quit->previous, (effect_name{{1}, 5, 2}));
  EXPECT_EQ(quit->action, (room_action{leave_room{{}, true}}));
  b.pass(limits::last_ops_kept);
  b.answer<delete_session>(done{});
  EXPECT_TRUE(b.asked.empty());
}

TEST(DirectoryEndings, ARepeatedQuitHasTheSameNameAndThatOfALaterMembershipAHigherOne) {
  bench b;
  b.start();
  b.tell(given_to(77, 4));
  const auto first = b.take<room_command>();
  b.tell(given_to(77, 4));
  EXPECT_EQ(b.take<room_command>(), first);
  b.tell(given_to(77, 9));
  EXPECT_GT(b.take<room_command>()->name, first->name);
}

TEST(DirectoryEndings, ARowWhoseSessionIsInARoomStillIsDeletedLater) {
  bench b;
  b.start({{b.row(1, 2, {}, 0)}, {}});
  b.pass(100ms);
  b.pass(limits::last_ops_kept);
  b.answer<delete_session>(error{error_code::request_invalid, "a member"});
  b.answer<load_session>(session_loaded{.session = {1}, .nick = {}, .rooms = {}, .why = {}}); // not any more
  b.pass(limits::last_ops_kept - 1ms);
  EXPECT_TRUE(b.asked.empty());
  b.pass(1ms);
  EXPECT_EQ(b.answer<delete_session>(done{}).session, session_id{1});
}

// ----------------------------------------------------------------------------------------- what is under way

TEST(DirectoryEndings, AClaimThatIsSaidAgainFromAnotherNodeIsAnsweredThere) {
  bench b;
  b.start();
  b.host(1);
  auto claim = b.claim(1, 1, "Ada");
  b.tell(claim);
  claim.origin.reply_to = "worker-2"; // the session lives there now
  b.tell(claim);
  b.tell(claim);
  EXPECT_EQ(b.asked.size(), 2U);
  b.answer<claim_nick_row>(nick_row_claimed{{"ada", "Ada", {1}}, false});
  b.answer<claim_nick_row>(nick_row_claimed{{"ada", "Ada", {1}}, false});
  std::vector<node_name> told;
  for (const auto& each : b.sent)
    if (std::holds_alternative<nick_claimed>(each.what))
      told.push_back(each.to.node);
  EXPECT_EQ(told, (std::vector<node_name>{"worker-1", "worker-2"}));
}

} // namespace
} // namespace godwit
