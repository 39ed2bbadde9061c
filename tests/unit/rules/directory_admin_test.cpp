// What operators' tools see of the cluster, and what they order of people and rooms.
#include "actors/rules/limits.hpp"
#include "actors/rules/room_moderation.hpp"
#include "tests/unit/rules/directory_bench.hpp"

#include <gmock/gmock.h>

namespace godwit {
namespace {

using namespace directory_tests;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// With the nodes of its config, of which worker-2 is silent yet.
struct admin_bench : bench {
  admin_bench() {
    directory_config config{"broker-1", {"worker-1", "worker-2"}, {"root"}, 2min};
    for (const auto& [name, roles] : std::map<node_name, std::uint8_t>{
           {"broker-1", role_broker}, {"proxy-1", role_proxy}, {"worker-1", role_worker}, {"worker-2", role_worker}}) {
      node_shown node;
      node.name = name;
      node.roles = roles;
      node.address = name + ":7700";
      config.nodes.push_back(std::move(node));
    }
    rules = directory{std::move(config), now};
  }
  std::uint64_t ask(admin_question what) {
    tell(admin_asked{++ticket, "root-ada", std::move(what)});
    return ticket;
  }
  /// The answer to the newest question, which must have come.
  admin_result answer_to(admin_question what) {
    ask(std::move(what));
    return answered();
  }
  admin_result answered() {
    if (answers.empty() || answers.back().ticket != ticket)
      return error{error_code::internal_error, "not answered"};
    return answers.back().result;
  }
  error_code refused(admin_question what) {
    const auto told = answer_to(std::move(what));
    const auto* why = std::get_if<error>(&told);
    return why == nullptr ? error_code{} : why->code;
  }
  /// A room that is open on worker-1.
  void open(std::uint64_t id, const std::string& key) {
    tell(report_worker{one.node, one.incarnation, {}, {{{id}, 3, key, key}}});
  }
  /// The room has done what it was told last.
  room_command command() { return take<room_command>().value_or(room_command{}); }
  void done(const room_command& what, std::optional<error> why = {}) {
    tell(command_answered{what.name, what.room, why ? std::nullopt : std::optional{logged_at{5, {}}}, why, 3});
  }
  std::uint64_t ticket = 0;
};

const node_shown& named(const nodes_shown& all, const node_name& name) {
  return *std::ranges::find(all.nodes, name, &node_shown::name);
}

TEST(DirectoryAdmin, SaysThatItHasJustBegunUntilItHasSettled) {
  admin_bench b;
  EXPECT_EQ(b.refused(show_nodes{}), error_code::no_broker_node);
}

TEST(DirectoryAdmin, ShowsEachNodeOfTheConfig) {
  admin_bench b;
  b.start();
  b.tell(link_reset{"worker-1", one.incarnation, role_worker, "godwit 9", 4711});
  b.tell(link_reset{"worker-2", {21}, role_worker, "godwit 8", 4712}); // a former life
  const auto before = std::get<nodes_shown>(b.answer_to(show_nodes{}));
  EXPECT_EQ(named(before, "worker-2").state, "alive");
  EXPECT_EQ(named(before, "worker-2").pid, 0U) << "its present life has told nothing yet";
  b.view({bench::node(one), bench::node(two, node_state::dead)});
  const auto told = std::get<nodes_shown>(b.answer_to(show_nodes{}));
  ASSERT_THAT(told.nodes, SizeIs(4));
  EXPECT_EQ(named(told, "worker-1").state, "alive");
  EXPECT_EQ(named(told, "worker-1").pid, 4711U);
  EXPECT_EQ(named(told, "worker-1").version, "godwit 9");
  EXPECT_EQ(named(told, "worker-1").address, "worker-1:7700");
  EXPECT_EQ(named(told, "worker-2").state, "dead");
  EXPECT_EQ(named(told, "worker-2").pid, 0U) << "nobody has this number now";
  EXPECT_EQ(named(told, "proxy-1").state, "unheard");
}

TEST(DirectoryAdmin, CountsSessionsWhereTheyAreServedAndWhereTheyAreHeld) {
  admin_bench b;
  b.start();
  b.open(7, "lobby");
  for (std::uint64_t id = 1; id <= 5; ++id)
    b.host(id);
  const auto told = std::get<nodes_shown>(b.answer_to(show_nodes{}));
  EXPECT_EQ(named(told, "proxy-1").sessions, 5U);
  EXPECT_EQ(named(told, "worker-1").sessions + named(told, "worker-2").sessions, 5U);
  EXPECT_EQ(named(told, "worker-1").rooms, 1U);
  EXPECT_EQ(named(told, "worker-2").rooms, 0U);
}

TEST(DirectoryAdmin, ShowsSessionsPageByPageUntilThereAreNoMore) {
  admin_bench b;
  b.start();
  const std::uint64_t count = admin_page_rows_max + 1;
  for (std::uint64_t id = 1; id <= count; ++id)
    b.host(id);
  const auto first = std::get<sessions_shown>(b.answer_to(show_sessions{}));
  EXPECT_THAT(first.sessions, SizeIs(admin_page_rows_max));
  EXPECT_EQ(first.next.value, admin_page_rows_max);
  const auto second = std::get<sessions_shown>(b.answer_to(show_sessions{first.next}));
  ASSERT_THAT(second.sessions, SizeIs(1));
  EXPECT_EQ(second.sessions[0].session.value, count);
  EXPECT_FALSE(second.next);
}

TEST(DirectoryAdmin, ShowsWhereANickASessionAndARoomAre) {
  admin_bench b;
  b.start();
  b.open(7, "ada");
  const auto placed = b.host(1);
  b.named(1, "Ada");
  const auto by_nick = std::get<where_shown>(b.answer_to(show_where{"ADA"}));
  ASSERT_THAT(by_nick.sessions, SizeIs(1));
  EXPECT_EQ(by_nick.sessions[0].nick, "Ada");
  EXPECT_EQ(by_nick.sessions[0].worker, placed.worker);
  EXPECT_EQ(by_nick.sessions[0].proxy, proxy);
  EXPECT_EQ(by_nick.sessions[0].state, "hosted");
  EXPECT_THAT(by_nick.rooms, SizeIs(1)) << "a room is called so too";
  const auto by_number = std::get<where_shown>(b.answer_to(show_where{"1"}));
  EXPECT_THAT(by_number.sessions, SizeIs(1));
  const auto room = std::get<where_shown>(b.answer_to(show_where{"#ada"}));
  EXPECT_THAT(room.sessions, IsEmpty());
  ASSERT_THAT(room.rooms, SizeIs(1));
  EXPECT_EQ(room.rooms[0].title, "#ada");
  EXPECT_EQ(room.rooms[0].worker, "worker-1");
  EXPECT_EQ(b.refused(show_where{"nobody"}), error_code::no_such_nick);
  EXPECT_EQ(b.refused(show_where{"99"}), error_code::no_such_session);
  EXPECT_EQ(b.refused(show_where{"#nowhere"}), error_code::no_such_room);
}

TEST(DirectoryAdmin, APrivateConversationHasNoTitle) {
  admin_bench b;
  b.start();
  identity_hash other{};
  other[0] = 1;
  b.open(7, private_room_key({}, other));
  const auto told = std::get<rooms_shown>(b.answer_to(show_rooms{}));
  ASSERT_THAT(told.rooms, SizeIs(1));
  EXPECT_EQ(told.rooms[0].title, "");
}

TEST(DirectoryAdmin, KicksAsKillDoes) {
  admin_bench b;
  b.start();
  b.host(1);
  b.named(1, "bob");
  EXPECT_TRUE(std::holds_alternative<admin_done>(b.answer_to(kick_person{"Bob", "enough"})));
  const auto told = b.take<session_must_end>();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->why, (error{error_code::killed, "Killed (root-ada (enough))"}));
  EXPECT_TRUE(std::holds_alternative<admin_done>(b.answer_to(kick_person{"1", {}}))) << "it was asked already";
  EXPECT_FALSE(b.take<session_must_end>()) << "and is told once";
  EXPECT_FALSE(b.take<release_session>()) << "nor is it taken from where it ends";
  EXPECT_EQ(b.refused(kick_person{"nobody", {}}), error_code::no_such_nick);
  EXPECT_EQ(b.refused(kick_person{"bob", "two\nlines"}), error_code::text_invalid);
}

// ------------------------------------------------------------------------------------------------- orders to rooms

TEST(DirectoryAdmin, BansInTheNameOfTheServer) {
  admin_bench b;
  b.start();
  b.open(7, "lobby");
  b.ask(treat_room{"#Lobby", room_measure::ban, "bob!*@*", {}});
  EXPECT_THAT(b.answers, IsEmpty()) << "the room has not done it yet";
  const auto told = b.command();
  EXPECT_EQ(told.room, (room_id{7}));
  EXPECT_EQ(told.name, (effect_name{admin_session, b.ticket, 1}));
  EXPECT_TRUE(told.by_server_operator);
  EXPECT_EQ(told.action, (room_action{change_modes{{{true, mask_change{mask_list::bans, "bob!*@*"}}}}}));
  b.done(told);
  EXPECT_TRUE(std::holds_alternative<admin_done>(b.answered()));
  b.done(told); // a repeat
  EXPECT_THAT(b.answers, SizeIs(1));
}

TEST(DirectoryAdmin, TellsWhyARoomRefused) {
  admin_bench b;
  b.start();
  b.open(7, "lobby");
  b.ask(treat_room{"lobby", room_measure::make_operator, "bob", {}});
  b.done(b.command(), error{error_code::no_such_member, "bob"});
  EXPECT_EQ(b.answered(), (admin_result{error{error_code::no_such_member, "bob"}}));
}

TEST(DirectoryAdmin, SaysARoomsOrderAgainByTheSameNameUntilItIsAnswered) {
  admin_bench b;
  b.start();
  b.open(7, "lobby");
  b.ask(treat_room{"lobby", room_measure::make_operator, "bob", {}});
  const auto first = b.command();
  b.pass(room_order_repeated_after);
  EXPECT_EQ(b.command(), first);
  b.tell(command_expected{first.name, {7}, {admin_session, 1, 9}}); // of a former order, of which only the room knows
  const auto again = b.command();
  EXPECT_EQ(again.previous, (effect_name{admin_session, 1, 9}));
  EXPECT_EQ(again.name, first.name);
  b.now += room_order_given_up_after;
  b.pass(1ms);
  EXPECT_TRUE(std::holds_alternative<error>(b.answered())) << "somebody waits";
}

TEST(DirectoryAdmin, OrdersOfOneRoomGoOneAfterTheOther) {
  admin_bench b;
  b.start();
  b.open(7, "lobby");
  b.ask(treat_room{"lobby", room_measure::make_operator, "bob", {}});
  b.ask(treat_room{"lobby", room_measure::ban, "eve", {}});
  const auto first = b.command();
  EXPECT_TRUE(std::get<change_modes>(first.action).changes[0].what.index() == 3);
  EXPECT_FALSE(b.take<room_command>());
  b.done(first);
  EXPECT_EQ(b.command().name.op, b.ticket);
}

TEST(DirectoryAdmin, OpensARoomThatIsClosed) {
  admin_bench b;
  b.start();
  b.ask(treat_room{"lobby", room_measure::make_operator, "bob", {}});
  const auto search = b.answer<find_room>(room_found{{7}, "lobby", "Lobby"});
  EXPECT_FALSE(search.create);
  const auto opened = b.take<host_room>();
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->room, (room_id{7}));
  EXPECT_FALSE(b.take<room_command>());
  for (const auto& place : {one, two})
    b.tell(room_hosted{{7}, 4, place.node, {}});
  b.pass(1ms);
  EXPECT_EQ(b.command().name.op, b.ticket);
}

