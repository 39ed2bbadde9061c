// What a client may count on while the session lives, and when parts of the cluster are lost around it.
#include "actors/rules/limits.hpp"
#include "tests/unit/rules/session_fixture.hpp"

#include "messages/names.hpp"
#include "messages/snapshot_codec.hpp"

namespace godwit {

struct Session : session_fixture {
  void post_to_lobby(std::uint64_t op) { say(op, ask::post{ask::room_named{"lobby"}, "hi"}); }
  link_reset broker_again() const { return {"b", incarnation{5}, 1}; }
};

// S-7
TEST_F(Session, RefusesEverythingBeforeLogin) {
  attach();
  post_to_lobby(1);
  EXPECT_EQ(last_error(), error_code::not_logged_in);
  EXPECT_EQ(confirmed_op(), 1u);
}

// S-7
TEST_F(Session, ConfirmsLoginWithItsReplyAndTheSnapshotInOneOutput) {
  attach();
  seen.clear();
  login();
  const auto outputs = effects<give_output>();
  ASSERT_EQ(outputs.size(), 1u);
  EXPECT_EQ(outputs[0].confirmed_in_seq, 1u);
  EXPECT_EQ(decode_snapshot(outputs[0].snapshot.value())->nick, "ada");
  EXPECT_EQ(std::get<client_reply>(outputs[0].replies[0]).answer, tell::answer(tell::logged_in{"ada"}));
}

TEST_F(Session, EnrolsAgainWithWhatItHasShownWhenTheRelayIsLost) {
  be_in_lobby();
  show_other(2);
  seen.clear();
  take(subject.relay_lost(room_id{8}));
  EXPECT_TRUE(seen.empty());
  take(subject.relay_lost(lobby));
  const auto enrolled = relay_asked<enrol_session>();
  ASSERT_EQ(enrolled.size(), 1u);
  EXPECT_EQ(enrolled[0].after, 2u);
  EXPECT_FALSE(enrolled[0].newest);
}

//
TEST_F(Session, TellsTheRoomBeforeItsFirstEventAndConfirmsBehindIt) {
  attach();
  login();
  seen.clear();
  join(2, 5);
  std::vector<std::string> order;
  for (const auto& each : seen) {
    if (std::holds_alternative<show_event>(each))
      order.emplace_back("event");
    if (const auto* out = std::get_if<give_output>(&each))
      order.emplace_back(std::holds_alternative<tell::room_opened>(out->replies.at(0)) ? "opened" : "confirmed");
  }
  EXPECT_EQ(order, (std::vector<std::string>{"opened", "event", "confirmed"}));
}

// S-6, R-8
TEST_F(Session, ConfirmsAPostBehindItsOwnEvent) {
  be_in_lobby();
  post_to_lobby(3);
  EXPECT_EQ(confirmed_op(), 0u);
  show(2, name(3, 3), posted{"hi"});
  EXPECT_EQ(confirmed_op(), 3u);
  EXPECT_EQ(effects<show_event>().at(0).event.op, 3u);
}

// S-4, S-10
TEST_F(Session, ConfirmsInOrderWhateverIsAnsweredFirst) {
  be_in_lobby();
  post_to_lobby(3);
  say(4, ask::ping{9});
  EXPECT_TRUE(told<client_reply>().empty());
  show(2, name(3, 3), posted{"hi"});
  EXPECT_EQ(confirmed_op(), 4u);
}

TEST_F(Session, ChainsItsCommandsToARoom) {
  be_in_lobby();
  post_to_lobby(3);
  post_to_lobby(4);
  const auto commands = sent<room_command>();
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].previous, name(2, 2));
  EXPECT_EQ(commands[1].previous, name(3, 3));
}

// S-5
TEST_F(Session, HoldsAPostUntilTheJoinBeforeItIsAnswered) {
  attach();
  login();
  say(2, ask::join{"lobby"});
  post_to_lobby(3);
  take(subject.located({name(2, 1), "lobby", "lobby", room_place{lobby, 1, "w"}, {}}));
  EXPECT_EQ(sent<room_command>().size(), 1u);
  show(1, name(2, 2), joined{});
  EXPECT_EQ(sent<room_command>().size(), 2u);
}

