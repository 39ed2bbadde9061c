// What IRC clients see of a real cluster over TLS: docs/IRC.md. Each test has nicks and channels of its own.
#include "tests/support/irc_fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace godwit::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

using Irc = irc_fixture;

INSTANTIATE_TEST_SUITE_P(Shapes, Irc, ::testing::Values("single", "local"),
                         [](const auto& tested) { return std::string{tested.param}; });

// I-10, I-11
TEST_P(Irc, AClientNegotiatesAndIsWelcomed) {
  auto client = connect();
  client->say("CAP LS 302");
  client->expect(" CAP * LS :", "server-time");
  client->say("NICK w-ada");
  client->say("USER ada 0 * :Ada");
  client->say("CAP REQ :server-time echo-message");
  client->expect("CAP * ACK :server-time echo-message");
  client->say("CAP END");
  for (const auto* number : {" 001 w-ada ", " 002 w-ada ", " 003 w-ada ", " 004 w-ada ", " 005 w-ada "})
    client->expect(number);
  client->settle();
}

// I-12
TEST_P(Irc, ANickThatSomebodyHasIsRefusedAndAnotherIsTaken) {
  auto first = log_in("c-ada");
  auto second = connect();
  second->say("NICK c-ada");
  second->say("USER b 0 * :b");
  second->expect(" 433 * c-ada ");
  second->say("NICK c-bob");
  second->expect(" 001 c-bob ");
}

// I-20, I-21, I-33
TEST_P(Irc, SomebodyAtANativeClientAndSomebodyAtIrcSitInOneRoom) {
  auto native = running().join("n-ann", "together");
  native->settle();
  auto irc = log_in("n-bob");
  irc->say("JOIN #together");
  irc->expect(":n-bob!~n-bob@", " JOIN #together");
  irc->expect(" 353 n-bob = #together :", "n-ann");
  irc->expect(" 366 n-bob #together ");
  native->expect({{"event", "joined"}, {"from", "n-bob"}, {"room", "together"}});

  irc->say("PRIVMSG #together :hello from irc");
  native->expect({{"event", "posted"}, {"from", "n-bob"}, {"text", "hello from irc"}});
  native->say("hello from native");
  irc->expect(":n-ann!", " PRIVMSG #together :hello from native");

  irc->say("TOPIC #together");
  irc->expect(" 331 n-bob #together ");
  irc->say("PART #together :bye");
  irc->expect(":n-bob!", " PART #together :bye");
  native->expect({{"event", "left"}, {"from", "n-bob"}});
}

// I-24
TEST_P(Irc, PeopleTalkInPrivateAcrossProtocols) {
  auto native = running().join("p-ann", "");
  native->expect({{"event", "logged_in"}});
  auto irc = log_in("p-bob");
  irc->say("PRIVMSG p-ann :psst");
  native->expect({{"event", "posted"}, {"from", "p-bob"}, {"text", "psst"}});
  native->say("/msg p-bob yes?");
  irc->expect(":p-ann!", " PRIVMSG p-bob :yes?");
  irc->say("PRIVMSG nobody-there :psst");
  irc->expect(" 401 p-bob nobody-there ");
}

// I-36, I-31
TEST_P(Irc, AnEchoHasTheIdThatOthersSee) {
  auto ada = connect();
  ada->say("CAP REQ :echo-message message-tags server-time");
  ada->say("NICK e-ada");
  ada->say("USER a 0 * :a");
  ada->say("CAP END");
  ada->expect(" 001 ");
  auto native = running().join("e-ann", "echo");
  native->settle();
  ada->say("JOIN #echo");
  ada->expect(" 366 ");
  ada->say("PRIVMSG #echo :mark");
  const auto line = ada->expect(" PRIVMSG #echo :mark");
  const auto seen = native->expect({{"event", "posted"}, {"text", "mark"}});
  EXPECT_THAT(line, HasSubstr("msgid=" + seen["id"].get<std::string>()));
}

// I-35
TEST_P(Irc, WhoJoinsIsToldWhatWasSaidBefore) {
  auto native = running().join("r-ann", "replay");
  native->settle();
  native->ask("before one");
  native->ask("before two");
  auto irc = log_in("r-bob");
  irc->say("JOIN #replay");
  irc->expect(" PRIVMSG #replay :before one");
  irc->expect(" PRIVMSG #replay :before two");
  native->ask("after");
  irc->expect(" PRIVMSG #replay :after");
}

// I-14
TEST_P(Irc, ANewNickAndAQuitAreToldOnceHoweverManyChannelsAreShared) {
  auto watcher = log_in("q-watch");
  auto mover = log_in("q-move");
  for (auto* each : {watcher.get(), mover.get()}) {
    each->say("JOIN #q-one,#q-two");
    each->expect(" 366 ");
    each->expect(" 366 ");
    each->settle();
  }
  watcher->settle();
  mover->say("NICK q-moved");
  mover->expect(":q-move!", " NICK :q-moved");
  watcher->expect(":q-move!", " NICK :q-moved");
  mover->say("QUIT :gone");
  mover->expect("ERROR :", "Quit: gone");
  mover->expect_end();
  watcher->expect(":q-moved!", " QUIT :Quit: gone");
  EXPECT_THAT(watcher->settle(), Not(Contains(HasSubstr(" QUIT "))));
}

