// How a room is kept in order, sentence by sentence of docs/PROTOCOL.md, "Moderation".
#include "tests/unit/rules/room_bench.hpp"

#include <algorithm>

namespace godwit::test {
namespace {

constexpr session_id dan{4};

/// A room that is spoken to by name; all that it appends is durable at once, and kept like a store would.
class ordered_room {
public:
  explicit ordered_room(log_opened log = log_with({}, 0)) : row_(std::move(log)), it_(open_room(row_)) {}

  static std::string nick_of(session_id who) {
    return who == ann ? "ann" : who == bob ? "bob" : who == cid ? "cid" : "dan";
  }
  /// Why it was refused; internal_error's neighbour 0 where it was not.
  error_code ask(session_id who, room_action action) {
    const auto count = ++ops_[who];
    auto command = say(who, count + 1, count == 1 ? 0 : count, std::move(action));
    command.nick = nick_of(who);
    command.mask = "~" + nick_of(who) + "@host";
    command.by_server_operator = who == server_operator_;
    last_ = command;
    return repeat(command);
  }
  error_code repeat(const room_command& command) {
    answers_.clear();
    auto effects = it_.command(command, at(++now_));
    while (true) {
      for (const auto& each : sent<command_answered>(effects))
        answers_.push_back(each);
      for (const auto& each : sent<room_invitation>(effects))
        invitations_.push_back(each);
      const auto appends = sent<append_entries>(effects);
      if (appends.empty())
        break;
      effects.clear();
      for (const auto& each : appends) {
        keep(each);
        for (auto& effect : it_.appended(outcome(each), at(++now_)))
          effects.push_back(std::move(effect));
      }
    }
    return answers_.empty() || !answers_.back().why ? error_code{} : answers_.back().why->code;
  }
  error_code change(session_id who, std::vector<mode_change> changes) {
    return ask(who, change_modes{std::move(changes)});
  }
  error_code join(session_id who, std::string key = {}) { return ask(who, join_room{{}, std::move(key), "Real"}); }
  error_code query(session_id who, room_question question) {
    room_query query{the_room, {name(who, ++ops_[who] + 1, 9), "w1"}, identity_of(who), std::move(question)};
    --ops_[who];
    answer_ = sent<query_answered>(it_.query(query, at(++now_))).at(0);
    const auto* why = std::get_if<error>(&answer_.answer);
    return why ? why->code : error_code{};
  }
  void make_server_operator(session_id who) { server_operator_ = who; }
  /// Another life of the room, from what was kept.
  void open_again() {
    row_.epoch += 1;
    row_.tail = log_;
    row_.last_ops.clear();
    for (const auto& [session, count] : ops_)
      for (const auto& entry : log_)
        if (entry->name.session == session && entry->name.k < companion_k) {
          std::erase_if(row_.last_ops, [&](const auto& op) { return op.name.session == session; });
          row_.last_ops.push_back({entry->name, entry->seq});
        }
    it_ = open_room(row_);
  }

  member_modes modes_of(session_id who) {
    for (const auto& each : row_.members)
      if (each.session == who)
        return each.modes;
    return {};
  }
  bool has(session_id who) const {
    return std::ranges::any_of(row_.members, [&](const auto& each) { return each.session == who; });
  }
  const log_entry& last_entry() const { return *log_.back(); }
  std::size_t size() const { return log_.size(); }
  const room_settings& settings() { return row_.state.settings.value(); }
  const std::vector<room_invitation>& invitations() const { return invitations_; }
  const std::vector<command_answered>& answers() const { return answers_; }
  const query_answered& answer() const { return answer_; }
  const room_command& last_command() const { return last_; }

private:
  void keep(const append_entries& append) {
    log_.insert(log_.end(), append.entries.begin(), append.entries.end());
    auto settings = append.state.settings ? append.state.settings : row_.state.settings;
    row_.state = append.state;
    row_.state.settings = std::move(settings);
    for (const auto& member : append.members_in) {
      std::erase_if(row_.members, [&](const auto& each) { return each.session == member.session; });
      row_.members.push_back(member);
    }
    for (const auto session : append.members_out)
      std::erase_if(row_.members, [&](const auto& each) { return each.session == session; });
  }