TEST(DirectoryAdmin, ARoomThatTheStoreDoesNotKnowIsNone) {
  admin_bench b;
  b.start();
  b.ask(treat_room{"nowhere", room_measure::clear, {}, {}});
  b.answer<find_room>(room_found{{}, "nowhere", {}});
  EXPECT_EQ(b.answered(), (admin_result{error{error_code::no_such_room, "nowhere"}}));
  EXPECT_EQ(b.refused(treat_room{"no room", room_measure::clear, {}, {}}), error_code::room_invalid);
  EXPECT_EQ(b.refused(treat_room{"lobby", room_measure::ban, {}, {}}), error_code::request_invalid);
}

void apply(room_settings& settings, const mode_change& change) {
  log_entry entry;
  entry.seq = 2;
  entry.body = modes_changed{{change}};
  moderation::apply_to_settings(settings, entry);
}

/// Answers questions and commands of an order as a room with these settings and members would.
void serve(admin_bench& b, room_settings& settings, std::vector<member_row>& members) {
  for (int step = 0; step != 200 && b.answers.empty(); ++step) {
    if (const auto query = b.take<room_query>()) {
      if (std::holds_alternative<read_settings>(query->question))
        b.tell(query_answered{query->origin.name, query->room, settings_read{settings}});
      else
        b.tell(query_answered{query->origin.name, query->room, members_read{members, false}});
    } else if (const auto command = b.take<room_command>()) {
      if (const auto* kick = std::get_if<kick_member>(&command->action))
        std::erase_if(members, [&](const member_row& each) { return each.nick == kick->nick; });
      if (const auto* changes = std::get_if<change_modes>(&command->action)) {
        EXPECT_LE(changes->changes.size(), limits::mode_changes_max);
        for (const auto& each : changes->changes)
          apply(settings, each);
      }
      b.done(*command);
    }
  }
}

