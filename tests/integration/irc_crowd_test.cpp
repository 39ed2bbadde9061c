// Many IRC clients over both worker nodes of a real cluster: one order per room, with the ids of native clients, and a
// PONG that holds for everybody.
#include "tests/support/cluster.hpp"
#include "tests/support/irc_fixture.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

constexpr int rooms = 20;
constexpr int people_per_room = 10;
constexpr int posts_each = 5;

/// A message as it was told.
struct told {
  std::string id;
  std::string text;
  bool operator==(const told&) const = default;
};

std::string channel(int room) { return "#r" + std::to_string(room); }

std::unique_ptr<irc_client> log_in(cluster& at, const std::string& nick) {
  auto client = std::make_unique<irc_client>(at.irc_address(), at.path("var/ca.pem"));
  client->say("CAP REQ :message-tags echo-message");
  client->say("NICK " + nick);
  client->say("USER a 0 * :a");
  client->say("CAP END");
  client->expect(" 001 ");
  return client;
}

/// Of all lines, what was said in a channel.
std::vector<told> said_in(const std::vector<std::string>& lines, const std::string& where) {
  const auto mark = " PRIVMSG " + where + " :";
  std::vector<told> found;
  for (const auto& line : lines) {
    const auto at = line.find(mark);
    const auto id = line.find("msgid=");
    if (at != std::string::npos && id < at)
      found.push_back({line.substr(id + 6, line.find_first_of("; ", id) - id - 6), line.substr(at + mark.size())});
  }
  return found;
}

struct crowd {
  explicit crowd(cluster& at) {
    for (int i = 0; i != rooms * people_per_room; ++i) {
      all.push_back(log_in(at, "c" + std::to_string(i)));
      all.back()->say("JOIN " + channel(i % rooms));
    }
    for (const auto& each : all)
      each->settle();
  }
  std::vector<std::unique_ptr<irc_client>> all; ///< number i sits in room i % rooms
};

// I-31, I-33
TEST(IrcCrowd, TwoHundredClientsInTwentyRoomsSeeOneOrderPerRoomWithTheIdsOfNativeClients) {
  cluster running{"local"};
  running.start();
  auto native = running.join("ann", "r0");
  for (int room = 1; room != rooms; ++room)
    native->ask("/join " + channel(room).substr(1));
  native->settle();
  crowd people{running};

  for (int post = 0; post != posts_each; ++post)
    for (std::size_t i = 0; i != people.all.size(); ++i)
      people.all[i]->say("PRIVMSG " + channel(static_cast<int>(i) % rooms) + " :" + std::to_string(i) + " says "
                         + std::to_string(post));
  for (const auto& each : people.all)
    each->settle(); // what it has said is with everybody
  for (const auto& each : people.all)
    each->settle(); // and everybody has read it
  native->settle();

  for (int room = 0; room != rooms; ++room) {
    const auto reference = said_in(people.all[static_cast<std::size_t>(room)]->lines(), channel(room));
    ASSERT_EQ(reference.size(), static_cast<std::size_t>(people_per_room * posts_each)) << channel(room);
    for (std::size_t i = static_cast<std::size_t>(room); i < people.all.size(); i += rooms)
      EXPECT_EQ(said_in(people.all[i]->lines(), channel(room)), reference) << "client " << i;
    std::vector<told> by_native;
    for (const auto& each :
         native->expect_count(reference.size(), {{"event", "posted"}, {"room", channel(room).substr(1)}}))
      by_native.push_back({each["id"].get<std::string>(), each["text"].get<std::string>()});
    EXPECT_EQ(by_native, reference);
  }
}

// I-54, U-17
TEST(IrcCrowd, TheDeathsOfBothWorkerNodesInTurnDisconnectNobodyAndLoseAndDoubleNothing) {
  cluster running{"local"};
  running.start();
  crowd people{running};
  int said = 0;
  const auto post_all = [&] {
    for (std::size_t i = 0; i != people.all.size(); ++i)
      people.all[i]->say("PRIVMSG " + channel(static_cast<int>(i) % rooms) + " :" + std::to_string(i) + " says "
                         + std::to_string(said));
    ++said;
  };
  for (const std::string node : {"worker-1", "worker-2"}) {
    post_all();
    running.kill(node);
    post_all();
    running.start(node);
    for (const auto& each : people.all)
      each->settle();
  }
  for (const auto& each : people.all)
    each->settle();
  for (int room = 0; room != rooms; ++room) {
    const auto reference = said_in(people.all[static_cast<std::size_t>(room)]->lines(), channel(room));
    EXPECT_EQ(reference.size(), static_cast<std::size_t>(people_per_room * said)) << channel(room);
    for (std::size_t i = static_cast<std::size_t>(room); i < people.all.size(); i += rooms) {
      EXPECT_TRUE(people.all[i]->is_open());
      EXPECT_EQ(said_in(people.all[i]->lines(), channel(room)), reference) << "client " << i;
    }
  }
}

bool has_pong(irc_client& client, const std::string& token) {
  EXPECT_TRUE(client.is_open());
  return std::ranges::any_of(client.lines(), [&](const auto& line) {
    return line.find(" PONG ") != std::string::npos && line.ends_with(token);
  });
}

// I-53
TEST(IrcCrowd, NobodyHasAPongWhileANodeThatHasNotHeardItStandsStill) {
  cluster running{"local"};
  running.start();
  constexpr int channels = 4; // rooms and people are on both worker nodes, and everybody is everywhere
  std::vector<std::unique_ptr<irc_client>> all;
  for (int i = 0; i != 6; ++i) {
    all.push_back(log_in(running, "b" + std::to_string(i)));
    for (int channel_number = 0; channel_number != channels; ++channel_number)
      all.back()->say("JOIN " + channel(channel_number));
    all.back()->settle();
  }
  for (const std::string still : {"worker-1", "worker-2"}) {
    const auto say_and_ping = [&](const std::string& text) {
      for (std::size_t i = 0; i != all.size(); ++i) {
        all[i]->say("PRIVMSG " + channel(static_cast<int>(i) % channels) + " :" + text);
        all[i]->say("PING " + text);
      }
    };
    const auto pongs = [&](const std::string& text) {
      return std::ranges::count_if(all, [&](const auto& each) { return has_pong(*each, " :" + text); });
    };
    // How long it takes when nothing stands still: twice that is enough for a PONG that waits for nothing.
    const auto begin = std::chrono::steady_clock::now();
    say_and_ping("before-" + still);
    wait_until("all have a PONG", [&] { return pongs("before-" + still) == 6; });
    const auto enough = std::min(2 * (std::chrono::steady_clock::now() - begin) + 50ms, 300ms + 0ns);
    running.pause(still);
    const auto paused = std::chrono::steady_clock::now();
    say_and_ping("while-" + still);
    long early = 0;
    while (std::chrono::steady_clock::now() - paused < enough)
      early = std::max<long>(early, pongs("while-" + still));
    running.resume(still);
    EXPECT_EQ(early, 0) << "a PONG came before the words were with everybody";
    wait_until("all have a PONG", [&] { return pongs("while-" + still) == 6; });
  }
}

} // namespace
} // namespace godwit::test
