// What IRC clients are told of people: actors/rules/irc_people.cpp, irc_people_requests.cpp.
#include "tests/unit/rules/irc_front_fixture.hpp"

#include "actors/rules/irc_list_filter.hpp"

#include <gmock/gmock.h>

namespace godwit {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

person_row bob() {
  person_row out;
  out.nick = "bob";
  out.mask = "~b@host";
  out.real_name = "Bob B.";
  out.signed_on = timestamp{std::chrono::seconds{1000}};
  return out;
}

struct IrcPeople : IrcFront {
  IrcPeople() {
    log_in();
    front_.set_now(timestamp{std::chrono::seconds{1100}});
  }
  std::string show(tell::presence what) {
    const auto bytes = front_.show(what);
    return bytes ? *bytes : std::string{};
  }
};

// I-60
TEST_F(IrcPeople, WhoisTellsAllThatIsKnown) {
  EXPECT_EQ(take("WHOIS bob").request, ask::request(ask::people{{people_kind::named, {"bob"}}}));
  auto who = bob();
  who.away = "lunch";
  who.modes = user_modes{std::uint8_t{2 | 8}};
  who.address = "[2001:db8::1]:4711";
  who.rooms = {{{7}, "lobby", member_mode::room_operator}, {{8}, "other"}};
  EXPECT_EQ(answer(tell::people{{who}, {}}), ":irc.test 311 ada bob ~b host * :Bob B.\r\n"
                                             ":irc.test 378 ada bob :is connecting from *@2001:db8::1 2001:db8::1\r\n"
                                             ":irc.test 319 ada bob :@#lobby #other\r\n"
                                             ":irc.test 312 ada bob irc.test :Test\r\n"
                                             ":irc.test 301 ada bob :lunch\r\n"
                                             ":irc.test 313 ada bob :is an IRC operator\r\n"
                                             ":irc.test 335 ada bob :is a bot on Test\r\n"
                                             ":irc.test 671 ada bob :is using a secure connection\r\n"
                                             ":irc.test 317 ada bob 100 1000 :seconds idle, signon time\r\n"
                                             ":irc.test 318 ada bob :End of /WHOIS list\r\n");
}

// I-60
TEST_F(IrcPeople, WhoisTellsNothingThatIsNotKnown) {
  take("WHOIS irc.test bob");
  auto who = bob();
  who.signed_on = {};
  EXPECT_THAT(answer(tell::people{{who}, {}}), AllOf(Not(HasSubstr(" 317 ")), Not(HasSubstr(" 378 ")),
                                                     Not(HasSubstr(" 319 ")), Not(HasSubstr(" 301 "))));
  take("WHOIS eve");
  EXPECT_EQ(answer(tell::people{}), ":irc.test 401 ada eve :No such nick/channel\r\n"
                                    ":irc.test 318 ada eve :End of /WHOIS list\r\n");
  EXPECT_THAT(local("WHOIS"), StartsWith(":irc.test 431 ada "));
}

// I-60
TEST_F(IrcPeople, WhoisOfSeveralIsLimited) {
  const auto command = take("WHOIS a,b,c,d,e,f,g,h,i,j");
  EXPECT_EQ(command.further.size(), 8U);
  EXPECT_EQ(command.further.back(), ask::request(ask::local{}));
  EXPECT_THAT(answer(tell::your_turn{}, 8), StartsWith(":irc.test 407 ada i "));
}

// I-61
TEST_F(IrcPeople, ChannelsOfWhoisAreSplitOverLines) {
  take("WHOIS bob");
  auto who = bob();
  for (int i = 0; i != 60; ++i)
    who.rooms.push_back({{std::uint64_t(i + 1)}, std::string(20, 'x') + std::to_string(i)});
  const auto text = answer(tell::people{{who}, {}});
  EXPECT_THAT(text, AllOf(HasSubstr("x0 "), HasSubstr("x59\r\n")));
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find("\r\n", at) + 2;
    EXPECT_LE(end - at, 512U);
    at = end;
  }
}

// I-63
TEST_F(IrcPeople, WhowasTellsOfThoseWhoHaveGone) {
  const auto asked = std::get<ask::people>(take("WHOWAS bob 2").request).what;
  EXPECT_EQ(asked.kind, people_kind::former);
  EXPECT_EQ(asked.limit, 2U);
  auto who = bob();
  who.gone_seconds = 100;
  EXPECT_EQ(answer(tell::people{{who}, {}}), ":irc.test 314 ada bob ~b host * :Bob B.\r\n"
                                             ":irc.test 312 ada bob irc.test :1970-01-01T00:16:40.000Z\r\n"
                                             ":irc.test 369 ada bob :End of WHOWAS\r\n");
  take("WHOWAS eve");
  EXPECT_THAT(answer(tell::people{}), StartsWith(":irc.test 406 ada eve :"));
}

