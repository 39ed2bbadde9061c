// Planned moves: at an operator's word, and off a worker node that is drained.
#include "actors/rules/directory.hpp"
#include "actors/rules/limits.hpp"
#include "tests/unit/rules/directory_bench.hpp"

namespace godwit {
namespace {

using namespace directory_tests;

const worker_place three{"worker-3", {33}};

struct moves_bench : bench {
  std::uint64_t last_ticket = 0;

  static member_node worker(const worker_place& place, std::uint32_t share = 10, node_state state = node_state::alive) {
    return {place.node, place.incarnation, role_worker, state, share};
  }
  static member_node edge_of(const node_name& name = proxy, node_state state = node_state::alive) {
    return {name, {5}, role_proxy, state};
  }
  void begin(directory_loaded rows = {}) {
    start(std::move(rows));
    all_alive();
  }
  void all_alive() { view({worker(one), worker(two), edge_of()}); }
  void without(const worker_place& dead) {
    const auto& other = dead == one ? two : one;
    view({worker(dead, 0, node_state::dead), worker(other), edge_of()});
  }
  worker_place hosted_at(const worker_place& place, std::uint64_t id, session_epoch epoch = {1, 0},
                         const node_name& at = proxy) {
    tell(session_hosted{place.node, place.incarnation, {{id}, epoch, at, {5}}});
    return place;
  }
  /// Where the balancer wanted it.
  worker_place live(std::uint64_t id) {
    const auto placed = host(id);
    return {placed.worker, placed.worker_incarnation};
  }
  static const worker_place& other_than(const worker_place& place) { return place == one ? two : one; }

  std::uint64_t ask(admin_question what) {
    tell(admin_asked{++last_ticket, "olga", std::move(what)});
    return last_ticket;
  }
  std::optional<admin_result> answer_to(std::uint64_t ticket) {
    for (auto it = answers.begin(); it != answers.end(); ++it) {
      if (it->ticket != ticket)
        continue;
      auto result = std::move(it->result);
      answers.erase(it);
      return result;
    }
    return std::nullopt;
  }
  template <class Result>
  Result told(std::uint64_t ticket) {
    const auto result = answer_to(ticket);
    EXPECT_TRUE(result) << "no answer";
    const auto* what = result ? std::get_if<Result>(&*result) : nullptr;
    EXPECT_TRUE(what) << "another answer";
    return what ? *what : Result{};
  }
  error_code refused(std::uint64_t ticket) { return told<error>(ticket).code; }

  template <class Message>
  std::vector<send> all() {
    std::vector<send> found;
    std::erase_if(sent, [&](const send& each) {
      const bool is = std::holds_alternative<Message>(each.what);
      if (is)
        found.push_back(each);
      return is;
    });
    return found;
  }
  std::vector<move_session> orders() {
    std::vector<move_session> found;
    for (const auto& each : all<move_session>())
      found.push_back(std::get<move_session>(each.what));
    return found;
  }
  /// Its route moves the session, and it reports itself there.
  void obey(const send& order) {
    const auto& what = std::get<move_session>(order.what);
    tell(session_hosted{
      what.worker, what.worker_incarnation, {what.session, {what.epoch.generation, what.epoch.moves + 1}, proxy, {5}}});
  }
  void obey_all() {
    for (const auto& order : all<move_session>())
      obey(order);
  }
  room_id open(std::uint64_t id, const std::string& key, const worker_place& place, room_epoch epoch = 1) {
    tell(report_worker{place.node, place.incarnation, {}, {{{id}, epoch, key, key}}});
    return {id};
  }
  void opened_at(const worker_place& place, room_id room, room_epoch epoch) {
    tell(room_hosted{room, epoch, place.node, std::nullopt});
  }
  drain_progress drain(const worker_place& place) {
    const auto ticket = ask(drain_node{place.node});
    EXPECT_TRUE(answer<mark_drained>(done{}).drained);
    return told<drain_progress>(ticket);
  }
  drain_progress progress(const worker_place& place) { return told<drain_progress>(ask(show_drain{place.node})); }
};

// ------------------------------------------------------------------------------------------- one session is moved

TEST(DirectoryMoves, ASessionIsMovedByItsRouteAndTheOrderIsAnsweredWhenItReportsItself) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto& to = b.other_than(from);
  const auto ticket = b.ask(migrate_session{"1", to.node});
  const auto orders = b.all<move_session>();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].to, service_at(proxy, entity_kind::edge));
  EXPECT_EQ(std::get<move_session>(orders[0].what), (move_session{{1}, {1, 0}, to.node, to.incarnation}));
  EXPECT_FALSE(b.answer_to(ticket)) << "nobody knows yet";
  b.now += 7ms;
  b.obey(orders[0]);
  EXPECT_EQ(b.told<migrated>(ticket), (migrated{to.node, 7000}));
  const auto released = b.take<release_session>();
  ASSERT_TRUE(released) << "the former owner hears that it is over";
  EXPECT_EQ(released->epoch, (session_epoch{1, 0}));
}

