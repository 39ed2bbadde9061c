// An IRC session moves, by an operator's word or since its worker node dies, amid whatever it does: what it asked is
// answered once, and others notice nothing.
#include "tests/support/irc_client.hpp"
#include "tests/support/operator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace godwit::test {
namespace {

using lines = std::vector<std::string>;

std::size_t count_of(const lines& in, const std::string& part) {
  return static_cast<std::size_t>(
    std::ranges::count_if(in, [&](const auto& line) { return line.find(part) != std::string::npos; }));
}

/// The first word behind `mark`, up to one of `ends`; empty: it is not there.
std::string word_behind(const std::string& line, const std::string& mark, const std::string& ends = " ;") {
  const auto at = line.find(mark);
  if (at == std::string::npos)
    return {};
  const auto begin = at + mark.size();
  return line.substr(begin, line.find_first_of(ends, begin) - begin);
}

/// Each label of `labels` is told once. Each batch is ended, what is said to be in one is, and a label's reference is
/// used for no other.
void expect_labels_answered_once(const lines& told, const std::set<std::string>& labels) {
  std::map<std::string, int> answers;
  std::set<std::string> open;
  std::set<std::string> used;
  for (const auto& line : told) {
    const auto tags = line.starts_with('@') ? line.substr(1, line.find(' ')) : std::string{};
    if (const auto label = word_behind(tags, "label="); !label.empty())
      ++answers[label];
    const auto batch = word_behind(tags, "batch=");
    EXPECT_TRUE(batch.empty() || open.contains(batch)) << line;
    const auto begun = word_behind(line, " BATCH +");
    EXPECT_TRUE(begun.empty() || open.insert(begun).second) << line;
    EXPECT_TRUE(!begun.starts_with("label") || used.insert(begun).second) << line;
    const auto ended = word_behind(line, " BATCH -");
    EXPECT_TRUE(ended.empty() || open.erase(ended) == 1) << line;
  }
  EXPECT_TRUE(open.empty()) << *open.begin() << " was never ended";
  for (const auto& each : labels)
    EXPECT_EQ(answers[each], 1) << each;
  EXPECT_EQ(answers.size(), labels.size());
}

struct IrcMoves : ::testing::Test {
  IrcMoves() { running_.start(); }

  std::unique_ptr<irc_client> connect() const {
    return std::make_unique<irc_client>(running_.irc_address(), running_.path("var/ca.pem"));
  }
  std::unique_ptr<irc_client> log_in(const std::string& nick, const std::string& channel = "#lobby") const {
    auto client = connect();
    client->log_in(nick);
    client->say("JOIN " + channel);
    client->settle();
    return client;
  }
  std::string worker_of(const std::string& nick) const { return session_of(running_, nick)["worker"]; }
  static std::string other(const std::string& worker) { return worker == "worker-1" ? "worker-2" : "worker-1"; }
  /// Moves the session to and fro, and does something all the while.
  template <class Deed>
  void move_amid(const std::string& session, Deed&& deed, int times = 6) {
    auto at = shown(running_, {"where", session})["sessions"][0]["worker"].get<std::string>();
    for (int i = 0; i != times; ++i) {
      at = other(at);
      meanwhile(running_, {"migrate", session, "--to", at}, deed);
    }
  }
  /// Kills the worker node of the client's session behind what was done last, and starts it again. All is answered
  /// before the next one dies: what two of them die with is given up (U-18).
  template <class Deed>
  void kill_amid(irc_client& client, const std::string& session, Deed&& deed, int times = 3) {
    for (int i = 0; i != times; ++i) {
      const auto at = shown(running_, {"where", session})["sessions"][0]["worker"].get<std::string>();
      deed();
      running_.kill(at);
      deed();
      running_.start(at);
      client.settle();
    }
  }

