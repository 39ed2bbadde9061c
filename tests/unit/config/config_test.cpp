#include "nodes/config/config.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <unistd.h>

namespace godwit {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;

class Config : public testing::Test {
protected:
  Config() {
    std::string form = testing::TempDir() + "godwit-config-XXXXXX";
    folder_ = ::mkdtemp(form.data());
  }
  ~Config() override { std::filesystem::remove_all(folder_); }

  config_reading read(const std::string& text) {
    auto file = folder_ / "test.toml";
    std::ofstream{file} << text;
    return read_config(file);
  }

  /// The sentences of all problems.
  std::vector<std::string> problems_of(const std::string& text) {
    std::vector<std::string> result;
    for (const auto& each : read(text).problems)
      result.push_back(to_string(each));
    return result;
  }

  std::filesystem::path folder_;
};

constexpr auto small = R"([cluster]
name = "small"
[[node]]
name = "godwit-1"
roles = ["broker", "worker", "proxy"]
data = "data"
[node.client]
listen = ["127.0.0.1:0", "[::1]:7700"]
certificate = "server.pem"
key = "server.key"
)";

TEST_F(Config, ReadsANodeOfAllRoles) {
  auto reading = read(small);
  ASSERT_TRUE(reading.config.has_value());
  const auto* node = reading.config->find("godwit-1");
  ASSERT_NE(node, nullptr);
  EXPECT_TRUE(node->has(node_role::broker) && node->has(node_role::worker) && node->has(node_role::proxy));
  EXPECT_EQ(node->client->listen[1], (endpoint{"::1", 7700}));
}

TEST_F(Config, TakesPathsRelativeToItsOwnFolder) {
  auto reading = read(small);
  ASSERT_TRUE(reading.config.has_value());
  EXPECT_EQ(reading.config->find("godwit-1")->data, folder_ / "data");
}

TEST_F(Config, NamesFileLineKeyFoundAndAllowed) {
  auto problems = problems_of(std::string{small} + "loops-min = \"many\"\n");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0],
              HasSubstr("test.toml:11: node[0].client.loops-min: found \"many\"; allowed: a whole number"));
}

TEST_F(Config, RefusesMoreLoopsAtLeastThanAtMost) {
  auto problems = problems_of(std::string{small} + "loops-min = 3\nloops-max = 2\n");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0], HasSubstr("node[0].client.loops-min: found 3; allowed: at most loops-max, which is 2"));
  EXPECT_THAT(problems_of(std::string{small} + "loops-min = 3\nloops-max = 0\n"), SizeIs(0));
}

TEST_F(Config, ReportsEveryProblemAtOnce) {
  EXPECT_THAT(problems_of("[cluster]\nname = 3\n[[node]]\nname = \"a\"\nroles = [\"king\"]\n"), SizeIs(2));
}

TEST_F(Config, RefusesAnUnknownKeyAndNamesTheKnownOnes) {
  auto problems = problems_of(std::string{"[cluster]\nname = \"x\"\nnmae = \"y\"\n"}
                              + std::string{small}.substr(std::string{small}.find("[[node]]")));
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0], HasSubstr("test.toml:3: cluster.nmae"));
  EXPECT_THAT(problems[0], HasSubstr("name"));
}

TEST_F(Config, ReportsASyntaxErrorWithItsLine) {
  auto problems = problems_of("[cluster]\nname = \n");
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0], HasSubstr("test.toml:2"));
}

TEST_F(Config, SaysWhyAFileCanNotBeRead) {
  const auto problem_of = [](const std::filesystem::path& file) {
    const auto reading = read_config(file);
    return reading.problems.size() == 1 ? to_string(reading.problems[0]) : "not one problem";
  };
  EXPECT_THAT(problem_of(folder_ / "absent.toml"),
              HasSubstr("absent.toml: (file): found nothing that can be read (No such file or directory); allowed: a "
                        "readable TOML file"));
  EXPECT_THAT(problem_of(folder_), HasSubstr(": (file): found a folder; allowed: a readable TOML file"));
}

TEST_F(Config, WantsExactlyOneBrokerNode) {
  std::string text = small;
  text.replace(text.find("\"broker\", "), 10, "");
  EXPECT_THAT(problems_of(text), ElementsAre(HasSubstr("test.toml:3: node: found no node with the role \"broker\"")));
}

TEST_F(Config, WantsAWorkerNode) {
  std::string text = small;
  text.replace(text.find("\"worker\", "), 10, "");
  EXPECT_THAT(problems_of(text), ElementsAre(HasSubstr("test.toml:3: node: found no node with the role \"worker\"")));
}

