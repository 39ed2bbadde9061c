// What godwitctl shows, and how it ends.
#include "nodes/ctl/ctl_output.hpp"
#include "nodes/ctl/ctl_run.hpp"
#include "nodes/ctl/ctl_target.hpp"
#include "tests/support/text_file.hpp"
#include "tests/unit/admin/admin_fixture.hpp"

namespace godwit::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

node_shown worker() { return {"worker-1", 2, "alive", "127.0.0.1:7713", 4711, "godwit 0.1.0", 12, 3, 9}; }

TEST(CtlOutput, ColumnsOfATableStandBelowEachOther) {
  EXPECT_EQ(table_of({"A", "NICK"}, {{"1", "zo\xc3\xab"}, {"12345", "x"}}), "A      NICK\n"
                                                                            "1      zo\xc3\xab\n"
                                                                            "12345  x\n");
  EXPECT_EQ(table_of({"NICK", "B"}, {{"zo\xc3\xab", "1"}, {"anna", "2"}}), "NICK  B\n"
                                                                           "zo\xc3\xab   1\n"
                                                                           "anna  2\n");
}

TEST(CtlOutput, ANodeIsARowAndAnObject) {
  EXPECT_THAT(text_of(admin_result{nodes_shown{{worker()}}}),
              HasSubstr("\nworker-1  worker  alive  4711  127.0.0.1:7713  12        3      0.1.0\n"));
  const auto object = json_of(admin_result{nodes_shown{{worker()}}})[0];
  EXPECT_EQ(object["name"], "worker-1");
  EXPECT_EQ(object["roles"], nlohmann::ordered_json({"worker"}));
  EXPECT_EQ(object["pid"], 4711);
  EXPECT_EQ(object["address"], "127.0.0.1:7713");
  EXPECT_EQ(object["state"], "alive");
  EXPECT_EQ(object["sessions"], 12);
  EXPECT_EQ(object["rooms"], 3);
  EXPECT_EQ(object["version"], "0.1.0");
}

