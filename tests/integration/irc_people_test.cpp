// What people on IRC learn of each other in a real cluster over TLS: docs/IRC.md, "People". In the shape `local` they
// live on two worker nodes.
#include "tests/support/irc_fixture.hpp"
#include "tests/support/tcp_relay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace godwit::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

class IrcPeople : public irc_fixture {
protected:
  static std::unique_ptr<irc_client> log_in_with(const std::string& nick, const std::string& capabilities) {
    auto client = connect();
    client->say("CAP REQ :" + capabilities);
    client->say("NICK " + nick);
    client->say("USER " + nick + " 0 * :" + nick);
    client->say("CAP END");
    client->expect(" 001 " + nick);
    client->settle();
    return client;
  }
  static void join(irc_client& who, const std::string& channel) {
    who.say("JOIN " + channel);
    who.expect(" 366 ", channel);
  }
};

INSTANTIATE_TEST_SUITE_P(Shapes, IrcPeople, ::testing::Values("single", "local"),
                         [](const auto& tested) { return std::string{tested.param}; });

// I-60, I-61
TEST_P(IrcPeople, WhoisShowsWhatTheAskerMaySee) {
  auto ada = log_in("wi-ada");
  auto bob = log_in("wi-bob");
  auto eve = log_in("wi-eve");
  join(*ada, "#wi-open");
  join(*ada, "#wi-hidden");
  ada->say("MODE #wi-hidden +s");
  ada->expect(" MODE #wi-hidden +s");
  join(*bob, "#wi-hidden");
  ada->say("AWAY :lunch");
  ada->say("MODE wi-ada +B");
  ada->expect(" MODE wi-ada :+B");
  ada->settle();

  eve->say("WHOIS WI-ADA");
  eve->expect(" 311 wi-eve wi-ada ~wi-ada ", " * :wi-ada");
  EXPECT_THAT(eve->expect(" 319 wi-eve wi-ada :"), AllOf(HasSubstr("#wi-open"), Not(HasSubstr("#wi-hidden"))));
  eve->expect(" 312 wi-eve wi-ada ");
  eve->expect(" 301 wi-eve wi-ada :lunch");
  eve->expect(" 335 wi-eve wi-ada ");
  eve->expect(" 671 wi-eve wi-ada ");
  eve->expect(" 317 wi-eve wi-ada ");
  eve->expect(" 318 wi-eve ");
  for (const auto& line : eve->lines())
    EXPECT_THAT(line, Not(HasSubstr(" 378 "))) << "the address is nobody's business";
  bob->say("WHOIS wi-ada");
  EXPECT_THAT(bob->expect(" 319 wi-bob wi-ada :"), AllOf(HasSubstr("#wi-open"), HasSubstr("#wi-hidden")));
  eve->say("WHOIS wi-nobody");
  eve->expect(" 401 wi-eve wi-nobody ");
  eve->expect(" 318 wi-eve wi-nobody ");
}

// I-61
TEST_P(IrcPeople, ASecretChannelIsSeenByItsMembersOnly) {
  auto ada = log_in("se-ada");
  auto eve = log_in("se-eve");
  join(*ada, "#se-room");
  ada->say("MODE #se-room +s");
  ada->expect(" MODE #se-room +s");
  eve->say("LIST");
  while (true) {
    const auto line = eve->expect(" 32");
    EXPECT_THAT(line, Not(HasSubstr("#se-room")));
    if (line.find(" 323 ") != std::string::npos)
      break;
  }
  eve->say("NAMES #se-room");
  eve->say("WHO #se-room");
  eve->say("TOPIC #se-room");
  for (const auto& line : eve->settle())
    EXPECT_THAT(line, Not(HasSubstr("se-ada")));
}

