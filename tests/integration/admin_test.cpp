// `godwitctl` against real nodes: docs/OPERATING.md, "godwitctl".
#include "tests/support/cluster.hpp"
#include "tests/support/irc_client.hpp"
#include "tests/support/operator.hpp"
#include "tests/support/text_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace godwit::test {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using json = nlohmann::json;

/// docs/OPERATING.md, "godwitctl", exit codes.
constexpr int wrong_arguments = 1;
constexpr int config_unusable = 2;
constexpr int not_connected = 3;
constexpr int refused = 4;
constexpr int failed = 5;

/// The first row with this value.
json row_of(const json& rows, const std::string& key, const std::string& value) {
  for (const auto& each : rows)
    if (each[key] == value)
      return each;
  ADD_FAILURE() << "no " << key << " " << value << " in " << rows;
  return {};
}

class Admin : public ::testing::TestWithParam<const char*> {
protected:
  Admin() : running_(GetParam()) { running_.start(); }
  void done(std::vector<std::string> words) { test::done(running_, words); }
  void refused_with(const std::string& code, std::vector<std::string> words) {
    const auto ended = ctl(running_, words);
    EXPECT_EQ(ended.end.code, failed) << words.front();
    EXPECT_THAT(ended.errors, HasSubstr("godwitctl: " + code + ": "));
  }
  std::unique_ptr<irc_client> irc(const std::string& nick) {
    auto client = std::make_unique<irc_client>(running_.irc_address(), running_.path("var/ca.pem"));
    client->log_in(nick);
    return client;
  }
  const std::string& broker() const { return running_.nodes().front(); }
  cluster running_;
};

INSTANTIATE_TEST_SUITE_P(Shapes, Admin, ::testing::Values("single", "local"),
                         [](const auto& tested) { return std::string{tested.param}; });

TEST_P(Admin, ShowsNodesSessionsAndRooms) {
  auto ada = running_.join("ada", "lobby");
  ada->settle();
  const auto nodes = shown(running_, {"nodes"});
  ASSERT_EQ(nodes.size(), running_.nodes().size());
  for (const auto& name : running_.nodes()) {
    const auto node = row_of(nodes, "name", name);
    EXPECT_EQ(node["state"], "alive");
    EXPECT_EQ(node["pid"], running_.process_of(name).pid()) << name;
    EXPECT_EQ(node["version"], "0.1.0");
    EXPECT_FALSE(node["roles"].empty());
    EXPECT_TRUE(node["sessions"].is_number());
    EXPECT_TRUE(node["rooms"].is_number());
  }
  const auto session = row_of(shown(running_, {"sessions"}), "nick", "ada");
  EXPECT_EQ(session["state"], "hosted");
  EXPECT_EQ(row_of(nodes, "name", session["worker"])["sessions"], 1);
  const auto room = row_of(shown(running_, {"rooms"}), "title", "#lobby");
  EXPECT_EQ(room["state"], "open");
  const auto where = shown(running_, {"where", "ADA"});
  EXPECT_EQ(where["sessions"][0], session);
  EXPECT_EQ(shown(running_, {"where", session["session"]})["sessions"][0]["nick"], "ada");
  EXPECT_EQ(shown(running_, {"where", "#lobby"})["rooms"][0]["worker"], room["worker"]);
  refused_with("no_such_nick", {"where", "nobody"});
  const auto table = ctl(running_, {"nodes"});
  EXPECT_THAT(table.output, HasSubstr("NODE"));
  EXPECT_THAT(table.output, HasSubstr(broker()));
}

TEST_P(Admin, KicksByNickAndByNumber) {
  auto ada = running_.join("ada", "lobby");
  ada->settle();
  auto bob = running_.join("bob", "lobby");
  bob->settle();
  auto eve = irc("eve");
  done({"kick", "bob", "--reason", "enough"});
  bob->expect({{"event", "over"}, {"code", "killed"}});
  ada->expect({{"event", "quit"}, {"from", "bob"}, {"reason", "Killed (admin (enough))"}});
  done({"kick", row_of(shown(running_, {"sessions"}), "nick", "eve")["session"]});
  eve->expect("ERROR :", "Killed (admin)");
  eve->expect_end();
  refused_with("no_such_nick", {"kick", "bob"});
  const auto log = running_.log(broker());
  EXPECT_THAT(log, HasSubstr("operator admin at 127.0.0.1:"));
  EXPECT_THAT(log, HasSubstr("operator admin: kick bob: enough: done"));
}

