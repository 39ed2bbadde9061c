// Operators of the server on a real cluster, of both protocols: docs/IRC.md, "Operators of the server".
#include "tests/support/irc_fixture.hpp"
#include "tests/support/terminal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <thread>

namespace godwit::test {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// What `godwitd hash-password` prints for a line of its input.
std::string hash_of(const std::string& password) {
  const auto command = "printf '%s\\n' '" + password + "' | " + godwitd_program() + " hash-password";
  auto* pipe = ::popen(command.c_str(), "r");
  std::array<char, 512> text{};
  const auto size = std::fread(text.data(), 1, text.size(), pipe);
  EXPECT_EQ(::pclose(pipe), 0);
  std::string out(text.data(), size);
  if (out.ends_with('\n'))
    out.pop_back();
  return out;
}

std::string entry_of(const std::string& name, const std::string& password, const std::string& from = "") {
  return "\n[[operators]]\nname = \"" + name + "\"\npassword = \"" + hash_of(password) + "\"\n"
         + (from.empty() ? "" : "from = [\"" + from + "\"]\n");
}

class Operators : public ::testing::TestWithParam<const char*> {
protected:
  Operators() : running_(GetParam(), entry_of("root", "sesame") + entry_of("afar", "sesame", "192.0.2.0/24")) {
    running_.start();
  }
  std::unique_ptr<irc_client> log_in(const std::string& nick) {
    auto client = std::make_unique<irc_client>(running_.irc_address(), running_.path("var/ca.pem"));
    client->log_in(nick);
    return client;
  }
  std::unique_ptr<irc_client> log_in_as_operator(const std::string& nick) {
    auto client = log_in(nick);
    client->say("OPER root sesame");
    client->expect(" 381 " + nick);
    client->expect(" MODE " + nick + " :+ow");
    client->settle();
    return client;
  }