// I-46
TEST_P(IrcPeople, ASecretChannelIsToOutsidersOneThatDoesNotExist) {
  auto ada = log_in("so-ada");
  auto eve = log_in("so-eve");
  join(*ada, "#so-room");
  ada->say("MODE #so-room +s");
  ada->expect(" MODE #so-room +s");
  const auto answers_about = [&](const std::string& channel) {
    for (const std::string line :
         {"PRIVMSG # :hi", "NOTICE # :hi", "TOPIC #", "TOPIC # :mine", "MODE #", "MODE # b", "MODE # +o so-eve",
          "INVITE so-ada #", "KICK # so-ada", "PART #", "NAMES #", "WHO #", "LIST #"}) {
      const auto at = line.find('#');
      eve->say(line.substr(0, at) + channel + line.substr(at + 1));
    }
    auto lines = eve->settle();
    for (auto& line : lines)
      if (const auto at = line.find(channel); at != std::string::npos)
        line.replace(at, channel.size(), "#");
    return lines;
  };
  const auto secret = answers_about("#so-room");
  EXPECT_EQ(secret, answers_about("#so-none"));
  EXPECT_EQ(secret.size(), 12U);
  join(*eve, "#so-room");
}

// I-63
TEST_P(IrcPeople, WhowasRemembersWhoHasGone) {
  auto eve = log_in("ww-eve");
  {
    auto ada = log_in("ww-ada");
    ada->say("NICK ww-lovelace");
    ada->expect(" NICK :ww-lovelace");
    ada->say("QUIT");
    ada->expect("ERROR");
  }
  for (const auto* nick : {"ww-ada", "ww-lovelace"})
    wait_until("the directory has heard of the end", [&] {
      eve->say("WHOWAS " + std::string(nick));
      const bool is_there = eve->expect(std::string(" ") + nick + " ").find(" 314 ") != std::string::npos;
      eve->expect(" 369 ");
      return is_there;
    });
  eve->say("WHOWAS ww-nobody");
  eve->expect(" 406 ww-eve ww-nobody ");
}

// I-67
TEST_P(IrcPeople, UserhostAndIsonKnowWhoIsHere) {
  auto ada = log_in("ui-ada");
  auto eve = log_in("ui-eve");
  eve->say("ISON ui-ada ui-nobody ui-eve");
  eve->expect(" 303 ui-eve :ui-ada ui-eve");
  eve->say("USERHOST ui-ada");
  eve->expect(" 302 ui-eve :ui-ada=+~ui-ada@");
}

// I-62
TEST_P(IrcPeople, StrangersWhoAreInvisibleAreNotFoundByMasks) {
  auto ada = log_in("vi-ada");
  auto bob = log_in("vi-bob");
  auto eve = log_in("vi-eve");
  ada->say("MODE vi-ada +i");
  ada->expect(" MODE vi-ada :+i");
  join(*ada, "#vi-room");
  join(*bob, "#vi-room");
  ada->settle();
  bob->settle();
  const auto found = [](irc_client& by, const std::string& mask) {
    by.say("WHO " + mask);
    std::string all;
    for (const auto& line : by.settle())
      all += line;
    EXPECT_THAT(all, HasSubstr(" 315 "));
    return all;
  };
  EXPECT_THAT(found(*eve, "vi-*"), AllOf(Not(HasSubstr(" vi-ada H")), HasSubstr(" vi-bob H")));
  EXPECT_THAT(found(*bob, "vi-*"), AllOf(HasSubstr(" vi-ada H"), HasSubstr(" vi-bob H")));
  EXPECT_THAT(found(*eve, "vi-ada"), HasSubstr(" vi-ada H")) << "by her nick";
  EXPECT_THAT(found(*eve, "vi-b* %na"), HasSubstr(" 354 vi-eve vi-bob 0"));
}

// I-64
TEST_P(IrcPeople, LusersCountsEverybody) {
  auto eve = log_in("lu-eve");
  const auto count = [&] {
    eve->say("LUSERS");
    const auto line = eve->expect(" 265 lu-eve ");
    eve->expect(" 266 ");
    return std::stoi(line.substr(line.find(" 265 lu-eve ") + 12));
  };
  const auto before = count();
  auto ada = log_in("lu-ada");
  auto native = running().join("lu-ann", "");
  native->expect({{"event", "logged_in"}});
  EXPECT_GE(count(), before + 2) << "of both protocols, on all nodes";
}