TEST(DirectoryMoves, ASessionIsMeantByItsNickInAnyCase) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  b.named(1, "Ada");
  const auto ticket = b.ask(migrate_session{"aDA", b.other_than(from).node});
  b.obey_all();
  EXPECT_EQ(b.told<migrated>(ticket).worker, b.other_than(from).node);
}

TEST(DirectoryMoves, WhatIsNotThereIsNotMoved) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  EXPECT_EQ(b.refused(b.ask(migrate_session{"2", one.node})), error_code::no_such_session);
  EXPECT_EQ(b.refused(b.ask(migrate_session{"ada", one.node})), error_code::no_such_nick);
  EXPECT_EQ(b.refused(b.ask(migrate_session{"1", "worker-9"})), error_code::no_such_node);
  EXPECT_EQ(b.refused(b.ask(migrate_session{"1", proxy})), error_code::no_such_node);
  b.without(b.other_than(from));
  EXPECT_EQ(b.refused(b.ask(migrate_session{"1", b.other_than(from).node})), error_code::no_such_node);
  EXPECT_EQ(b.told<migrated>(b.ask(migrate_session{"1", from.node})), (migrated{from.node, 0}));
  EXPECT_TRUE(b.all<move_session>().empty());
}

TEST(DirectoryMoves, TheSameOrderAgainIsOneMoveWithTwoAnswers) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto& to = b.other_than(from);
  const auto first = b.ask(migrate_session{"1", to.node});
  const auto second = b.ask(migrate_session{"1", to.node});
  EXPECT_EQ(b.all<move_session>().size(), 1U);
  b.now += 1ms;
  b.hosted_at(to, 1, {1, 1});
  EXPECT_EQ(b.told<migrated>(first), b.told<migrated>(second));
}

TEST(DirectoryMoves, AnotherOrderForASessionThatIsOnItsWayIsRefusedAndTheFirstGoesOn) {
  moves_bench b;
  b.begin();
  b.view({b.worker(one), b.worker(two), b.worker(three), b.edge_of()});
  const auto from = b.live(1);
  const auto first = b.ask(migrate_session{"1", three.node});
  const auto orders = b.all<move_session>();
  EXPECT_EQ(b.refused(b.ask(migrate_session{"1", b.other_than(from).node})), error_code::move_failed);
  EXPECT_EQ(b.refused(b.ask(migrate_session{"1", from.node})), error_code::move_failed)
    << "it is there still, and does not stay";
  EXPECT_TRUE(b.all<move_session>().empty());
  b.obey(orders[0]);
  EXPECT_EQ(b.told<migrated>(first).worker, three.node);
}

TEST(DirectoryMoves, TheOrderIsSaidAgainWhenALinkOnItsWayWasReset) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto& to = b.other_than(from);
  b.ask(migrate_session{"1", to.node});
  const auto first = b.orders();
  b.tell(link_reset{proxy, {5}, role_proxy});
  EXPECT_EQ(b.orders(), first) << "the very same: the route obeys it once";
  b.tell(link_reset{to.node, to.incarnation, role_worker});
  EXPECT_EQ(b.orders(), first);
  b.tell(link_reset{"proxy-9", {9}, role_proxy});
  EXPECT_TRUE(b.orders().empty());
}

TEST(DirectoryMoves, AReportOfTheTargetEndsTheMoveAsItsWordDoes) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto& to = b.other_than(from);
  const auto ticket = b.ask(migrate_session{"1", to.node});
  b.tell(report_worker{to.node, to.incarnation, {{{1}, {1, 1}, proxy, {5}}}, {}});
  EXPECT_EQ(b.told<migrated>(ticket).worker, to.node);
}

TEST(DirectoryMoves, AReportOfTheFormerOwnerEndsNothing) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto ticket = b.ask(migrate_session{"1", b.other_than(from).node});
  b.tell(report_worker{from.node, from.incarnation, {{{1}, {1, 0}, proxy, {5}}}, {}});
  EXPECT_FALSE(b.answer_to(ticket));
}

TEST(DirectoryMoves, AMoveIsGivenUpWhenItsTargetDies) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto& to = b.other_than(from);
  const auto ticket = b.ask(migrate_session{"1", to.node});
  b.without(to);
  EXPECT_EQ(b.refused(ticket), error_code::move_failed);
  b.hosted_at(from, 1, {1, 2}); // its route had obeyed, and took it back when the target died
  EXPECT_EQ(b.rules.session_count(), 1U);
  EXPECT_FALSE(b.take<release_session>()) << "it has one owner, here";
}

TEST(DirectoryMoves, AMoveIsGivenUpWhenItsTargetComesBackAsAnotherLife) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  auto to = b.other_than(from);
  const auto ticket = b.ask(migrate_session{"1", to.node});
  b.all<move_session>();
  to.incarnation = {99};
  b.view({b.worker(from), b.worker(to), b.edge_of()});
  EXPECT_EQ(b.refused(ticket), error_code::move_failed);
}