TEST_P(Admin, KeepsRoomsInOrderInTheNameOfTheServer) {
  auto ada = running_.join("ada", "lost");
  ada->settle();
  auto bob = irc("bob");
  bob->say("JOIN #lost");
  bob->expect(" 366 ");
  done({"room", "op", "#lost", "bob"});
  bob->expect(" MODE #lost +o bob");
  done({"ban", "lost", "eve"});
  bob->expect(" MODE #lost +b eve!*@*");
  auto eve = irc("eve");
  eve->say("JOIN #lost");
  eve->expect(" 474 eve #lost ");
  bob->say("MODE #lost +ik secret");
  bob->expect(" MODE #lost +ik secret");
  bob->say("MODE #lost b");
  bob->expect(" 367 bob #lost eve!*@* ");
  bob->expect(" 368 ");
  refused_with("no_such_member", {"room", "op", "lost", "eve"});
  refused_with("no_such_room", {"room", "op", "nowhere", "eve"});
  done({"room", "clear", "lost", "--reason", "begin anew"});
  bob->expect(" KICK #lost bob :begin anew");
  ada->expect({{"event", "kicked"}, {"nick", "ada"}, {"reason", "begin anew"}});
  eve->say("JOIN #lost");
  eve->expect(" 366 ");
  eve->say("MODE #lost");
  EXPECT_THAT(eve->expect(" 324 eve #lost "), Not(HasSubstr("k")));
}

TEST_P(Admin, DeletesARoomWithItsHistoryWhileThePeopleInItStayConnected) {
  auto ada = running_.join("ada", "old");
  ada->settle();
  ada->say("what was said here");
  ada->expect({{"event", "posted"}, {"text", "what was said here"}});
  auto bob = irc("bob");
  bob->say("JOIN #old");
  bob->expect(" 366 ");
  bob->say("MODE #old");
  bob->expect(" 324 ");
  done({"room", "delete", "old", "--reason", "begin anew"});
  ada->expect({{"event", "kicked"}, {"nick", "ada"}, {"reason", "begin anew"}});
  bob->expect(" KICK #old bob :begin anew");
  refused_with("no_such_room", {"where", "#old"});
  refused_with("no_such_room", {"room", "delete", "old"});
  EXPECT_EQ(ada->ask("/join old")["event"], "confirmed");
  for (const auto& each : ada->answers("/history 100"))
    EXPECT_NE(each["event"], "posted") << each.dump();
  bob->say("JOIN #old");
  bob->expect(" 366 ");
  ada->say("after");
  bob->expect(" PRIVMSG #old :after");
}

TEST_P(Admin, RefusesCertificatesOfOtherCircles) {
  const auto certificate = [&](const std::string& file) { return running_.path("var/" + file); };
  const auto with = [&](const std::string& name, const std::string& ca) {
    return ctl(running_, {"nodes", "--certificate", certificate(name + ".pem"), "--key", certificate(name + ".key"),
                          "--ca", certificate(ca)});
  };
  EXPECT_EQ(with("operators/admin", "operator-ca.pem").end, process_end{});
  write_text(certificate("both.pem"),
             read_text(certificate("operator-ca.pem")) + read_text(certificate("cluster-ca.pem")));
  const auto node = with("nodes/" + broker(), "both.pem");
  EXPECT_EQ(node.end.code, refused) << node.errors;
  EXPECT_THAT(running_.log(broker()), HasSubstr("on the admin port: the peer's certificate is not signed by our CA"));
  const auto server = with("server", "operator-ca.pem");
  EXPECT_EQ(server.end.code, config_unusable) << server.errors;
  const auto port = with("admin/" + broker(), "operator-ca.pem");
  EXPECT_EQ(port.end.code, config_unusable) << "it is for servers";
}