// I-65, I-39
TEST_P(IrcPeople, ABotIsSeenAsOne) {
  auto bot = log_in("bo-bot");
  auto eve = log_in_with("bo-eve", "message-tags");
  join(*bot, "#bo-room");
  join(*eve, "#bo-room");
  bot->say("MODE bo-bot +B");
  bot->expect(" MODE bo-bot :+B");
  bot->say("PRIVMSG #bo-room :beep");
  EXPECT_THAT(eve->expect(" PRIVMSG #bo-room :beep"), HasSubstr(";bot"));
  eve->say("WHO #bo-room");
  EXPECT_THAT(eve->expect(" 352 ", " bo-bot "), HasSubstr("B :"));
  bot->say("MODE bo-eve +B");
  bot->expect(" 502 ");
  bot->say("MODE bo-bot +x");
  bot->expect(" 501 ");
  bot->say("MODE bo-bot");
  bot->expect(" 221 bo-bot +B");
}

// I-38
TEST_P(IrcPeople, TypingIsShownToThoseWhoHaveTags) {
  auto ada = log_in_with("ty-ada", "message-tags");
  auto bob = log_in_with("ty-bob", "message-tags");
  auto eve = log_in("ty-eve");
  for (auto* each : {ada.get(), bob.get(), eve.get()})
    join(*each, "#ty-room");
  ada->say("@+typing=active TAGMSG #ty-room");
  bob->expect("@+typing=active", ":ty-ada!", " TAGMSG #ty-room");
  ada->say("@+draft/reply=x PRIVMSG #ty-room :hello");
  bob->expect("+draft/reply=x", " PRIVMSG #ty-room :hello");
  EXPECT_THAT(eve->expect(" PRIVMSG #ty-room :hello"), Not(HasSubstr("draft")));
  for (const auto& line : eve->lines())
    EXPECT_THAT(line, Not(HasSubstr("TAGMSG")));
  ada->say("@+typing=done TAGMSG ty-bob");
  bob->expect("@+typing=done", ":ty-ada!", " TAGMSG ty-bob");
}

// I-66
TEST_P(IrcPeople, ANewRealNameIsSeenInSharedChannels) {
  auto ada = log_in_with("sn-ada", "setname");
  auto bob = log_in_with("sn-bob", "setname");
  join(*ada, "#sn-room");
  join(*bob, "#sn-room");
  ada->say("SETNAME :Countess of Lovelace");
  ada->expect(":sn-ada!", " SETNAME :Countess of Lovelace");
  bob->expect(":sn-ada!", " SETNAME :Countess of Lovelace");
  wait_until("the directory has heard of it, which is not asked by the room", [&] {
    bob->say("WHOIS sn-ada");
    return bob->expect(" 311 sn-bob sn-ada ").find(" :Countess of Lovelace") != std::string::npos;
  });
  bob->say("WHO #sn-room");
  bob->expect(" 352 ", ":0 Countess of Lovelace");
}

// I-69
TEST_P(IrcPeople, WhoComesBackFromAnotherNetworkIsShownWithANewHost) {
  auto bob = log_in_with("ch-bob", "chghost");
  auto eve = log_in_with("ch-eve", "setname");
  for (auto* each : {bob.get(), eve.get()}) {
    join(*each, "#ch-room");
    join(*each, "#ch-other");
  }
  tcp_relay relay(running().client_port());
  auto options = running().options_for("ch-ada");
  options.server = relay.address();
  options.room = "ch-room";
  chat_client ada(options);
  ada.say("/join ch-other");
  bob->expect(":ch-ada!", " JOIN #ch-other");
  ada.say("at home");
  const auto host_of = [](const std::string& line) {
    const auto at = line.find('@', line.find(":ch-ada!")); // behind the tags
    return line.substr(at + 1, line.find(' ', at) - at - 1);
  };
  const auto home = host_of(bob->expect(":ch-ada!", ":at home"));
  relay.go_out_from(77);
  relay.cut();
  ada.expect({{"event", "resumed"}});
  const auto changed = bob->expect(":ch-ada!", " CHGHOST ~native ");
  const auto now = changed.substr(changed.rfind(' ') + 1);
  EXPECT_EQ(host_of(changed), home);
  EXPECT_NE(now, home);
  ada.say("on the train");
  EXPECT_EQ(host_of(bob->expect(":ch-ada!", ":on the train")), now);
  EXPECT_EQ(host_of(eve->expect(":ch-ada!", ":on the train")), now);
  bob->settle();
  EXPECT_EQ(std::ranges::count_if(bob->lines(), [](const auto& line) { return line.find("CHGHOST") != line.npos; }), 1)
    << "once, for two shared channels";
  for (const auto& line : eve->lines())
    EXPECT_THAT(line, Not(HasSubstr("CHGHOST")));
  bob->say("WHO #ch-room");
  bob->expect(" 352 ", "~native " + now);
}