// I-67
TEST_F(IrcPeople, UserhostAndIsonNameThoseWhoAreHere) {
  auto away = bob();
  away.nick = "eve";
  away.away = "lunch";
  away.modes = user_mode::server_operator;
  EXPECT_EQ(take("USERHOST bob eve nobody a b c d").request,
            ask::request(ask::people{{people_kind::named, {"bob", "eve", "nobody", "a", "b"}}}));
  EXPECT_EQ(answer(tell::people{{bob(), away}, {}}), ":irc.test 302 ada :bob=+~b@host eve*=-~b@host\r\n");
  EXPECT_EQ(take("ISON bob :eve nobody").request,
            ask::request(ask::people{{people_kind::named, {"bob", "eve", "nobody"}}}));
  EXPECT_EQ(answer(tell::people{{bob(), away}, {}}), ":irc.test 303 ada :bob eve\r\n");
  take("ISON nobody");
  EXPECT_EQ(answer(tell::people{}), ":irc.test 303 ada :\r\n");
}

// I-62
TEST_F(IrcPeople, WhoOfANickAndOfAMask) {
  EXPECT_EQ(take("WHO bob").request, ask::request(ask::people{{people_kind::named, {"bob"}}}));
  auto who = bob();
  who.modes = user_modes{std::uint8_t{2 | 8}};
  EXPECT_EQ(answer(tell::people{{who}, {}}), ":irc.test 352 ada * ~b host irc.test bob H*B :0 Bob B.\r\n"
                                             ":irc.test 315 ada bob :End of /WHO list\r\n");
  const auto asked = std::get<ask::people>(take("WHO *.example o%tna,42").request).what;
  EXPECT_EQ(asked.kind, people_kind::matching);
  EXPECT_EQ(asked.mask, "*.example");
  EXPECT_TRUE(asked.operators_only);
  EXPECT_EQ(answer(tell::people{{who}, {}}, 0, true), ":irc.test 354 ada 42 bob 0\r\n") << "there are more";
  EXPECT_EQ(answer(tell::people{}), ":irc.test 315 ada *.example :End of /WHO list\r\n");
  EXPECT_EQ(std::get<ask::people>(take("WHO").request).what.mask, "*");
  take("WHO a,b");
  EXPECT_THAT(answer(error{error_code::mask_invalid, {}}), StartsWith(":irc.test 315 ada "));
}

// I-64
TEST_F(IrcPeople, LusersCountsTheWholeCluster) {
  EXPECT_EQ(take("LUSERS").request, ask::request(ask::people{{people_kind::counted}}));
  EXPECT_EQ(answer(tell::people{{}, {7, 2, 1, 3, 4, 9}}),
            ":irc.test 251 ada :There are 5 users and 2 invisible on 1 servers\r\n"
            ":irc.test 252 ada 1 :operator(s) online\r\n"
            ":irc.test 253 ada 3 :unknown connection(s)\r\n"
            ":irc.test 254 ada 4 :channels formed\r\n"
            ":irc.test 255 ada :I have 7 clients and 0 servers\r\n"
            ":irc.test 265 ada 7 9 :Current local users 7, max 9\r\n"
            ":irc.test 266 ada 7 9 :Current global users 7, max 9\r\n");
}

// I-65
TEST_F(IrcPeople, ModesOfOneself) {
  const auto asked = std::get<ask::set_user_modes>(take("MODE ada +iB-w").request);
  EXPECT_TRUE(asked.add.has(user_mode::invisible) && asked.add.has(user_mode::bot));
  EXPECT_TRUE(asked.drop.has(user_mode::wallops));
  EXPECT_EQ(answer(tell::user_modes_set{user_mode::wallops, user_modes{std::uint8_t{3}}}),
            ":ada!~ada@cloak MODE ada :+Bi-w\r\n");
  take("MODE ada");
  EXPECT_EQ(answer(tell::user_modes_set{user_mode::bot, user_mode::bot}), ":irc.test 221 ada +B\r\n");
  EXPECT_EQ(take("MODE bob +i").request, ask::request((ask::people{{people_kind::named, {"bob"}}})));
  tell::people somebody;
  somebody.rows.emplace_back();
  EXPECT_THAT(answer(std::move(somebody)), StartsWith(":irc.test 502 ada :"));
  take("MODE nobody");
  EXPECT_EQ(answer(tell::people{}), ":irc.test 401 ada nobody :No such nick/channel\r\n");
  const auto command = take("MODE ada +x");
  ASSERT_EQ(command.further.size(), 1U);
  EXPECT_EQ(answer(tell::user_modes_set{}), "");
  EXPECT_THAT(answer(tell::your_turn{}, 1), StartsWith(":irc.test 501 ada :"));
}