constexpr auto two = R"([cluster]
name = "two"
ca = "cluster-ca.pem"
[[node]]
name = "one"
roles = ["broker", "worker"]
bind = "127.0.0.1:7711"
address = "127.0.0.1:7711"
certificate = "one.pem"
key = "one.key"
data = "data"
[[node]]
name = "other"
roles = ["worker"]
bind = "127.0.0.1:7712"
address = "127.0.0.1:7712"
certificate = "other.pem"
key = "other.key"
)";

/// `two`, with something else in place of what stands last of it.
std::string two_with(const std::string& what, const std::string& by) {
  std::string text = two;
  return text.replace(text.rfind(what), what.size(), by);
}

TEST_F(Config, NamesTheNodeThatLacksSomethingInAClusterOfSeveral) {
  EXPECT_THAT(problems_of(two), IsEmpty());
  for (const std::string line : {"bind = \"127.0.0.1:7712\"\n", "address = \"127.0.0.1:7712\"\n",
                                 "certificate = \"other.pem\"\n", "key = \"other.key\"\n"}) {
    const auto key = line.substr(0, line.find(' '));
    EXPECT_THAT(problems_of(two_with(line, "")),
                ElementsAre(HasSubstr("test.toml:12: node[1]." + key
                                      + ": found nothing; allowed: bind, address, certificate and key for each node")));
  }
  EXPECT_THAT(problems_of(two_with("ca = \"cluster-ca.pem\"\n", "")),
              ElementsAre(HasSubstr("test.toml:1: cluster.ca: found nothing; allowed: the CA's path")));
}

TEST_F(Config, RefusesTwoNodesOfOneNameOrOneBind) {
  EXPECT_THAT(problems_of(two_with("name = \"other\"", "name = \"one\"")),
              ElementsAre(HasSubstr("test.toml:13: node[1].name: found \"one\", which node[0] is called too; allowed: "
                                    "names that differ")));
  EXPECT_THAT(problems_of(two_with("bind = \"127.0.0.1:7712\"", "bind = [\"[::1]:7712\", \"127.0.0.1:7711\"]")),
              ElementsAre(HasSubstr("test.toml:15: node[1].bind: found \"127.0.0.1:7711\", which node[0] binds too; "
                                    "allowed: host:port of its own for each node")));
}

TEST_F(Config, LetsNodesOfSeveralMachinesListenOnEveryAddressOfTheirs) {
  for (const std::string shared : {"0.0.0.0:7711", "[::]:7711", "127.0.0.1:0"}) {
    auto text = two_with("bind = \"127.0.0.1:7712\"", "bind = \"" + shared + '"');
    const std::string first = "bind = \"127.0.0.1:7711\"";
    EXPECT_THAT(problems_of(text.replace(text.find(first), first.size(), "bind = \"" + shared + '"')), IsEmpty());
  }
}

TEST_F(Config, RefusesASecondBrokerNodeAtItsRoles) {
  EXPECT_THAT(problems_of(two_with("roles = [\"worker\"]", "roles = [\"broker\"]\ndata = \"more\"")),
              ElementsAre(HasSubstr(
                "test.toml:14: node[1].roles: found one more node with the role \"broker\"; allowed: exactly one")));
}

TEST_F(Config, RefusesAnAddressThatNoOtherNodeCanDial) {
  for (const std::string wrong : {"0.0.0.0:7712", "[::]:7712", "127.0.0.1:0"})
    EXPECT_THAT(problems_of(two_with("address = \"127.0.0.1:7712\"", "address = \"" + wrong + '"')),
                ElementsAre(HasSubstr("test.toml:16: node[1].address: found \"" + wrong
                                      + "\"; allowed: host:port that can be dialled")));
}

TEST_F(Config, TellsWhatIsWrongBetweenNodesBesidesWhatIsWrongWithinOne) {
  EXPECT_THAT(problems_of(two_with("key = \"other.key\"", "colour = \"red\"")),
              UnorderedElementsAre(HasSubstr("test.toml:18: node[1].colour: found an unknown key"),
                                   HasSubstr("test.toml:12: node[1].key: found nothing")));
}

