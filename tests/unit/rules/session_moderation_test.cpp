// How rooms are kept in order, as a session sees it: docs/PROTOCOL.md, "Moderation".
#include "actors/rules/session_task.hpp"
#include "messages/snapshot_codec.hpp"
#include "tests/unit/rules/session_fixture.hpp"

namespace godwit {
namespace {

struct SessionModeration : session_fixture {
  SessionModeration() { rooms_let_rename = false; }
  static mode_change voice_for(session_id who, bool add = true) {
    return {add, member_change{who, "ada", member_mode::voice}};
  }
  void show_other(room_seq seq, entry_body body) { show(seq, {session_id{99}, seq, 3}, std::move(body)); }
  void kick(room_seq seq) { show_other(seq, kicked{me, "ada", "enough"}); }
  std::size_t rooms_left() const {
    std::size_t count = 0;
    for (const auto& each : told<client_reply>())
      count += std::holds_alternative<tell::has_left>(each.answer);
    return count;
  }
  std::string last_snapshot() const {
    std::string last;
    for (const auto& each : effects<give_output>())
      last = each.snapshot.value_or(last);
    return last;
  }
  std::optional<session_snapshot> snapshot() const {
    auto read = decode_snapshot(last_snapshot());
    return read ? std::optional{*read} : std::nullopt;
  }
};

// M-7
TEST_F(SessionModeration, AJoinCarriesTheKeyAndWhoTheSessionIs) {
  attach();
  login();
  say(2, ask::join{"lobby", "sesame"});
  take(subject.located({name(2, 1), "lobby", "lobby", room_place{lobby, 1, "w"}, {}}));
  const auto joins = sent<room_command>();
  ASSERT_EQ(joins.size(), 1U);
  EXPECT_EQ(std::get<join_room>(joins[0].action).key, "sesame");
  EXPECT_EQ(joins[0].mask, "~native@home");
}

// M-6
TEST_F(SessionModeration, WhoIsKickedIsShownThatAndNothingBehindIt) {
  be_in_lobby();
  kick(2);
  show_other(3, posted{"behind"});
  EXPECT_EQ(shown(), (std::vector<room_seq>{2}));
  EXPECT_EQ(rooms_left(), 1U);
  EXPECT_EQ(relay_asked<withdraw_session>().size(), 1U);
  ASSERT_TRUE(snapshot());
  EXPECT_TRUE(snapshot()->rooms.empty());
}

// M-6
TEST_F(SessionModeration, AKickOfAnotherChangesNothing) {
  be_in_lobby();
  show_other(2, kicked{session_id{98}, "bob", ""});
  show_other(3, posted{"behind"});
  EXPECT_EQ(shown(), (std::vector<room_seq>{2, 3}));
  EXPECT_EQ(rooms_left(), 0U);
}

// M-6
TEST_F(SessionModeration, AClientThatWasAwayWhenItWasKickedIsShownAllUpToThat) {
  be_in_lobby();
  show_other(2, posted{"before"});
  kick(3);
  seen.clear();
  attach({{lobby.value, 1}});
  EXPECT_EQ(told<tell::room_opened>().size(), 1U);
  ASSERT_EQ(relay_asked<enrol_session>().size(), 1U);
  EXPECT_EQ(relay_asked<enrol_session>()[0].after, 1U);
  show_other(2, posted{"before"});
  kick(3);
  EXPECT_EQ(shown(), (std::vector<room_seq>{2, 3}));
  EXPECT_EQ(rooms_left(), 1U);
  seen.clear();
  attach({{lobby.value, 3}});
  EXPECT_EQ(rooms_left(), 1U) << "it has the event; that it is not in the room is said again";
  EXPECT_TRUE(relay_asked<enrol_session>().empty());
}

// M-6
TEST_F(SessionModeration, ASnapshotThatIsOlderThanTheKickIsFollowedByIt) {
  be_in_lobby();
  show_other(2, posted{"before"});
  session_snapshot old{"ada", "", {{lobby, "lobby", "lobby", "", 1}}, {}};
  session again(me, "w");
  attach_session how;
  how.session = me;
  how.epoch = {1, 0};
  how.attach = 9;
  how.proxy = "p";
  how.snapshot = encode_snapshot(old);
  how.positions = {{lobby.value, 3}};
  subject = std::move(again);
  seen.clear();
  take(subject.attach(how));
  ASSERT_EQ(relay_asked<enrol_session>().size(), 1U);
  EXPECT_EQ(relay_asked<enrol_session>()[0].after, 2U) << "what was shown last comes once more";
  kick(3);
  EXPECT_TRUE(shown().empty()) << "the client has it";
  EXPECT_EQ(rooms_left(), 1U);
}

// M-6
TEST_F(SessionModeration, WhatCameTooLateIsRefusedAndTheKickStillShown) {
  be_in_lobby();
  say(3, ask::post{ask::room_named{"lobby"}, "but"});
  take(subject.answered(command_answered{name(3, 3), lobby, logged_at{3, {}}, error{error_code::not_in_room, {}}}));
  EXPECT_EQ(last_error(), error_code::not_in_room);
  EXPECT_EQ(rooms_left(), 0U) << "not before the kick is shown";
  EXPECT_EQ(relay_asked<replay_events>().size(), 1U);
  show_other(2, posted{"before"});
  kick(3);
  EXPECT_EQ(shown(), (std::vector<room_seq>{2, 3}));
  EXPECT_EQ(rooms_left(), 1U);
  EXPECT_EQ(confirmed_op(), 3U);
}

// M-6
TEST_F(SessionModeration, WhoWasKickedJoinsAgain) {
  be_in_lobby();
  kick(2);
  seen.clear();
  join(3, 3);
  EXPECT_EQ(shown(), (std::vector<room_seq>{3}));
  kick(2); // of before, once more
  show_other(4, posted{"on"});
  EXPECT_EQ(shown(), (std::vector<room_seq>{3, 4}));
  EXPECT_EQ(rooms_left(), 0U);
}

// M-13
TEST_F(SessionModeration, APostIsShownToItsAudienceByWhatTheSessionMayThen) {
  be_in_lobby();
  const posted for_voices{"psst", post_kind::message, member_mode::voice};
  show_other(2, for_voices);
  show_other(3, modes_changed{{voice_for(me)}});
  show_other(4, for_voices);
  show_other(5, modes_changed{{voice_for(me, false)}});
  show(6, name(3, 3), for_voices);
  const auto events = effects<show_event>();
  ASSERT_EQ(events.size(), 5U) << "each position is passed";
  EXPECT_TRUE(std::holds_alternative<unknown_entry>(events[0].event.entry->body));
  ASSERT_TRUE(events[0].native);
  EXPECT_TRUE(events[0].native->empty());
  EXPECT_EQ(events[2].event.entry->body, entry_body{for_voices});
  EXPECT_EQ(events[4].event.entry->body, entry_body{for_voices}) << "its own";
}

// M-13
TEST_F(SessionModeration, WhatIsNotForTheSessionIsNotInItsHistoryEither) {
  be_in_lobby();
  say(3, ask::history{ask::room_named{"lobby"}, ask::newest{10}, 0});
  const auto asked = sent<room_query>();
  ASSERT_EQ(asked.size(), 1U);
  const auto hidden = entry(2, {session_id{99}, 2, 3}, posted{"psst", post_kind::message, member_mode::voice});
  const auto open = entry(3, {session_id{99}, 3, 3}, posted{"all"});
  take(subject.answered(query_answered{asked[0].origin.name, lobby, history_read{{hidden, open}, false}}));
  const auto replies = told<client_reply>();
  ASSERT_EQ(replies.size(), 1U);
  const auto& events = std::get<tell::history>(replies[0].answer).events;
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events[0].entry->seq, 3U);
}

TEST_F(SessionModeration, ItsModesGoWithTheSnapshot) {
  be_in_lobby();
  show_other(2, modes_changed{{voice_for(me)}});
  ASSERT_TRUE(snapshot());
  EXPECT_EQ(snapshot()->rooms.at(0).modes, member_modes{member_mode::voice});
}

// M-11
TEST_F(SessionModeration, EachRoomIsAskedBeforeANickIsChanged) {
  be_in_lobby();
  say(3, ask::change_nick{"eve"});
  auto asked = sent<room_query>();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_TRUE(sent<claim_nick>().empty());
  take(subject.answered(query_answered{asked[0].origin.name, lobby, error{error_code::muted, {}}}));
  EXPECT_EQ(last_error(), error_code::muted);
  EXPECT_TRUE(sent<claim_nick>().empty());
  EXPECT_EQ(confirmed_op(), 3U);
  seen.clear();
  say(4, ask::change_nick{"eve"});
  asked = sent<room_query>();
  take(subject.answered(query_answered{asked.at(0).origin.name, lobby, rename_allowed{}}));
  EXPECT_EQ(sent<claim_nick>().size(), 1U);
}

// M-11
TEST_F(SessionModeration, AChangeOfNickThatWasBegunGoesOn) {
  be_in_lobby();
  say(3, ask::change_nick{"eve"});
  take(subject.answered(query_answered{sent<room_query>().at(0).origin.name, lobby, error{error_code::muted, {}}}));
  attach({{lobby.value, 1}});
  seen.clear();
  say(3, ask::change_nick{"eve"}, true);
  EXPECT_EQ(sent<claim_nick>().size(), 1U) << "some rooms may have logged it";
}

// M-8
TEST_F(SessionModeration, AnInviteeIsLookedUpAndTheRoomTold) {
  be_in_lobby();
  say(3, ask::invite{"lobby", "Bob"});
  ASSERT_EQ(sent<find_nick>().size(), 1U);
  take(subject.found({name(3, 0), found_person{{12}, "bob", {}, "w2"}, {}}));
  ASSERT_EQ(sent<room_command>().size(), 1U);
  EXPECT_EQ(std::get<invite_member>(sent<room_command>()[0].action), (invite_member{{12}, "bob", "w2"}));
  show(2, name(3, 3), invited{{12}, "bob"});
  EXPECT_EQ(confirmed_op(), 3U);
}

// M-8
TEST_F(SessionModeration, WhomNobodyKnowsTheRoomRefusesUnlessItHasTheInvitation) {
  be_in_lobby();
  say(3, ask::invite{"lobby", "bob"});
  take(subject.found({name(3, 0), {}, error{error_code::no_such_nick, {}}}));
  ASSERT_EQ(sent<room_command>().size(), 1U);
  EXPECT_EQ(std::get<invite_member>(sent<room_command>()[0].action).session, session_id{});
}

// M-8
TEST_F(SessionModeration, TheInviteeIsTold) {
  attach();
  login();
  take(subject.invited({me, lobby, "Lobby", "bob"}));
  EXPECT_EQ(told<tell::invitation>(), (std::vector<tell::invitation>{{lobby, "Lobby", "bob"}}));
}

// M-5
TEST_F(SessionModeration, AChangeThatWasSoAlreadyIsConfirmedWithoutAWord) {
  be_in_lobby();
  say(3, ask::change_modes{"lobby", {{true, flag_change{room_flag::secret}}}});
  ASSERT_EQ(sent<room_command>().size(), 1U);
  take(subject.answered(command_answered{name(3, 3), lobby, {}, {}}));
  EXPECT_EQ(confirmed_op(), 3U);
  EXPECT_TRUE(told<client_reply>().empty());
}

// M-4, M-6
TEST_F(SessionModeration, ChangesAndKicksGoToTheRoom) {
  be_in_lobby();
  say(3, ask::change_modes{"lobby", {voice_for({})}});
  say(4, ask::kick{"lobby", "bob", "enough"});
  const auto commands = sent<room_command>();
  ASSERT_EQ(commands.size(), 2U);
  EXPECT_EQ(std::get<change_modes>(commands[0].action).changes.size(), 1U);
  EXPECT_EQ(std::get<kick_member>(commands[1].action), (kick_member{"bob", "enough"}));
  say(5, ask::kick{"lobby", "bob", "two\nlines"});
  show(2, name(3, 3), modes_changed{{voice_for({98})}});
  show(3, name(4, 3), kicked{{98}, "bob", "enough"});
  EXPECT_EQ(last_error(), error_code::text_invalid);
  EXPECT_EQ(confirmed_op(), 5U);
}

// M-10
TEST_F(SessionModeration, AnOutsidersPostIsAnsweredByWhereItStands) {
  attach();
  login();
  seen.clear();
  say(2, ask::post{ask::room_named{"lobby"}, "hi", post_kind::notice});
  take(subject.located({name(2, 1), "lobby", "lobby", room_place{lobby, 1, "w"}, {}}));
  ASSERT_EQ(sent<room_command>().size(), 1U);
  EXPECT_EQ(std::get<post>(sent<room_command>()[0].action).kind, post_kind::notice);
  take(subject.answered(command_answered{name(2, 3), lobby, logged_at{7, {}}, {}}));
  const auto replies = told<client_reply>();
  ASSERT_EQ(replies.size(), 1U);
  EXPECT_EQ(std::get<tell::was_posted>(replies[0].answer).seq, 7U);
  EXPECT_EQ(confirmed_op(), 2U);
}

// I-46, M-14
TEST_F(SessionModeration, ASecretRoomIsToOutsidersOneThatDoesNotExist) {
  attach();
  login();
  const error secret{error_code::not_in_room, std::string{secret_room_detail}};
  say(2, ask::post{ask::room_named{"lobby"}, "hi"});
  take(subject.located({name(2, 1), "lobby", "lobby", room_place{lobby, 1, "w"}, {}}));
  take(subject.answered(command_answered{name(2, 3), lobby, {}, secret}));
  EXPECT_EQ(last_error(), error_code::no_such_room);
  say(3, ask::members{"lobby"});
  take(subject.located({name(3, 1), "lobby", "lobby", room_place{lobby, 1, "w"}, {}}));
  take(subject.answered(query_answered{sent<room_query>().back().origin.name, lobby, secret}));
  EXPECT_EQ(last_error(), error_code::no_such_room);
  say(4, ask::post{ask::room_numbered{lobby}, "hi"});
  take(subject.answered(command_answered{name(4, 3), lobby, {}, secret}));
  EXPECT_EQ(last_error(), error_code::not_in_room) << "as an id that no room has";
}

// I-46, M-6
TEST_F(SessionModeration, WhoIsAMemberUntilNowHearsThatItIsNone) {
  be_in_lobby();
  say(3, ask::post{ask::room_named{"lobby"}, "hi"});
  take(subject.answered(
    command_answered{name(3, 3), lobby, {}, error{error_code::not_in_room, std::string{secret_room_detail}}}));
  EXPECT_EQ(last_error(), error_code::not_in_room);
}

// M-14
TEST_F(SessionModeration, SettingsAreReadByOutsidersToo) {
  attach();
  login();
  seen.clear();
  say(2, ask::read_settings{"lobby"});
  take(subject.located({name(2, 1), "lobby", "lobby", room_place{lobby, 1, "w"}, {}}));
  const auto asked = sent<room_query>();
  ASSERT_EQ(asked.size(), 1U);
  room_settings settings;
  settings.limit = 30;
  take(subject.answered(query_answered{asked[0].origin.name, lobby, settings_read{settings}}));
  ASSERT_EQ(told<client_reply>().size(), 1U);
  EXPECT_EQ(std::get<tell::settings>(told<client_reply>()[0].answer), (tell::settings{lobby, settings}));
}

} // namespace
} // namespace godwit