TEST(DirectoryMoves, ASessionWhoseWorkerNodeDiesAmidItsMoveIsWhereItsRouteHousedIt) {
  moves_bench b;
  b.begin();
  b.view({b.worker(one), b.worker(two), b.worker(three), b.edge_of()});
  const auto from = b.live(1);
  const auto ticket = b.ask(migrate_session{"1", three.node});
  b.view({b.worker(from, 0, node_state::dead), b.worker(b.other_than(from)), b.worker(three), b.edge_of()});
  EXPECT_FALSE(b.answer_to(ticket)) << "it may be on its way there";
  b.hosted_at(b.other_than(from), 1, {1, 1});
  EXPECT_EQ(b.refused(ticket), error_code::move_failed);
}

TEST(DirectoryMoves, AMoveIsGivenUpWhenTheSessionEnds) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto ticket = b.ask(migrate_session{"1", b.other_than(from).node});
  b.tell(end_session{{1}, {1, 0}, from.node});
  EXPECT_EQ(b.refused(ticket), error_code::no_such_session);
}

TEST(DirectoryMoves, AMoveIsGivenUpWhenTheSessionIsToldToEnd) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  b.named(1, "Ada");
  const auto ticket = b.ask(migrate_session{"1", b.other_than(from).node});
  b.tell(session_must_end{{1}, {1, 0}, {error_code::session_ended, {}}});
  EXPECT_EQ(b.refused(ticket), error_code::no_such_session);
}

TEST(DirectoryMoves, ASessionThatWasToldToEndWhileItMovedIsToldAgainAtItsNewOwner) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  b.named(1, "Ada");
  b.ask(migrate_session{"1", b.other_than(from).node});
  b.tell(session_must_end{{1}, {1, 0}, {error_code::session_ended, {}}});
  b.all<session_must_end>();
  b.hosted_at(b.other_than(from), 1, {1, 1});
  const auto told = b.all<session_must_end>();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].to.node, b.other_than(from).node);
}

TEST(DirectoryMoves, AMoveIsGivenUpWhenTheSessionIsResumedAtAnotherProxyNode) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto ticket = b.ask(migrate_session{"1", b.other_than(from).node});
  b.tell(resume_session{{1}, other_proxy, {6}, protocol::native, {}, {}});
  b.answer<take_session>(session_taken{b.row(1, 2, other_proxy, 6)});
  EXPECT_EQ(b.refused(ticket), error_code::move_failed);
  b.all<move_session>();
  b.tell(link_reset{other_proxy, {6}, role_proxy});
  EXPECT_TRUE(b.all<move_session>().empty()) << "its new route is told nothing of it";
}

TEST(DirectoryMoves, AMoveIsGivenUpWhenItsProxyNodeDies) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto ticket = b.ask(migrate_session{"1", b.other_than(from).node});
  b.view({b.worker(one), b.worker(two), b.edge_of(proxy, node_state::dead)});
  EXPECT_EQ(b.refused(ticket), error_code::move_failed);
}

TEST(DirectoryMoves, ASessionWhoseProxyNodeDiedBeforeIsNotMoved) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  b.view({b.worker(one), b.worker(two), b.edge_of(proxy, node_state::dead)});
  EXPECT_EQ(b.refused(b.ask(migrate_session{"1", b.other_than(from).node})), error_code::move_failed);
  EXPECT_TRUE(b.all<move_session>().empty());
}

TEST(DirectoryMoves, AMoveThatNobodyConfirmsIsGivenUpInTime) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto& to = b.other_than(from);
  const auto ticket = b.ask(migrate_session{"1", to.node});
  b.pass(limits::move_given_up_after - 1ms);
  EXPECT_FALSE(b.answer_to(ticket));
  b.pass(1ms);
  EXPECT_EQ(b.refused(ticket), error_code::move_failed);
  b.hosted_at(to, 1, {1, 1}); // late: it landed there, and is there
  EXPECT_EQ(b.told<migrated>(b.ask(migrate_session{"1", to.node})), (migrated{to.node, 0}));
}

TEST(DirectoryMoves, ASessionThatIsStillBeingPlacedIsNotMoved) {
  moves_bench b;
  b.begin();
  const auto placed = b.place(1);
  EXPECT_EQ(b.refused(b.ask(migrate_session{"1", placed.worker})), error_code::move_failed);
}

TEST(DirectoryMoves, WhoAsksForMovesWithoutEndIsRefused) {
  moves_bench b;
  b.begin();
  const auto from = b.live(1);
  const auto& to = b.other_than(from);
  for (std::size_t i = 0; i != limits::move_questions_max; ++i)
    b.ask(migrate_session{"1", to.node});
  EXPECT_EQ(b.refused(b.ask(migrate_session{"1", to.node})), error_code::too_many_requests);
}

// ------------------------------------------------------------------------------------------------ a room is moved

