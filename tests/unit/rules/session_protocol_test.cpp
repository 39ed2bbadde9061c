// Sentences of docs/PROTOCOL.md about one session, each proven by itself.
#include "actors/rules/frame_window.hpp"
#include "actors/rules/limits.hpp"
#include "actors/rules/session_task.hpp"
#include "tests/unit/rules/session_fixture.hpp"

#include "messages/names.hpp"

namespace godwit {
namespace {

struct SessionProtocol : session_fixture {
  const room_id conversation{8};

  void post_to_lobby(std::uint64_t op, bool resent = false) {
    say(op, ask::post{ask::room_named{"lobby"}, "hi"}, resent);
  }
  std::vector<tell::answer> answers_to(std::uint64_t op) const {
    std::vector<tell::answer> out;
    for (const auto& each : told<client_reply>())
      if (each.op == op)
        out.push_back(each.answer);
    return out;
  }
  /// In a conversation with bob (session 12), opened by the post with op 3.
  void talk_to_bob() {
    be_in_lobby();
    say(3, ask::post{ask::person_named{"bob"}, "psst"});
    take(subject.found({name(3, 0), found_person{session_id{12}, "bob", {}, "w2"}, {}}));
    const auto key = sent<locate_room>().at(0).key;
    take(subject.located({name(3, 1), key, {}, room_place{conversation, 1, "w"}, {}}));
    show_there(2, name(3, 2), joined{});
    show_there(3, name(3, 3), posted{"psst"});
    ASSERT_EQ(confirmed_op(), 3u);
    seen.clear();
  }
  /// Said by this session's identity.
  void show_there(room_seq seq, effect_name by, entry_body body) {
    auto mine = *entry(seq, by, std::move(body));
    mine.identity[0] = 1;
    take(subject.events({conversation, {{std::make_shared<const log_entry>(std::move(mine)), nullptr, nullptr}}}));
  }
};

// S-1
TEST_F(SessionProtocol, TakesAnyOpThatRises) {
  be_in_lobby();
  say(3, ask::ping{1});
  say(10, ask::ping{2});
  EXPECT_EQ(answers_to(10).at(0), tell::answer(tell::pong{2}));
  EXPECT_EQ(confirmed_op(), 10u);
}

// S-3, E-2
TEST_F(SessionProtocol, ConfirmsAFrameThatWasAnsweredWithAnErrorAndGoesOn) {
  be_in_lobby();
  say(3, ask::post{ask::room_named{"lobby"}, ""});
  EXPECT_EQ(last_error(), error_code::text_empty);
  EXPECT_EQ(confirmed_op(), 3u);
  for (const auto& each : effects<give_output>())
    EXPECT_FALSE(each.close) << "an error answers one request alone";
  post_to_lobby(4);
  show(2, name(4, 3), posted{"hi"});
  EXPECT_EQ(confirmed_op(), 4u);
}

// S-8
TEST_F(SessionProtocol, AnswersALoginThatIsSaidAgainTheSameAndRefusesAnother) {
  attach();
  login();
  seen.clear();
  say(2, ask::login{"ada"});
  EXPECT_EQ(answers_to(2).at(0), tell::answer(tell::logged_in{"ada"}));
  say(3, ask::login{"eve"});
  EXPECT_EQ(last_error(), error_code::already_logged_in);
  EXPECT_TRUE(sent<claim_nick>().empty());
}

// S-9
TEST_F(SessionProtocol, BeginsAChangeOfNickAloneAndNothingBehindIt) {
  be_in_lobby();
  post_to_lobby(3);
  say(4, ask::change_nick{"eve"});
  post_to_lobby(5);
  EXPECT_TRUE(sent<claim_nick>().empty()) << "the post is under way";
  show(2, name(3, 3), posted{"hi"});
  let_rename(4);
  ASSERT_EQ(sent<claim_nick>().size(), 1u);
  EXPECT_EQ(sent<room_command>().size(), 1u) << "the second post waits";
  take(subject.claimed({name(4, 0), "eve", {}}));
  show(3, name(4, 3), renamed{"eve"});
  EXPECT_EQ(sent<room_command>().back().name, name(5, 3));
  EXPECT_EQ(sent<room_command>().back().nick, "eve");
}

// S-11
TEST_F(SessionProtocol, AnswersAwayAndTellsTheRoomOfTheSession) {
  be_in_lobby();
  say(3, ask::away{"lunch"});
  EXPECT_EQ(answers_to(3).at(0), tell::answer(tell::is_away{"lunch"}));
  say(4, ask::away{""});
  EXPECT_EQ(answers_to(4).at(0), tell::answer(tell::is_away{""}));
  EXPECT_EQ(sent<set_presence>(), (std::vector<set_presence>{{lobby, me, "lunch", {}, {}, 1, "~native@home"},
                                                             {lobby, me, "", {}, {}, 2, "~native@home"}}));
}

// S-13
TEST_F(SessionProtocol, ClosesTheConnectionOfASessionThatTheServerEnds) {
  be_in_lobby();
  take(subject.must_end({me, {1, 0}, {error_code::session_ended, {}}}));
  show(2, sent<room_command>().at(0).name, left{"", true});
  ASSERT_TRUE(subject.over());
  const auto last = effects<give_output>().back();
  ASSERT_TRUE(last.close);
  EXPECT_EQ(last.close->code, error_code::session_ended);
}

//
TEST_F(SessionProtocol, RefusesAJoinBeyondItsRooms) {
  be_in_lobby();
  for (std::uint64_t op = 3; op < 2 + limits::rooms_per_session_max; ++op) {
    const room_id room{1000 + op};
    const auto title = "room" + std::to_string(op);
    say(op, ask::join{title});
    take(subject.located({name(op, 1), title, title, room_place{room, 1, "w"}, {}}));
    take(subject.events({room, {{entry(1, name(op, 2), joined{}), nullptr, nullptr}}}));
  }
  EXPECT_TRUE(told<client_reply>().empty()) << "so many are allowed";
  say(500, ask::join{"another"});
  EXPECT_EQ(last_error(), error_code::too_many_rooms);
}

// P-3
TEST_F(SessionProtocol, PostsToAConversationByItsNumber) {
  talk_to_bob();
  say(4, ask::post{ask::room_numbered{conversation}, "still there?"});
  ASSERT_EQ(sent<room_command>().size(), 1u);
  EXPECT_EQ(sent<room_command>()[0].room, conversation);
  show_there(4, name(4, 3), posted{"still there?"});
  EXPECT_EQ(confirmed_op(), 4u);
}

// P-3
TEST_F(SessionProtocol, PostsToTheSameConversationByThePersonAgain) {
  talk_to_bob();
  say(4, ask::post{ask::person_named{"bob"}, "still there?"});
  take(subject.found({name(4, 0), found_person{session_id{12}, "bob", {}, "w2"}, {}}));
  for (const auto& each : sent<locate_room>())
    take(subject.located({each.origin.name, each.key, {}, room_place{conversation, 1, "w"}, {}}));
  show_there(4, name(4, 3), posted{"still there?"});
  EXPECT_EQ(confirmed_op(), 4u);
  EXPECT_TRUE(told<tell::room_opened>().empty());
}

// P-4
TEST_F(SessionProtocol, SaysThatNobodyHasANick) {
  be_in_lobby();
  say(3, ask::post{ask::person_named{"bob"}, "psst"});
  take(subject.found({name(3, 0), {}, error{error_code::no_such_nick, {}}}));
  EXPECT_EQ(last_error(), error_code::no_such_nick);
  EXPECT_TRUE(sent<locate_room>().empty());
}

// P-6
TEST_F(SessionProtocol, ReadsTheConversationWithTheLastHolderOfANickThatNobodyHas) {
  talk_to_bob();
  say(4, ask::history{ask::person_named{"bob"}, ask::newest{5}, 0});
  take(subject.found({name(4, 0), {}, error{error_code::no_such_nick, {}}}));
  ASSERT_EQ(sent<room_query>().size(), 1u);
  EXPECT_EQ(sent<room_query>()[0].room, conversation);
}

// P-7
TEST_F(SessionProtocol, LeavesAConversationByQuitAlone) {
  talk_to_bob();
  say(4, ask::leave{std::string(1, '=') + "bob", ""});
  EXPECT_EQ(last_error(), error_code::room_invalid) << "no name of a room is that of a conversation";
  say(5, ask::quit{""});
  EXPECT_EQ(sent<room_command>().size(), 2u) << "of the lobby and of the conversation";
}

// H-1, H-5
TEST_F(SessionProtocol, TellsHistoryOldestFirstWithItsOwnOpsAndMovesNoPosition) {
  be_in_lobby();
  post_to_lobby(3);
  show(2, name(3, 3), posted{"hi"});
  seen.clear();
  say(4, ask::history{ask::room_named{"lobby"}, ask::since{0}, 0});
  const auto query = sent<room_query>().at(0);
  history_read page;
  page.entries = {entry(1, name(2, 2), joined{}), entry(2, name(3, 3), posted{"hi"}),
                  entry(3, {session_id{99}, 9, 3}, posted{"from another"})};
  take(subject.answered(query_answered{query.origin.name, lobby, page}));
  const auto read = std::get<tell::history>(answers_to(4).at(0));
  ASSERT_EQ(read.events.size(), 3u);
  std::vector<std::pair<room_seq, std::uint64_t>> got;
  for (const auto& each : read.events)
    got.emplace_back(each.entry->seq, each.op);
  EXPECT_EQ(got, (std::vector<std::pair<room_seq, std::uint64_t>>{{1, 2}, {2, 3}, {3, 0}}));
  EXPECT_TRUE(shown().empty());
  show_other(3);
  EXPECT_EQ(shown(), (std::vector<room_seq>{3})) << "what was read is told in its place all the same";
}

// H-6
TEST_F(SessionProtocol, NamesTheFramesOfItsIdentityInHistoryAndNobodyElses) {
  be_in_lobby();
  say(3, ask::history{ask::room_named{"lobby"}, ask::since{0}, 0});
  const auto of_identity = [](shared_entry it) {
    auto own = *it;
    own.identity[0] = 1; // as the fixture attaches
    return std::make_shared<const log_entry>(std::move(own));
  };
  const session_id former{5};
  const session_id other{99};
  history_read page;
  page.entries = {of_identity(entry(1, {former, 4, 3}, posted{"hi"})), entry(2, {other, 9, 3}, posted{"hi"}),
                  of_identity(entry(3, {former, ending_op, 0}, left{"", true})),
                  of_identity(entry(4, {other, 10, effect_k::companion + 2}, joined{})),
                  of_identity(entry(5, name(2, 2), joined{}))};
  take(subject.answered(query_answered{sent<room_query>().at(0).origin.name, lobby, page}));
  std::vector<tell::frame_name> frames;
  const auto read = std::get<tell::history>(answers_to(3).at(0));
  for (const auto& each : read.events)
    frames.push_back(each.frame);
  const tell::frame_name nobodys;
  EXPECT_EQ(frames, (std::vector<tell::frame_name>{{former, 4}, nobodys, nobodys, nobodys, {me, 2}}));
}

// H-4
TEST_F(SessionProtocol, AsksForNoMoreHistoryThanTheLimit) {
  be_in_lobby();
  say(3, ask::history{ask::room_named{"lobby"}, ask::since{0}, 0});
  say(4, ask::history{ask::room_named{"lobby"}, ask::since_left{}, 20'000});
  say(5, ask::history{ask::room_named{"lobby"}, ask::since{7}, 9});
  std::vector<std::uint32_t> asked;
  for (const auto& each : sent<room_query>())
    asked.push_back(std::get<read_history>(each.question).limit);
  EXPECT_EQ(asked, (std::vector<std::uint32_t>{10'000, 10'000, 9}));
  EXPECT_EQ(std::get<read_history>(sent<room_query>().back().question).from, 8u);
}

// E-3
TEST_F(SessionProtocol, DoesWhatIsAskedAgainAsANewFrameAfterAnError) {
  be_in_lobby();
  post_to_lobby(3);
  take(subject.answered(command_answered{name(3, 3), lobby, {}, error{error_code::too_many_requests, {}}}));
  EXPECT_EQ(last_error(), error_code::too_many_requests);
  EXPECT_TRUE(may_retry(error_code::too_many_requests));
  EXPECT_TRUE(shown().empty());
  post_to_lobby(4);
  EXPECT_EQ(sent<room_command>().back().name, name(4, 3));
  show(2, name(4, 3), posted{"hi"});
  EXPECT_EQ(confirmed_op(), 4u);
}

// L-1
TEST_F(SessionProtocol, BeginsThirtyTwoRequestsAtOnceAndTheOthersInOrder) {
  be_in_lobby();
  for (std::uint64_t op = 3; op != 3 + 40; ++op)
    post_to_lobby(op);
  EXPECT_EQ(sent<room_command>().size(), 32u);
  show(2, name(3, 3), posted{"hi"});
  ASSERT_EQ(sent<room_command>().size(), 33u);
  EXPECT_EQ(sent<room_command>().back().name, name(35, 3));
}

// L-6
// L-8
TEST_F(SessionProtocol, SaysWithItsOutputWhatARequestCostsBeyondAFrame) {
  const auto cost = [this] {
    std::uint32_t sum = 0;
    for (const auto& each : effects<give_output>())
      sum += each.cost;
    return sum;
  };
  attach();
  login();
  EXPECT_EQ(cost(), limits::nick_cost);
  join();
  EXPECT_EQ(cost(), limits::nick_cost + limits::join_cost);
  seen.clear();
  post_to_lobby(3);
  show(2, sent<room_command>().at(0).name, posted{"hi"});
  EXPECT_EQ(confirmed_op(), 3U);
  EXPECT_EQ(cost(), 0U) << "a post costs its frame";
  seen.clear();
  say(4, ask::rooms{});
  EXPECT_EQ(cost(), 0U) << "it is said with the answer";
  attach();
  EXPECT_EQ(cost(), 0U) << "that was another connection's";
}

TEST_F(SessionProtocol, AnswersEachAttachThoughItHasNothingToSay) {
  attach();
  EXPECT_EQ(effects<give_output>().size(), 1U);
  const auto snapshot = effects<give_output>().at(0).snapshot;
  ASSERT_TRUE(snapshot);
  seen.clear();
  attach({}, 0, *snapshot);
  ASSERT_EQ(effects<give_output>().size(), 1U) << "the other routes of its proxy node wait for it";
  EXPECT_FALSE(effects<give_output>().at(0).snapshot) << "the proxy node has it";
  seen.clear();
  take(subject.resumed_sending({me, {1, 0}, attach_number}));
  EXPECT_TRUE(effects<give_output>().empty()) << "once";
}

TEST_F(SessionProtocol, AsksForAListOfRoomsInPiecesOfTwoHundred) {
  be_in_lobby();
  say(3, ask::rooms{});
  const auto asked = sent<list_rooms>().at(0);
  EXPECT_EQ(asked.limit, 200u);
  rooms_listed page;
  page.name = asked.origin.name;
  for (int i = 0; i != 200; ++i)
    page.rooms.push_back({"room" + std::to_string(i), 1, std::string(1000, 'x')});
  take(subject.listed(page));
  for (int i = 0; i != 200 && confirmed_op() == 0; ++i)
    take(subject.resumed_sending({me, {1, 0}, attach_number}));
  EXPECT_EQ(confirmed_op(), 3u);
  std::size_t rows = 0;
  for (const auto& each : answers_to(3)) {
    const auto& piece = std::get<tell::rooms>(each).rows;
    EXPECT_LE(piece.size() * 1000, 72u * 1024) << "about 64 KiB";
    rows += piece.size();
  }
  EXPECT_EQ(rows, 200u);
}

// U-14
TEST_F(SessionProtocol, ForgetsThatItWasAwayWhenItBeginsFromTheStore) {
  attach_session how;
  how.session = me;
  how.epoch = {2, 0};
  how.attach = attach_number = 1;
  how.proxy = "p";
  how.from_store = true;
  take(subject.attach(how));
  take(subject.loaded({me, "ada", {{lobby, "lobby", "lobby", 1, "", {name(2, 2), 1}}}, {}}));
  for (const auto& each : sent<set_presence>())
    EXPECT_EQ(each.away, "");
  seen.clear();
  say(9, ask::away{"lunch"});
  EXPECT_EQ(sent<set_presence>(), (std::vector<set_presence>{{lobby, me, "lunch", {}, {}, 1, "~native@hidden"}}));
}

// U-15
TEST_F(SessionProtocol, AnswersAQuestionThatWasCutShortFromItsBeginning) {
  be_in_lobby();
  say(3, ask::history{ask::room_named{"lobby"}, ask::newest{8}, 0});
  history_read page;
  for (room_seq seq = 1; seq <= 8; ++seq)
    page.entries.push_back(entry(seq, {session_id{99}, seq, 3}, posted{std::string(16'000, 'x')}));
  take(subject.answered(query_answered{sent<room_query>().at(0).origin.name, lobby, page}));
  ASSERT_TRUE(told<client_reply>().at(0).more);
  attach({{lobby.value, 1}});
  seen.clear();
  say(3, ask::history{ask::room_named{"lobby"}, ask::newest{8}, 0}, true);
  const auto query = sent<room_query>().at(0);
  EXPECT_EQ(std::get<read_history>(query.question), (read_history{1, 0, 8, true, false}));
  take(subject.answered(query_answered{query.origin.name, lobby, page}));
  EXPECT_EQ(std::get<tell::history>(answers_to(3).at(0)).events.at(0).entry->seq, 1u);
}

} // namespace
} // namespace godwit