TEST(DirectoryAdmin, ClearsARoomStepByStep) {
  admin_bench b;
  b.start();
  b.open(7, "lobby");
  room_settings settings;
  settings.flags = room_flags{room_flag::secret} | room_flags{room_flag::invite_only};
  settings.key = "k";
  settings.limit = 3;
  for (int i = 0; i != 30; ++i)
    settings.bans.push_back({"n" + std::to_string(i) + "!*@*", "ann", {}});
  std::vector<member_row> members{{"ann", {}, member_modes{member_mode::founder}}, {"bob", {}, {}}};
  b.ask(treat_room{"lobby", room_measure::clear, {}, "begin anew"});
  serve(b, settings, members);
  EXPECT_TRUE(std::holds_alternative<admin_done>(b.answered()));
  EXPECT_THAT(members, IsEmpty());
  EXPECT_THAT(changes_to_new(settings), IsEmpty());
  EXPECT_THAT(settings.bans, IsEmpty());
  EXPECT_EQ(settings.key, "");
}

TEST(DirectoryAdmin, KicksWhoIsInChargeLast) {
  admin_bench b;
  b.start();
  b.open(7, "lobby");
  b.ask(treat_room{"lobby", room_measure::clear, {}, {}});
  room_settings as_new;
  as_new.flags = new_room_flags;
  b.tell(query_answered{b.take<room_query>()->origin.name, {7}, settings_read{as_new}});
  b.tell(query_answered{b.take<room_query>()->origin.name,
                        {7},
                        members_read{{{"ann", {}, member_modes{member_mode::founder}}, {"bob", {}, {}}}, false}});
  EXPECT_EQ(std::get<kick_member>(b.command().action).nick, "bob");
}