TEST(DirectoryMoves, ARoomIsOpenedAtItsTargetAndIsThereWhenThatSaysSo) {
  moves_bench b;
  b.begin();
  const auto room = b.open(7, "lobby", one);
  const auto ticket = b.ask(migrate_room{"#Lobby", two.node});
  const auto orders = b.all<host_room>();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(orders[0].to, service_at(two.node, entity_kind::room_host));
  EXPECT_EQ(std::get<host_room>(orders[0].what), (host_room{room, "lobby"}));
  b.tell(b.locate(1, "lobby"));
  EXPECT_EQ(b.take<room_located>()->place->node, one.node) << "it is there until the other has opened it";
  b.now += 4ms;
  b.opened_at(two, room, 2);
  EXPECT_EQ(b.told<migrated>(ticket), (migrated{two.node, 4000}));
  b.tell(b.locate(1, "lobby"));
  EXPECT_EQ(*b.take<room_located>()->place, (room_place{room, 2, two.node}));
  b.tell(room_closed{room, 1, one.node}); // the former owner, who has heard it
  b.tell(b.locate(2, "lobby"));
  EXPECT_EQ(b.take<room_located>()->place->node, two.node);
}

TEST(DirectoryMoves, ARoomWhoseFormerOwnerIsFencedBeforeTheNewOneHasSaidSoIsWaitedFor) {
  moves_bench b;
  b.begin();
  const auto room = b.open(7, "lobby", one);
  const auto ticket = b.ask(migrate_room{"lobby", two.node});
  b.all<host_room>();
  b.tell(room_closed{room, 1, one.node});
  b.tell(b.locate(1, "lobby"));
  EXPECT_FALSE(b.take<room_located>());
  EXPECT_TRUE(b.all<host_room>().empty()) << "it is on its way: nobody else opens it";
  b.opened_at(two, room, 2);
  EXPECT_EQ(b.take<room_located>()->place->node, two.node);
  EXPECT_EQ(b.told<migrated>(ticket).worker, two.node);
}

TEST(DirectoryMoves, ARoomThatCanNotBeOpenedThereGoesOnWhereItIs) {
  moves_bench b;
  b.begin();
  const auto room = b.open(7, "lobby", one);
  const auto ticket = b.ask(migrate_room{"lobby", two.node});
  b.all<host_room>();
  b.tell(room_hosted{room, 0, two.node, error{error_code::store_unavailable, {}}});
  EXPECT_EQ(b.refused(ticket), error_code::move_failed);
  b.tell(b.locate(1, "lobby"));
  EXPECT_EQ(b.take<room_located>()->place->node, one.node);
  EXPECT_TRUE(b.all<host_room>().empty());
}

TEST(DirectoryMoves, ARoomWhoseTargetDiesGoesOnWhereItIsAndIsOpenedNowhereElse) {
  moves_bench b;
  b.begin();
  b.open(7, "lobby", one);
  const auto ticket = b.ask(migrate_room{"lobby", two.node});
  b.all<host_room>();
  b.without(two);
  EXPECT_EQ(b.refused(ticket), error_code::move_failed);
  EXPECT_TRUE(b.all<host_room>().empty());
  b.tell(b.locate(1, "lobby"));
  EXPECT_EQ(b.take<room_located>()->place->node, one.node);
}

TEST(DirectoryMoves, ARoomWhoseWorkerNodeDiesAmidItsMoveIsOpenedAtTheTargetOnly) {
  moves_bench b;
  b.begin();
  const auto room = b.open(7, "lobby", one);
  const auto ticket = b.ask(migrate_room{"lobby", two.node});
  EXPECT_EQ(b.all<host_room>().size(), 1U);
  b.without(one);
  EXPECT_TRUE(b.all<host_room>().empty());
  b.opened_at(two, room, 2);
  EXPECT_EQ(b.told<migrated>(ticket).worker, two.node);
}

TEST(DirectoryMoves, TheOrderToOpenARoomIsSaidAgainWhenTheLinkWasReset) {
  moves_bench b;
  b.begin();
  b.open(7, "lobby", one);
  b.ask(migrate_room{"lobby", two.node});
  b.all<host_room>();
  b.tell(link_reset{two.node, two.incarnation, role_worker});
  EXPECT_EQ(b.all<host_room>().size(), 1U);
}

TEST(DirectoryMoves, ARoomThatNobodyHasOpenedInTimeGoesOnWhereItIs) {
  moves_bench b;
  b.begin();
  const auto room = b.open(7, "lobby", one);
  const auto ticket = b.ask(migrate_room{"lobby", two.node});
  b.all<host_room>();
  b.pass(limits::move_given_up_after);
  EXPECT_EQ(b.refused(ticket), error_code::move_failed);
  b.tell(link_reset{two.node, two.incarnation, role_worker});
  EXPECT_TRUE(b.all<host_room>().empty()) << "nobody is to open it any more";
  b.opened_at(two, room, 2); // late: the store has made it the owner
  b.tell(b.locate(1, "lobby"));
  EXPECT_EQ(b.take<room_located>()->place->node, two.node);
}