TEST_F(Session, StampsAnewAndResendsInOrderWhatTheRoomDidNotExpect) {
  be_in_lobby();
  post_to_lobby(3);
  post_to_lobby(4);
  seen.clear();
  take(subject.expected({name(3, 3), lobby, {}}));
  take(subject.expected({name(4, 3), lobby, {}})); // what was behind it is refused too, and changes nothing
  const auto commands = sent<room_command>();
  ASSERT_EQ(commands.size(), 2u);
  EXPECT_EQ(commands[0].name, name(3, 3));
  EXPECT_EQ(commands[0].previous, effect_name{});
  EXPECT_EQ(commands[1].previous, name(3, 3));
}

TEST_F(Session, ResendsWhatIsUnansweredToAReopenedRoom) {
  be_in_lobby();
  post_to_lobby(3);
  seen.clear();
  take(subject.reopened({lobby, 2, "w2"}));
  EXPECT_EQ(sent<room_command>().size(), 1u);
}

TEST_F(Session, AsksTheDirectoryAgainAfterALinkReset) {
  attach();
  say(1, ask::login{"ada"});
  seen.clear();
  take(subject.link_was_reset(broker_again()));
  EXPECT_EQ(sent<claim_nick>().size(), 1u);
}

TEST_F(Session, LooksOnceForARoomThatIsNotThereAndResendsThen) {
  be_in_lobby();
  post_to_lobby(3);
  seen.clear();
  take(subject.not_here({lobby, 1, me}));
  take(subject.not_here({lobby, 1, me}));
  const auto asked = sent<locate_room>();
  ASSERT_EQ(asked.size(), 1u);
  take(subject.located({asked[0].origin.name, "lobby", "lobby", room_place{lobby, 2, "w2"}, {}}));
  EXPECT_EQ(sent<room_command>().size(), 1u);
}

TEST_F(Session, JoinsTheRoomThatHasTheNameNowWhereTheOneThatItAskedWasForgotten) {
  attach();
  login();
  say(2, ask::join{"lobby"});
  take(subject.located({name(2, 1), "lobby", "lobby", room_place{lobby, 1, "w"}, {}}));
  seen.clear();
  take(subject.not_here({lobby, 1, me}));
  const auto again = sent<locate_room>().at(0);
  EXPECT_FALSE(again.create);
  seen.clear();
  take(subject.located({again.origin.name, "lobby", "", {}, error{error_code::no_such_room, {}}}));
  const auto anew = sent<locate_room>().at(0);
  EXPECT_TRUE(anew.create);
  seen.clear();
  take(subject.located({anew.origin.name, "lobby", "lobby", room_place{room_id{8}, 1, "w"}, {}}));
  ASSERT_EQ(sent<room_command>().size(), 1u);
  EXPECT_EQ(sent<room_command>()[0].room, room_id{8});
  take(subject.events({room_id{8}, {{entry(301, sent<room_command>()[0].name, joined{}), nullptr, nullptr}}}));
  EXPECT_EQ(confirmed_op(), 2u);
}

TEST_F(Session, IsToldThatItHasLeftARoomThatWasForgotten) {
  be_in_lobby();
  take(subject.not_here({lobby, 1, me}));
  const auto again = sent<locate_room>().at(0);
  seen.clear();
  take(subject.located({again.origin.name, "lobby", "lobby", room_place{room_id{8}, 1, "w"}, {}}));
  ASSERT_EQ(told<client_reply>().size(), 1u);
  EXPECT_EQ(told<client_reply>()[0].answer, tell::answer(tell::has_left{lobby}));
  EXPECT_TRUE(sent<room_command>().empty());
}

//
TEST_F(Session, ShowsTheNextOnlyAndAsksForWhatIsMissing) {
  be_in_lobby();
  show_other(2);
  show_other(2);
  show_other(5);
  show_other(6);
  EXPECT_EQ(shown(), (std::vector<room_seq>{2}));
  const auto asked = relay_asked<replay_events>();
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].from, 3u);
  for (room_seq seq = 3; seq <= 6; ++seq)
    show_other(seq);
  EXPECT_EQ(shown(), (std::vector<room_seq>{2, 3, 4, 5, 6}));
}

