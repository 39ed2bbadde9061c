// IRC without TLS, where the config asks for it: docs/IRC.md, I-18.
#include "tests/support/cluster.hpp"
#include "tests/support/irc_client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <stdexcept>

namespace godwit::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// I-18
TEST(IrcPlain, IsOffInTheShippedFiles) {
  for (const auto* name : {"single", "local"}) {
    const cluster files{name};
    EXPECT_THROW(files.irc_plain_address(), std::runtime_error) << name;
  }
}

// I-18
TEST(IrcPlain, SitsInTheSameRoomsAndIsNotCalledSecure) {
  cluster running{"single"};
  running.offer_plain_irc();
  running.start();
  irc_client plain{running.irc_plain_address()};
  irc_client secure{running.irc_address(), running.path("var/ca.pem")};
  plain.log_in("plain");
  secure.log_in("secure");
  for (auto* each : {&plain, &secure}) {
    each->say("JOIN #both");
    each->expect(" 366 ");
  }
  plain.say("PRIVMSG #both :as it is");
  secure.expect(":plain!", " PRIVMSG #both :as it is");
  secure.say("PRIVMSG #both :wrapped up");
  plain.expect(":secure!", " PRIVMSG #both :wrapped up");
  secure.say("WHOIS plain");
  secure.expect(" 311 secure plain ");
  EXPECT_THAT(secure.settle(), Not(Contains(HasSubstr(" 671 "))));
  plain.say("WHOIS secure");
  plain.expect(" 671 plain secure ");
  plain.say("QUIT :bye");
  plain.expect("ERROR :Closing Link: plain (Quit: bye)");
  plain.expect_end();
  secure.expect(":plain!", " QUIT :Quit: bye");
}

// I-18
TEST(IrcPlain, TakesNoTlsForAnswersAndTheOtherWayRound) {
  cluster running{"single"};
  running.offer_plain_irc();
  running.change_config(
    std::regex_replace(running.config(), std::regex{"\\[limits\\]"}, "[limits]\nhandshake-timeout-ms = 300"));
  running.start();
  EXPECT_THROW((irc_client{running.irc_plain_address(), running.path("var/ca.pem")}), std::runtime_error);
  irc_client lost{running.irc_address()};
  lost.say("NICK lost");
  lost.expect_end();
  irc_client well{running.irc_plain_address()};
  well.log_in("well");
}

} // namespace
} // namespace godwit::test