TEST(DirectoryMoves, AFormerLifeOfARoomAtTheTargetHearsThatItIsOver) {
  moves_bench b;
  b.begin();
  const auto room = b.open(7, "lobby", one, 5);
  const auto ticket = b.ask(migrate_room{"lobby", two.node});
  b.opened_at(two, room, 3); // it has not heard of the fifth
  EXPECT_EQ(b.refused(ticket), error_code::move_failed);
  EXPECT_EQ(*b.take<room_announced>(), (room_announced{room, 5, one.node}));
  b.tell(b.locate(1, "lobby"));
  EXPECT_EQ(b.take<room_located>()->place->node, one.node);
}

TEST(DirectoryMoves, WhatIsNoOpenRoomIsNotMoved) {
  moves_bench b;
  b.begin();
  b.open(7, "lobby", one);
  EXPECT_EQ(b.refused(b.ask(migrate_room{"nowhere", two.node})), error_code::no_such_room);
  EXPECT_EQ(b.refused(b.ask(migrate_room{"", two.node})), error_code::no_such_room);
  EXPECT_EQ(b.refused(b.ask(migrate_room{"lobby", "worker-9"})), error_code::no_such_node);
  EXPECT_EQ(b.told<migrated>(b.ask(migrate_room{"lobby", one.node})), (migrated{one.node, 0}));
}

TEST(DirectoryMoves, TwoOrdersForOneRoomAreOneMoveOrTheSecondIsRefused) {
  moves_bench b;
  b.begin();
  b.view({b.worker(one), b.worker(two), b.worker(three), b.edge_of()});
  const auto room = b.open(7, "lobby", one);
  const auto first = b.ask(migrate_room{"lobby", two.node});
  const auto again = b.ask(migrate_room{"lobby", two.node});
  EXPECT_EQ(b.refused(b.ask(migrate_room{"lobby", three.node})), error_code::move_failed);
  EXPECT_EQ(b.all<host_room>().size(), 1U);
  b.opened_at(two, room, 2);
  EXPECT_EQ(b.told<migrated>(first).worker, two.node);
  EXPECT_EQ(b.told<migrated>(again).worker, two.node);
}

// -------------------------------------------------------------------------------------------- a node is drained

TEST(DirectoryMoves, ADrainHoldsWhenTheStoreHasIt) {
  moves_bench b;
  b.begin();
  const auto ticket = b.ask(drain_node{one.node});
  EXPECT_FALSE(b.answer_to(ticket));
  EXPECT_TRUE(b.drained.nodes.empty());
  EXPECT_EQ(b.answer<mark_drained>(done{}), (mark_drained{one.node, true}));
  EXPECT_TRUE(b.told<drain_progress>(ticket).draining);
  EXPECT_EQ(b.drained.nodes, std::set<node_name>{one.node});
}

TEST(DirectoryMoves, NothingNewIsPlacedOnADrainedNode) {
  moves_bench b;
  b.begin();
  b.drain(one);
  for (std::uint64_t id = 1; id != 6; ++id)
    EXPECT_EQ(b.live(id), two);
  b.tell(b.locate(1, "lobby"));
  b.answer<find_room>(room_found{{7}, "lobby", "lobby"});
  EXPECT_EQ(b.all<host_room>()[0].to.node, two.node);
  EXPECT_EQ(b.refused(b.ask(migrate_session{"1", one.node})), error_code::move_failed);
}

TEST(DirectoryMoves, EverythingMovesOffADrainedNode) {
  moves_bench b;
  b.begin();
  for (std::uint64_t id = 1; id != 11; ++id)
    b.live(id);
  const auto room = b.open(7, "lobby", one);
  for (std::uint64_t id = 1; id != 11; ++id)
    b.hosted_at(id % 2 == 1 ? one : two, id, {1, 1});
  const auto begun = b.drain(one);
  EXPECT_EQ(begun.sessions_left, 5U);
  EXPECT_EQ(begun.rooms_left, 1U);
  EXPECT_EQ(b.all<host_room>().size(), 1U);
  b.obey_all();
  b.opened_at(two, room, 2);
  const auto now = b.progress(one);
  EXPECT_EQ(now, (drain_progress{one.node, true, 0, 0, 5, 1, 0, {}}));
}

TEST(DirectoryMoves, WhatADrainMovesIsBoundedAndTheNextGoesWhenOneHasArrived) {
  moves_bench b;
  b.begin();
  const auto count = limits::drained_sessions_in_flight_max + 10;
  std::vector<session_report> sessions;
  for (std::uint64_t id = 1; id <= count; ++id) {
    b.place(id);
    sessions.push_back({{id}, {1, 1}, proxy, {5}});
  }
  b.tell(report_worker{one.node, one.incarnation, sessions, {}});
  b.drain(one);
  const auto first = b.all<move_session>();
  EXPECT_EQ(first.size(), limits::drained_sessions_in_flight_max);
  b.pass(100ms);
  EXPECT_TRUE(b.all<move_session>().empty());
  b.obey(first[0]);
  const auto next = b.all<move_session>();
  ASSERT_EQ(next.size(), 1U) << "without waiting for a timer";
  b.obey(next[0]);
  for (std::size_t i = 1; i != first.size(); ++i)
    b.obey(first[i]);
  b.obey_all();
  EXPECT_EQ(b.progress(one).sessions_moved, count);
  EXPECT_EQ(b.progress(one).sessions_left, 0U);
}