// U-4, U-5
TEST_F(Session, DoesNotRepeatAnOpThatIsUnderWay) {
  be_in_lobby();
  post_to_lobby(3);
  attach({{lobby.value, 1}}, 9);
  seen.clear();
  say(3, ask::post{ask::room_named{"lobby"}, "hi"}, true);
  EXPECT_TRUE(sent<room_command>().empty());
  show(2, name(3, 3), posted{"hi"});
  EXPECT_EQ(confirmed_op(), 3u);
  EXPECT_EQ(effects<give_output>().back().confirmed_in_seq, 9u);
}

// U-5, U-6
TEST_F(Session, GivesARepeatedOpTheSameNameAndTellsTheStoredResult) {
  be_in_lobby();
  post_to_lobby(3);
  show(2, name(3, 3), posted{"hi"});
  attach({{lobby.value, 2}});
  seen.clear();
  say(3, ask::post{ask::room_named{"lobby"}, "hi"}, true);
  ASSERT_EQ(sent<room_command>().at(0).name, name(3, 3));
  take(subject.answered(command_answered{name(3, 3), lobby, logged_at{2, {}}, {}}));
  EXPECT_EQ(told<client_reply>().at(0).answer, tell::answer(tell::was_posted{lobby, 2, {}}));
  EXPECT_EQ(confirmed_op(), 3u);
}

TEST_F(Session, WaitsForTheEventOfAPostThatTheRoomKnowsAlready) {
  be_in_lobby();
  post_to_lobby(3);
  take(subject.answered(command_answered{name(3, 3), lobby, logged_at{2, {}}, {}}));
  EXPECT_EQ(confirmed_op(), 0u);
  show(2, name(3, 3), posted{"hi"});
  EXPECT_EQ(confirmed_op(), 3u);
}

// U-2
TEST_F(Session, ShowsAResumedClientWhatItHasNotGot) {
  be_in_lobby();
  show_other(2);
  attach({{lobby.value, 1}});
  EXPECT_EQ(relay_asked<enrol_session>().back().after, 1u);
  seen.clear();
  show_other(2);
  EXPECT_EQ(shown(), (std::vector<room_seq>{2}));
}

// U-2
TEST_F(Session, ShowsARoomThatTheClientDidNotListFromItsJoinOn) {
  be_in_lobby();
  seen.clear();
  attach();
  EXPECT_EQ(told<tell::room_opened>().at(0).seq, 0u);
  show(1, name(2, 2), joined{});
  EXPECT_EQ(shown(), (std::vector<room_seq>{1}));
}

// U-3
TEST_F(Session, TellsAResumedClientToForgetARoomThatItLeft) {
  attach({{99, 4}});
  EXPECT_EQ(told<client_reply>().at(0).answer, tell::answer(tell::has_left{room_id{99}}));
}

//
TEST_F(Session, LeavesARoomWithItsOwnEventAndWithdraws) {
  be_in_lobby();
  say(3, ask::leave{"lobby", "tea"});
  show(2, name(3, 3), left{"tea", false});
  EXPECT_EQ(shown(), (std::vector<room_seq>{2}));
  EXPECT_EQ(relay_asked<withdraw_session>().size(), 1u);
  EXPECT_EQ(confirmed_op(), 3u);
}

// U-6
TEST_F(Session, RepeatsALeaveWhoseConfirmationWasLost) {
  be_in_lobby();
  say(3, ask::leave{"lobby", ""});
  show(2, name(3, 3), left{});
  attach({{lobby.value, 2}});
  say(3, ask::leave{"lobby", ""});
  take(subject.located({name(3, 1), "lobby", "lobby", room_place{lobby, 1, "w"}, {}}));
  take(subject.answered(command_answered{name(3, 3), lobby, logged_at{2, {}}, {}}));
  EXPECT_EQ(told<client_reply>().back().answer, tell::answer(tell::has_left{lobby}));
}