TEST_F(Config, DoesNotTellWhatOnlyFollowsFromAnotherProblem) {
  struct wrong_line {
    std::string right;
    std::string wrong;
    std::string key;
  };
  for (const auto& each : {wrong_line{"bind = \"127.0.0.1:7712\"", "bind = \"nowhere\"", "node[1].bind"},
                           wrong_line{"address = \"127.0.0.1:7712\"", "address = 7712", "node[1].address"},
                           wrong_line{"key = \"other.key\"", "key = 7", "node[1].key"},
                           wrong_line{"name = \"other\"", "name = \"One\"", "node[1].name"},
                           wrong_line{"roles = [\"broker\", \"worker\"]", "roles = [\"baker\"]", "node[0].roles"},
                           wrong_line{"ca = \"cluster-ca.pem\"", "ca = 3", "cluster.ca"}})
    EXPECT_THAT(problems_of(two_with(each.right, each.wrong)), ElementsAre(HasSubstr(": " + each.key + ": found ")));
}

// C-21, C-22, L-8, L-9
TEST_F(Config, LimitsFloodsAndAddressesUnlessItSaysOtherwise) {
  const auto by_default = read(small);
  ASSERT_TRUE(by_default.config);
  EXPECT_EQ(by_default.config->limits.flood.burst, 500U);
  EXPECT_THAT(by_default.config->limits.addresses.exempt, IsEmpty());
  const auto own = read(std::string{small} + R"([limits]
flood-burst = 1000
flood-per-second = 7
flood-patience-ms = 100
connections-per-address = 8
connects-per-minute = 9
exempt = ["10.0.0.0/8", "2001:db8::/32", "192.0.2.7"]
)");
  ASSERT_TRUE(own.config);
  const auto& limits = own.config->limits;
  EXPECT_EQ(limits.flood.burst, 1000U);
  EXPECT_EQ(limits.flood.per_second, 7U);
  EXPECT_EQ(limits.flood.patience, std::chrono::milliseconds{100});
  EXPECT_EQ(limits.addresses.connections_max, 8U);
  EXPECT_EQ(limits.addresses.connects_per_minute, 9U);
  ASSERT_THAT(limits.addresses.exempt, SizeIs(3));
  EXPECT_TRUE(limits.addresses.exempt[1].contains(*parse_ip_address("2001:db8::5")));
}

TEST_F(Config, NamesWhatIsNoNetworkAndNoLimit) {
  const auto problems = problems_of(std::string{small} + R"([limits]
flood-burst = 1
exempt = ["10.0.0.0/8", "10.0.0.1/8", "everybody"]
)");
  ASSERT_THAT(problems, SizeIs(3));
  EXPECT_THAT(problems[0], HasSubstr("test.toml:12: limits.flood-burst: found 1; allowed: a whole number from 128"));
  EXPECT_THAT(problems[1],
              HasSubstr("test.toml:13: limits.exempt: found \"10.0.0.1/8\"; allowed: addresses and networks"));
  EXPECT_THAT(problems[2], HasSubstr("\"everybody\""));
}

TEST_F(Config, KeepsWhatWasSaidForAYearUnlessItSaysOtherwise) {
  const auto silent = read(small);
  ASSERT_TRUE(silent.config.has_value());
  EXPECT_EQ(silent.config->keep.days, std::chrono::days{365});
  EXPECT_EQ(silent.config->keep.room_events, 1'000'000u);
  EXPECT_EQ(silent.config->keep.events, 20'000'000u);
  EXPECT_EQ(silent.config->keep.look_every, std::chrono::minutes{1});
  EXPECT_EQ(silent.config->limits.store_wait, std::chrono::seconds{10});
  EXPECT_EQ(silent.config->limits.room_closes_after, std::chrono::minutes{1});
  EXPECT_EQ(silent.config->limits.ended_kept, std::chrono::minutes{10});
  const auto said = read(std::string{small}
                         + "[store]\nkeep-days = 0\nkeep-room-events = 5\nkeep-events = 7\nkeep-empty-rooms-hours = 3\n"
                           "keep-conversations-hours = 0\nlook-every-ms = 500\ncache-bytes = 2097152\n"
                           "[limits]\nstore-wait-ms = 500\nroom-closes-after-ms = 700\nended-kept-ms = 1500\n");
  ASSERT_TRUE(said.config.has_value());
  EXPECT_EQ(said.config->keep.days, std::chrono::days{0});
  EXPECT_EQ(said.config->keep.room_events, 5u);
  EXPECT_EQ(said.config->keep.events, 7u);
  EXPECT_EQ(silent.config->keep.empty_rooms, std::chrono::hours{720});
  EXPECT_EQ(silent.config->keep.conversations, std::chrono::hours{8760});
  EXPECT_EQ(said.config->keep.empty_rooms, std::chrono::hours{3});
  EXPECT_EQ(said.config->keep.conversations, std::chrono::hours{0});
  EXPECT_EQ(said.config->keep.look_every, std::chrono::milliseconds{500});
  EXPECT_EQ(said.config->store_cache_bytes, 2u << 20);
  EXPECT_EQ(said.config->limits.store_wait, std::chrono::milliseconds{500});
  EXPECT_EQ(said.config->limits.room_closes_after, std::chrono::milliseconds{700});
  EXPECT_EQ(said.config->limits.ended_kept, std::chrono::milliseconds{1500});
  EXPECT_THAT(problems_of(std::string{small} + "[store]\nkeep-days = -1\n"), Contains(HasSubstr("store.keep-days")));
}