TEST(DirectoryMoves, RoomsOfADrainAreBoundedToo) {
  moves_bench b;
  b.begin();
  std::vector<room_report> rooms;
  const auto count = limits::drained_rooms_in_flight_max + 3;
  for (std::uint64_t id = 1; id <= count; ++id)
    rooms.push_back({{id}, 1, "room" + std::to_string(id), "room"});
  b.tell(report_worker{one.node, one.incarnation, {}, rooms});
  b.drain(one);
  EXPECT_EQ(b.all<host_room>().size(), limits::drained_rooms_in_flight_max);
  b.opened_at(two, {1}, 2);
  EXPECT_EQ(b.all<host_room>().size(), 1U);
}

TEST(DirectoryMoves, WhatMovesOffSpreadsEvenly) {
  moves_bench b;
  b.begin();
  b.view({b.worker(one), b.worker(two), b.worker(three), b.edge_of()});
  for (std::uint64_t id = 1; id <= 60; ++id) {
    b.place(id);
    b.hosted_at(one, id, {1, 1});
  }
  b.drain(one);
  b.obey_all();
  EXPECT_EQ(b.progress(one).sessions_left, 0U);
  EXPECT_EQ(b.progress(two).sessions_left, 30U);
}

TEST(DirectoryMoves, ASessionThatCanNotMoveIsCountedAsStuckAndWaitsForItsEnd) {
  moves_bench b;
  b.begin();
  b.place(1);
  b.place(2);
  b.hosted_at(one, 1, {1, 1});
  b.hosted_at(one, 2, {1, 1}, other_proxy);
  b.view({b.worker(one), b.worker(two), b.edge_of(), b.edge_of(other_proxy, node_state::dead)});
  b.drain(one);
  const auto orders = b.all<move_session>();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_EQ(std::get<move_session>(orders[0].what).session, session_id{1});
  b.obey(orders[0]);
  const auto told = b.progress(one);
  EXPECT_EQ(told.sessions_left, 1U);
  EXPECT_EQ(told.stuck, 1U);
  EXPECT_NE(told.waits_for, "");
}

TEST(DirectoryMoves, TheLastWorkerNodeServesOnThoughItIsDrainedAndEverythingGoesOnWhenAnotherComes) {
  moves_bench b;
  b.begin();
  const auto room = b.open(7, "lobby", one);
  b.place(1);
  b.hosted_at(one, 1, {1, 1});
  b.without(two);
  const auto told = b.drain(one);
  EXPECT_EQ(told.sessions_left, 1U);
  EXPECT_NE(told.waits_for, "");
  EXPECT_TRUE(b.all<move_session>().empty());
  EXPECT_EQ(b.live(2), one) << "nobody is turned away";
  b.pass(100ms);
  EXPECT_TRUE(b.all<move_session>().empty());
  const worker_place next{two.node, {23}};
  b.view({b.worker(one, 0), b.worker(next), b.edge_of()});
  b.tell(report_worker{next.node, next.incarnation, {}, {}});
  b.pass(100ms);
  EXPECT_EQ(b.all<move_session>().size(), 2U);
  EXPECT_EQ(b.all<host_room>().size(), 1U);
  EXPECT_EQ(b.progress(one).waits_for, "");
  b.opened_at(next, room, 2);
  EXPECT_EQ(b.progress(one).rooms_left, 0U);
}

TEST(DirectoryMoves, ANodeThatFellToSilenceTakesNothingOfADrainWhileItHasNoShare) {
  moves_bench b;
  b.begin();
  b.place(1);
  b.hosted_at(one, 1, {1, 1});
  b.view({b.worker(one), b.worker(two, 0), b.edge_of()});
  EXPECT_NE(b.drain(one).waits_for, "");
  EXPECT_TRUE(b.all<move_session>().empty());
}

TEST(DirectoryMoves, AllWorkerNodesDrainedMoveNothingAndServeOn) {
  moves_bench b;
  b.begin();
  b.place(1);
  b.hosted_at(one, 1, {1, 1});
  b.drain(two);
  b.drain(one);
  b.pass(100ms);
  EXPECT_TRUE(b.all<move_session>().empty());
  EXPECT_EQ(b.host(2).why, std::nullopt);
}

TEST(DirectoryMoves, ADrainSurvivesTheBrokerNode) {
  moves_bench b;
  b.view({b.worker(one), b.worker(two), b.edge_of()});
  b.tell(link_reset{"broker-1", {1}, role_broker});
  b.answer<load_directory>(directory_loaded{{b.row(1, 1, proxy, 5), b.row(2, 1, proxy, 5)}, {}, {one.node}});
  EXPECT_EQ(b.drained.nodes, std::set<node_name>{one.node}) << "before anything is placed";
  EXPECT_FALSE(b.rules.settled());
  b.tell(report_worker{one.node, one.incarnation, {{{1}, {1, 4}, proxy, {5}}, {{2}, {1, 0}, proxy, {5}}}, {}});
  b.tell(report_worker{two.node, two.incarnation, {}, {}});
  b.pass(100ms);
  const auto orders = b.all<move_session>();
  ASSERT_EQ(orders.size(), 2U);
  EXPECT_EQ(std::get<move_session>(orders[0].what).epoch, (session_epoch{1, 4}));
  EXPECT_TRUE(b.progress(one).draining);
}

