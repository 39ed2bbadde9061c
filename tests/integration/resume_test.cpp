// A lost connection is resumed: nothing lost or doubled, in either direction. docs/PROTOCOL.md, "Resume".
#include "tests/support/cluster.hpp"
#include "tests/support/tcp_relay.hpp"

#include <gtest/gtest.h>

namespace godwit::test {
namespace {

constexpr int cuts = 5;
constexpr int posts_per_cut = 40;

class Resume : public ::testing::TestWithParam<const char*> {
protected:
  void SetUp() override {
    running_ = std::make_unique<cluster>(GetParam());
    running_->start();
    relay_ = std::make_unique<tcp_relay>(running_->client_port());
    cut_off_ = std::make_unique<chat_client>(through_the_relay("cut-off"));
    cut_off_->settle();
    witness_ = running_->join("witness");
    witness_->settle();
    cut_off_->expect({{"event", "joined"}, {"from", "witness"}});
  }

  chat_options through_the_relay(const std::string& nick) const {
    auto options = running_->options_for(nick);
    options.server = relay_->address();
    return options;
  }

  /// `from` said 0 … count - 1, each once, in this order, and `at` has seen just that.
  static void expect_numbered(chat_client& at, const std::string& from, int count) {
    const auto seen = at.expect_count(static_cast<std::size_t>(count), {{"event", "posted"}, {"from", from}});
    for (int i = 0; i < count; ++i)
      EXPECT_EQ(seen[static_cast<std::size_t>(i)]["text"], std::to_string(i)) << at.nick() << " of " << from;
    at.ask("/ping"); // nothing comes behind
    EXPECT_EQ(at.events({{"event", "posted"}, {"from", from}}).size(), static_cast<std::size_t>(count));
  }

  static void expect_gapless(const chat_client& at) {
    int last = 0;
    for (const auto& each : at.events({{"room", "lobby"}})) {
      if (!each.contains("seq") || each["event"] == "confirmed")
        continue;
      const int seq = each["seq"];
      EXPECT_TRUE(last == 0 || seq == last + 1) << each;
      last = seq;
    }
  }