/// Orders the lobby of room 7 to be deleted, up to the question to the store.
void begin_deletion(admin_bench& b, std::vector<member_row>& members) {
  room_settings untouched;
  b.start();
  b.open(7, "lobby");
  b.ask(treat_room{"lobby", room_measure::remove, {}, "moved"});
  serve(b, untouched, members);
}

TEST(DirectoryAdmin, DeletesARoomWhenNobodyIsLeftAndEndsItsActor) {
  admin_bench b;
  std::vector<member_row> members{{"ann", {}, member_modes{member_mode::founder}}, {"bob", {}, {}}};
  begin_deletion(b, members);
  EXPECT_THAT(members, IsEmpty());
  EXPECT_THAT(b.answers, IsEmpty());
  EXPECT_EQ(b.answer<delete_room>(done{}), (delete_room{{7}}));
  EXPECT_TRUE(std::holds_alternative<admin_done>(b.answered()));
  EXPECT_EQ(b.take<room_announced>(), (room_announced{{7}, 4, {}})) << "a higher epoch than it has";
  EXPECT_EQ(b.refused(show_where{"#lobby"}), error_code::no_such_room);
}

TEST(DirectoryAdmin, WhoComesIntoARoomThatIsDeletedIsPutOutToo) {
  admin_bench b;
  room_settings untouched;
  std::vector<member_row> members;
  begin_deletion(b, members);
  b.answer<delete_room>(room_found{{7}, "lobby", "lobby"});
  EXPECT_THAT(b.answers, IsEmpty());
  members = {{"eve", {}, {}}};
  serve(b, untouched, members);
  EXPECT_THAT(members, IsEmpty());
  b.answer<delete_room>(done{});
  EXPECT_TRUE(std::holds_alternative<admin_done>(b.answered()));
}

TEST(DirectoryAdmin, WhatElseWasOrderedOfARoomThatIsDeletedIsRefused) {
  admin_bench b;
  b.start();
  b.open(7, "lobby");
  room_settings untouched;
  std::vector<member_row> nobody;
  const auto deletion = b.ask(treat_room{"lobby", room_measure::remove, {}, {}});
  const auto later = b.ask(treat_room{"lobby", room_measure::make_operator, "bob", {}});
  serve(b, untouched, nobody);
  b.answer<delete_room>(done{});
  ASSERT_THAT(b.answers, SizeIs(2));
  EXPECT_EQ(b.answers[0].ticket, deletion);
  EXPECT_EQ(b.answers[1].ticket, later);
  EXPECT_EQ(std::get<error>(b.answers[1].result).code, error_code::no_such_room);
}

TEST(DirectoryAdmin, WhenTheStoreIsAwayARoomIsNotSaidToBeDeleted) {
  admin_bench b;
  std::vector<member_row> nobody;
  begin_deletion(b, nobody);
  b.answer<delete_room>(error{error_code::internal_error, {}});
  EXPECT_EQ(std::get<error>(b.answered()).code, error_code::internal_error);
  EXPECT_FALSE(b.take<room_announced>());
  EXPECT_TRUE(std::holds_alternative<where_shown>(b.answer_to(show_where{"#lobby"})));
}

} // namespace
} // namespace godwit