  cluster running_{"local"};
};

// I-14, I-54
TEST_F(IrcMoves, ANewNickThatIsAskedForAmidAMoveIsToldOnceAndIsNobodyElses) {
  auto bob = log_in("bob");
  auto eve = log_in("eve", "#elsewhere");
  auto ada = log_in("ada");
  const std::string session = session_of(running_, "ada")["session"];
  int count = 0;
  const auto change = [&] {
    for (int i = 0; i != 3; ++i)
      ada->say("NICK ada" + std::to_string(++count));
    const auto nick = "ada" + std::to_string(count);
    ada->expect(" NICK :" + nick);
    eve->say("NICK " + nick);
    eve->expect(" 433 eve " + nick + " ");
  };
  move_amid(session, change);
  kill_amid(*ada, session, [&] {
    for (int i = 0; i != 3; ++i)
      ada->say("NICK ada" + std::to_string(++count));
  });
  ada->say("PRIVMSG #lobby :it is me");
  bob->expect(":ada" + std::to_string(count) + "!", " PRIVMSG #lobby :it is me");
  ada->settle();
  bob->settle();
  for (int i = 1; i <= count; ++i) {
    const auto change_told = " NICK :ada" + std::to_string(i);
    const auto exactly = [&](const lines& in) {
      return std::ranges::count_if(in, [&](const auto& line) { return line.ends_with(change_told); });
    };
    EXPECT_EQ(exactly(ada->lines()), 1) << change_told;
    EXPECT_EQ(exactly(bob->lines()), 1) << change_told;
  }
  EXPECT_EQ(count_of(bob->lines(), " QUIT "), 0U);
  EXPECT_EQ(count_of(bob->lines(), " JOIN "), 2U) << "his own, and hers of before";
  EXPECT_EQ(count_of(ada->lines(), " 433 "), 0U);
}

// I-10, I-54
TEST_F(IrcMoves, ALogInGoesOnWhereverItsSessionIs) {
  for (const bool by_death : {false, true}) {
    auto client = connect();
    client->say("CAP LS 302");
    client->expect(" CAP * LS :");
    wait_until("it is hosted", [&] {
      const auto found = session_of(running_, "");
      return !found.is_null() && found["state"] == "hosted";
    });
    const std::string session = session_of(running_, "")["session"];
    const auto move = [&] {
      const std::string at = shown(running_, {"where", session})["sessions"][0]["worker"];
      if (!by_death)
        return done(running_, {"migrate", session, "--to", other(at)});
      running_.kill(at);
      running_.start(at);
    };
    move();
    client->say("CAP REQ :server-time message-tags batch");
    move();
    client->expect(" CAP * ACK :");
    client->say("NICK ada");
    move();
    client->say("USER a 0 * :Ada");
    client->say("PING early");
    move();
    client->expect(" PONG ", "early");
    EXPECT_EQ(count_of(client->lines(), " 001 "), 0U) << "it is held until CAP END";
    client->say("CAP END");
    move();
    client->expect(" 001 ada ");
    client->say("JOIN #lobby");
    client->expect("time=", ":ada!~a@", " JOIN #lobby");
    client->settle();
    EXPECT_EQ(count_of(client->lines(), " 001 "), 1U);
    client->say("QUIT");
    client->expect_end();
    wait_until("it has gone", [&] { return session_of(running_, "ada").is_null(); });
  }
}

// I-37, I-53, I-54
TEST_F(IrcMoves, EveryLabelAndEveryPingIsAnsweredOnce) {
  std::vector<std::unique_ptr<irc_client>> members;
  for (int i = 0; i != 30; ++i)
    members.push_back(log_in("a-member-of-a-long-name-" + std::to_string(i)));
  auto eve = log_in("eve", "#elsewhere");
  auto ada = log_in("ada", "#mine");
  ada->say("CAP REQ :batch labeled-response message-tags echo-message");
  ada->settle();
  const std::string session = session_of(running_, "ada")["session"];
  std::set<std::string> labels;
  int pings = 0;
  const auto ask = [&] {
    for (const std::string line : {"JOIN #lobby", "WHO #lobby", "PRIVMSG #mine :words", "LIST", "NAMES #lobby",
                                   "PART #lobby", "TOPIC #mine :t"}) {
      const auto label = "l" + std::to_string(labels.size());
      labels.insert(label);
      ada->say("@label=" + label + " " + line);
    }
    ada->say("PING p-" + std::to_string(++pings));
    eve->say("NICK ada");
  };
  const auto ask_and_wait = [&] {
    ask();
    ada->expect(" PONG ", ":p-" + std::to_string(pings));
  };
  move_amid(session, ask_and_wait);
  kill_amid(*ada, session, ask, 4);
  ada->settle();
  expect_labels_answered_once(ada->lines(), labels);
  for (int i = 1; i <= pings; ++i)
    EXPECT_EQ(std::ranges::count_if(ada->lines(),
                                    [&](const auto& line) {
                                      return line.find(" PONG ") != std::string::npos
                                             && line.ends_with(":p-" + std::to_string(i));
                                    }),
              1)
      << i;
  eve->settle();
  EXPECT_EQ(count_of(eve->lines(), " 433 eve ada "), static_cast<std::size_t>(pings));
  EXPECT_EQ(count_of(ada->lines(), " PRIVMSG #mine :words"), labels.size() / 7);
  for (const auto& each : members) {
    each->settle();
    EXPECT_EQ(count_of(each->lines(), ":ada!~ada@"), 2 * (labels.size() / 7)) << "each JOIN and each PART once";
    EXPECT_EQ(count_of(each->lines(), " QUIT "), 0U);
  }
}

// I-37, I-54
TEST_F(IrcMoves, ABatchThatIsOpenWhenItsOwnerDiesIsEndedByTheNextOne) {
  auto bob = log_in("bob", "#near");
  bob->say("JOIN #far");
  bob->settle();
  auto ada = log_in("ada", "#mine");
  ada->say("CAP REQ :batch labeled-response");
  ada->settle();
  const std::string session = session_of(running_, "ada")["session"];
  done(running_, {"migrate-room", "#far", "--to", "worker-2"});
  for (const std::string room : {"#near", "#mine"})
    done(running_, {"migrate-room", room, "--to", "worker-1"});
  for (const std::string nick : {"ada", "bob"})
    done(running_, {"migrate", nick, "--to", "worker-1"});
  running_.pause("worker-2");
  ada->say("@label=two JOIN #near,#far");
  ada->expect("batch=", " JOIN #near");
  running_.kill("worker-1");
  running_.resume("worker-2");
  ada->expect("batch=", " 366 ada #far ");
  ada->settle();
  expect_labels_answered_once(ada->lines(), {"two"});
  bob->settle();
  EXPECT_EQ(count_of(bob->lines(), ":ada!~ada@"), 2U);
}

} // namespace
} // namespace godwit::test