TEST_F(Session, StaysWhenALeaveOfBeforeItsLastJoinIsRepeated) {
  be_in_lobby();
  const auto first_in_seq = next_in_seq;
  say(3, ask::leave{"lobby", ""});
  show(2, name(3, 3), left{});
  join(4, 3);
  attach({{lobby.value, 3}}, first_in_seq);
  seen.clear();
  say(3, ask::leave{"lobby", ""});
  say(4, ask::join{"lobby"});
  take(subject.answered(command_answered{name(3, 3), lobby, logged_at{2, {}}, {}}));
  EXPECT_TRUE(relay_asked<withdraw_session>().empty());
  EXPECT_TRUE(told<client_reply>().empty());
  ASSERT_EQ(told<tell::room_opened>().size(), 1u);
  EXPECT_EQ(told<tell::room_opened>()[0].seq, 3u);
  EXPECT_EQ(confirmed_op(), 4u);
}

TEST_F(Session, TellsWhereAClientIsAtOnceAndNotBehindAnAnswerThatWaits) {
  be_in_lobby();
  say(3, ask::rooms{});
  say(4, ask::join{"lobby"});
  EXPECT_EQ(confirmed_op(), 0u);
  ASSERT_EQ(told<tell::room_opened>().size(), 1u);
  EXPECT_EQ(told<tell::room_opened>()[0].seq, 1u);
}

TEST_F(Session, TellsThatARoomDoesNotKnowItAtOnceAndNotBehindAnAnswerThatWaits) {
  be_in_lobby();
  say(3, ask::rooms{});
  post_to_lobby(4);
  take(subject.answered(command_answered{name(4, 3), lobby, {}, error{error_code::not_in_room, {}}}));
  EXPECT_EQ(confirmed_op(), 0u);
  ASSERT_EQ(told<client_reply>().size(), 1u);
  EXPECT_EQ(told<client_reply>()[0].answer, tell::answer(tell::has_left{lobby}));
}

// N-6
TEST_F(Session, ReleasesANickWhenEveryRoomHasLoggedTheChange) {
  be_in_lobby();
  say(3, ask::change_nick{"eve"});
  take(subject.claimed({name(3, 0), "eve", {}}));
  EXPECT_TRUE(sent<release_nick>().empty());
  show(2, name(3, 3), renamed{"eve"});
  EXPECT_EQ(sent<release_nick>().at(0).nick, "ada");
  EXPECT_EQ(confirmed_op(), 3u);
}

// P-2
TEST_F(Session, BringsACompanionIntoANewConversationAndPostsThen) {
  be_in_lobby();
  say(3, ask::post{ask::person_named{"bob"}, "psst"});
  found_person bob{session_id{12}, "bob", {}, "w2"};
  take(subject.found({name(3, 0), bob, {}}));
  const auto key = sent<locate_room>().at(0).key;
  EXPECT_TRUE(is_private(key));
  take(subject.located({name(3, 1), key, {}, room_place{room_id{8}, 1, "w"}, {}}));
  const auto join = sent<room_command>().at(0);
  EXPECT_EQ(std::get<join_room>(join.action).companion->session, bob.session);
  take(subject.events({room_id{8}, {{entry(2, name(3, 2), joined{}), nullptr, nullptr}}}));
  EXPECT_EQ(sent<room_command>().at(1).name, name(3, 3));
  EXPECT_EQ(told<tell::room_opened>().at(0).person, "bob");
}

// Two who begin their conversation at the same moment: the other one was first, and his name stands in the log.
TEST_F(Session, PostsIntoAConversationThatTheOtherOneHasBroughtItIntoMeanwhile) {
  be_in_lobby();
  say(3, ask::post{ask::person_named{"bob"}, "psst"});
  take(subject.found({name(3, 0), found_person{session_id{12}, "bob", {}, "w2"}, {}}));
  const auto key = sent<locate_room>().at(0).key;
  take(subject.located({name(3, 1), key, {}, room_place{room_id{8}, 1, "w"}, {}}));
  take(subject.given({me, room_id{8}, 1, "w", key, "", "bob", 1, {}}));
  seen.clear();
  take(subject.answered(command_answered{name(3, 2), room_id{8}, logged_at{1, {}}, {}, 1}));
  ASSERT_EQ(sent<room_command>().size(), 1u);
  EXPECT_EQ(sent<room_command>().at(0).name, name(3, 3));
}