TEST(DirectoryMoves, AMoveThatAFormerBrokerNodeOrderedIsHeardOfAsAnyOther) {
  moves_bench b;
  b.view({b.worker(one), b.worker(two), b.edge_of()});
  b.tell(link_reset{"broker-1", {1}, role_broker});
  b.answer<load_directory>(directory_loaded{{b.row(1, 1, proxy, 5)}, {}, {one.node}});
  b.tell(report_worker{one.node, one.incarnation, {{{1}, {1, 0}, proxy, {5}}}, {}}); // has not heard that it is over
  b.tell(report_worker{two.node, two.incarnation, {{{1}, {1, 1}, proxy, {5}}}, {}});
  EXPECT_TRUE(b.take<release_session>());
  b.pass(100ms);
  EXPECT_TRUE(b.all<move_session>().empty());
  EXPECT_EQ(b.progress(one).sessions_left, 0U);
}

TEST(DirectoryMoves, ANodeThatBeginsAnewWhileItIsDrainedStaysDrained) {
  moves_bench b;
  b.begin();
  b.drain(one);
  const worker_place again{one.node, {12}};
  b.view({b.worker(again), b.worker(two), b.edge_of()});
  b.tell(report_worker{again.node, again.incarnation, {}, {}});
  EXPECT_TRUE(b.progress(one).draining);
  EXPECT_EQ(b.live(1), two);
  b.hosted_at(again, 1, {1, 1}); // its route housed it there by an older view
  const auto orders = b.all<move_session>();
  b.pass(100ms);
  EXPECT_EQ(orders.size() + b.all<move_session>().size(), 1U);
}

TEST(DirectoryMoves, ANodeThatIsNotThereIsNotDrainedAndADrainedOneThatDiedIsUndrained) {
  moves_bench b;
  b.begin();
  EXPECT_EQ(b.refused(b.ask(drain_node{"worker-9"})), error_code::no_such_node);
  EXPECT_EQ(b.refused(b.ask(drain_node{proxy})), error_code::no_such_node);
  EXPECT_EQ(b.refused(b.ask(show_drain{"worker-9"})), error_code::no_such_node);
  EXPECT_EQ(b.refused(b.ask(undrain_node{"worker-9"})), error_code::no_such_node);
  b.drain(one);
  b.without(one);
  EXPECT_EQ(b.refused(b.ask(drain_node{three.node})), error_code::no_such_node);
  EXPECT_TRUE(b.progress(one).draining);
  EXPECT_TRUE(b.told<drain_progress>(b.ask(drain_node{one.node})).draining) << "the same order again";
  const auto ticket = b.ask(undrain_node{one.node});
  EXPECT_FALSE(b.answer<mark_drained>(done{}).drained);
  EXPECT_FALSE(b.told<drain_progress>(ticket).draining);
  EXPECT_TRUE(b.drained.nodes.empty());
}

TEST(DirectoryMoves, AnUndrainedNodeGetsItsPartAgainAndNothingMovesOffAnyMore) {
  moves_bench b;
  b.begin();
  b.drain(one);
  EXPECT_EQ(b.live(1), two);
  b.ask(undrain_node{one.node});
  b.answer<mark_drained>(done{});
  EXPECT_EQ(b.live(2), one);
  b.pass(100ms);
  EXPECT_TRUE(b.all<move_session>().empty());
}

TEST(DirectoryMoves, OrdersThatFollowEachOtherWhileTheStoreIsAwayAreStoredInTheirOrder) {
  moves_bench b;
  b.begin();
  const auto first = b.ask(drain_node{one.node});
  b.answer<mark_drained>(error{error_code::store_unavailable, {}});
  const auto second = b.ask(undrain_node{one.node});
  EXPECT_TRUE(b.asked.empty()) << "the first has to be known before";
  b.pass(limits::store_asked_again_after);
  EXPECT_TRUE(b.answer<mark_drained>(done{}).drained);
  EXPECT_FALSE(b.answer<mark_drained>(done{}).drained);
  EXPECT_FALSE(b.told<drain_progress>(first).draining);
  EXPECT_FALSE(b.told<drain_progress>(second).draining);
  EXPECT_TRUE(b.drained.nodes.empty());
}

TEST(DirectoryMoves, WhoWaitsForAStoreThatIsAwayIsToldSoAndTheOrderStands) {
  moves_bench b;
  b.begin();
  const auto ticket = b.ask(drain_node{one.node});
  b.answer<mark_drained>(error{error_code::store_unavailable, {}});
  b.now += limits::store_given_up_after;
  b.pass(0ms);
  EXPECT_EQ(b.refused(ticket), error_code::store_unavailable);
  b.answer<mark_drained>(done{});
  EXPECT_TRUE(b.progress(one).draining);
}

