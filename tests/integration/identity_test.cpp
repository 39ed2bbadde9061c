// A nick is a name, not a key: what is private belongs to an identity.
#include "tests/support/cluster.hpp"
#include "tests/support/text_file.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <openssl/sha.h>

namespace godwit::test {
namespace {

class Identity : public ::testing::TestWithParam<const char*> {
protected:
  void SetUp() override {
    running_ = std::make_unique<cluster>(GetParam());
    running_->start();
    bob_ = join("bob", "bob");
    auto alice = join("alice", "alice");
    EXPECT_EQ(alice->ask("/msg bob our secret")["event"], "confirmed");
    bob_->expect({{"event", "posted"}, {"text", "our secret"}});
    EXPECT_EQ(bob_->ask("/msg alice my answer")["event"], "confirmed");
    alice->expect({{"event", "posted"}, {"text", "my answer"}});
    EXPECT_EQ(alice->leave(), process_end{});
    bob_->expect({{"event", "quit"}, {"from", "alice"}, {"room", "lobby"}});
  }

  /// A nick and an identity are two things.
  std::unique_ptr<chat_client> join(const std::string& nick, const std::string& identity) {
    auto options = running_->options_for(nick);
    options.identity = running_->path("clients/" + identity + ".identity");
    // A freed nick may be somebody's for a moment longer.
    std::unique_ptr<chat_client> joined;
    wait_until(nick + " can be taken", [&] {
      joined = std::make_unique<chat_client>(options);
      const auto outcome = joined->expect("the login's outcome", [](const event& each) {
        return each["event"] == "logged_in" || each["event"] == "over";
      });
      return outcome["event"] == "logged_in";
    });
    joined->settle();
    return joined;
  }

  /// All bytes that the broker node keeps.
  std::string kept() const {
    std::string bytes;
    for (const auto& file : std::filesystem::recursive_directory_iterator(running_->data_folder()))
      if (file.is_regular_file())
        bytes += read_text(file.path());
    return bytes;
  }

  /// Nothing that was said with `alice` before has been told to this client, by any event.
  static void expect_nothing_private(const chat_client& client) {
    for (const auto& each : client.events()) {
      EXPECT_EQ(each.dump().find("our secret"), std::string::npos) << each;
      EXPECT_EQ(each.dump().find("my answer"), std::string::npos) << each;
    }
  }

  std::unique_ptr<cluster> running_;
  std::unique_ptr<chat_client> bob_;
};

INSTANTIATE_TEST_SUITE_P(Shapes, Identity, ::testing::Values("single", "local"),
                         [](const auto& tested) { return std::string{tested.param}; });

std::string sha256_of(const std::string& bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> hash{};
  ::SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), hash.data());
  return {hash.begin(), hash.end()};
}

std::string in_hex(const std::string& bytes, const char* digits) {
  std::string text;
  for (const unsigned char each : bytes)
    text += {digits[each >> 4U], digits[each & 15U]};
  return text;
}

// C-7
TEST_P(Identity, IsKeptByTheServerAsItsHashAlone) {
  const auto secret = read_text(running_->path("clients/alice.identity"));
  ASSERT_EQ(secret.size(), 16U);
  for (const std::string when : {"while it runs", "when it has stopped"}) {
    const auto bytes = kept();
    EXPECT_NE(bytes.find(sha256_of(secret)), std::string::npos) << when;
    for (const auto& form : {secret, in_hex(secret, "0123456789abcdef"), in_hex(secret, "0123456789ABCDEF")})
      EXPECT_EQ(bytes.find(form), std::string::npos) << when;
    running_->stop();
  }
}

// P-1, P-5
TEST_P(Identity, WhoTakesAFreedNickReadsNothingPrivateOfItsFormerHolder) {
  auto mallory = join("alice", "mallory");
  for (const auto* question : {"/history @bob 50", "/history @bob since 0", "/history @bob missed"}) {
    const auto request = mallory->say(question);
    mallory->outcome(request);
    EXPECT_TRUE(mallory->events({{"request", request}, {"event", "posted"}}).empty()) << question;
  }
  expect_nothing_private(*mallory);
}

// P-1
TEST_P(Identity, WhatIsSaidToTheNewHolderIsAnotherConversation) {
  auto mallory = join("alice", "mallory");
  EXPECT_EQ(bob_->ask("/msg alice are you alice?")["event"], "confirmed");
  mallory->expect({{"event", "posted"}, {"text", "are you alice?"}, {"private", true}});
  EXPECT_EQ(mallory->ask("/msg bob sure")["event"], "confirmed");
  bob_->expect({{"event", "posted"}, {"text", "sure"}});
  for (const auto* question : {"/history @bob 50", "/history @bob since 0", "/history @bob missed"})
    mallory->outcome(mallory->say(question));
  expect_nothing_private(*mallory);

  auto alice = join("alicia", "alice");
  alice->outcome(alice->say("/msg bob it is me"));
  for (const auto& each : alice->answers("/history @bob 50"))
    EXPECT_NE(each.value("text", ""), "sure") << "nor does the former holder read the new one's";
}

TEST_P(Identity, TheFormerHolderReadsItByAnotherNick) {
  auto mallory = join("alice", "mallory");
  auto alice = join("alicia", "alice");
  auto history = alice->answers("/history @bob 50");
  std::vector<std::string> said;
  for (const auto& each : history)
    if (each["event"] == "posted")
      said.push_back(each["text"]);
  EXPECT_EQ(said, (std::vector<std::string>{"our secret", "my answer"}));
  // And goes on with it.
  EXPECT_EQ(bob_->ask("/msg alicia and more")["event"], "confirmed");
  const auto more = alice->expect({{"event", "posted"}, {"text", "and more"}, {"private", true}});
  EXPECT_EQ(more["id"].get<std::string>().substr(0, more["id"].get<std::string>().find('-')),
            history.at(0)["id"].get<std::string>().substr(0, history.at(0)["id"].get<std::string>().find('-')))
    << "one conversation, whatever its people are called";
  mallory->ask("/ping");
  EXPECT_TRUE(mallory->events({{"private", true}}).empty());
}

// H-3
TEST_P(Identity, SinceILeftBelongsToTheIdentityToo) {
  auto mallory = join("alice", "mallory");
  bob_->ask("said after alice had left");
  auto alice = join("alicia", "alice");
  auto missed = alice->answers("/history missed");
  std::erase_if(missed, [](const event& each) { return each["event"] != "posted"; });
  ASSERT_EQ(missed.size(), 1U);
  EXPECT_EQ(missed[0]["text"], "said after alice had left");
}

} // namespace
} // namespace godwit::test