// I-50
TEST_P(Irc, AQuitBeforeTheLogInIsAnsweredToo) {
  auto client = connect();
  client->say("QUIT :never mind");
  client->expect("ERROR :");
  client->expect_end();
}

// I-52
TEST_P(Irc, AConnectionThatIsCutIsAQuit) {
  auto watcher = log_in("d-watch");
  watcher->say("JOIN #cut");
  watcher->expect(" 366 ");
  {
    auto other = log_in("d-gone");
    other->say("JOIN #cut");
    other->expect(" 366 ");
  }
  watcher->expect(":d-gone!", " QUIT ");
  auto again = connect();
  again->say("USER again 0 * :again");
  wait_until("the nick is free, soon behind the quit", [&] {
    again->say("NICK d-gone");
    return again->expect(" d-gone ").find(" 001 ") != std::string::npos;
  });
}

// I-23, I-40
TEST_P(Irc, AFounderModeratesAcrossProtocols) {
  auto founder = log_in("m-ada");
  founder->say("JOIN #m-room");
  founder->expect(" 366 ");
  founder->say("MODE #m-room");
  founder->expect(" 324 m-ada #m-room +", "n");
  founder->say("MODE #m-room +m");
  founder->expect(":m-ada!", " MODE #m-room +m");
  auto native = running().join("m-ann", "m-room");
  native->settle();
  EXPECT_EQ(native->ask("may I?")["event"], "error");
  founder->say("MODE #m-room +v m-ann");
  founder->expect(" MODE #m-room +v m-ann");
  EXPECT_EQ(native->ask("thanks")["event"], "confirmed");
  founder->say("KICK #m-room m-ann :enough");
  founder->expect(":m-ada!", " KICK #m-room m-ann :enough");
  native->expect({{"event", "kicked"}});
}

// I-19, I-29, I-64
TEST_P(Irc, TheServerTellsOfItself) {
  auto ada = log_in("s-ada");
  const auto server = std::string{"irc."} + GetParam() + ".test";
  const auto expect_in_order = [&](const std::string& line, const std::vector<std::string>& numbers) {
    ada->say(line);
    for (const auto& number : numbers)
      EXPECT_THAT(ada->expect(" " + number + " s-ada "), ::testing::StartsWith(":" + server + " ")) << line;
  };
  expect_in_order("MOTD", {"422"});
  expect_in_order("VERSION", {"351", "005"});
  expect_in_order("TIME", {"391"});
  expect_in_order("INFO", {"371", "374"});
  expect_in_order("ADMIN", {"423"});
  expect_in_order("HELP", {"704", "705", "706"});
  expect_in_order("LINKS", {"364", "365"});
  expect_in_order("STATS u", {"242", "219"});
  expect_in_order("STATS x", {"219"});
  expect_in_order("LUSERS", {"251", "252", "253", "254", "255", "265", "266"});
  ada->say("LINKS");
  EXPECT_THAT(ada->expect(" 364 "), HasSubstr(" 364 s-ada " + server + " " + server + " :0 "));
  EXPECT_THAT(ada->settle(), Not(Contains(HasSubstr(" 364 ")))) << "all nodes are one server";
}

// I-53
TEST_P(Irc, APongComesBehindWhatTheClientSaidBefore) {
  auto ada = log_in("g-ada");
  ada->send("JOIN #pong\r\nTOPIC #pong :set\r\nPING done\r\n");
  ada->expect(" 366 ");
  ada->expect(" TOPIC #pong :set");
  ada->expect(" PONG ", "done");
}

// I-5, I-6
TEST_P(Irc, BytesThatAreNoTextHarmNobody) {
  auto ada = log_in("b-ada");
  auto bob = log_in("b-bob");
  for (auto* each : {ada.get(), bob.get()}) {
    each->say("JOIN #bytes");
    each->expect(" 366 ");
  }
  ada->send("PRIVMSG #bytes :caf\xe9\r\n");
  ada->send(std::string("PRIVMSG #bytes :nul\0here\r\n", 26));
  ada->send("PRIVMSG #bytes :cr\rQUIT\r\n");
  ada->say("PRIVMSG #bytes :" + std::string(2000, 'x'));
  ada->say("PRIVMSG #bytes :good");
  bob->expect(" PRIVMSG #bytes :good");
  for (const auto& line : bob->lines())
    EXPECT_THAT(line, Not(HasSubstr("QUIT")));
  ada->expect(" 417 ");
}

} // namespace
} // namespace godwit::test