TEST(CtlOutput, NumbersWithManyDigitsAreTexts) {
  const session_shown session{{0xffff'ffff'ffff'fff0}, {1, 0}, "ada", protocol::irc, "hosted", "proxy-1", "worker-1"};
  const auto object = json_of(admin_result{sessions_shown{{session}, {}}})[0];
  EXPECT_EQ(object["session"], "18446744073709551600");
  EXPECT_EQ(object["protocol"], "irc");
}

TEST(CtlOutput, WhatOthersTypedDoesNotRuleTheTerminal) {
  const room_shown room{{7}, 1, "#\x1b[2J", "open", "worker-1"};
  EXPECT_THAT(text_of(admin_result{rooms_shown{{room}, {}}}), HasSubstr("#?[2J"));
}

TEST(CtlOutput, AFailureHasNameSentenceAndDetail) {
  const ctl_failure why{ctl_exit::failed, {error_code::no_such_nick, "bob"}};
  EXPECT_EQ(text_of(why), "no_such_nick: Nobody with this nick is here. (bob)");
  EXPECT_EQ(json_of(why)["error"], "no_such_nick");
  EXPECT_EQ(json_of(why)["exit_code"], 5);
}

class CtlRun : public AdminPort {
protected:
  ctl_exit run(const admin_question& what) {
    auto client = tool();
    return run_ctl(
      client, what, options_of_tool_,
      {[this](const std::string& text) { out_ += text; }, [this](const std::string& text) { err_ += text; }});
  }
  std::string out_;
  std::string err_;
  ctl_options options_of_tool_{.look_every = std::chrono::milliseconds{1}};
};

TEST_F(CtlRun, FollowsPagesToTheirEnd) {
  start([](const admin_asked& asked) {
    const auto after = std::get<show_rooms>(asked.what).after.value;
    return rooms_shown{{{{after + 1}, 1, "#r" + std::to_string(after + 1), "open", "worker-1"}},
                       {after < 2 ? after + 1 : 0}};
  });
  options_of_tool_.json = true;
  EXPECT_EQ(run(show_rooms{}), ctl_exit::done);
  EXPECT_THAT(nlohmann::json::parse(out_), SizeIs(3));
}

TEST_F(CtlRun, TellsOnStandardErrorWhyItWasRefused) {
  start([](const admin_asked&) { return error{error_code::no_such_nick, "bob"}; });
  EXPECT_EQ(run(kick_person{"bob", {}}), ctl_exit::failed);
  EXPECT_EQ(out_, "");
  EXPECT_THAT(err_, StartsWith("godwitctl: no_such_nick: "));
  options_of_tool_.json = true;
  err_.clear();
  run(kick_person{"bob", {}});
  EXPECT_EQ(nlohmann::json::parse(err_)["detail"], "bob");
}

TEST_F(CtlRun, AsksABrokerNodeThatHasJustBegunAgain) {
  int asked = 0;
  start([&asked](const admin_asked&) -> std::optional<admin_result> {
    if (++asked == 1)
      return error{error_code::no_broker_node, {}};
    return admin_done{};
  });
  EXPECT_EQ(run(undrain_node{"worker-1"}), ctl_exit::done);
  EXPECT_EQ(out_, "done\n");
}

drain_progress left(std::uint64_t sessions) { return {"worker-1", true, sessions, 0, 5 - sessions, 0, 0, {}}; }

TEST_F(CtlRun, WatchesADrainUntilTheNodeIsEmpty) {
  std::uint64_t sessions = 3;
  start([&sessions](const admin_asked& asked) {
    if (std::holds_alternative<show_drain>(asked.what))
      --sessions;
    return left(sessions);
  });
  options_of_tool_.json = true;
  EXPECT_EQ(run(drain_node{"worker-1"}), ctl_exit::done);
  std::istringstream lines(out_);
  std::vector<nlohmann::json> seen;
  for (std::string line; std::getline(lines, line);)
    seen.push_back(nlohmann::json::parse(line));
  ASSERT_THAT(seen, SizeIs(4));
  EXPECT_EQ(seen.front()["sessions_left"], 3);
  EXPECT_EQ(seen.back()["empty"], true);
}

TEST_F(CtlRun, WritesOneLineAnewOnATerminal) {
  std::uint64_t sessions = 1;
  start([&sessions](const admin_asked&) { return left(sessions--); });
  options_of_tool_.is_terminal = true;
  EXPECT_EQ(run(drain_node{"worker-1"}), ctl_exit::done);
  EXPECT_EQ(std::ranges::count(out_, '\n'), 1);
  EXPECT_EQ(std::ranges::count(out_, '\r'), 2);
}

TEST_F(CtlRun, DoesNotWatchADrainThatItWasToldNotTo) {
  start([](const admin_asked&) { return left(3); });
  options_of_tool_.wait = false;
  EXPECT_EQ(run(drain_node{"worker-1"}), ctl_exit::done);
  EXPECT_THAT(questions(), SizeIs(1));
}

TEST_F(CtlRun, ADrainThatSomebodyEndsIsNotDone) {
  start([](const admin_asked& asked) {
    auto told = left(3);
    told.draining = std::holds_alternative<drain_node>(asked.what);
    return told;
  });
  EXPECT_EQ(run(drain_node{"worker-1"}), ctl_exit::failed);
}

class CtlTarget : public ::testing::Test {
protected:
  std::vector<std::string> problems(const typed_target& typed) {
    const auto found = find_target(typed);
    const auto* why = std::get_if<std::vector<std::string>>(&found);
    return why == nullptr ? std::vector<std::string>{} : *why;
  }
  std::string write(const std::string& more) {
    const auto file = folder_.path("c.toml");
    write_text(file, R"([cluster]
name = "small"
[godwitctl]
certificate = "ada.pem"
key = "ada.key"
[[node]]
name = "godwit-1"
roles = ["broker", "worker"]
data = "data"
)" + more);
    return file;
  }
  temporary_folder folder_;
};

TEST_F(CtlTarget, TheConfigSaysWhereThePortIsAndWhoAsks) {
  const auto file = write(R"([node.admin]
listen = ["127.0.0.1:7701", "[::1]:7701"]
certificate = "a.pem"
key = "a.key"
ca = "operator-ca.pem"
)");
  const auto target = std::get<admin_target>(find_target({.config = file}));
  EXPECT_EQ(target.addresses, (std::vector<endpoint>{{"127.0.0.1", 7701}, {"::1", 7701}}));
  EXPECT_EQ(target.server_name, "godwit-1");
  EXPECT_EQ(target.own.certificate, folder_.path("ada.pem"));
  EXPECT_EQ(target.ca, folder_.path("operator-ca.pem"));
  const auto other =
    std::get<admin_target>(find_target({.config = file, .server = "10.0.0.1:99", .certificate = "b.pem"}));
  EXPECT_EQ(other.addresses, (std::vector<endpoint>{{"10.0.0.1", 99}}));
  EXPECT_EQ(other.server_name, "godwit-1");
  EXPECT_EQ(other.own.certificate, "b.pem");
}

TEST_F(CtlTarget, WhatIsMissingIsNamed) {
  EXPECT_THAT(problems({.config = write("")}), SizeIs(2)) << "no admin port: neither address nor CA";
  EXPECT_THAT(problems({}), SizeIs(4));
  EXPECT_THAT(problems({.server = "nowhere"})[0], HasSubstr("no address"));
  EXPECT_THAT(problems({.config = folder_.path("none.toml")}), SizeIs(1));
}

} // namespace
} // namespace godwit::test