TEST_F(Config, ReservesNicksUnlessItSaysOtherwise) {
  const auto by_default = read(small);
  ASSERT_TRUE(by_default.config);
  EXPECT_THAT(by_default.config->reserved_nicks, Contains("admin"));
  const auto own = read(std::string{small} + "[nicks]\nreserved = [\"boss\"]\n");
  ASSERT_TRUE(own.config);
  EXPECT_THAT(own.config->reserved_nicks, ElementsAre("boss"));
  const auto none = read(std::string{small} + "[nicks]\nreserved = []\n");
  ASSERT_TRUE(none.config);
  EXPECT_THAT(none.config->reserved_nicks, IsEmpty());
}

/// `small`, with other addresses to listen on, and more lines in its [node.client].
std::string listening_on(const std::string& listen, const std::string& more = {}) {
  std::string text = small;
  const std::string listed = R"(["127.0.0.1:0", "[::1]:7700"])";
  text.replace(text.find(listed), listed.size(), listen);
  return text + more;
}

TEST_F(Config, TellsClientsToDialWhereItListensUnlessItSaysOtherwise) {
  const auto by_default = read(small);
  ASSERT_TRUE(by_default.config);
  EXPECT_THAT(by_default.config->nodes[0].client->address, ElementsAre(endpoint{"::1", 7700}))
    << "nobody can dial port 0";
  const auto own = read(listening_on(R"("0.0.0.0:7700")", "address = [\"chat.example:443\"]\n"));
  ASSERT_TRUE(own.config);
  EXPECT_THAT(own.config->nodes[0].client->address, ElementsAre(endpoint{"chat.example", 443}));
}

TEST_F(Config, TellsNoClientToDialAWildcard) {
  auto text = listening_on(R"(["0.0.0.0:7700", "[::]:7700", "[::0]:7701"])");
  const auto alone = read(text);
  ASSERT_TRUE(alone.config);
  EXPECT_THAT(alone.config->nodes[0].client->address, IsEmpty());
  text.insert(text.find("data ="), "address = \"proxy.example:7711\"\n");
  const auto reading = read(text);
  ASSERT_TRUE(reading.config);
  EXPECT_THAT(reading.config->nodes[0].client->address,
              ElementsAre(endpoint{"proxy.example", 7700}, endpoint{"proxy.example", 7701}));
}

TEST_F(Config, RefusesAnAddressForClientsThatNobodyCanDial) {
  for (const auto* wrong : {"0.0.0.0:7700", "[::]:7700", "chat.example:0", "chat.example"}) {
    const auto problems = problems_of(listening_on(R"("0.0.0.0:7700")", "address = \"" + std::string{wrong} + "\"\n"));
    ASSERT_THAT(problems, SizeIs(1)) << wrong;
    EXPECT_THAT(problems[0], HasSubstr("test.toml:11: node[0].client.address: found \"" + std::string{wrong} + "\""));
    EXPECT_THAT(problems[0], HasSubstr("host:port"));
  }
}

constexpr auto some_hash = "$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                           "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

std::string operator_entry(const std::string& name, const std::string& password, const std::string& more = "") {
  return "\n[[operators]]\nname = \"" + name + "\"\npassword = \"" + password + "\"\n" + more;
}

TEST_F(Config, NamesTheOperatorsOfTheServer) {
  const auto reading = read(small + operator_entry("ada", some_hash, "from = [\"192.0.2.0/24\", \"*@*.Example\"]\n")
                            + operator_entry("bob", some_hash));
  ASSERT_TRUE(reading.config) << problems_of(small + operator_entry("ada", some_hash))[0];
  ASSERT_THAT(reading.config->operators, SizeIs(2));
  EXPECT_EQ(reading.config->operators[0].name, "ada");
  EXPECT_EQ(reading.config->operators[0].networks, std::vector{*parse_ip_network("192.0.2.0/24")});
  EXPECT_EQ(reading.config->operators[0].masks, std::vector<std::string>{"*!*@*.example"});
  EXPECT_THAT(read(small).config->operators, IsEmpty());
}