TEST(DirectoryMoves, AMoveOfADrainThatFailedIsTriedAgainAfterAWhile) {
  moves_bench b;
  b.begin();
  const auto room = b.open(7, "lobby", one);
  b.drain(one);
  EXPECT_EQ(b.all<host_room>().size(), 1U);
  b.tell(room_hosted{room, 0, two.node, error{error_code::store_unavailable, {}}});
  EXPECT_TRUE(b.all<host_room>().empty()) << "not at once: that would be a loop";
  b.pass(limits::drain_rests_after_failure);
  EXPECT_EQ(b.all<host_room>().size(), 1U);
}

TEST(DirectoryMoves, ASilentProxyNodeDoesNotHoldUpTheSessionsOfOthers) {
  moves_bench b;
  b.begin();
  const std::uint64_t silent = limits::drained_sessions_in_flight_max;
  std::vector<session_report> sessions;
  for (std::uint64_t id = 1; id <= silent + 5; ++id) {
    b.place(id);
    sessions.push_back({{id}, {1, 1}, id <= silent ? other_proxy : proxy, {5}});
  }
  b.tell(report_worker{one.node, one.incarnation, sessions, {}});
  b.drain(one);
  EXPECT_EQ(b.all<move_session>().size(), silent);
  b.pass(limits::move_given_up_after);
  b.pass(100ms);
  const auto orders = b.all<move_session>();
  ASSERT_EQ(orders.size(), 5U);
  EXPECT_EQ(orders[0].to.node, proxy);
  b.tell(link_reset{other_proxy, {5}, role_proxy});
  b.pass(100ms);
  EXPECT_GT(b.all<move_session>().size(), 100U) << "it is back";
}

TEST(DirectoryMoves, ASessionThatIsToMoveWithItsDrainMayBeAskedForByHandToo) {
  moves_bench b;
  b.begin();
  b.place(1);
  b.hosted_at(one, 1, {1, 1});
  b.drain(one);
  const auto ticket = b.ask(migrate_session{"1", two.node});
  EXPECT_EQ(b.all<move_session>().size(), 1U);
  b.hosted_at(two, 1, {1, 2});
  EXPECT_EQ(b.told<migrated>(ticket).worker, two.node);
}

TEST(DirectoryMoves, ADrainOfTheTargetOfAMoveTakesTheSessionFurther) {
  moves_bench b;
  b.begin();
  b.view({b.worker(one), b.worker(two), b.worker(three), b.edge_of()});
  b.place(1);
  b.hosted_at(one, 1, {1, 1});
  const auto ticket = b.ask(migrate_session{"1", two.node});
  b.drain(two);
  b.obey_all();
  EXPECT_EQ(b.told<migrated>(ticket).worker, two.node);
  b.pass(100ms);
  const auto orders = b.all<move_session>();
  ASSERT_EQ(orders.size(), 1U);
  EXPECT_NE(std::get<move_session>(orders[0].what).worker, two.node);
}

TEST(DirectoryMoves, IsShownWhatMovesAndWhichNodesAreDrained) {
  moves_bench b;
  directory_config config{"broker-1", {"worker-1", "worker-2"}, {}, 2min};
  for (const auto& place : {one, two})
    config.nodes.emplace_back().name = place.node;
  b.rules = directory{std::move(config), b.now};
  b.begin();
  const auto room = b.open(7, "lobby", one);
  b.live(100);
  const auto place = b.hosted_at(one, 100, {1, 1});
  b.drain(place);
  const auto state_of = [&](const node_name& node) {
    for (const auto& each : b.told<nodes_shown>(b.ask(show_nodes{})).nodes)
      if (each.name == node)
        return each.state;
    return std::string{};
  };
  EXPECT_EQ(state_of(place.node), "draining");
  EXPECT_EQ(b.told<sessions_shown>(b.ask(show_sessions{})).sessions.at(0).state, "moving");
  EXPECT_EQ(b.told<rooms_shown>(b.ask(show_rooms{})).rooms.at(0).state, "moving");
  b.obey_all();
  const auto& other = moves_bench::other_than(place);
  b.opened_at(other, room, 2);
  EXPECT_EQ(state_of(place.node), "drained");
  EXPECT_EQ(state_of(other.node), "alive");
  EXPECT_EQ(b.told<sessions_shown>(b.ask(show_sessions{})).sessions.at(0).state, "hosted");
  EXPECT_EQ(b.told<rooms_shown>(b.ask(show_rooms{})).rooms.at(0).state, "open");
}

TEST(DirectoryMoves, NothingIsAnsweredBeforeTheDirectoryHasSettled) {
  moves_bench b;
  const auto ticket = b.ask(drain_node{one.node});
  EXPECT_EQ(b.refused(ticket), error_code::no_broker_node);
}

} // namespace
} // namespace godwit