TEST_P(Admin, SaysWhatIsWrongByItsExitCode) {
  EXPECT_EQ(run({.arguments = {godwitctl_program(), "--help"}}).end, process_end{});
  EXPECT_EQ(ctl(running_, {"dance"}).end.code, wrong_arguments);
  EXPECT_EQ(ctl(running_, {"migrate", "ada"}).end.code, wrong_arguments) << "--to is missing";
  for (const auto& words : std::vector<std::vector<std::string>>{{"--json", "dance"}, {"migrate", "ada", "--json"}}) {
    const auto told = ctl(running_, words);
    EXPECT_EQ(told.end.code, wrong_arguments);
    EXPECT_EQ(json::parse(told.errors, nullptr, false).value("exit_code", 0), wrong_arguments) << told.errors;
  }
  EXPECT_EQ(run({.arguments = {godwitctl_program(), "--config", running_.path("none.toml"), "nodes"}}).end.code,
            config_unusable);
  const auto nobody = ctl(running_, {"nodes", "--server", "127.0.0.1:1", "--json"});
  EXPECT_EQ(nobody.end.code, not_connected);
  EXPECT_EQ(json::parse(nobody.errors)["exit_code"], not_connected);
}

TEST_P(Admin, APortThatIsTakenIsToldBeforeTheNodeStarts) {
  const auto text = running_.config();
  const auto admin = text.find("[node.admin]");
  const auto address_in = [&](std::size_t table) {
    const auto at = text.find("127.0.0.1:", table);
    return text.substr(at, text.find('"', at) - at);
  };
  auto changed = text; // the admin port where clients are served
  const auto mine = address_in(admin);
  changed.replace(changed.find(mine, admin), mine.size(), address_in(text.find("[node.client]")));
  const auto file = running_.write_config("taken.toml", changed);
  const auto ended = run({.arguments = {godwitd_program(), "--config", file, "--node", broker()}});
  EXPECT_EQ(ended.end.code, 10) << ended.errors;
}

TEST_P(Admin, ATorrentOfStrangersKeepsNoOperatorOut) {
  const auto text = running_.config();
  const auto at = text.find("127.0.0.1:", text.find("[node.admin]")) + std::string{"127.0.0.1:"}.size();
  const auto port = static_cast<std::uint16_t>(std::stoi(text.substr(at)));
  std::vector<unique_fd> strangers;
  for (int i = 0; i != 200; ++i) {
    unique_fd each{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(each.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where);
    strangers.push_back(std::move(each));
  }
  EXPECT_EQ(shown(running_, {"nodes"}).size(), running_.nodes().size());
}

// What a tool needs lies in var/ after ./dev certs; each shipped file is started by a test.
TEST(AdminWide, SixNodesAreUp) {
  cluster wide("wide");
  wide.start();
  const auto nodes = shown(wide, {"nodes"});
  ASSERT_THAT(nodes, SizeIs(6));
  for (const auto& each : nodes)
    EXPECT_EQ(each["state"], "alive") << each;
  auto ada = wide.join("ada", "lobby");
  ada->settle();
  EXPECT_EQ(shown(wide, {"where", "ada"})["sessions"][0]["proxy"], "proxy-1");
  wide.kill("worker-3");
  wait_until("worker-3 is dead", [&] { return row_of(shown(wide, {"nodes"}), "name", "worker-3")["state"] == "dead"; });
}

// An operator's certificate opens no other port.
TEST(AdminWide, AnOperatorIsNoNode) {
  cluster local("local");
  local.start();
  const auto both = local.path("var/both.pem"); // it trusts everybody
  write_text(both, read_text(local.path("var/operator-ca.pem")) + read_text(local.path("var/cluster-ca.pem")));
  const auto ended = ctl(local, {"nodes", "--server", local.cluster_address("broker-1"), "--ca", both});
  EXPECT_EQ(ended.end.code, refused) << ended.errors;
  wait_until("the cluster port has refused it", [&] {
    return local.log("broker-1").find("on the cluster port: the peer's certificate is not signed by our CA")
           != std::string::npos;
  });
}

} // namespace
} // namespace godwit::test