TEST_F(Config, RefusesAnOperatorWithAPasswordThatIsNoHashAndDoesNotShowIt) {
  const auto problems = problems_of(small + operator_entry("ada", "sesame"));
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_THAT(problems[0], HasSubstr("operators[0].password"));
  EXPECT_THAT(problems[0], testing::Not(HasSubstr("sesame")));
  EXPECT_THAT(problems_of(small + operator_entry("ada", some_hash) + operator_entry("ada", some_hash)), SizeIs(1));
  EXPECT_THAT(problems_of(small + operator_entry("a b", some_hash)), SizeIs(1));
  EXPECT_THAT(problems_of(small + operator_entry("ada", some_hash, "from = [\"host\"]\n")), SizeIs(1));
}

/// `small` with an admin port in place of its client port, of which these lines are.
std::string with_admin(const std::string& lines) {
  const std::string text = small;
  return text.substr(0, text.find("[node.client]")) + "[node.admin]\n" + lines
         + text.substr(text.find("[node.client]"));
}
constexpr auto admin_files = "certificate = \"admin.pem\"\nkey = \"admin.key\"\nca = \"operator-ca.pem\"\n";

TEST_F(Config, ReadsTheAdminPort) {
  const auto reading = read(with_admin(std::string{"listen = [\"127.0.0.1:7701\", \"[::1]:7701\"]\n"} + admin_files));
  ASSERT_TRUE(reading.config.has_value());
  const auto& admin = reading.config->broker().admin;
  ASSERT_TRUE(admin.has_value());
  EXPECT_EQ(admin->listen, (std::vector<endpoint>{{"127.0.0.1", 7701}, {"::1", 7701}}));
  EXPECT_EQ(admin->address, admin->listen) << "what it listens on is what is dialled";
  EXPECT_EQ(admin->ca, folder_ / "operator-ca.pem");
  EXPECT_FALSE(read(small).config->broker().admin.has_value());
}

TEST_F(Config, EachProblemOfTheAdminPortIsNamed) {
  const auto missing = problems_of(with_admin("listen = [\"nowhere\"]\n"));
  EXPECT_THAT(missing, Contains(HasSubstr("node[0].admin.listen: found \"nowhere\"")));
  EXPECT_THAT(missing, Contains(HasSubstr("node[0].admin.certificate: found nothing")));
  EXPECT_THAT(missing, Contains(HasSubstr("node[0].admin.key: found nothing")));
  EXPECT_THAT(missing, Contains(HasSubstr("node[0].admin.ca: found nothing")));
  const auto whole = std::string{"listen = \"127.0.0.1:7701\"\n"} + admin_files;
  EXPECT_THAT(problems_of(with_admin(whole + "port = 7\n")), Contains(HasSubstr("node[0].admin.port")));
  EXPECT_THAT(problems_of(with_admin(whole + "address = \"0.0.0.0:7701\"\n")),
              Contains(HasSubstr("node[0].admin.address: found \"0.0.0.0:7701\"")));
  auto elsewhere = with_admin(whole);
  elsewhere.replace(elsewhere.find(R"("broker", )"), std::string{R"("broker", )"}.size(), "");
  EXPECT_THAT(problems_of(elsewhere), Contains(HasSubstr("on the node with the role \"broker\" only")));
}

TEST_F(Config, AnOperatorsToolNeedsBothFiles) {
  const auto reading = read(std::string{"[godwitctl]\ncertificate = \"ada.pem\"\nkey = \"ada.key\"\n"} + small);
  ASSERT_TRUE(reading.config.has_value());
  EXPECT_EQ(reading.config->operator_tool.certificate, folder_ / "ada.pem");
  EXPECT_THAT(problems_of(std::string{"[godwitctl]\ncertificate = \"ada.pem\"\n"} + small),
              Contains(HasSubstr("godwitctl.key: found nothing")));
}

TEST_F(Config, ShippedFilesAreValid) {
  for (const auto* name : {"single.toml", "local.toml", "wide.toml"}) {
    auto reading = read_config(std::filesystem::path{GODWIT_SOURCE_DIR} / "cluster-configs" / name);
    EXPECT_THAT(reading.problems, IsEmpty()) << name;
  }
}

} // namespace
} // namespace godwit