  std::unique_ptr<cluster> running_;
  std::unique_ptr<tcp_relay> relay_;
  std::unique_ptr<chat_client> cut_off_;
  std::unique_ptr<chat_client> witness_;
};

INSTANTIATE_TEST_SUITE_P(Shapes, Resume, ::testing::Values("single", "local"),
                         [](const auto& tested) { return std::string{tested.param}; });

// U-2, U-4, U-5
TEST_P(Resume, NothingIsLostOrDoubledOverFiveCutsInARow) {
  int said = 0;
  for (int cut = 0; cut < cuts; ++cut) {
    for (int i = 0; i < posts_per_cut; ++i, ++said) {
      // In the middle of the stream, mostly within a record: once in this direction, once in the other.
      if (i == posts_per_cut / 2 && cut % 2 == 0)
        relay_->cut_after_bytes_to_server(300);
      else if (i == posts_per_cut / 2)
        relay_->cut_after_bytes_to_client(700);
      cut_off_->say(std::to_string(said));
      witness_->say(std::to_string(said));
    }
    cut_off_->expect_count(static_cast<std::size_t>(cut) + 1, {{"event", "resumed"}});
  }
  cut_off_->settle();
  witness_->settle();
  expect_numbered(*witness_, "cut-off", said);
  expect_numbered(*witness_, "witness", said);
  expect_numbered(*cut_off_, "cut-off", said);
  expect_numbered(*cut_off_, "witness", said);
  expect_gapless(*cut_off_);
  expect_gapless(*witness_);
  EXPECT_EQ(relay_->accepted(), 1 + cuts);
  EXPECT_EQ(cut_off_->events({{"event", "connected"}}).size(), 1U) << "the session goes on: none began anew";
  EXPECT_TRUE(cut_off_->events({{"event", "error"}}).empty());
  EXPECT_TRUE(witness_->events({{"event", "quit"}}).empty()) << "nobody else saw anything of it";
}

TEST_P(Resume, WhatIsSaidInPrivateDuringTheCutArrivesOnceToo) {
  witness_->ask("/msg cut-off 0");
  for (int i = 1; i < 20; ++i) {
    if (i == 10)
      relay_->cut();
    witness_->say("/msg cut-off " + std::to_string(i));
  }
  witness_->settle();
  cut_off_->expect({{"event", "resumed"}});
  const auto got = cut_off_->expect_count(20, {{"event", "posted"}, {"private", true}});
  for (int i = 0; i < 20; ++i)
    EXPECT_EQ(got[static_cast<std::size_t>(i)]["text"], std::to_string(i));
  cut_off_->ask("/ping");
  EXPECT_EQ(cut_off_->events({{"event", "posted"}, {"private", true}}).size(), 20U);
}

// P-4
TEST_P(Resume, WhoIsAwayForTheMomentHasItsNickAndGetsThePostWhenItIsBack) {
  cut_off_->running().signal(SIGSTOP);
  relay_->cut();
  const auto confirmed = witness_->ask("/msg cut-off while you were away");
  EXPECT_EQ(confirmed["event"], "confirmed") << confirmed;
  EXPECT_TRUE(cut_off_->events({{"private", true}}).empty());
  cut_off_->running().signal(SIGCONT);
  cut_off_->expect({{"event", "resumed"}});
  const fields post{{"event", "posted"}, {"private", true}, {"text", "while you were away"}};
  EXPECT_EQ(cut_off_->expect(post)["person"], "witness");
  cut_off_->ask("/ping");
  EXPECT_EQ(cut_off_->events(post).size(), 1U);
}

// U-4, U-5
TEST_P(Resume, RequestsUnderWayAreAnsweredAfterTheCut) {
  relay_->cut_after_bytes_to_client(40);
  const auto renamed = cut_off_->say("/nick cut-on");
  const auto topic = cut_off_->say("/topic after the cut");
  const auto joined = cut_off_->say("/join elsewhere");
  const auto listed = cut_off_->say("/who elsewhere");
  for (const auto request : {renamed, topic, joined, listed})
    EXPECT_EQ(cut_off_->outcome(request)["event"], "confirmed") << cut_off_->outcome(request);
  cut_off_->expect({{"event", "resumed"}});
  witness_->ask("/ping");
  EXPECT_EQ(witness_->events({{"event", "nick"}}).size(), 1U);
  EXPECT_EQ(witness_->events({{"event", "topic"}}).size(), 1U);
}

// H-6, N-7
TEST(ResumeWindow, WhatASessionThatIsOverHadSaidIsSaidOnceWhateverElseWasSaidInTheSameWords) {
  constexpr int count = 100;
  cluster running{"local", "[limits]\nresume-timeout-ms = 1000\n"};
  running.start();
  tcp_relay relay{running.client_port()};
  auto options = running.options_for("cut-off");
  options.server = relay.address();
  chat_client cut_off{options};
  auto witness = running.join("witness");
  cut_off.settle();
  witness->settle();
  relay.let_in(false);
  relay.cut_after_bytes_to_client(3'000); // after some confirmations
  for (int i = 0; i < count; ++i) {
    cut_off.say("same");
    witness->say("same");
  }
  witness->expect({{"event", "quit"}, {"from", "cut-off"}});
  relay.let_in(true);
  cut_off.expect({{"event", "logged_in"}, {"again", true}});
  cut_off.settle();
  EXPECT_EQ(cut_off.events({{"event", "confirmed"}, {"what", "post"}}).size(), static_cast<std::size_t>(count));
  witness->settle();
  witness->ask("/ping");
  const fields said{{"event", "posted"}, {"from", "cut-off"}, {"text", "same"}};
  EXPECT_EQ(witness->events(said).size(), static_cast<std::size_t>(count));
}

// U-7
TEST(ResumeWindow, ASessionWhoseClientStaysAwayEndsWithAQuit) {
  cluster running{"local", "[limits]\nresume-timeout-ms = 1000\n"};
  running.start();
  auto witness = running.join("witness");
  auto gone = running.join("gone");
  witness->settle();
  gone->settle();
  gone->running().kill();
  witness->expect({{"event", "quit"}, {"from", "gone"}});
  auto other = running.options_for("gone");
  other.identity = running.path("clients/other.identity");
  // The nick is given free by a row of its own, after the quit: the new holder may have to wait for it.
  wait_until("the nick is free", [&] {
    chat_client heir{other};
    const auto said = heir.expect(
      "login's outcome", [](const event& each) { return each["event"] == "logged_in" || each["event"] == "over"; });
    return said["event"] == "logged_in";
  });
}

} // namespace
} // namespace godwit::test
