// What two people at real clients see of a real cluster, in each shipped shape: docs/CLIENT.md, docs/PROTOCOL.md.
#include "tests/support/shape_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

namespace godwit::test {
namespace {

class Chat : public shape_fixture {
protected:
  /// In the room, and all that came with it is over.
  static std::unique_ptr<chat_client> join(const std::string& nick, const std::string& room) {
    auto joined = running().join(nick, room);
    joined->settle();
    return joined;
  }
};

INSTANTIATE_TEST_SUITE_P(Shapes, Chat, ::testing::Values("single", "local"),
                         [](const auto& tested) { return std::string{tested.param}; });

std::vector<std::string> texts(const std::vector<event>& events) {
  std::vector<std::string> result;
  for (const auto& each : events)
    result.push_back(each.value("text", ""));
  return result;
}

using strings = std::vector<std::string>;

TEST_P(Chat, APostIsConfirmedAndSeenOnceByEverybodyInTheRoom) {
  auto alice = join("p-alice", "posts");
  auto bob = join("p-bob", "posts");
  alice->expect({{"event", "joined"}, {"from", "p-bob"}, {"room", "posts"}});

  const auto confirmed = alice->ask("hello, wörld");
  ASSERT_EQ(confirmed["event"], "confirmed") << confirmed;
  EXPECT_EQ(confirmed["what"], "post");
  EXPECT_FALSE(confirmed.value("time", "").empty());

  const fields post{{"event", "posted"}, {"text", "hello, wörld"}};
  const auto seen = bob->expect(post);
  EXPECT_EQ(seen["room"], "posts");
  EXPECT_EQ(seen["from"], "p-alice");
  EXPECT_EQ(seen["own"], false);
  const auto own = alice->expect(post);
  EXPECT_EQ(own["own"], true);
  for (const auto* key : {"id", "seq", "time"}) {
    EXPECT_EQ(seen[key], confirmed[key]) << key;
    EXPECT_EQ(own[key], confirmed[key]) << key;
  }
  bob->ask("/ping"); // what came before it came once
  EXPECT_EQ(bob->events(post).size(), 1U);
}

TEST_P(Chat, PostsOfTwoPeopleComeInOneOrderToBoth) {
  auto alice = join("o-alice", "order");
  auto bob = join("o-bob", "order");
  constexpr int count = 50;
  for (int i = 0; i < count; ++i) {
    alice->say("a" + std::to_string(i));
    bob->say("b" + std::to_string(i));
  }
  const fields posts{{"event", "posted"}, {"room", "order"}};
  const auto at_alice = alice->expect_count(2 * count, posts);
  const auto at_bob = bob->expect_count(2 * count, posts);
  EXPECT_EQ(texts(at_alice), texts(at_bob));
  for (std::size_t i = 1; i < at_bob.size(); ++i)
    EXPECT_EQ(at_bob[i]["seq"].get<int>(), at_bob[i - 1]["seq"].get<int>() + 1);
  int next_of_alice = 0;
  for (const auto& each : bob->events({{"event", "posted"}, {"from", "o-alice"}}))
    EXPECT_EQ(each["text"], "a" + std::to_string(next_of_alice++));
}

TEST_P(Chat, ATopicIsSetSeenAndRead) {
  auto alice = join("t-alice", "topics");
  auto bob = join("t-bob", "topics");
  EXPECT_EQ(alice->ask("/topic wading birds")["event"], "confirmed");
  bob->expect({{"event", "topic"}, {"from", "t-alice"}, {"text", "wading birds"}});
  const auto read = bob->answers("/topic");
  ASSERT_EQ(read.size(), 1U);
  EXPECT_TRUE(has(read[0], {{"current", true}, {"text", "wading birds"}, {"from", "t-alice"}})) << read[0];
}

// N-4
TEST_P(Chat, ARoomHasOneTitleHoweverItIsTyped) {
  auto alice = join("title-alice", "Titled");
  auto bob = join("title-bob", "TITLED");
  EXPECT_EQ(bob->expect({{"event", "opened"}})["room"], "Titled");
  EXPECT_EQ(bob->answers("/who").at(0)["room"], "Titled");
  EXPECT_EQ(bob->ask("hi")["room"], "Titled");
  EXPECT_EQ(bob->expect({{"event", "posted"}, {"text", "hi"}})["room"], "Titled");
  bob->ask("/leave titled");
  const auto before = bob->count();
  bob->ask("/join #titled");
  EXPECT_EQ(bob->expect({{"event", "opened"}}, before)["room"], "Titled");
}

TEST_P(Chat, MembersAndRoomsAreListed) {
  auto alice = join("w-alice", "Waders");
  auto bob = join("w-bob", "waders"); // one case mapping
  alice->ask("/topic godwits");
  const auto who = alice->answers("/who");
  ASSERT_EQ(who.size(), 1U);
  std::vector<std::string> nicks;
  for (const auto& each : who[0]["members"])
    nicks.push_back(each["nick"]);
  std::ranges::sort(nicks);
  EXPECT_EQ(nicks, (strings{"w-alice", "w-bob"}));

  // What the list of rooms shows may be a moment old.
  wait_until("two members of Waders in the list", [&] {
    const auto listed = alice->answers("/rooms");
    for (const auto& each : listed.at(0)["rooms"])
      if (each["room"] == "Waders" && each["members"] == 2 && each["topic"] == "godwits")
        return true;
    return false;
  });
  bob->ask("/leave Waders bye");
  alice->expect({{"event", "left"}, {"from", "w-bob"}, {"reason", "bye"}});
  EXPECT_EQ(alice->answers("/who").at(0)["members"].size(), 1U);
  wait_until("one member of Waders in the list", [&] {
    const auto listed = alice->answers("/rooms");
    for (const auto& each : listed.at(0)["rooms"])
      if (each["room"] == "Waders" && each["members"] == 1)
        return true;
    return false;
  });
}

TEST_P(Chat, APrivateMessageReachesOneOnly) {
  auto alice = join("m-alice", "crowd");
  auto bob = join("m-bob", "crowd");
  auto carol = join("m-carol", "crowd");
  const auto confirmed = alice->ask("/msg m-bob between us");
  ASSERT_EQ(confirmed["event"], "confirmed") << confirmed;
  const auto got = bob->expect({{"event", "posted"}, {"text", "between us"}});
  EXPECT_EQ(got["private"], true);
  EXPECT_EQ(got["person"], "m-alice");
  EXPECT_EQ(got["from"], "m-alice");
  EXPECT_EQ(bob->ask("/msg m-alice and back")["event"], "confirmed");
  const auto back = alice->expect({{"event", "posted"}, {"text", "and back"}});
  EXPECT_EQ(back["person"], "m-bob");
  EXPECT_EQ(back["seq"].get<int>(), got["seq"].get<int>() + 1) << "one conversation";
  carol->ask("/ping");
  EXPECT_TRUE(carol->events({{"private", true}}).empty());
}

// P-7
TEST_P(Chat, AConversationIsNotListedAndIsLeftByQuitAlone) {
  auto alice = join("q-alice", "corner");
  auto bob = join("q-bob", "corner");
  ASSERT_EQ(alice->ask("/msg q-bob between us")["event"], "confirmed");
  const auto got = bob->expect({{"event", "posted"}, {"private", true}, {"text", "between us"}});
  strings names;
  const auto rooms = bob->answers("/rooms");
  for (const auto& listed : rooms.at(0)["rooms"])
    names.push_back(listed["room"]);
  EXPECT_EQ(std::ranges::count(names, "corner"), 1);
  for (const auto& name : names)
    EXPECT_FALSE(name.empty() || name.starts_with("=")) << "a private conversation is no room to be seen: " << name;
  EXPECT_EQ(alice->ask("/leave corner")["event"], "confirmed");
  EXPECT_EQ(bob->ask("/msg q-alice are you there?")["event"], "confirmed");
  alice->expect({{"event", "posted"}, {"private", true}, {"text", "are you there?"}});
  EXPECT_TRUE(bob->events({{"event", "quit"}}).empty());
  EXPECT_EQ(alice->leave(), process_end{});
  const auto gone = bob->expect({{"event", "quit"}, {"private", true}, {"from", "q-alice"}});
  EXPECT_EQ(gone["seq"].get<int>(), got["seq"].get<int>() + 2) << "in the conversation, behind the two posts";
}

TEST_P(Chat, ANickChangesForEverybodyAndIsFreeAgain) {
  auto alice = join("n-alice", "names");
  auto bob = join("n-bob", "names");
  const auto collided = bob->ask("/nick N-Alice");
  EXPECT_EQ(collided["event"], "error");
  EXPECT_EQ(collided.value("code", ""), "nick_in_use") << collided;
  EXPECT_EQ(alice->ask("/nick n-alicia")["event"], "confirmed");
  bob->expect({{"event", "nick"}, {"from", "n-alice"}, {"to", "n-alicia"}});
  // The old one is given back by a message of its own, after the confirmation.
  wait_until("n-alice is free", [&] { return bob->ask("/nick n-alice")["event"] == "confirmed"; });
  alice->expect({{"event", "nick"}, {"from", "n-bob"}, {"to", "n-alice"}});
  alice->ask("from the renamed one");
  bob->expect({{"event", "posted"}, {"from", "n-alicia"}, {"text", "from the renamed one"}});
}

TEST_P(Chat, ATakenNickIsRefusedAtLogin) {
  auto alice = join("l-alice", "doors");
  auto other = running().options_for("l-alice", "doors");
  other.identity = running().path("clients/l-other.identity");
  chat_client second{other};
  const auto over = second.expect({{"event", "over"}});
  EXPECT_EQ(over.value("code", ""), "nick_in_use") << over;
  EXPECT_EQ(second.wait(), (process_end{4, 0}));
}

TEST_P(Chat, AReservedOrWrongNickIsRefusedAtLogin) {
  for (const auto& [nick, code] :
       std::map<std::string, std::string>{{"admin", "nick_reserved"}, {"no:nick", "nick_invalid"}}) {
    auto client = running().join(nick, "doors");
    EXPECT_EQ(client->expect({{"event", "over"}}).value("code", ""), code);
    EXPECT_EQ(client->wait(), (process_end{4, 0}));
  }
}

// S-11
TEST_P(Chat, AwayAndBackAreSeen) {
  auto alice = join("a-alice", "tea");
  auto bob = join("a-bob", "tea");
  EXPECT_EQ(alice->ask("/away at lunch")["event"], "confirmed");
  bob->expect({{"event", "away"}, {"from", "a-alice"}, {"text", "at lunch"}, {"room", "tea"}});
  bool seen = false;
  const auto who = bob->answers("/who");
  for (const auto& each : who.at(0)["members"])
    seen = seen || (each["nick"] == "a-alice" && each["away"] == "at lunch");
  EXPECT_TRUE(seen);
  EXPECT_EQ(alice->ask("/back")["event"], "confirmed");
  bob->expect({{"event", "back"}, {"from", "a-alice"}});
  bob->ask("/ping");
  EXPECT_EQ(bob->events({{"event", "away"}}).size(), 1U);
  EXPECT_EQ(bob->events({{"event", "back"}}).size(), 1U);
  alice->ask("/ping");
  EXPECT_TRUE(alice->events({{"event", "away"}}).empty()) << "everybody else is told";
}

TEST_P(Chat, HistoryGivesTheLastOnesAndAllSinceOne) {
  auto alice = join("h-alice", "past");
  int third = 0;
  for (int i = 1; i <= 10; ++i) {
    const auto confirmed = alice->ask("line " + std::to_string(i));
    if (i == 3)
      third = confirmed["seq"];
  }
  auto bob = join("h-bob", "past");
  auto last = bob->answers("/history 4"); // three posts, and bob's own coming
  EXPECT_EQ(texts(last), (strings{"line 8", "line 9", "line 10", "", ""}));
  EXPECT_EQ(last.at(3)["event"], "joined");
  EXPECT_EQ(last.at(4)["count"], 4);
  auto since = bob->answers("/history since " + std::to_string(third));
  std::erase_if(since, [](const event& each) { return each["event"] != "posted"; });
  EXPECT_EQ(texts(since), (strings{"line 4", "line 5", "line 6", "line 7", "line 8", "line 9", "line 10"}));
}

TEST_P(Chat, HistoryOfManyPagesIsWhole) {
  constexpr int count = 700; // more than a page, and more than a room remembers
  auto alice = join("y-alice", "long");
  { join("y-bob", "long")->leave(); }
  for (int i = 0; i < count; ++i)
    alice->say(std::to_string(i));
  alice->settle();
  auto bob = join("y-bob", "long");
  for (const std::string question : {"/history 702", "/history since 3", "/history missed"}) {
    auto told = bob->answers(question);
    std::erase_if(told, [](const event& each) { return each["event"] != "posted"; });
    ASSERT_EQ(told.size(), static_cast<std::size_t>(count)) << question;
    for (std::size_t i = 0; i < told.size(); ++i)
      EXPECT_EQ(told[i]["text"], std::to_string(i)) << question;
  }
}

TEST_P(Chat, WhoComesBackReadsWhatWasMissed) {
  auto alice = join("b-alice", "missed");
  {
    auto bob = join("b-bob", "missed");
    alice->ask("while bob was there");
    bob->expect({{"event", "posted"}, {"text", "while bob was there"}});
    EXPECT_EQ(bob->leave(), process_end{});
  }
  alice->expect({{"event", "quit"}, {"from", "b-bob"}});
  alice->ask("while bob was away");
  auto bob = join("b-bob", "missed"); // with the same identity
  auto missed = bob->answers("/history missed");
  std::erase_if(missed, [](const event& each) { return each["event"] != "posted"; });
  EXPECT_EQ(texts(missed), (strings{"while bob was away"}));
}

TEST_P(Chat, EachFailureHasItsCodeAndNumber) {
  auto alice = join("e-alice", "errors");
  struct failure {
    std::string line;
    std::string code;
    int number;
  };
  const std::vector<failure> failures{
    {"/msg e-nobody hello", "no_such_nick", 24},
    {"/nick 1abc", "nick_invalid", 20},
    {"/nick " + std::string(200, 'x'), "nick_too_long", 21},
    {"/nick root", "nick_reserved", 23},
    {"/who e-none", "no_such_room", 32},
    {"/join a:b", "room_invalid", 30},
  };
  for (const auto& each : failures) {
    const auto refused = alice->ask(each.line);
    EXPECT_EQ(refused["event"], "error") << each.line;
    EXPECT_EQ(refused.value("code", ""), each.code) << refused;
    EXPECT_EQ(refused.value("number", 0), each.number) << refused;
    EXPECT_FALSE(refused.value("text", "").empty());
  }
  EXPECT_EQ(alice->ask("/join errors")["event"], "confirmed");
  EXPECT_EQ(alice->ask("still here")["event"], "confirmed");
}

TEST_P(Chat, ALineThatIsTooLongIsSkippedWholeAndTold) {
  auto alice = join("x-alice", "lengths");
  alice->mumble(std::string(32 * 1024, 'y') + "/nick x-eve");
  const auto refused = alice->expect({{"event", "error"}, {"request", 0}});
  EXPECT_EQ(refused["code"], "text_too_long") << refused;
  const auto who = alice->answers("/who");
  EXPECT_EQ(who.at(0)["members"].at(0)["nick"], "x-alice") << "what stands behind 32 KiB is no command";
  EXPECT_TRUE(alice->events({{"event", "posted"}}).empty()) << "nor is any part of it said";
  EXPECT_EQ(alice->events({{"event", "error"}}).size(), 1U);
  EXPECT_EQ(alice->leave(), (process_end{5, 0}));
}

TEST_P(Chat, APostToARoomThatOneLeftIsRefused) {
  auto alice = join("r-alice", "stay");
  auto bob = join("r-bob", "stay");
  EXPECT_EQ(bob->ask("/join gone")["event"], "confirmed");
  EXPECT_EQ(bob->ask("/who stay")["event"], "confirmed");
  EXPECT_EQ(bob->ask("/leave stay")["event"], "confirmed");
  EXPECT_EQ(bob->ask("/leave stay").value("code", ""), "not_in_room");
  EXPECT_EQ(bob->answers("/who stay").at(0)["members"].size(), 1U) << "who is there is no secret";
}

TEST_P(Chat, AtTheEndOfTheInputAllIsConfirmedAndTheClientLeaves) {
  auto alice = join("z-alice", "endings");
  auto bob = join("z-bob", "endings");
  for (int i = 0; i < 200; ++i)
    bob->say("line " + std::to_string(i));
  EXPECT_EQ(bob->leave(), process_end{});
  alice->expect({{"event", "quit"}, {"from", "z-bob"}});
  const auto posts = alice->events({{"event", "posted"}, {"from", "z-bob"}});
  ASSERT_EQ(posts.size(), 200U) << "before the quit";
  for (std::size_t i = 0; i < posts.size(); ++i)
    EXPECT_EQ(posts[i]["text"], "line " + std::to_string(i));
  EXPECT_EQ(bob->events({{"event", "confirmed"}, {"what", "post"}}).size(), 200U);
  EXPECT_TRUE(bob->expect({{"event", "over"}})["unfinished"].empty());
}

TEST_P(Chat, AServerOfAnotherCaIsRefusedWithWhatToDo) {
  const auto other = running().path("other-ca");
  ASSERT_EQ(run({.arguments = {godwitd_program(), "certs", "ca", "--out", other}}).end, process_end{});
  auto options = running().options_for("c-alice");
  options.ca = other + "/ca.pem";
  chat_client alice{options};
  EXPECT_EQ(alice.wait(), (process_end{3, 0}));
  EXPECT_NE(alice.errors().find("--ca"), std::string::npos) << alice.errors();
}

TEST_P(Chat, TheIdentityIsMadeOnceAndForItsOwnerOnly) {
  auto alice = join("i-alice", "private");
  const auto rights = std::filesystem::status(alice->identity()).permissions();
  EXPECT_EQ(rights & std::filesystem::perms::all,
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_P(Chat, ClientsAreServedOverIpv6Too) {
  auto options = running().options_for("v-alice", "six");
  options.server = "[::1]:" + std::to_string(running().client_port());
  chat_client alice{options};
  EXPECT_EQ(alice.ask("over six")["event"], "confirmed");
}

} // namespace
} // namespace godwit::test
