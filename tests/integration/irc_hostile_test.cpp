// What an IRC client hears that does not behave, before its connection is closed, with TLS and without. Others go on.
#include "tests/support/cluster.hpp"
#include "tests/support/irc_client.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace godwit::test {
namespace {

class IrcHostile : public ::testing::TestWithParam<const char*> {
protected:
  /// `limits`: keys of that table.
  void start(const std::string& limits, const std::string& irc = "") {
    auto config = std::regex_replace(running_.config(), std::regex{"exempt = .*"}, limits);
    config = std::regex_replace(config, std::regex{"(server = \"irc\\.single\\.test\")"}, "$1\n" + irc + "\n");
    running_.change_config(config);
    running_.offer_plain_irc();
    running_.start();
  }
  ~IrcHostile() override { connect()->log_in("bystander"); }

  std::unique_ptr<irc_client> connect() const {
    return GetParam() == std::string{"Plain"}
             ? std::make_unique<irc_client>(running_.irc_plain_address())
             : std::make_unique<irc_client>(running_.irc_address(), running_.path("var/ca.pem"));
  }
  static void expect_close(irc_client& client, const std::string& why) {
    client.expect("ERROR :Closing Link", why);
    client.expect_end();
  }

  cluster running_{"single"};
};

INSTANTIATE_TEST_SUITE_P(Ports, IrcHostile, ::testing::Values("Tls", "Plain"),
                         [](const auto& tested) { return std::string{tested.param}; });

// I-51
TEST_P(IrcHostile, WhoDoesNotLogInInTimeIsToldAndClosed) {
  start("", "login-timeout-ms = 700");
  const auto silent = connect();
  const auto half = connect();
  half->say("CAP LS 302");
  half->say("NICK half");
  const auto waits = [&](irc_client& client) { expect_close(client, "said nothing useful in time"); };
  waits(*silent);
  waits(*half);
}

// I-51
TEST_P(IrcHostile, WhoDoesNotAnswerAPingIsToldAndClosed) {
  start("idle-ping-after-ms = 500");
  const auto client = connect();
  client->log_in("sleeper");
  client->expect("PING :");
  expect_close(*client, "was silent for too long");
}

// I-51
TEST_P(IrcHostile, WhoSendsTooMuchIsWarnedAndThenToldAndClosed) {
  start("flood-burst = 128\nflood-per-second = 40\nflood-patience-ms = 500");
  const auto client = connect();
  client->log_in("flooder");
  client->say("JOIN #flood");
  client->expect(" 366 ");
  for (int i = 0; i != 4000; ++i)
    client->say("PRIVMSG #flood :" + std::to_string(i));
  client->expect(" 263 ");
  expect_close(*client, "asks for more than the server allows");
}

// I-51
TEST_P(IrcHostile, WhoStopsReadingAmidAFloodIsToldWhenItReadsAgainAndClosed) {
  start("send-queue-bytes = 1048576\nflood-burst = 1000000\nflood-per-second = 1000000", "replay-lines = 0");
  const auto stalled = connect();
  const auto talker = connect();
  const auto reader = connect();
  stalled->log_in("stalled");
  talker->log_in("talker");
  reader->log_in("reader");
  for (auto* each : {stalled.get(), talker.get(), reader.get()}) {
    each->say("JOIN #flood");
    each->expect(" 366 ");
    each->settle();
  }
  constexpr int said_at_once = 100;
  constexpr int said_max = 60'000; // far more than the queue and the system's buffers hold
  const std::string text(400, 'x');
  int said = 0;
  bool has_gone = false;
  while (!has_gone && said < said_max) {
    for (int i = 0; i != said_at_once; ++i)
      talker->say("PRIVMSG #flood :" + std::to_string(said++) + " " + text);
    for (const auto& line : talker->settle())
      has_gone = has_gone || (line.starts_with(":stalled!") && line.find(" QUIT ") != std::string::npos);
    reader->is_open();
  }
  EXPECT_TRUE(has_gone);
  expect_close(*stalled, "reads too slowly");
  int next = 0;
  for (const auto& line : reader->settle()) { // others have it all, in its order
    if (line.find(" PRIVMSG #flood :") == std::string::npos)
      continue;
    EXPECT_NE(line.find(" PRIVMSG #flood :" + std::to_string(next) + " "), std::string::npos) << line.substr(0, 80);
    ++next;
  }
  EXPECT_EQ(next, said);
}

// I-6, I-2
TEST_P(IrcHostile, SmuggledLineEndsAndNulReachNobody) {
  start("");
  const auto bystander = connect();
  bystander->log_in("witness");
  bystander->say("JOIN #smuggle");
  bystander->expect(" 366 ");
  const auto client = connect();
  client->log_in("smuggler");
  client->say("JOIN #smuggle");
  client->send(std::string("PRIVMSG #smuggle :a\0QUIT :b\r\n", 29));
  client->send("PRIVMSG #smuggle :c\rQUIT :d\r\n");
  client->send("PRIVMSG #smuggle :\x01"
               "e\r\n");
  client->settle();
  bystander->expect(" PRIVMSG #smuggle :");
  for (const auto& line : bystander->settle()) {
    EXPECT_EQ(line.find(" QUIT "), std::string::npos) << line;
    EXPECT_EQ(line.find_first_of(std::string_view("\0\r\n", 3)), std::string::npos) << line;
  }
}

// I-3, I-40, I-42
TEST_P(IrcHostile, WhoAsksForAsManyModesAsALineHoldsIsAnsweredAndServedOn) {
  start("");
  const auto client = connect();
  client->log_in("moder");
  client->say("JOIN #modes");
  client->expect(" 366 ");
  client->say("MODE #modes +" + std::string(450, 'o') + "m");
  client->expect(" MODE #modes +m");
  client->expect(" 696 moder #modes o ");
  client->settle();
  client->say("MODE #modes +" + std::string(490, 'b'));
  client->expect(" 368 moder #modes ");
  client->settle();
  std::string letters;
  for (int i = 0; i != 24; ++i)
    letters += std::string("zyxw") + "\xc3\xbc\xe2\x82\xac";
  client->say("MODE #modes +" + letters);
  client->expect(" 472 moder z ");
  client->expect(" 472 moder ? ");
  client->settle();
}

// I-20, I-22, I-23
TEST_P(IrcHostile, NamesThatAreNoneAndChannelsThatAreShutAreRefusedWithoutAWordOfWhatIsIn) {
  start("");
  const auto owner = connect();
  owner->log_in("owner");
  owner->say("JOIN #shut");
  owner->say("TOPIC #shut :for friends");
  owner->say("MODE #shut +i");
  owner->expect(" MODE #shut +i");
  const auto client = connect();
  client->log_in("stranger");
  client->say("JOIN #shut");
  client->expect(" 473 stranger #shut ");
  for (const auto& line : client->settle())
    for (const auto* numeric : {" 332 ", " 333 ", " 353 ", " 366 "})
      EXPECT_EQ(line.find(numeric), std::string::npos) << line;
  for (const auto* name : {"NICK #x", "NICK a!b", "NICK a@b",
                           "NICK \xe2\x80\xae"
                           "evil",
                           "NICK 0nine"}) {
    client->say(name);
    client->expect(" 432 stranger ");
  }
  client->say("JOIN shut");
  client->expect(" 403 stranger shut ");
  client->settle();
}

// I-24, I-38
TEST_P(IrcHostile, NoticesAreNeverAnswered) {
  start("");
  const auto client = connect();
  client->log_in("noticer");
  client->settle();
  for (const auto* line : {"NOTICE nobody :hello", "NOTICE #nowhere :hello", "NOTICE", "NOTICE nobody",
                           "NOTICE a,b,c,d,e,f,g,h,i :hello", "TAGMSG", "@+a=b TAGMSG nobody"})
    client->say(line);
  for (const auto& line : client->settle())
    EXPECT_EQ(line.find(" 4"), std::string::npos) << line;
}

} // namespace
} // namespace godwit::test