// I-80
TEST_P(IrcPeople, WhoWritesToSomebodyAwayIsToldSoEachTime) {
  auto ada = log_in("aw-ann");
  auto bob = log_in("aw-ben");
  bob->say("AWAY :gone fishing");
  bob->expect(" 306 ");
  wait_until("the directory has heard of it", [&] {
    ada->say("WHOIS aw-ben");
    bool is_away = false;
    for (const auto& line : ada->settle())
      is_away = is_away || line.find(" 301 ") != std::string::npos;
    return is_away;
  });
  for (const auto* text : {"first", "second"}) {
    ada->say(std::string("PRIVMSG aw-ben :") + text);
    ada->expect(" 301 aw-ann aw-ben :gone fishing");
    bob->expect(" PRIVMSG aw-ben :", text);
  }
  ada->say("NOTICE aw-ben :third");
  bob->expect(" NOTICE aw-ben :third");
  for (const auto& line : ada->settle())
    EXPECT_THAT(line, Not(HasSubstr(" 301 ")));
}

// I-68
TEST_P(IrcPeople, WhoIsAwayIsToldOnceHoweverManyChannelsAreShared) {
  auto ada = log_in_with("aw-ada", "away-notify");
  auto bob = log_in("aw-bob");
  for (const std::string channel : {"#aw-one", "#aw-two", "#aw-three", "#aw-four"}) {
    join(*bob, channel);
    join(*ada, channel);
  }
  bob->say("AWAY :lunch");
  bob->say("AWAY");
  bob->say("PRIVMSG #aw-one,#aw-two,#aw-three,#aw-four :behind it");
  for (int i = 0; i != 4; ++i)
    ada->expect(":aw-bob!", " PRIVMSG #aw-", ":behind it");
  std::vector<std::string> told;
  for (const auto& line : ada->lines())
    if (const auto at = line.find(" AWAY"); line.starts_with(":aw-bob!") && at != std::string::npos)
      told.push_back(line.substr(at));
  EXPECT_EQ(told, (std::vector<std::string>{" AWAY :lunch", " AWAY"}));
}

// I-28
TEST_P(IrcPeople, InvitationsCanBeListed) {
  auto ada = log_in("iv-ada");
  auto bob = log_in("iv-bob");
  join(*ada, "#iv-room");
  ada->say("INVITE iv-bob #iv-room");
  bob->expect(" INVITE iv-bob #iv-room");
  bob->say("INVITE");
  bob->expect(" 336 iv-bob #iv-room");
  bob->expect(" 337 iv-bob ");
  join(*bob, "#iv-room");
  bob->say("INVITE");
  EXPECT_THAT(bob->settle(), Not(Contains(HasSubstr(" 336 "))));
}

// I-27
TEST_P(IrcPeople, ListIsFiltered) {
  auto ada = log_in("li-ada");
  join(*ada, "#li-one");
  join(*ada, "#li-two");
  ada->say("TOPIC #li-one :fresh");
  ada->expect(" TOPIC #li-one ");
  const auto listed = [&](const std::string& filter) {
    ada->say("LIST " + filter);
    std::string all;
    for (const auto& line : ada->settle())
      all += line;
    return all;
  };
  EXPECT_THAT(listed("#li-*"), AllOf(HasSubstr("#li-one"), HasSubstr("#li-two")));
  EXPECT_THAT(listed("#li-*,!*two"), AllOf(HasSubstr("#li-one"), Not(HasSubstr("#li-two"))));
  EXPECT_THAT(listed("#li-*,T<5"), AllOf(HasSubstr("#li-one"), Not(HasSubstr("#li-two"))));
  EXPECT_THAT(listed("#li-*,C<5"), AllOf(HasSubstr("#li-one"), HasSubstr("#li-two")));
  EXPECT_THAT(listed("#li-*,C>5"), Not(HasSubstr("#li-")));
}

// I-29
TEST_P(IrcPeople, StatsTellsTheUptime) {
  auto ada = log_in("st-ada");
  ada->say("STATS u");
  ada->expect(" 242 st-ada :Server Up 0 days 0:0");
  ada->expect(" 219 st-ada u ");
}

} // namespace
} // namespace godwit::test
