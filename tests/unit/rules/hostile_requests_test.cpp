// Requests that are well-formed and meant badly.
#include "actors/rules/limits.hpp"
#include "messages/text_limits.hpp"
#include "tests/unit/rules/session_fixture.hpp"

namespace godwit {

struct HostileRequests : session_fixture {
  error_code answer_to(std::uint64_t op, ask::request request) {
    seen.clear();
    say(op, std::move(request));
    return last_error();
  }
};

// S-7
TEST_F(HostileRequests, BeforeLoginAreRefusedOfEveryKind) {
  attach();
  std::uint64_t op = 1;
  const ask::request all[] = {ask::change_nick{"ada"},
                              ask::join{"lobby"},
                              ask::leave{"lobby", ""},
                              ask::post{ask::room_named{"lobby"}, "x"},
                              ask::post{ask::person_named{"bob"}, "x"},
                              ask::post{ask::room_numbered{lobby}, "x"},
                              ask::members{"lobby"},
                              ask::rooms{},
                              ask::set_topic{"lobby", "x"},
                              ask::read_topic{"lobby"},
                              ask::away{"x"},
                              ask::history{ask::room_named{"lobby"}, ask::newest{5}, 0},
                              ask::kick{"lobby", "bob", ""},
                              ask::invite{"lobby", "bob"},
                              ask::change_modes{"lobby", {}},
                              ask::read_settings{"lobby"},
                              ask::ping{1}};
  for (const auto& each : all) {
    EXPECT_EQ(answer_to(op, each), error_code::not_logged_in) << each.index();
    EXPECT_EQ(confirmed_op(), op);
    for (const auto& effect : seen)
      EXPECT_FALSE(std::holds_alternative<send>(effect)) << "the cluster hears nothing of it: " << each.index();
    ++op;
  }
}

//
TEST_F(HostileRequests, ThousandsOfJoinsEndAtTheLimitAndCostTheClusterNoMore) {
  be_in_lobby();
  std::size_t joined_rooms = 1;
  std::size_t refused = 0;
  std::size_t asked = 0;
  for (std::uint64_t op = 3; op != 5003; ++op) {
    seen.clear();
    const auto room = "room" + std::to_string(op);
    say(op, ask::join{room});
    if (last_error() == error_code::too_many_rooms) {
      ++refused;
      continue;
    }
    asked += sent<locate_room>().size();
    take(subject.located({name(op, 1), room, {}, room_place{room_id{1000 + op}, 1, "w"}, {}}));
    take(subject.events({room_id{1000 + op}, {{entry(1, name(op, 2), joined{}), nullptr, nullptr}}}));
    ++joined_rooms;
  }
  EXPECT_EQ(joined_rooms, limits::rooms_per_session_max);
  EXPECT_EQ(refused, 5000 - (limits::rooms_per_session_max - 1));
  EXPECT_EQ(asked, limits::rooms_per_session_max - 1) << "the directory hears of no other";
}

// L-1
TEST_F(HostileRequests, ThousandsAtOnceWaitInTheSession) {
  be_in_lobby();
  for (std::uint64_t op = 3; op != 3003; ++op)
    say(op, ask::join{"room" + std::to_string(op)});
  EXPECT_LE(sent<locate_room>().size(), limits::unanswered_effects_max);
}

// T-1, N-1, N-2
TEST_F(HostileRequests, OfBadTextsAndNamesAreRefusedAndReachNobody) {
  be_in_lobby();
  std::uint64_t op = 3;
  const auto refused = [&](ask::request request, error_code why) {
    EXPECT_EQ(answer_to(op++, std::move(request)), why);
    EXPECT_TRUE(sent<room_command>().empty());
    EXPECT_TRUE(sent<locate_room>().empty());
    EXPECT_TRUE(sent<claim_nick>().empty());
  };
  const auto post = [](std::string text) { return ask::post{ask::room_named{"lobby"}, std::move(text)}; };
  refused(post("\xff"), error_code::text_invalid);
  refused(post("\xed\xa0\x80"), error_code::text_invalid);
  refused(post("a\x1b[2J"), error_code::text_invalid);
  refused(post(std::string("a\0b", 3)), error_code::text_invalid);
  refused(post(std::string(limits::post_bytes_max + 1, 'x')), error_code::text_too_long);
  refused(post(""), error_code::text_empty);
  refused(ask::join{std::string(1000, 'x')}, error_code::room_name_too_long);
  refused(ask::join{"a\u202Eb"}, error_code::room_invalid); // right-to-left override
  refused(ask::join{"a\u200Bb"}, error_code::room_invalid); // zero-width space
  refused(ask::join{"a\u2066b"}, error_code::room_invalid); // left-to-right isolate
  refused(ask::join{"\xff"}, error_code::room_invalid);
  refused(ask::change_nick{std::string(33, 'x')}, error_code::nick_too_long);
  refused(ask::change_nick{std::string(1000, 'x')}, error_code::nick_too_long);
  refused(ask::change_nick{"a\u202Eb"}, error_code::nick_invalid);
  refused(ask::change_nick{"a\u200Db"}, error_code::nick_invalid); // zero-width joiner
  refused(ask::change_nick{"\xc3"}, error_code::nick_invalid);
  refused(ask::change_nick{"a\x1b[2J"}, error_code::nick_invalid);
  refused(ask::change_nick{""}, error_code::nick_invalid);
  refused(ask::leave{"lobby", "two\nlines"}, error_code::text_invalid);
  refused(ask::leave{"lobby", std::string(1000, 'x')}, error_code::text_too_long);
  refused(ask::away{"\xff"}, error_code::text_invalid);
  refused(ask::away{std::string(1000, 'x')}, error_code::text_too_long);
  refused(ask::set_topic{"lobby", "two\nlines"}, error_code::text_invalid);
  refused(ask::set_topic{"lobby", std::string(2000, 'x')}, error_code::text_too_long);
}

// U-5, U-6
TEST_F(HostileRequests, APostSaidAgainWithAnotherTextHasTheNameOfTheFirstAndItsResult) {
  be_in_lobby();
  say(3, ask::post{ask::room_named{"lobby"}, "first"});
  show(2, name(3, 3), posted{"first"});
  attach({{lobby.value, 2}});
  seen.clear();
  say(3, ask::post{ask::room_named{"lobby"}, "another"}, true);
  ASSERT_EQ(sent<room_command>().at(0).name, name(3, 3));
  take(subject.answered(command_answered{name(3, 3), lobby, logged_at{2, {}}, {}}));
  EXPECT_EQ(told<client_reply>().at(0).answer, tell::answer(tell::was_posted{lobby, 2, {}}));
  EXPECT_EQ(confirmed_op(), 3u);
}

} // namespace godwit
