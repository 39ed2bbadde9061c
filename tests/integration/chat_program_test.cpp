// `godwit chat` as a program: what it ends with, which CA it trusts, what people see who read no JSON (docs/CLIENT.md).
#include "tests/support/shape_fixture.hpp"
#include "tests/support/text_file.hpp"

#include <gtest/gtest.h>

#include <regex>

namespace godwit::test {
namespace {

using strings = std::vector<std::string>;

/// With a home of its own, and nothing said of CAs but by `options` and `environment`.
program chat_program(const std::string& home, const strings& options,
                     std::map<std::string, std::string> environment = {}) {
  program what;
  what.arguments = {godwit_program(), "chat"};
  what.arguments.insert(what.arguments.end(), options.begin(), options.end());
  environment.insert({{"HOME", home}, {"XDG_CONFIG_HOME", ""}, {"XDG_DATA_HOME", ""}, {"GODWIT_CA", ""}});
  what.environment = std::move(environment);
  return what;
}

/// A CA that has signed nothing.
std::string strange_ca(const cluster& files) {
  const auto folder = files.path("strange-ca");
  const auto made = run({.arguments = {godwitd_program(), "certs", "ca", "--out", folder}});
  EXPECT_EQ(made.end, process_end{}) << made.errors;
  return folder + "/ca.pem";
}

/// Somebody who types lines and reads text.
class reader_of_text {
public:
  reader_of_text(const cluster& at, const std::string& nick, const std::string& room)
      : output_(at.path("clients/" + nick + ".out")), errors_(at.path("clients/" + nick + ".errors")),
        process_(program_of(at, nick, room)) {}

  void type(const std::string& line) { EXPECT_TRUE(process_.write(line + '\n')); }
  void expect(const std::string& part) const {
    wait_until(part, [&] { return output().find(part) != std::string::npos; });
  }
  void expect_error(const std::string& part) const {
    wait_until(part, [&] { return read_text(errors_).find(part) != std::string::npos; });
  }
  std::string output() const { return read_text(output_); }
  std::optional<process_end> leave() {
    process_.end_input();
    return process_.wait(patience);
  }

private:
  program program_of(const cluster& at, const std::string& nick, const std::string& room) const {
    auto what = chat_program(at.path("clients/" + nick), {"--nick", nick, "--server", at.client_address(), "--room",
                                                          room, "--ca", at.path("var/ca.pem")});
    what.output_file = output_;
    what.error_file = errors_;
    return what;
  }

