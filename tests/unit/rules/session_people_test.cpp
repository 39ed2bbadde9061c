// How a session describes itself to the directory, what it asks of others, and what passes between people.
#include "actors/rules/limits.hpp"
#include "tests/unit/rules/session_fixture.hpp"

#include <gmock/gmock.h>

namespace godwit {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

struct SessionPeople : session_fixture {
  void say_irc(std::uint64_t op, ask::request request) { say(op, std::move(request)); }
  describe_person described() {
    const auto all = sent<describe_person>();
    return all.empty() ? describe_person{} : all.back();
  }
  template <class Answer>
  const Answer* answer() const {
    for (const auto& each : seen)
      if (const auto* it = std::get_if<give_output>(&each))
        for (const auto& frame : it->replies)
          if (const auto* reply = std::get_if<client_reply>(&frame))
            if (const auto* wanted = std::get_if<Answer>(&reply->answer)) {
              kept_ = *reply;
              return &std::get<Answer>(kept_.answer);
            }
    return nullptr;
  }
  mutable client_reply kept_;
};

TEST_F(SessionPeople, SaysWhoItIsWhenItHasANickAndWhatChanges) {
  attach();
  EXPECT_THAT(sent<describe_person>(), IsEmpty());
  subject.set_now(timestamp{std::chrono::seconds{1000}});
  login();
  EXPECT_EQ(described().nick, "ada");
  EXPECT_TRUE(described().whole);
  EXPECT_EQ(described().signed_on, timestamp{std::chrono::seconds{1000}});
  seen.clear();
  join();
  EXPECT_FALSE(described().whole);
  ASSERT_THAT(described().rooms, SizeIs(1));
  EXPECT_EQ(described().rooms[0].title, "lobby");
  seen.clear();
  say(3, ask::away{"lunch"});
  EXPECT_EQ(described().away, "lunch");
  EXPECT_THAT(described().rooms, IsEmpty());
  seen.clear();
  say(4, ask::leave{"lobby", {}});
  show(2, name(4, 3), left{});
  ASSERT_THAT(described().rooms, SizeIs(1));
  EXPECT_FALSE(described().rooms[0].in);
}

// I-69
TEST_F(SessionPeople, SaysInItsRoomsThatItComesFromAnotherNetwork) {
  be_in_lobby();
  attach();
  EXPECT_THAT(sent<set_presence>(), IsEmpty());
  host = "train";
  attach();
  ASSERT_THAT(sent<set_presence>(), SizeIs(1));
  EXPECT_EQ(sent<set_presence>()[0].mask, "~native@train");
  EXPECT_NE(sent<set_presence>()[0].change, 0U);
  EXPECT_EQ(described().mask, "~native@train");
}

TEST_F(SessionPeople, DescribesItselfAnewToANewBrokerNodeWhenItIsItsTurn) {
  be_in_lobby();
  take(subject.link_was_reset({"b", {1}, 1}));
  EXPECT_THAT(sent<describe_person>(), IsEmpty()) << "all sessions of the node hear of the reset now";
  take(subject.describe_again());
  take(subject.describe_again());
  EXPECT_THAT(sent<describe_person>(), SizeIs(1));
  EXPECT_TRUE(described().whole);
  EXPECT_THAT(described().rooms, SizeIs(1));
}

TEST_F(SessionPeople, SaysThatItSpokeNotMoreOftenThanEachMinute) {
  be_in_lobby();
  subject.set_now(timestamp{std::chrono::seconds{1000}});
  say(3, ask::post{ask::room_named{"lobby"}, "hi"});
  EXPECT_EQ(described().spoke_at, timestamp{std::chrono::seconds{1000}});
  seen.clear();
  subject.set_now(timestamp{std::chrono::seconds{1030}});
  say(4, ask::post{ask::room_named{"lobby"}, "hi"});
  EXPECT_THAT(sent<describe_person>(), IsEmpty());
  subject.set_now(timestamp{std::chrono::seconds{1061}});
  say(5, ask::post{ask::room_named{"lobby"}, "hi"});
  EXPECT_EQ(described().spoke_at, timestamp{std::chrono::seconds{1061}});
}

TEST_F(SessionPeople, AsksTheDirectoryAndTellsWhatItSays) {
  be_in_lobby();
  say(3, ask::people{{people_kind::named, {"bob"}}});
  const auto asked = sent<ask_people>();
  ASSERT_THAT(asked, SizeIs(1));
  EXPECT_EQ(confirmed_op(), 0U);
  people_told told{asked[0].origin.name};
  told.rows.emplace_back().nick = "bob";
  take(subject.told(told));
  ASSERT_TRUE(answer<tell::people>());
  EXPECT_EQ(answer<tell::people>()->rows.at(0).nick, "bob");
  EXPECT_EQ(confirmed_op(), 3U);
}

// O-1
TEST_F(SessionPeople, ANativeClientHearsThatNobodyHasTheNick) {
  be_in_lobby();
  say(3, ask::people{{people_kind::named, {"nobody"}}});
  take(subject.told(people_told{sent<ask_people>().at(0).origin.name}));
  EXPECT_EQ(last_error(), error_code::no_such_nick);
}

// I-62
TEST_F(SessionPeople, ASearchGoesOnUntilItsBoundIsReached) {
  be_in_lobby();
  people_question question{people_kind::matching};
  question.mask = "*";
  say(3, ask::people{question});
  for (std::uint32_t page = 0; page != limits::people_rows_max / limits::people_piece_rows_max; ++page) {
    const auto asked = sent<ask_people>();
    ASSERT_EQ(asked.size(), page + 1) << "one question after the other";
    EXPECT_EQ(asked.back().question.mask, "*!*@*");
    EXPECT_EQ(asked.back().question.limit, limits::people_rows_max - page * limits::people_piece_rows_max);
    people_told told{asked.back().origin.name};
    told.rows.resize(limits::people_piece_rows_max);
    told.next = "n" + std::to_string(page);
    take(subject.told(told));
    take(subject.resumed_sending({me, {1, 0}, attach_number}));
  }
  EXPECT_EQ(confirmed_op(), 3U) << "there are more, and they are not asked for";
  EXPECT_THAT(sent<ask_people>(), SizeIs(limits::people_rows_max / limits::people_piece_rows_max));
}

// I-65
TEST_F(SessionPeople, ChangesItsOwnModesAndNobodyElses) {
  be_in_lobby();
  say(3, ask::set_user_modes{user_mode::bot, {}, "ADA"});
  ASSERT_TRUE(answer<tell::user_modes_set>());
  EXPECT_TRUE(answer<tell::user_modes_set>()->now.has(user_mode::bot));
  EXPECT_TRUE(described().modes.has(user_mode::bot));
  ASSERT_THAT(sent<set_presence>(), SizeIs(1));
  EXPECT_TRUE(sent<set_presence>()[0].marks.has(user_mode::bot));
  say(4, ask::set_user_modes{user_mode::invisible, {}, "bob"});
  EXPECT_EQ(last_error(), error_code::not_permitted);
  EXPECT_FALSE(described().modes.has(user_mode::invisible));
}

// I-65
TEST_F(SessionPeople, NobodyBecomesAnOperatorByAMode) {
  be_in_lobby();
  say(3, ask::set_user_modes{user_mode::server_operator, {}, {}});
  EXPECT_FALSE(answer<tell::user_modes_set>()->now.has(user_mode::server_operator));
}

TEST_F(SessionPeople, ModesAndLogInLastOverANewOwner) {
  attach();
  subject.set_now(timestamp{std::chrono::seconds{1000}});
  login();
  say(2, ask::set_user_modes{user_mode::bot, {}, {}});
  std::string snapshot;
  for (const auto& each : effects<give_output>())
    if (each.snapshot)
      snapshot = *each.snapshot;
  subject = session{me, "w"};
  seen.clear();
  attach({}, 3, snapshot);
  EXPECT_TRUE(described().modes.has(user_mode::bot));
  EXPECT_EQ(described().signed_on, timestamp{std::chrono::seconds{1000}});
}

// I-66
TEST_F(SessionPeople, ANewRealNameGoesToItsRooms) {
  be_in_lobby();
  say(3, ask::set_real_name{"Countess"});
  ASSERT_THAT(sent<set_presence>(), SizeIs(1));
  EXPECT_EQ(sent<set_presence>()[0].real_name, "Countess");
  EXPECT_EQ(described().real_name, "Countess");
  say(4, ask::set_real_name{"a\nb"});
  EXPECT_EQ(last_error(), error_code::text_invalid);
}

// I-38
TEST_F(SessionPeople, TagsGoToTheRoomOrThePersonAndAreDone) {
  be_in_lobby();
  say(3, ask::signal{ask::room_named{"lobby"}, "+typing=active"});
  ASSERT_THAT(sent<signal_room>(), SizeIs(1));
  EXPECT_EQ(confirmed_op(), 3U);
  say(4, ask::signal{ask::room_named{"elsewhere"}, "+typing=active"});
  EXPECT_EQ(last_error(), error_code::not_in_room);
  say(5, ask::signal{ask::person_named{"bob"}, "+typing=active"});
  take(subject.found({name(5, 0), found_person{{12}, "bob", {}, "w2"}, {}}));
  ASSERT_THAT(sent<person_signal>(), SizeIs(1));
  EXPECT_EQ(sent<person_signal>()[0].nick, "ada");
  EXPECT_EQ(confirmed_op(), 5U);
  say(6, ask::signal{ask::room_named{"lobby"}, std::string(limits::signal_tags_bytes_max + 1, 'x')});
  EXPECT_EQ(last_error(), error_code::request_invalid);
}

// I-38, I-72, O-4
TEST_F(SessionPeople, WhatPassesIsSaidOnceThoughItsFrameComesAgain) {
  be_in_lobby();
  say(3, ask::become_operator{"ada", "sesame"});
  take(subject.checked(effects<check_operator>().back().name, {}));
  const auto first_in_seq = next_in_seq;
  say(4, ask::proclaim{proclamation_kind::notice, "all"});
  say(5, ask::signal{ask::room_named{"lobby"}, "+typing=active"});
  say(6, ask::signal{ask::person_named{"bob"}, "+typing=active"});
  take(subject.found({name(6, 0), found_person{{12}, "bob", {}, "w2"}, {}}));
  attach({{lobby.value, 1}}, first_in_seq); // the confirmations were lost with a link
  say(4, ask::proclaim{proclamation_kind::notice, "all"});
  say(5, ask::signal{ask::room_named{"lobby"}, "+typing=active"});
  say(6, ask::signal{ask::person_named{"bob"}, "+typing=active"});
  EXPECT_THAT(sent<proclamation>(), SizeIs(1));
  EXPECT_THAT(sent<signal_room>(), SizeIs(1));
  EXPECT_THAT(sent<person_signal>(), SizeIs(1));
  EXPECT_EQ(confirmed_op(), 6U);
}

// I-28
TEST_F(SessionPeople, ListsTheRoomsItIsInvitedTo) {
  be_in_lobby();
  take(subject.invited({me, {8}, "Other", "bob"}));
  take(subject.invited({me, {8}, "Other", "bob"}));
  take(subject.invited({me, lobby, "lobby", "bob"}));
  say(3, ask::invitations{});
  ASSERT_TRUE(answer<tell::invitations>());
  EXPECT_EQ(answer<tell::invitations>()->titles, std::vector<std::string>{"Other"});
}

// I-70, I-71, O-2, O-3
TEST_F(SessionPeople, BecomesAnOperatorWhenThePasswordWasChecked) {
  be_in_lobby();
  say(3, ask::expel{"bob", "enough"});
  EXPECT_EQ(last_error(), error_code::not_an_operator);
  say(4, ask::become_operator{"ada", "sesame"});
  const auto checks = effects<check_operator>();
  ASSERT_THAT(checks, SizeIs(1));
  EXPECT_EQ(checks[0].password, "sesame");
  take(subject.checked(checks[0].name, error{error_code::operator_refused, {}}));
  EXPECT_EQ(last_error(), error_code::operator_refused);
  say(5, ask::become_operator{"ada", "open sesame"});
  take(subject.checked(effects<check_operator>().back().name, {}));
  EXPECT_TRUE(described().modes.has(user_mode::server_operator));
  say(6, ask::expel{"bob", "enough"});
  ASSERT_THAT(sent<expel_person>(), SizeIs(1));
  EXPECT_EQ(sent<expel_person>()[0].by, "ada");
  take(subject.found({name(6, 0), found_person{{12}, "bob", {}, {}}, {}}));
  EXPECT_TRUE(answer<tell::ordered>());
  EXPECT_EQ(confirmed_op(), 6U);
}

// I-18
TEST_F(SessionPeople, NoPasswordIsLookedAtThatCameWithoutTlsOverANetwork) {
  const auto come_from = [&](const std::string& peer) {
    attach_session how;
    how.session = me;
    how.epoch = {1, 0};
    how.attach = ++attach_number;
    how.proxy = "p";
    how.peer_address = peer;
    how.plaintext = true;
    how.first_in_seq = next_in_seq;
    take(subject.attach(how));
  };
  come_from("192.0.2.7:4711");
  login();
  EXPECT_TRUE(described().plaintext);
  say(3, ask::become_operator{"root", "sesame"});
  EXPECT_EQ(last_error(), error_code::operator_refused);
  EXPECT_THAT(effects<check_operator>(), IsEmpty());
  std::uint64_t op = 3;
  for (const auto* elsewhere : {"[2001:db8::1]:4711", "1.2.3.4", ""}) {
    come_from(elsewhere);
    say(++op, ask::become_operator{"root", "sesame"});
  }
  EXPECT_THAT(effects<check_operator>(), IsEmpty());
  for (const auto* here : {"127.0.0.1:4711", "[::1]:4711"}) {
    come_from(here);
    say(++op, ask::become_operator{"root", "sesame"});
    take(subject.checked(effects<check_operator>().back().name, error{error_code::operator_refused, {}}));
  }
  EXPECT_THAT(effects<check_operator>(), SizeIs(2));
}

// I-68
TEST_F(SessionPeople, EachChangeOfItsPresenceHasANumberThatRises) {
  be_in_lobby();
  subject.set_now(timestamp{std::chrono::seconds{1000}});
  say(3, ask::away{"lunch"});
  const auto lunch = sent<set_presence>().back().change;
  EXPECT_NE(lunch, 0U);
  say(4, ask::away{});
  const auto back = sent<set_presence>().back().change;
  EXPECT_GT(back, lunch) << "at the same time by the clock";
  say(5, ask::set_real_name{"Countess"});
  EXPECT_GT(sent<set_presence>().back().change, back);
  const auto newest = sent<set_presence>().back().change;
  say(6, ask::set_user_modes{user_mode::bot, {}, {}});
  EXPECT_EQ(sent<set_presence>().back().change, newest) << "of that nobody is told";
}

// I-72, O-4
TEST_F(SessionPeople, HearsWhatOperatorsSayToThoseWhoWantToReadIt) {
  be_in_lobby();
  take(subject.proclaimed({proclamation_kind::wallops, "root", "~r@h", "psst"}));
  EXPECT_THAT(told<tell::proclaimed>(), IsEmpty());
  take(subject.proclaimed({proclamation_kind::notice, "root", "~r@h", "all"}));
  EXPECT_THAT(told<tell::proclaimed>(), SizeIs(1));
  say(3, ask::set_user_modes{user_mode::wallops, {}, {}});
  take(subject.proclaimed({proclamation_kind::wallops, "root", "~r@h", "psst"}));
  EXPECT_THAT(told<tell::proclaimed>(), SizeIs(2));
}

// I-73, O-5
TEST_F(SessionPeople, AnOperatorOfTheServerSaysSoWhenItChangesModes) {
  be_in_lobby();
  say(3, ask::change_modes{"lobby", {{true, flag_change{room_flag::moderated}}}});
  EXPECT_FALSE(sent<room_command>().back().by_server_operator);
  say(4, ask::become_operator{"ada", "sesame"});
  take(subject.checked(effects<check_operator>().back().name, {}));
  say(5, ask::change_modes{"lobby", {{true, flag_change{room_flag::moderated}}}});
  EXPECT_TRUE(sent<room_command>().back().by_server_operator);
  say(6, ask::post{ask::room_named{"lobby"}, "hi"});
  EXPECT_FALSE(sent<room_command>().back().by_server_operator);
}

} // namespace
} // namespace godwit