// I-69
TEST_F(IrcPeople, ANewHostIsSeenByThoseWhoHaveChghost) {
  open_lobby();
  tell::presence what{lobby, "bob", "", "~b@host", "", presence_part::host, "", {}, {12}, 1, "~b@elsewhere"};
  EXPECT_EQ(show(what), "");
  request("chghost");
  what.change = 2;
  EXPECT_EQ(show(what), ":bob!~b@host CHGHOST ~b elsewhere\r\n");
  EXPECT_EQ(show(what), "") << "told by another room that is shared";
}

// I-66
TEST_F(IrcPeople, ANewRealNameIsSeenByThoseWhoHaveSetname) {
  open_lobby();
  EXPECT_EQ(take("SETNAME :Countess").request, ask::request(ask::set_real_name{"Countess"}));
  EXPECT_EQ(answer(tell::real_name_set{"Countess"}), "");
  const tell::presence what{lobby, "bob", "", "~b@host", "Sir Bob", presence_part::real_name, "", {}, {12}, 1};
  EXPECT_EQ(show(what), "");
  request("setname");
  auto anew = what;
  anew.real_name = "Lord Bob";
  anew.change = 2;
  EXPECT_EQ(show(anew), ":bob!~b@host SETNAME :Lord Bob\r\n");
  EXPECT_EQ(show(anew), "") << "told by another room that is shared";
  EXPECT_EQ(show(what), "") << "an older one, of a room that is late";
  anew.change = 3;
  EXPECT_EQ(show(anew), ":bob!~b@host SETNAME :Lord Bob\r\n");
  take("SETNAME :Ada");
  EXPECT_EQ(answer(tell::real_name_set{"Ada"}), ":ada!~ada@cloak SETNAME :Ada\r\n");
}

// I-68
TEST_F(IrcPeople, WhoIsAwayIsToldOnceForEachChange) {
  open_lobby();
  request("away-notify");
  const auto away = [](std::uint64_t who, std::uint32_t change, const std::string& text) {
    return tell::presence{lobby, "bob", text, "~b@host", "", presence_part::away, "", {}, {who}, change};
  };
  const std::string gone = ":bob!~b@host AWAY :lunch\r\n";
  const std::string back = ":bob!~b@host AWAY\r\n";
  EXPECT_EQ(show(away(12, 5, "lunch")), gone);
  EXPECT_EQ(show(away(12, 5, "lunch")), "");
  EXPECT_EQ(show(away(13, 4, "lunch")), gone) << "somebody else";
  EXPECT_EQ(show(away(12, 6, "")), back);
  EXPECT_EQ(show(away(12, 5, "lunch")), "") << "of a room that is late";
  EXPECT_EQ(show(away(12, 6, "")), "");
  EXPECT_EQ(show(away(12, 0, "lunch")), gone) << "of an older node, which does not number";
  auto said = away(12, 6, "");
  said.parts = presence_part::tags;
  said.tags = "+typing=active";
  request("message-tags");
  EXPECT_NE(show(said), "") << "what is said is told each time";
  for (std::uint64_t each = 100; each != 1000; ++each)
    show(away(each, 7, "lunch"));
  EXPECT_EQ(show(away(999, 7, "lunch")), "") << "the newest are remembered";
}

// I-38
TEST_F(IrcPeople, TagsPassToThoseWhoHaveThem) {
  open_lobby();
  EXPECT_EQ(take("@+typing=active;label=1;+bad/key!=x;draft=no TAGMSG #lobby").request,
            ask::request(ask::signal{ask::room_named{"lobby"}, "+typing=active"}));
  const tell::presence what{lobby, "bob", "", "~b@host", "", presence_part::tags, "+typing=active", {}};
  EXPECT_EQ(show(what), "") << "without message-tags";
  request("message-tags");
  EXPECT_EQ(show(what), "@+typing=active :bob!~b@host TAGMSG #lobby\r\n");
  EXPECT_EQ(front_.tell(tell::signal{"bob", "~b@host", "+typing=done"}), "@+typing=done :bob!~b@host TAGMSG ada\r\n");
  auto own = what;
  own.nick = "ada";
  EXPECT_EQ(show(own), "") << "without echo-message";
  request("echo-message");
  EXPECT_THAT(show(own), EndsWith(" TAGMSG #lobby\r\n"));
  EXPECT_EQ(take("TAGMSG #lobby").request, ask::request(ask::local{})) << "it says nothing";
}