  std::string output_;
  std::string errors_;
  process process_;
};

class ChatProgram : public shape_fixture {
protected:
  /// Comes and goes. A nick may be taken for a moment longer, so that each has one of its own.
  static finished_program visit(const std::string& nick, strings options, const std::string& ca_of_environment) {
    options.insert(options.end(), {"--nick", nick, "--server", running().client_address()});
    return run(chat_program(running().path("clients/" + nick), options, {{"GODWIT_CA", ca_of_environment}}));
  }
};

INSTANTIATE_TEST_SUITE_P(Shapes, ChatProgram, ::testing::Values("local"),
                         [](const auto& tested) { return std::string{tested.param}; });

// ---------------------------------------------------------------------------------------------------- exit codes

TEST(ChatExit, Is1WhereAnOptionTheConfigOrTheIdentityIsWrong) {
  const temporary_folder home;
  write_text(home.path("config.toml"), "nik = \"ann\"\n");
  write_text(home.path("identity"), "short");
  const std::vector<std::pair<strings, std::string>> wrong{
    {{}, "--nick"},
    {{"--nick", "ann", "--colour"}, "--colour"},
    {{"--nick", "ann", "--connect-within", "soon"}, "--connect-within"},
    {{"--nick", "ann", "--server", "host:port"}, "'host:port'"},
    {{"--nick", "ann", "--config", home.path("config.toml")}, "'nik'"},
    {{"--nick", "ann", "--identity", home.path("identity")}, home.path("identity")},
  };
  for (const auto& [options, named] : wrong) {
    const auto ended = run(chat_program(home.path(), options));
    EXPECT_EQ(ended.end, (process_end{1, 0})) << named;
    EXPECT_NE(ended.errors.find(named), std::string::npos) << named << ": " << ended.errors;
    EXPECT_TRUE(ended.output.empty()) << ended.output;
  }
  EXPECT_EQ(run({.arguments = {godwit_program()}}).end, (process_end{1, 0})) << "without a command";
}

TEST(ChatExit, Is2WhereNoServerIsThere) {
  const cluster files{"single"};
  auto options = files.options_for("ann");
  options.connect_within_s = 1;
  chat_client ann{options};
  EXPECT_EQ(ann.wait(), (process_end{2, 0}));
  EXPECT_NE(ann.errors().find("Is a server running at " + options.server), std::string::npos) << ann.errors();
}

TEST(ChatExit, Is2WhereTheConnectionIsLostForGoodAnd5WhereSomethingWasOnItsWay) {
  cluster running{"single"};
  running.start();
  auto options = running.options_for("ann");
  options.reconnect_within_s = 3;
  chat_client ann{options};
  options.nick = "bob";
  chat_client bob{options};
  ann.settle();
  bob.settle();
  running.pause("godwit-1");
  bob.say("nobody knows what becomes of this");
  running.kill("godwit-1");
  EXPECT_EQ(ann.wait(), (process_end{2, 0}));
  EXPECT_TRUE(ann.expect({{"event", "over"}})["unfinished"].empty());
  EXPECT_EQ(bob.wait(), (process_end{5, 0}));
  EXPECT_EQ(bob.expect({{"event", "over"}})["unfinished"].size(), 1U) << bob.report();
}

TEST(ChatExit, Is3WhereTheCertificateIsNotForTheNameThatWasDialled) {
  cluster running{"single"};
  const auto port = std::to_string(running.client_port());
  const auto own = "\"127.0.0.1:" + port + '"';
  const auto other = "127.0.0.2:" + port; // of this machine too, but not in the certificate
  auto text = running.config();
  running.change_config(text.replace(text.find(own), own.size(), own + ", \"" + other + '"'));
  running.start();
  EXPECT_EQ(running.join("ann")->ask("the CA is the right one")["event"], "confirmed");
  auto options = running.options_for("bob");
  options.server = other;
  chat_client bob{options};
  EXPECT_EQ(bob.wait(), (process_end{3, 0}));
  const auto over = bob.expect({{"event", "over"}});
  EXPECT_NE(over.value("detail", "").find("not for 127.0.0.2"), std::string::npos) << over;
  for (const auto* part : {"The certificate of 127.0.0.2:", "is not made for this name",
                           "the name that the certificate is made for with --server"})
    EXPECT_NE(bob.errors().find(part), std::string::npos) << bob.errors();
}

TEST_P(ChatProgram, EndsWith5WhereAnythingThatWasAskedWasRefused) {
  const strings lines{
    "/msg r-nobody hello",    "/nick 1abc", "/join a:b", "/who r-none", "/topic " + std::string(2000, 't'),
    std::string(20'000, 'p'), "/dance"};
  int number = 0;
  for (const auto& line : lines) {
    auto ann = running().join("r-ann" + std::to_string(number++), "refusals");
    ann->mumble(line);
    ann->mumble("and what follows is confirmed");
    EXPECT_EQ(ann->leave(), (process_end{5, 0})) << line.substr(0, 20);
    EXPECT_EQ(ann->events({{"event", "error"}}).size(), 1U) << ann->report();
    EXPECT_EQ(ann->events({{"event", "confirmed"}, {"what", "post"}}).size(), 1U) << ann->report();
  }
}

TEST_P(ChatProgram, EndsWith6WhereItsOutputCanNotBeWritten) {
  for (const std::string form : {"text", "json"}) {
    auto what =
      chat_program(running().path("clients/full"), {"--nick", "full-" + form, "--server", running().client_address(),
                                                    "--ca", running().path("var/ca.pem")});
    if (form == "json")
      what.arguments.emplace_back("--json");
    what.output_file = "/dev/full";
    process ann{what};
    const auto end = ann.wait(patience); // by itself: its input goes on
    ASSERT_TRUE(end) << form;
    EXPECT_EQ(*end, (process_end{6, 0})) << form;
  }
}

// -------------------------------------------------------------------------------------------------------- the CA

TEST_P(ChatProgram, TrustsTheCaOfItsOptionElseOfTheEnvironment) {
  const auto right = running().path("var/ca.pem");
  const auto wrong = strange_ca(running());
  const auto by_environment = visit("c-ann", {}, right);
  EXPECT_EQ(by_environment.end, process_end{}) << by_environment.errors;
  EXPECT_EQ(visit("c-bob", {}, wrong).end, (process_end{3, 0}));
  const auto by_option = visit("c-carol", {"--ca", right}, wrong);
  EXPECT_EQ(by_option.end, process_end{}) << by_option.errors;
  EXPECT_EQ(visit("c-dave", {"--ca", wrong}, right).end, (process_end{3, 0}));
}

// ---------------------------------------------------------------------------------------------------------- text

TEST_P(ChatProgram, ShowsPeopleEachOthersLinesAsText) {
  reader_of_text ann{running(), "text-ann", "readers"};
  ann.expect("-- you are in #readers\n");
  reader_of_text bob{running(), "text-bob", "readers"};
  bob.expect("-- you are in #readers\n");
  ann.expect(" #readers * text-bob joined\n");
  ann.type("hello, wörld");
  bob.expect(" #readers <text-ann> hello, wörld\n");
  ann.type("/topic wading birds");
  bob.expect(" #readers * text-ann set the topic: wading birds\n");
  bob.type("/msg text-ann between us");
  ann.expect(" @text-bob <text-bob> between us\n");
  for (const auto* each : {&ann, &bob}) {
    each->expect(" #readers <text-ann> hello, wörld\n");
    EXPECT_TRUE(std::regex_search(each->output(), std::regex{"\n[0-9]{2}:[0-9]{2} #readers <text-ann> hello"}))
      << each->output();
    EXPECT_EQ(each->output().find('{'), std::string::npos) << "no JSON: " << each->output();
  }
  EXPECT_EQ(ann.leave(), process_end{});
  bob.expect(" #readers * text-ann quit\n");
  EXPECT_EQ(bob.leave(), process_end{});
}

TEST_P(ChatProgram, TellsPeopleWhatWasRefusedOnStandardError) {
  reader_of_text ann{running(), "wrong-ann", "readers"};
  ann.type("/nick 1abc");
  ann.expect_error("-- nick failed: Choose a nick");
  ann.type("/dance");
  ann.expect_error("There is no command /dance");
  ann.type(std::string(32 * 1024, 'y') + "/nick wrong-eve");
  ann.expect_error("A line of more than 32768 bytes was skipped");
  EXPECT_EQ(ann.leave(), (process_end{5, 0}));
}

} // namespace
} // namespace godwit::test