  cluster running_;
};

INSTANTIATE_TEST_SUITE_P(Shapes, Operators, ::testing::Values("single", "local"),
                         [](const auto& tested) { return std::string{tested.param}; });

// I-70, I-71, I-72, I-73, I-76
TEST_P(Operators, KeepTheNetworkInOrder) {
  auto eve = log_in("eve");
  auto bob = log_in("bob");
  eve->say("KILL bob :mine");
  eve->expect(" 481 eve ");
  eve->say("WALLOPS :mine");
  eve->expect(" 481 eve ");
  eve->say("REHASH");
  eve->expect(" 481 eve ");
  auto root = log_in_as_operator("root-ada");

  eve->say("WHOIS root-ada");
  eve->expect(" 313 eve root-ada ");
  root->say("WHOIS eve");
  root->expect(" 378 root-ada eve :is connecting from *@127.0.0.1 127.0.0.1");

  bob->say("MODE bob +w");
  bob->expect(" MODE bob :+w");
  bob->settle();
  root->say("WALLOPS :maintenance at ten");
  root->expect(":root-ada!", " WALLOPS :maintenance at ten");
  bob->expect(":root-ada!", " WALLOPS :maintenance at ten");
  EXPECT_THAT(eve->settle(), Not(Contains(HasSubstr("WALLOPS"))));

  bob->say("JOIN #lost");
  bob->expect(" 366 ");
  eve->say("JOIN #lost");
  eve->expect(" 366 ");
  root->say("MODE #lost +o eve");
  eve->expect(":root-ada!", " MODE #lost +o eve");

  root->say("KILL nobody :x");
  root->expect(" 401 root-ada nobody ");
  root->say("KILL bob :enough");
  bob->expect("ERROR :", "Killed (root-ada (enough))");
  bob->expect_end();
  eve->expect(":bob!", " QUIT :Killed (root-ada (enough))");
  root->say("MODE root-ada -o");
  root->expect(" MODE root-ada :-o");
  root->say("KILL eve :x");
  root->expect(" 481 root-ada ");
}

// I-70, I-74
TEST_P(Operators, AreRefusedWithTheWrongPassword) {
  auto eve = log_in("eve");
  eve->say("OPER afar sesame");
  eve->expect(" 491 eve ");
  eve->say("OPER root wrong");
  eve->expect(" 263 eve OPER :"); // too soon
  wait_until("the pause after the first failure is over", [&] {
    eve->say("OPER root hush-hush");
    return eve->expect(" eve ").find(" 464 ") != std::string::npos;
  });
  std::string logs;
  for (const auto& node : running_.nodes())
    logs += running_.log(node);
  EXPECT_THAT(logs, HasSubstr("operator \"root\""));
  EXPECT_THAT(logs, HasSubstr("127.0.0.1"));
  EXPECT_THAT(logs, Not(HasSubstr("hush-hush")));
}

// O-1, O-2, O-3, O-4
TEST_P(Operators, SitAtNativeClientsToo) {
  auto bob = running_.join("bob", "lobby");
  bob->settle();
  auto irc = log_in("ivy");
  auto ada = running_.join("ada", "lobby");
  ada->settle();
  ada->say("/kill bob");
  ada->expect({{"event", "error"}, {"code", "not_an_operator"}});
  ada->say("/oper root");
  ada->say("sesame");
  ada->expect({{"event", "operator"}, {"operator", true}});
  ada->say("/broadcast back at ten");
  bob->expect({{"event", "announcement"}, {"to", "all"}, {"from", "ada"}, {"text", "back at ten"}});
  irc->expect(" NOTICE ivy :back at ten");
  ada->say("/wallops psst");
  ada->expect({{"event", "announcement"}, {"to", "operators"}, {"text", "psst"}});
  ada->say("/whois bob");
  const auto who = ada->expect({{"event", "whois"}, {"nick", "bob"}});
  EXPECT_EQ(who["rooms"][0]["room"], "lobby");
  EXPECT_THAT(who["address"].get<std::string>(), HasSubstr("127.0.0.1"));
  bob->say("/whois nobody");
  bob->expect({{"event", "error"}, {"code", "no_such_nick"}});
  ada->say("/kill bob enough");
  bob->expect({{"event", "over"}, {"code", "killed"}});
  ada->expect({{"event", "quit"}, {"from", "bob"}, {"reason", "Killed (ada (enough))"}});
}

// I-75
TEST_P(Operators, ComeFromTheFileThatIsReadAgain) {
  auto root = log_in_as_operator("root-ada");
  const auto motd = running_.path("motd.txt");
  std::ofstream(motd) << "a new day\n";
  auto config = running_.config();
  config += entry_of("late", "open");
  config.insert(config.find("[irc]") + 5, "\nmotd = \"" + motd + "\"");
  running_.change_config(config);
  root->say("REHASH");
  root->expect(" 382 root-ada ");
  wait_until("all nodes have read it", [&] {
    std::size_t count = 0;
    for (const auto& node : running_.nodes())
      count += running_.log(node).find("the config is read again, as root-ada wants: done") != std::string::npos;
    return count == (running_.nodes().size() == 1 ? 1U : 2U);
  });
  auto late = log_in("late-ann");
  late->say("OPER late open");
  late->expect(" 381 late-ann ");
  late->say("MOTD");
  late->expect(" 372 late-ann :- a new day");

  std::filesystem::remove(motd);
  root->say("REHASH");
  root->expect(" 382 root-ada ");
  wait_until("the fault is logged",
             [&] { return running_.log(running_.nodes().back()).find(motd + ": No such file") != std::string::npos; });
  late->say("MOTD");
  late->expect(" 372 late-ann :- a new day");
}

// I-73
TEST_P(Operators, RecoverARoomFromWithin) {
  auto eve = log_in("eve");
  eve->say("JOIN #lost");
  eve->expect(" 366 ");
  auto root = log_in_as_operator("root-in");
  root->say("JOIN #lost");
  root->expect(" 366 ");
  root->say("MODE #lost +o root-in");
  eve->expect(":root-in!", " MODE #lost +o root-in");
  root->say("MODE #lost -qo eve eve");
  eve->expect(":root-in!", " MODE #lost -qo eve eve");
  eve->say("MODE #lost +m");
  eve->expect(" 482 eve #lost ");
}

// I-73
TEST_P(Operators, RecoverARoomFromOutsideAndHearThatItIsDone) {
  auto eve = log_in("eve");
  eve->say("JOIN #far");
  eve->expect(" 366 ");
  auto root = log_in_as_operator("root-out");
  root->say("MODE #far +m");
  eve->expect(":root-out!", " MODE #far +m");
  root->expect(" NOTICE root-out :The modes of #far ");
}

// I-71, I-79
TEST_P(Operators, SpeakToEverybodyAndWhoIsKilledHearsIt) {
  auto eve = log_in("eve");
  auto native = chat_client(running_.options_for("nat"));
  native.settle();
  eve->say("NOTICE $* :mine");
  eve->say("PRIVMSG $* :mine");
  eve->expect(" 481 eve ");
  auto root = log_in_as_operator("root-all");
  root->say("NOTICE $* :down in five minutes");
  eve->expect(" NOTICE eve :down in five minutes");
  native.expect({{"event", "announcement"}, {"text", "down in five minutes"}});
  root->say("KILL eve :spam");
  eve->expect(" KILL eve :");
  eve->expect("ERROR :Closing Link", "spam");
  eve->expect_end();
}

// O-2
TEST_P(Operators, WhoTypesAPasswordIsNotShownIt) {
  const auto options = running_.options_for("typist");
  const terminal screen({options.program, "chat", "--server", options.server, "--nick", options.nick, "--room", "lobby",
                         "--ca", options.ca, "--identity", running_.path("typist.identity")});
  screen.expect({"you are in #lobby"});
  screen.type("/oper root");
  screen.expect({"Password of root:"});
  screen.type("sesame");
  const auto shown = screen.expect({"operator of the server"});
  EXPECT_THAT(shown, Not(HasSubstr("sesame")));
}

} // namespace
} // namespace godwit::test