// N-4, R-3
TEST_F(Session, ShowsARoomByItsTitleWhateverItsClientTyped) {
  attach();
  login();
  say(2, ask::join{"LOBBY"});
  EXPECT_EQ(sent<locate_room>().back().title, "LOBBY");
  take(subject.located({name(2, 1), "lobby", "Lobby", room_place{lobby, 1, "w"}, {}}));
  show(1, name(2, 2), joined{});
  say(3, ask::join{"lobby"}); // it is there
  attach({{lobby.value, 1}});
  std::vector<std::string> titles;
  for (const auto& each : told<tell::room_opened>())
    titles.push_back(each.title);
  EXPECT_EQ(titles, (std::vector<std::string>{"Lobby", "Lobby", "Lobby"}));
}

// N-4
TEST_F(Session, ShowsItsTitleAfterASnapshotFromTheStoreAndInAGivenMembership) {
  attach();
  login();
  say(2, ask::join{"LOBBY"});
  take(subject.located({name(2, 1), "lobby", "Lobby", room_place{lobby, 1, "w"}, {}}));
  show(1, name(2, 2), joined{});
  const auto title_of = [](session_fixture& it) { return it.told<tell::room_opened>().at(0).title; };
  std::string snapshot;
  for (const auto& each : effects<give_output>())
    snapshot = each.snapshot.value_or(snapshot);

  struct another : session_fixture {
    void TestBody() override {}
  };
  another from_snapshot;
  from_snapshot.attach({}, 0, snapshot);
  EXPECT_EQ(title_of(from_snapshot), "Lobby");

  another from_store;
  attach_session how;
  how.session = me;
  how.epoch = {2, 0};
  how.attach = 1;
  how.proxy = "p";
  how.from_store = true;
  how.first_in_seq = 1;
  from_store.take(from_store.subject.attach(how));
  from_store.take(from_store.subject.loaded({me, "ada", {{lobby, "lobby", "Lobby", 1, "", {}}}, {}}));
  EXPECT_EQ(title_of(from_store), "Lobby");

  another given;
  given.attach();
  given.login();
  given.seen.clear();
  given.take(given.subject.given({me, lobby, 1, "w", "lobby", "Lobby", "", 4, {}}));
  EXPECT_EQ(title_of(given), "Lobby");
}

TEST_F(Session, AcceptsAMembershipThatItWasGivenOnce) {
  attach();
  login();
  seen.clear();
  membership_given given{me, room_id{8}, 1, "w", "=a=b", "", "bob", 4, {}};
  take(subject.given(given));
  take(subject.given(given));
  EXPECT_EQ(sent<accept_membership>().size(), 2u);
  EXPECT_EQ(told<tell::room_opened>().size(), 1u);
  EXPECT_EQ(relay_asked<enrol_session>().at(0).after, 3u);
}

