// A room is kept in order between real clients, and stays so whatever nodes are killed: docs/PROTOCOL.md, "Moderation".
#include "tests/support/cluster.hpp"
#include "tests/support/tcp_relay.hpp"

#include <gtest/gtest.h>

namespace godwit::test {
namespace {

class Moderation : public ::testing::Test {
protected:
  void SetUp() override {
    running_.start();
    founder_ = join("founder"); // the first: the others find the room there
    member_ = join("member");
    other_ = join("other");
  }

  std::unique_ptr<chat_client> join(const std::string& nick, const std::string& room = "lobby") {
    auto client = running_.join(nick, room);
    client->settle();
    return client;
  }
  static void expect_done(chat_client& who, const std::string& line) {
    const auto said = who.ask(line);
    EXPECT_EQ(said["event"], "confirmed") << who.nick() << ": " << line << ": " << said;
  }
  static void expect_refused(chat_client& who, const std::string& line, const std::string& code) {
    const auto said = who.ask(line);
    EXPECT_EQ(said["event"], "error") << who.nick() << ": " << line << ": " << said;
    EXPECT_EQ(said.value("code", ""), code) << who.nick() << ": " << line;
  }
  event settings() { return founder_->answers("/mode").at(0); }

  cluster running_{"local"};
  std::unique_ptr<chat_client> founder_;
  std::unique_ptr<chat_client> member_;
  std::unique_ptr<chat_client> other_;
};

// M-2
TEST_F(Moderation, TheFirstIsFounderAndAloneSetsTheTopic) {
  const auto in = founder_->expect({{"event", "joined"}, {"from", "founder"}});
  EXPECT_EQ(in["modes"], (event{"operator", "founder"}));
  expect_refused(*member_, "/topic mine", "not_permitted");
  expect_done(*founder_, "/topic ours");
  for (const auto& row : other_->answers("/who").at(0)["members"])
    EXPECT_EQ(row["modes"].empty(), row["nick"] != "founder") << row;
}

// M-6
TEST_F(Moderation, WhoIsKickedIsToldAndMayComeBack) {
  expect_refused(*member_, "/kick other", "not_permitted");
  expect_done(*founder_, "/kick member too loud");
  for (auto* each : {founder_.get(), member_.get(), other_.get()})
    each->expect({{"event", "kicked"}, {"from", "founder"}, {"nick", "member"}, {"reason", "too loud"}});
  member_->expect({{"event", "closed"}, {"room", "lobby"}});
  expect_done(*founder_, "behind the kick");
  expect_refused(*member_, "but", "not_in_room");
  EXPECT_TRUE(member_->events({{"text", "behind the kick"}}).empty());
  expect_done(*member_, "/join lobby");
  expect_done(*member_, "here again");
  other_->expect({{"event", "posted"}, {"text", "here again"}});
}

// M-7, M-8
TEST_F(Moderation, WhoIsBannedStaysOutAndWhoIsInvitedComesIn) {
  expect_done(*founder_, "/ban member");
  expect_done(*founder_, "/kick member");
  expect_refused(*member_, "/join lobby", "banned");
  expect_done(*founder_, "/unban member");
  expect_done(*founder_, "/mode +i");
  expect_refused(*member_, "/join lobby", "invite_only");
  expect_done(*founder_, "/invite member");
  member_->expect({{"event", "invitation"}, {"room", "lobby"}, {"from", "founder"}});
  expect_done(*member_, "/join lobby");
  expect_done(*founder_, "/mode -i");
  expect_done(*founder_, "/key sesame");
  auto stranger = join("stranger", "");
  expect_refused(*stranger, "/join lobby", "wrong_key");
  expect_done(*stranger, "/join lobby sesame");
}

// M-9, M-11
TEST_F(Moderation, WhoIsMutedNeitherSpeaksNorIsCalledOtherwise) {
  expect_done(*founder_, "/mute member");
  expect_refused(*member_, "hello?", "muted");
  expect_refused(*member_, "/nick somebody", "muted");
  expect_done(*founder_, "/voice member");
  expect_done(*member_, "hello!");
  other_->expect({{"event", "posted"}, {"text", "hello!"}});
  EXPECT_TRUE(other_->events({{"text", "hello?"}}).empty());
}

// M-3, M-16
TEST_F(Moderation, AllOfItHoldsWhateverNodeIsKilled) {
  expect_done(*founder_, "/mute member");
  expect_done(*founder_, "/ban mallory");
  expect_done(*founder_, "/key sesame");
  expect_done(*founder_, "/mode +ms");
  expect_done(*founder_, "/voice other");
  auto before = settings();
  before.erase("request");
  auto mallory = join("mallory", "");
  for (const auto* node : {"worker-1", "worker-2", "broker-1"}) {
    SCOPED_TRACE(node);
    running_.kill(node);
    running_.start(node);
    expect_refused(*member_, "still muted?", "muted");
    expect_done(*other_, std::string{"after "} + node);
    expect_refused(*mallory, "/join lobby sesame", "banned");
    auto after = settings();
    after.erase("request");
    EXPECT_EQ(after, before);
    EXPECT_TRUE(mallory->answers("/rooms").at(0)["rooms"].empty()) << "a secret room is listed";
  }
  expect_done(*founder_, "/leave lobby");
  const auto modes = other_->expect({{"event", "modes"}, {"from", ""}});
  EXPECT_EQ(modes["changes"].at(0), (event{{"add", true}, {"mode", "operator"}, {"nick", "member"}}));
  expect_done(*member_, "in charge now");
  running_.kill("worker-1");
  running_.start("worker-1");
  expect_done(*member_, "/topic still in charge");
}

// M-6
TEST_F(Moderation, WhoWasCutOffWhenKickedLearnsItWhenBack) {
  tcp_relay relay{running_.client_port()};
  auto options = running_.options_for("cut-off");
  options.server = relay.address();
  chat_client cut_off{options};
  cut_off.settle();
  cut_off.running().signal(SIGSTOP);
  relay.cut();
  expect_done(*founder_, "before the kick");
  expect_done(*founder_, "/kick cut-off");
  expect_done(*founder_, "behind the kick");
  cut_off.running().signal(SIGCONT);
  cut_off.expect({{"event", "resumed"}});
  cut_off.expect({{"event", "closed"}, {"room", "lobby"}});
  EXPECT_EQ(cut_off.events({{"event", "kicked"}, {"nick", "cut-off"}}).size(), 1U);
  EXPECT_EQ(cut_off.events({{"text", "before the kick"}}).size(), 1U);
  EXPECT_TRUE(cut_off.events({{"text", "behind the kick"}}).empty());
}

} // namespace
} // namespace godwit::test