  log_opened row_;
  room it_;
  std::vector<shared_entry> log_;
  std::map<session_id, std::uint64_t> ops_;
  std::vector<command_answered> answers_;
  std::vector<room_invitation> invitations_;
  query_answered answer_;
  room_command last_;
  session_id server_operator_{};
  std::int64_t now_ = 2000;
};

mode_change set(room_flag flag, bool on = true) { return {on, flag_change{flag}}; }
mode_change give(member_mode mode, std::string nick) { return {true, member_change{{}, std::move(nick), mode}}; }
mode_change take(member_mode mode, std::string nick) { return {false, member_change{{}, std::move(nick), mode}}; }
mode_change ban(std::string mask) { return {true, mask_change{mask_list::bans, std::move(mask)}}; }
mode_change unban(std::string mask) { return {false, mask_change{mask_list::bans, std::move(mask)}}; }
mode_change excepted(std::string mask) { return {true, mask_change{mask_list::exceptions, std::move(mask)}}; }

constexpr error_code fine{};
const member_modes founder = member_modes{member_mode::founder} | member_mode::room_operator;

/// ann founded it, bob and cid came after.
struct RoomOrder : ::testing::Test {
  RoomOrder() {
    for (const auto who : {ann, bob, cid})
      EXPECT_EQ(room.join(who), fine);
  }
  ordered_room room;
};

// M-2
TEST(RoomOrderAtFirst, TheFirstWhoEverJoinsIsFounderOfARoomThatIsMembersOnlyAndTopicLocked) {
  ordered_room room;
  EXPECT_EQ(room.join(ann), fine);
  EXPECT_EQ(std::get<joined>(room.last_entry().body), (joined{founder, "Real"}));
  EXPECT_EQ(room.last_entry().mask, "~ann@host");
  EXPECT_EQ(room.modes_of(ann), founder);
  EXPECT_EQ(room.settings().flags, new_room_flags);
  EXPECT_EQ(room.settings().created, room.last_entry().time);
  EXPECT_EQ(room.join(bob), fine);
  EXPECT_EQ(room.modes_of(bob), member_modes{});
}

// M-2: its name was that of a room that was forgotten.
TEST(RoomOrderAtFirst, TheFirstIsFounderAlsoWhereTheNumbersBeginBehindThoseOfAFormerRoom) {
  auto log = log_with({}, 0);
  log.state.last_seq = 600;
  ordered_room room(std::move(log));
  EXPECT_EQ(room.join(ann), fine);
  EXPECT_EQ(room.last_entry().seq, 601u);
  EXPECT_EQ(room.modes_of(ann), founder);
  EXPECT_EQ(room.settings().flags, new_room_flags);
  EXPECT_EQ(room.settings().created, room.last_entry().time);
  EXPECT_EQ(room.ask(ann, leave_room{}), fine);
  EXPECT_EQ(room.join(bob), fine);
  EXPECT_EQ(room.modes_of(bob), member_modes{member_mode::room_operator}) << "it is new no more";
}

// M-2
TEST(RoomOrderAtFirst, IntoAnEmptyRoomTheFirstComesAsOperator) {
  ordered_room room;
  room.join(ann);
  room.ask(ann, leave_room{});
  EXPECT_EQ(room.join(bob), fine);
  EXPECT_EQ(room.modes_of(bob), member_modes{member_mode::room_operator});
}

// O-5, I-73
TEST_F(RoomOrder, AnOperatorOfTheServerMayInARoomWhatItsFounderMayAndKeepsThat) {
  EXPECT_EQ(room.change(bob, {give(member_mode::room_operator, "bob")}), error_code::not_permitted);
  room.make_server_operator(bob);
  EXPECT_EQ(room.change(bob, {give(member_mode::room_operator, "bob")}), fine);
  EXPECT_EQ(room.modes_of(bob), member_modes{member_mode::room_operator});
  EXPECT_EQ(room.change(bob, {take(member_mode::founder, "ann"), take(member_mode::room_operator, "bob")}), fine);
  EXPECT_EQ(room.modes_of(bob), member_modes{});
  EXPECT_EQ(room.change(bob, {give(member_mode::founder, "bob")}), fine) << "what it is in the room takes nothing away";
}

// M-3
TEST_F(RoomOrder, WhenTheLastOperatorLeavesTheLongestPresentMemberBecomesOne) {
  room.ask(ann, leave_room{"bye", false});
  EXPECT_EQ(room.modes_of(bob), member_modes{member_mode::room_operator});
  const auto& entry = room.last_entry();
  EXPECT_EQ(entry.nick, "");
  EXPECT_EQ(entry.name.k, room_k);
  EXPECT_EQ(entry.name.session, ann);
  EXPECT_EQ(entry.body, (entry_body{modes_changed{{{true, member_change{bob, "bob", member_mode::room_operator}}}}}));
  room.ask(bob, leave_room{"bye", true});
  EXPECT_EQ(room.modes_of(cid), member_modes{member_mode::room_operator});
}

// M-3
TEST_F(RoomOrder, WhoGivesItUpAsTheLastHandsItOver) {
  EXPECT_EQ(room.change(ann, {take(member_mode::room_operator, "ann")}), fine);
  EXPECT_EQ(room.modes_of(ann), member_modes{member_mode::founder}) << "a founder is more than an operator";
  EXPECT_EQ(room.modes_of(bob), member_modes{});
  EXPECT_EQ(room.change(ann, {take(member_mode::founder, "ann")}), fine);
  EXPECT_EQ(room.modes_of(ann), member_modes{});
  EXPECT_EQ(room.modes_of(bob), member_modes{member_mode::room_operator});
}

// M-3
TEST(RoomOrderAtFirst, WhoIsAloneCanNotGiveItUp) {
  ordered_room room;
  room.join(ann);
  EXPECT_EQ(room.change(ann, {take(member_mode::founder, "ann")}), fine);
  EXPECT_EQ(room.change(ann, {take(member_mode::room_operator, "ann")}), error_code::protected_member);
  EXPECT_EQ(room.modes_of(ann), member_modes{member_mode::room_operator});
}

// M-3
TEST(RoomOrderAtFirst, ARoomOfTheTimeBeforeGetsAnOperatorWithTheNextWhoComes) {
  auto log = log_with({ann, bob}, 5);
  log.members[0].modes = {};
  ordered_room room(log);
  EXPECT_EQ(room.join(cid), fine);
  EXPECT_EQ(room.modes_of(ann), member_modes{member_mode::room_operator});
  EXPECT_EQ(room.modes_of(cid), member_modes{});
}

// M-4
TEST_F(RoomOrder, WhoIsNothingChangesNothing) {
  for (const auto& change : std::vector<mode_change>{set(room_flag::moderated),
                                                     {true, key_change{"sesame"}},
                                                     {true, limit_change{5}},
                                                     ban("eve"),
                                                     give(member_mode::voice, "cid"),
                                                     give(member_mode::room_operator, "bob")})
    EXPECT_EQ(room.change(bob, {change}), error_code::not_permitted) << change.what.index();
  EXPECT_EQ(room.change(ann, {give(member_mode::voice, "bob")}), fine);
  EXPECT_EQ(room.change(bob, {set(room_flag::moderated)}), error_code::not_permitted) << "a voice is not enough";
}

// M-4
TEST_F(RoomOrder, AHalfOperatorChangesAllButOperators) {
  room.change(ann, {give(member_mode::half_operator, "bob")});
  EXPECT_EQ(room.change(bob, {set(room_flag::moderated),
                              {true, key_change{"sesame"}},
                              {true, limit_change{5}},
                              ban("eve"),
                              give(member_mode::voice, "cid")}),
            fine);
  EXPECT_EQ(room.change(bob, {give(member_mode::half_operator, "cid")}), error_code::not_permitted);
  EXPECT_EQ(room.change(bob, {give(member_mode::room_operator, "cid")}), error_code::not_permitted);
  EXPECT_EQ(room.settings().key, "sesame");
  EXPECT_EQ(room.settings().limit, 5U);
  EXPECT_EQ(room.settings().bans.at(0).mask, "eve!*@*");
  EXPECT_EQ(room.settings().bans.at(0).by, "bob");
}

// M-4
TEST_F(RoomOrder, AnOperatorMakesOperatorsButNoAdmins) {
  room.change(ann, {give(member_mode::room_operator, "bob")});
  EXPECT_EQ(room.change(bob, {give(member_mode::room_operator, "cid"), give(member_mode::half_operator, "cid")}), fine);
  EXPECT_EQ(room.change(bob, {give(member_mode::admin, "cid")}), error_code::not_permitted);
  EXPECT_EQ(room.change(bob, {give(member_mode::founder, "bob")}), error_code::not_permitted);
  EXPECT_EQ(room.change(bob, {take(member_mode::room_operator, "cid")}), fine);
}

// M-4
TEST_F(RoomOrder, NobodyTakesAModeFromSomebodyOfAHigherRank) {
  room.change(ann, {give(member_mode::room_operator, "bob"), give(member_mode::admin, "cid"),
                    give(member_mode::room_operator, "cid")});
  EXPECT_EQ(room.change(bob, {take(member_mode::room_operator, "cid")}), error_code::protected_member);
  EXPECT_EQ(room.change(bob, {take(member_mode::room_operator, "ann")}), error_code::protected_member);
  EXPECT_EQ(room.change(cid, {take(member_mode::room_operator, "ann")}), error_code::protected_member);
  EXPECT_EQ(room.change(cid, {take(member_mode::room_operator, "bob")}), fine);
  EXPECT_EQ(room.change(ann, {take(member_mode::admin, "cid")}), fine);
}

// M-4
TEST_F(RoomOrder, EverybodyDropsAModeOfTheirOwn) {
  room.change(ann, {give(member_mode::voice, "bob")});
  EXPECT_EQ(room.change(bob, {take(member_mode::voice, "BOB")}), fine);
  EXPECT_EQ(room.modes_of(bob), member_modes{});
  EXPECT_EQ(room.change(ann, {give(member_mode::voice, "nobody")}), error_code::no_such_member);
}

// M-5
TEST_F(RoomOrder, ChangesAreDoneAllOrNone) {
  const auto before = room.size();
  EXPECT_EQ(room.change(ann, {set(room_flag::moderated), give(member_mode::voice, "nobody")}),
            error_code::no_such_member);
  EXPECT_EQ(room.size(), before);
  EXPECT_FALSE(room.settings().flags.has(room_flag::moderated));
  EXPECT_EQ(room.change(ann, std::vector<mode_change>(21, ban("eve"))), error_code::mode_invalid);
}

// M-5
TEST_F(RoomOrder, WhatIsSoAlreadyIsLeftOut) {
  EXPECT_EQ(room.change(ann, {set(room_flag::members_only), set(room_flag::moderated), ban("EVE"), ban("eve!*@*")}),
            fine);
  EXPECT_EQ(room.last_entry().body, (entry_body{modes_changed{{set(room_flag::moderated), ban("eve!*@*")}}}));
  const auto before = room.size();
  EXPECT_EQ(room.change(ann, {set(room_flag::moderated), unban("mallory"), {false, key_change{"x"}}}), fine);
  EXPECT_EQ(room.size(), before);
  ASSERT_EQ(room.answers().size(), 1U) << "done, without an event: the room has to say so";
  EXPECT_FALSE(room.answers()[0].at || room.answers()[0].why);
  EXPECT_EQ(room.repeat(room.last_command()), fine);
  EXPECT_FALSE(room.answers().at(0).why) << "a repeat hears the same";
}

// M-6
TEST_F(RoomOrder, WhoIsKickedIsNoMemberAnyMore) {
  EXPECT_EQ(room.ask(ann, kick_member{"BOB", "enough"}), fine);
  EXPECT_EQ(room.last_entry().body, (entry_body{kicked{bob, "bob", "enough"}}));
  EXPECT_FALSE(room.has(bob));
  const auto seq = room.last_entry().seq;
  EXPECT_EQ(room.ask(bob, post{"but"}), error_code::not_in_room);
  EXPECT_EQ(room.answers().at(0).at->seq, seq) << "its session is to show everything up to there";
  EXPECT_EQ(room.ask(ann, kick_member{"bob", ""}), error_code::no_such_member);
  EXPECT_EQ(room.join(bob), fine);
  EXPECT_EQ(room.ask(bob, post{"again"}), fine);
}

// M-6
TEST_F(RoomOrder, WhoKicksWhom) {
  EXPECT_EQ(room.ask(bob, kick_member{"cid", ""}), error_code::not_permitted);
  room.change(ann, {give(member_mode::half_operator, "bob"), give(member_mode::half_operator, "cid")});
  EXPECT_EQ(room.ask(bob, kick_member{"cid", ""}), error_code::protected_member);
  room.change(ann, {take(member_mode::half_operator, "cid"), give(member_mode::voice, "cid")});
  EXPECT_EQ(room.ask(bob, kick_member{"cid", ""}), fine);
  room.join(cid);
  room.change(ann, {give(member_mode::room_operator, "bob"), give(member_mode::room_operator, "cid")});
  EXPECT_EQ(room.ask(bob, kick_member{"cid", ""}), fine);
  EXPECT_EQ(room.ask(bob, kick_member{"ann", ""}), error_code::protected_member);
  room.join(cid);
  room.change(ann, {give(member_mode::admin, "cid")});
  EXPECT_EQ(room.ask(bob, kick_member{"cid", ""}), error_code::protected_member);
  EXPECT_EQ(room.ask(cid, kick_member{"bob", ""}), fine);
  EXPECT_EQ(room.ask(cid, kick_member{"ann", ""}), error_code::protected_member);
  EXPECT_EQ(room.ask(ann, kick_member{"cid", ""}), fine);
}

// M-7
TEST_F(RoomOrder, WhoIsBannedDoesNotJoinUnlessExcepted) {
  room.change(ann, {ban("*!~dan@*")});
  EXPECT_EQ(room.join(dan), error_code::banned);
  room.change(ann, {excepted("dan")});
  EXPECT_EQ(room.join(dan), fine);
  room.change(ann, {ban("m:bob")});
  room.ask(bob, leave_room{});
  EXPECT_EQ(room.join(bob), fine) << "a mute keeps nobody out";
}

// M-7
TEST_F(RoomOrder, AnInviteOnlyRoomLetsInWhoIsInvitedOrExcepted) {
  room.change(ann, {set(room_flag::invite_only)});
  EXPECT_EQ(room.join(dan), error_code::invite_only);
  EXPECT_EQ(room.change(ann, {{true, mask_change{mask_list::invite_exceptions, "dan"}}}), fine);
  EXPECT_EQ(room.join(dan), fine);
}

// M-7
TEST_F(RoomOrder, AKeyAndALimitHoldForNewcomers) {
  room.change(ann, {{true, key_change{"sesame"}}, {true, limit_change{4}}});
  EXPECT_EQ(room.join(dan), error_code::wrong_key);
  EXPECT_EQ(room.join(dan, "Sesame"), error_code::wrong_key);
  EXPECT_EQ(room.join(dan, "sesame"), fine);
  room.ask(dan, leave_room{});
  room.change(ann, {{true, limit_change{3}}, {false, key_change{}}});
  EXPECT_EQ(room.join(dan), error_code::room_full);
}

// M-8
TEST_F(RoomOrder, AnInvitationPassesAllButBansOnce) {
  room.change(ann, {set(room_flag::invite_only), {true, key_change{"sesame"}}, {true, limit_change{3}}});
  EXPECT_EQ(room.ask(bob, invite_member{dan, "dan", "w2"}), error_code::not_permitted);
  EXPECT_EQ(room.ask(ann, invite_member{dan, "dan", "w2"}), fine);
  EXPECT_EQ(room.last_entry().body, (entry_body{invited{dan, "dan"}}));
  ASSERT_EQ(room.invitations().size(), 1U);
  EXPECT_EQ(room.invitations()[0], (room_invitation{dan, the_room, "lobby", "ann", "~ann@host"}));
  EXPECT_EQ(room.join(dan), fine);
  room.ask(dan, leave_room{});
  EXPECT_EQ(room.join(dan), error_code::invite_only) << "it was consumed";
  room.ask(ann, invite_member{dan, "dan", "w2"});
  room.change(ann, {ban("dan")});
  EXPECT_EQ(room.join(dan), error_code::banned);
}

// M-8
TEST_F(RoomOrder, EveryMemberInvitesIntoARoomThatIsNotInviteOnly) {
  EXPECT_EQ(room.ask(bob, invite_member{dan, "dan", "w2"}), fine);
  EXPECT_EQ(room.ask(dan, invite_member{cid, "cid", "w2"}), error_code::not_in_room);
  EXPECT_EQ(room.ask(bob, invite_member{{}, "nobody", ""}), error_code::no_such_nick);
  const auto before = room.size();
  EXPECT_EQ(room.ask(bob, invite_member{cid, "cid", "w2"}), fine);
  EXPECT_EQ(room.size(), before) << "is here already";
  for (std::uint64_t id = 100; id < 200; ++id)
    room.ask(bob, invite_member{session_id{id}, "somebody", "w2"});
  EXPECT_EQ(room.settings().invitations.size(), limits::invitations_max);
  EXPECT_EQ(room.settings().invitations.back(), session_id{199});
}

// M-9
TEST_F(RoomOrder, InAModeratedRoomOnlyVoicesSpeak) {
  room.change(ann, {set(room_flag::moderated), give(member_mode::voice, "cid")});
  EXPECT_EQ(room.ask(bob, post{"hi"}), error_code::muted);
  EXPECT_EQ(room.ask(cid, post{"hi"}), fine);
  EXPECT_EQ(room.ask(ann, post{"hi"}), fine);
}

// M-9
TEST_F(RoomOrder, WhoIsBannedOrMutedSpeaksWithAVoiceOnly) {
  EXPECT_EQ(room.ask(bob, post{"hi"}), fine);
  room.change(ann, {ban("m:bob")});
  EXPECT_EQ(room.ask(bob, post{"hi"}), error_code::muted);
  EXPECT_EQ(room.ask(cid, post{"hi"}), fine);
  room.change(ann, {unban("m:bob"), ban("*!*@host")});
  EXPECT_EQ(room.ask(bob, post{"hi"}), error_code::muted);
  EXPECT_EQ(room.ask(ann, post{"hi"}), fine) << "an operator has a voice";
  room.change(ann, {give(member_mode::voice, "bob"), excepted("cid")});
  EXPECT_EQ(room.ask(bob, post{"hi"}), fine);
  EXPECT_EQ(room.ask(cid, post{"hi"}), fine);
}

// I-46, M-14
TEST_F(RoomOrder, ASecretRoomSaysToEachRefusedOutsiderThatItIsSecret) {
  const auto said_to_dan = [&](room_action action) {
    EXPECT_EQ(room.ask(dan, std::move(action)), error_code::not_in_room);
    return room.answers().at(0).why->detail;
  };
  const auto all_say = [&](std::string_view detail) {
    EXPECT_EQ(said_to_dan(post{"hi"}), detail);
    EXPECT_EQ(said_to_dan(set_topic{"mine"}), detail);
    EXPECT_EQ(said_to_dan(kick_member{"bob", ""}), detail);
    EXPECT_EQ(said_to_dan(invite_member{session_id{99}, "eve", "w2"}), detail);
    EXPECT_EQ(said_to_dan(change_modes{{ban("bob")}}), detail);
    EXPECT_EQ(said_to_dan(leave_room{}), detail);
  };
  all_say("");
  room.change(ann, {set(room_flag::secret)});
  all_say(secret_room_detail);
  room.change(ann, {set(room_flag::members_only, false), set(room_flag::moderated)});
  all_say(secret_room_detail); // a post too, which would be `muted`
  EXPECT_EQ(room.ask(bob, post{"hi"}), error_code::muted) << "members hear what is so";
}

// M-10
TEST_F(RoomOrder, OutsidersPostWhereMembersOnlyIsOff) {
  EXPECT_EQ(room.ask(dan, post{"hi"}), error_code::not_in_room);
  room.change(ann, {set(room_flag::members_only, false)});
  EXPECT_EQ(room.ask(dan, post{"hi"}), fine);
  EXPECT_EQ(room.last_entry().nick, "dan");
  EXPECT_EQ(room.last_entry().mask, "~dan@host");
  ASSERT_EQ(room.answers().size(), 1U);
  EXPECT_EQ(room.answers()[0].at->seq, room.last_entry().seq);
  const auto before = room.size();
  EXPECT_EQ(room.repeat(room.last_command()), fine);
  EXPECT_EQ(room.answers().at(0).at->seq, room.last_entry().seq);
  EXPECT_EQ(room.size(), before);
  room.change(ann, {ban("m:dan")});
  EXPECT_EQ(room.ask(dan, post{"hi"}), error_code::muted);
  EXPECT_EQ(room.ask(dan, set_topic{"mine"}), error_code::not_in_room);
}

// M-11
TEST_F(RoomOrder, WhoIsSilencedIsToldToKeepTheNick) {
  EXPECT_EQ(room.query(bob, ask_rename{}), fine);
  room.change(ann, {ban("m:bob")});
  EXPECT_EQ(room.query(bob, ask_rename{}), error_code::muted);
  room.change(ann, {give(member_mode::voice, "bob")});
  EXPECT_EQ(room.query(bob, ask_rename{}), fine);
  EXPECT_EQ(room.query(dan, ask_rename{}), fine);
}

// M-12
TEST_F(RoomOrder, ALockedTopicIsForHalfOperators) {
  EXPECT_EQ(room.ask(bob, set_topic{"mine"}), error_code::not_permitted);
  room.change(ann, {give(member_mode::half_operator, "bob")});
  EXPECT_EQ(room.ask(bob, set_topic{"mine"}), fine);
  room.change(ann, {set(room_flag::topic_locked, false)});
  EXPECT_EQ(room.ask(cid, set_topic{"ours"}), fine);
}

// M-14
TEST_F(RoomOrder, SettingsAreToldToOutsidersWithoutTheKeyUnlessTheRoomIsSecret) {
  room.change(ann, {{true, key_change{"sesame"}}, ban("eve")});
  room.ask(ann, invite_member{dan, "dan", "w2"});
  ASSERT_EQ(room.query(bob, read_settings{}), fine);
  const auto inside = std::get<settings_read>(room.answer().answer).settings;
  EXPECT_EQ(inside.key, "sesame");
  EXPECT_EQ(inside.bans.size(), 1U);
  EXPECT_TRUE(inside.invitations.empty());
  ASSERT_EQ(room.query(dan, read_settings{}), fine);
  EXPECT_EQ(std::get<settings_read>(room.answer().answer).settings.key, "");
  room.change(ann, {set(room_flag::secret)});
  EXPECT_EQ(room.query(dan, read_settings{}), error_code::no_such_room);
  EXPECT_EQ(room.query(bob, read_settings{}), fine);
}

// M-15
TEST_F(RoomOrder, KeysLimitsAndListsAreBounded) {
  EXPECT_EQ(room.change(ann, {{true, key_change{"two words"}}}), error_code::mode_invalid);
  EXPECT_EQ(room.change(ann, {{true, key_change{std::string(33, 'x')}}}), error_code::mode_invalid);
  EXPECT_EQ(room.change(ann, {{true, limit_change{0}}}), error_code::mode_invalid);
  EXPECT_EQ(room.change(ann, {{true, limit_change{20'001}}}), error_code::mode_invalid);
  EXPECT_EQ(room.change(ann, {ban("a b")}), error_code::mask_invalid);
  EXPECT_EQ(room.change(ann, {excepted("m:eve")}), error_code::mask_invalid);
  for (int i = 0; i < 100; ++i)
    ASSERT_EQ(room.change(ann, {ban("x" + std::to_string(i))}), fine);
  EXPECT_EQ(room.change(ann, {ban("one.more")}), error_code::list_full);
  EXPECT_EQ(room.change(ann, {ban("x7")}), fine) << "it is there already";
  EXPECT_EQ(room.change(ann, {unban("x7"), ban("one.more")}), fine);
}

// M-16
TEST_F(RoomOrder, AnotherLifeOfTheRoomKnowsAllOfIt) {
  room.change(ann, {set(room_flag::invite_only),
                    {true, key_change{"sesame"}},
                    ban("eve"),
                    give(member_mode::voice, "bob"),
                    set(room_flag::moderated)});
  room.ask(ann, invite_member{dan, "dan", "w2"});
  room.open_again();
  EXPECT_EQ(room.ask(cid, post{"hi"}), error_code::muted);
  EXPECT_EQ(room.ask(bob, post{"hi"}), fine);
  EXPECT_EQ(room.join(dan), fine);
  EXPECT_EQ(room.change(bob, {set(room_flag::moderated, false)}), error_code::not_permitted);
  EXPECT_EQ(room.change(ann, {set(room_flag::moderated, false)}), fine);
}

// M-16
TEST_F(RoomOrder, ARepeatedChangeOrKickIsKnownByItsNameOverLivesOfTheRoom) {
  ASSERT_EQ(room.change(ann, {give(member_mode::voice, "bob")}), fine);
  auto again = room.last_command();
  const auto before = room.size();
  EXPECT_EQ(room.repeat(again), fine);
  room.open_again();
  EXPECT_EQ(room.repeat(again), fine);
  EXPECT_EQ(room.size(), before);
  ASSERT_EQ(room.ask(ann, kick_member{"bob", ""}), fine);
  again = room.last_command();
  room.open_again();
  EXPECT_EQ(room.repeat(again), fine);
  EXPECT_EQ(room.size(), before + 1);
}

// M-16
TEST(RoomOrderAtFirst, APrivateConversationHasNoneOfThis) {
  auto log = log_with({}, 0);
  log.key = private_room_key(identity_of(ann), identity_of(bob));
  ordered_room room(log);
  EXPECT_EQ(room.join(ann), fine);
  EXPECT_EQ(room.modes_of(ann), member_modes{});
  EXPECT_EQ(room.change(ann, {ban("bob")}), error_code::request_invalid);
  EXPECT_EQ(room.ask(ann, kick_member{"ann", ""}), error_code::request_invalid);
  EXPECT_EQ(room.ask(ann, post{"psst", post_kind::message, member_mode::voice}), error_code::request_invalid);
  EXPECT_EQ(room.ask(ann, post{"psst"}), fine);
}

} // namespace
} // namespace godwit::test