// I-38
TEST_F(IrcPeople, TagsOfAPostGoWithIt) {
  open_lobby();
  EXPECT_EQ(std::get<ask::post>(take("@+draft/reply=7-1;msgid=x PRIVMSG #lobby :yes").request).tags,
            "+draft/reply=7-1");
  request("message-tags");
  posted said{"yes"};
  said.tags = "+draft/reply=7-1";
  EXPECT_THAT(IrcFront::show(said), AllOf(HasSubstr(";+draft/reply=7-1 :bob!"), HasSubstr("msgid=")));
}

// I-28
TEST_F(IrcPeople, InviteWithoutParametersListsInvitations) {
  EXPECT_EQ(take("INVITE").request, ask::request(ask::invitations{}));
  EXPECT_EQ(answer(tell::invitations{{"one", "two"}}), ":irc.test 336 ada #one\r\n"
                                                       ":irc.test 336 ada #two\r\n"
                                                       ":irc.test 337 ada :End of /INVITE list\r\n");
}

// I-29
TEST_F(IrcPeople, StatsTellsForHowLongTheNodeIsUp) {
  network_->started_at = timestamp{std::chrono::seconds{1000}};
  front_.set_now(timestamp{std::chrono::seconds{1000 + 2 * 86'400 + 3 * 3'600 + 4 * 60 + 5}});
  EXPECT_EQ(local("STATS u"), ":irc.test 242 ada :Server Up 2 days 3:04:05\r\n"
                              ":irc.test 219 ada u :End of /STATS report\r\n");
}

// I-70, I-71, I-72
TEST_F(IrcPeople, OperatorsOfTheServerHaveTheirNumerics) {
  EXPECT_EQ(take("OPER root sesame").request, ask::request(ask::become_operator{"root", "sesame"}));
  EXPECT_THAT(answer(error{error_code::operator_refused, {}}), StartsWith(":irc.test 464 ada :"));
  take("OPER root sesame");
  EXPECT_EQ(answer(tell::user_modes_set{{}, user_modes{std::uint8_t{12}}}),
            ":irc.test 381 ada :You are now an IRC operator\r\n:ada!~ada@cloak MODE ada :+ow\r\n");
  EXPECT_EQ(take("KILL bob :enough").request, ask::request(ask::expel{"bob", "enough"}));
  EXPECT_THAT(answer(error{error_code::not_an_operator, {}}), StartsWith(":irc.test 481 ada :"));
  take("KILL eve :enough");
  EXPECT_THAT(answer(error{error_code::no_such_nick, {}}), StartsWith(":irc.test 401 ada eve :"));
  EXPECT_EQ(take("WALLOPS :psst").request, ask::request(ask::proclaim{proclamation_kind::wallops, "psst"}));
  EXPECT_EQ(front_.tell(tell::proclaimed{proclamation_kind::wallops, "root", "~r@h", "psst"}),
            ":root!~r@h WALLOPS :psst\r\n");
  EXPECT_EQ(front_.tell(tell::proclaimed{proclamation_kind::notice, "root", "~r@h", "back at ten"}),
            ":irc.test NOTICE ada :back at ten\r\n");
  take("REHASH");
  EXPECT_THAT(answer(tell::ordered{}), StartsWith(":irc.test 382 ada "));
}

// I-27
TEST(IrcListFilter, ShowsChannelsByNameMaskMembersAndAge) {
  const auto minutes = [](int count) { return timestamp{std::chrono::minutes{count}}; };
  const tell::room_row lobby{"Lobby", 5, "hi", minutes(100), minutes(190)};
  const tell::room_row fresh{"fresh", 1, "", minutes(195), {}};
  const tell::room_row old{"old", 9, "x", {}, minutes(10)};
  const auto shown = [&](std::string_view filter) {
    std::string out;
    for (const auto& each : {lobby, fresh, old})
      if (irc_list_filter(filter).shows(each, minutes(200)))
        out += each.room[0];
    return out;
  };
  EXPECT_EQ(shown(""), "Lfo");
  EXPECT_EQ(shown("#LOBBY,#old"), "Lo");
  EXPECT_EQ(shown("#l*"), "L");
  EXPECT_EQ(shown("!#l*"), "fo");
  EXPECT_EQ(shown(">1,<9"), "L");
  EXPECT_EQ(shown("C<10"), "f");
  EXPECT_EQ(shown("C>10"), "L") << "of the old one it is not known";
  EXPECT_EQ(shown("T<20"), "L");
  EXPECT_EQ(shown("T>20"), "o");
  EXPECT_EQ(shown(">4,#*o*"), "Lo");
}

} // namespace
} // namespace godwit