//
TEST_F(Session, TellsHistoryInPiecesAndTheNextWhenTheClientHasReadTheLast) {
  be_in_lobby();
  say(3, ask::history{ask::room_named{"lobby"}, ask::newest{8}, 0});
  history_read page;
  for (room_seq seq = 1; seq <= 8; ++seq)
    page.entries.push_back(entry(seq, {session_id{99}, seq, 3}, posted{std::string(16'000, 'x')}));
  take(subject.answered(query_answered{sent<room_query>().at(0).origin.name, lobby, page}));
  ASSERT_EQ(told<client_reply>().size(), 1u);
  EXPECT_TRUE(told<client_reply>()[0].more);
  EXPECT_EQ(confirmed_op(), 0u);
  take(subject.resumed_sending({me, {1, 0}, attach_number}));
  take(subject.resumed_sending({me, {1, 0}, attach_number}));
  EXPECT_FALSE(told<client_reply>().back().more);
  EXPECT_EQ(confirmed_op(), 3u);
}

TEST_F(Session, AsksForHistoryPageByPageUntilAllOfItIsTold) {
  be_in_lobby();
  constexpr std::uint32_t wanted = 600;
  say(3, ask::history{ask::room_named{"lobby"}, ask::newest{wanted}, 0});
  room_seq next = 1;
  for (std::uint32_t left = wanted; left != 0;) {
    const auto query = sent<room_query>().back();
    EXPECT_EQ(std::get<read_history>(query.question).limit, left) << "a room that gives less says that there is more";
    history_read page;
    for (; page.entries.size() < limits::history_piece_entries_max && left != 0; --left)
      page.entries.push_back(entry(next, {session_id{99}, next, 3}, posted{"x"})), ++next;
    page.more = left != 0;
    take(subject.answered(query_answered{query.origin.name, lobby, page}));
    take(subject.resumed_sending({me, {1, 0}, attach_number}));
  }
  std::size_t events = 0;
  for (const auto& each : told<client_reply>())
    if (const auto* piece = std::get_if<tell::history>(&each.answer))
      events += piece->events.size();
  EXPECT_EQ(events, wanted);
  EXPECT_EQ(confirmed_op(), 3u);
}

// S-12, N-7
TEST_F(Session, LeavesEveryRoomBeforeItEnds) {
  be_in_lobby();
  say(3, ask::quit{"bye"});
  EXPECT_FALSE(subject.over());
  EXPECT_TRUE(std::get<leave_room>(sent<room_command>().at(0).action).quit);
  show(2, name(3, 3), left{"bye", true});
  EXPECT_TRUE(subject.over());
  EXPECT_EQ(sent<end_session>().size(), 1u);
  EXPECT_EQ(effects<give_output>().back().confirmed_in_seq, 3u);
  EXPECT_TRUE(effects<give_output>().back().close);
  EXPECT_TRUE(std::holds_alternative<session_over>(seen.back()));
}

// T-3
TEST_F(Session, LeavesWithoutAReasonThatMayNotBeSaid) {
  be_in_lobby();
  say(3, ask::quit{"\x1b[2J gone"});
  EXPECT_EQ(std::get<leave_room>(sent<room_command>().at(0).action).reason, "");
}

//
/// By another frame, whose end it has not heard of: the event has that one's name.
TEST_F(Session, IsDoneWithAJoinOfARoomThatSaysThatItIsInAlready) {
  be_in_lobby();
  const room_id den{9};
  say(5, ask::join{"den"});
  take(subject.located({name(5, 1), "den", "den", room_place{den, 1, "w"}, {}}));
  take(subject.answered({name(5, 2), den, logged_at{52, {}}, {}}));
  EXPECT_NE(confirmed_op(), 5U) << "its event is still to be shown";
  take(subject.events({den, {{entry(52, name(3, 2), joined{}), nullptr, nullptr}}}));
  EXPECT_EQ(confirmed_op(), 5U);
}

TEST_F(Session, HasConversationsBesideAllOfItsRooms) {
  be_in_lobby();
  for (std::uint64_t op = 3; op < 2 + limits::rooms_per_session_max; ++op) {
    const room_id room{1000 + op};
    say(op, ask::join{"room" + std::to_string(op)});
    take(subject.located({name(op, 1), "room" + std::to_string(op), {}, room_place{room, 1, "w"}, {}}));
    take(subject.events({room, {{entry(1, name(op, 2), joined{}), nullptr, nullptr}}}));
  }
  seen.clear();
  say(500, ask::post{ask::person_named{"bob"}, "hi"});
  take(subject.found({name(500, 0), found_person{session_id{5}, "bob", identity_hash{9}, "w"}, {}}));
  EXPECT_EQ(sent<locate_room>().size(), 1U) << "who is in many rooms can be spoken to all the same";
}

TEST_F(Session, HasRoomsBesideAllTheConversationsThatOthersBegan) {
  be_in_lobby();
  const auto give = [&](std::uint64_t number) {
    const room_id room{1000 + number};
    const auto key = "=" + std::string(64, '1') + "=" + std::string(60, 'b') + std::to_string(1000 + number);
    take(subject.given({me, room, 1, "w", key, {}, "bob" + std::to_string(number), 1, {}}));
    return room;
  };
  for (std::uint64_t number = 0; number != limits::conversations_per_session_max; ++number)
    give(number);
  EXPECT_EQ(sent<accept_membership>().size(), limits::conversations_per_session_max);
  give(limits::conversations_per_session_max);
  EXPECT_EQ(sent<accept_membership>().size(), limits::conversations_per_session_max) << "one too many";
  seen.clear();
  say(500, ask::post{ask::person_named{"eve"}, "hi"});
  take(subject.found({name(500, 0), found_person{session_id{5}, "eve", identity_hash{9}, "w"}, {}}));
  EXPECT_EQ(last_error(), error_code::too_many_rooms);
  say(501, ask::join{"another"});
  EXPECT_EQ(sent<locate_room>().size(), 1U);
}

TEST_F(Session, EndsAtOnceWhenItNeverLoggedIn) {
  attach();
  take(subject.closed(1, 1, "gone"));
  EXPECT_TRUE(subject.over());
}

TEST_F(Session, EndsWhenTheDirectoryWantsItEvenWithoutAProxyNode) {
  take(subject.loaded({me, "ada", {{lobby, "lobby", "lobby", 1, "", {name(2, 2), 1}}}, {}}));
  take(subject.must_end({me, {1, 0}, {error_code::session_ended, {}}}));
  const auto leave = sent<room_command>().at(0);
  EXPECT_EQ(leave.previous, name(2, 2));
  show(90, leave.name, left{"", true});
  EXPECT_TRUE(subject.over());
}

TEST_F(Session, EndsThoughAFrameIsStillWaitingForItsTurn) {
  be_in_lobby();
  say(3, ask::join{"attic"});
  say(4, ask::quit{"waits for what is before it"});
  take(subject.must_end({me, {1, 0}, {error_code::session_ended, {}}}));
  EXPECT_FALSE(subject.over());
  take(subject.located({name(3, 1), "attic", "attic", {}, error{error_code::no_such_room, {}}}));
  const auto leave = sent<room_command>().at(0);
  show(2, leave.name, left{"", true});
  EXPECT_TRUE(subject.over());
}

// U-16
TEST_F(Session, GoesOnBehindWhatIsNotKeptAnyMore) {
  be_in_lobby();
  show(90, {}, forgotten{50});
  EXPECT_TRUE(shown().empty());
  EXPECT_EQ(relay_asked<replay_events>().at(0).from, 2u);
  show(90, {}, forgotten{2});
  show_other(91);
  EXPECT_EQ(shown(), (std::vector<room_seq>{90, 91}));
  EXPECT_EQ(relay_asked<replay_events>().size(), 1u);
}

TEST_F(Session, WaitsForTheStoreBeforeItBeginsAFrame) {
  attach_session how;
  how.session = me;
  how.epoch = {2, 0};
  how.attach = attach_number = 1;
  how.proxy = "p";
  how.from_store = true;
  take(subject.attach(how));
  post_to_lobby(4);
  EXPECT_TRUE(sent<room_command>().empty());
  take(subject.loaded({me, "ada", {{lobby, "lobby", "lobby", 1, "", {name(2, 2), 1}}}, {}}));
  EXPECT_EQ(sent<room_command>().at(0).name, name(4, 3));
}

// F-5
TEST_F(Session, AnswersAFrameThatCanNotBeReadAndGoesOn) {
  be_in_lobby();
  take(subject.frame(attach_number, next_in_seq++, error_code::bad_frame));
  EXPECT_EQ(last_error(), error_code::bad_frame);
  say(3, ask::ping{1});
  EXPECT_EQ(confirmed_op(), 3u);
}

// S-2
TEST_F(Session, RefusesAnOpThatDoesNotRise) {
  be_in_lobby();
  say(2, ask::ping{1});
  EXPECT_EQ(last_error(), error_code::request_invalid);
}

TEST_F(Session, DropsFramesOfAnOlderAttach) {
  be_in_lobby();
  attach({{lobby.value, 1}});
  seen.clear();
  take(subject.frame(attach_number - 1, next_in_seq, client_command{3, false, ask::ping{1}}));
  EXPECT_TRUE(seen.empty());
}

} // namespace godwit
