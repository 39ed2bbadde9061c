// Every node is killed and started again while people post: what was acknowledged stands in the history once, in order.
#include "tests/support/cluster.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace godwit::test {
namespace {

constexpr int posters = 4;
constexpr int posts_per_half = 25;
constexpr std::chrono::seconds comeback{60}; // from death to judgement, place, resume, backoff; on a busy machine

/// Posts numbered texts, and knows what was acknowledged.
class poster {
public:
  explicit poster(std::unique_ptr<chat_client> client) : client_(std::move(client)) { client_->settle(); }

  void say_some() {
    for (int i = 0; i < posts_per_half; ++i) {
      const auto text = client_->nick() + " " + std::to_string(texts_by_request_.size());
      texts_by_request_[client_->say(text)] = text;
    }
  }

  /// The first of the posts that were said last has been acknowledged.
  void wait_for_first_of_newest() const {
    client_->outcome(std::prev(texts_by_request_.end(), posts_per_half)->first, comeback);
  }

  /// All posts have been acknowledged.
  void wait_for_all() const {
    for (const auto& [request, text] : texts_by_request_) {
      const auto end = client_->outcome(request, comeback);
      EXPECT_EQ(end["event"], "confirmed") << text << ": " << end;
    }
  }

  chat_client& client() const { return *client_; }
  const std::map<int, std::string>& texts_by_request() const { return texts_by_request_; }

private:
  std::unique_ptr<chat_client> client_;
  std::map<int, std::string> texts_by_request_;
};

using posters_of_room = std::vector<std::unique_ptr<poster>>;

/// All events of the room, by a newcomer who reads its history.
std::vector<event> history_of_room(cluster& running) {
  auto reader = running.join("reader");
  reader->settle();
  auto events = reader->answers("/history 1000");
  EXPECT_EQ(events.back()["event"], "history");
  EXPECT_EQ(events.back()["count"], events.size() - 1);
  events.pop_back();
  return events;
}

void expect_acknowledged_once_in_order(const posters_of_room& all, const std::vector<event>& history) {
  for (std::size_t i = 1; i < history.size(); ++i)
    EXPECT_EQ(history[i]["seq"].get<int>(), history[i - 1]["seq"].get<int>() + 1) << history[i];
  std::map<std::string, std::vector<event>> posts_by_sender;
  for (const auto& each : history)
    if (each["event"] == "posted")
      posts_by_sender[each["from"]].push_back(each);
  for (const auto& each : all) {
    const auto& logged = posts_by_sender[each->client().nick()];
    ASSERT_EQ(logged.size(), each->texts_by_request().size()) << each->client().nick() << ": lost or doubled";
    std::size_t next = 0;
    for (const auto& [request, text] : each->texts_by_request()) {
      const auto acknowledged = each->client().outcome(request);
      EXPECT_EQ(logged[next]["text"], text);
      EXPECT_EQ(logged[next]["seq"], acknowledged["seq"]) << text;
      EXPECT_EQ(logged[next]["id"], acknowledged["id"]) << text;
      EXPECT_EQ(logged[next]["time"], acknowledged["time"]) << text;
      ++next;
    }
  }
}

/// What a member was told is what the history says, each event once, in order.
void expect_told_once_in_order(const posters_of_room& all, const std::vector<event>& history) {
  std::vector<std::string> posts;
  for (const auto& each : history)
    if (each["event"] == "posted")
      posts.push_back(each["id"]);
  for (const auto& each : all) {
    each->client().ask("/ping");
    std::vector<std::string> told;
    for (const auto& post : each->client().events({{"event", "posted"}}))
      told.push_back(post["id"]);
    EXPECT_EQ(told, posts) << each->client().nick();
  }
}

posters_of_room gather(cluster& running) {
  posters_of_room all;
  for (int i = 0; i < posters; ++i)
    all.push_back(std::make_unique<poster>(running.join("poster" + std::to_string(i))));
  return all;
}

void kill_while_posting(cluster& running, const posters_of_room& all, const std::string& node) {
  for (const auto& each : all)
    each->say_some();
  all.front()->wait_for_first_of_newest(); // the others are on their way
  running.kill(node);
  for (const auto& each : all)
    each->say_some();
  running.start(node);
  for (const auto& each : all)
    each->wait_for_all();
}

void expect_all_whole(cluster& running, const posters_of_room& all) {
  const auto history = history_of_room(running);
  expect_acknowledged_once_in_order(all, history);
  expect_told_once_in_order(all, history);
  for (const auto& each : all) {
    EXPECT_TRUE(each->client().events({{"event", "error"}}).empty());
    EXPECT_EQ(each->client().leave(), process_end{});
  }
}

class Kill : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(OneNode, Kill, ::testing::Values("worker-1", "worker-2", "proxy-1", "broker-1"),
                         [](const auto& tested) {
                           std::string name = tested.param;
                           std::erase(name, '-');
                           return name;
                         });

TEST_P(Kill, OfOneNodeLosesAndDoublesNothingAcknowledged) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  kill_while_posting(running, all, GetParam());
  expect_all_whole(running, all);
}

TEST(KillInTurn, OfEachNodeLosesAndDoublesNothingAcknowledged) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  for (const auto* node : {"worker-1", "worker-2", "proxy-1", "broker-1"})
    kill_while_posting(running, all, node);
  expect_all_whole(running, all);
}

TEST(KillInTurn, OfTheOnlyProcessLosesAndDoublesNothingAcknowledged) {
  cluster running{"single"};
  running.start();
  const auto all = gather(running);
  for (int i = 0; i < 3; ++i)
    kill_while_posting(running, all, "godwit-1");
  expect_all_whole(running, all);
}

TEST(KillInTurn, OfAllNodesAtOnceLeavesRoomsTopicsAndHistoryThere) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  all[0]->client().ask("/topic what stays");
  for (const auto& each : all)
    each->say_some();
  for (const auto& node : running.nodes())
    running.kill(node);
  running.start();
  for (const auto& each : all)
    each->wait_for_all();
  auto reader = running.join("topic-reader");
  reader->settle();
  EXPECT_EQ(reader->answers("/topic").at(0)["text"], "what stays");
  EXPECT_EQ(reader->leave(), process_end{});
  expect_all_whole(running, all);
}

TEST(Pause, OfAWorkerNodeThatIsDeclaredDeadLosesAndDoublesNothingAcknowledged) {
  cluster running{"local"};
  running.start();
  const auto all = gather(running);
  for (const auto& each : all)
    each->say_some();
  running.pause("worker-1");
  for (const auto& each : all)
    each->say_some();
  for (const auto& each : all)
    each->wait_for_all(); // while it is silent
  running.resume("worker-1");
  // It learns of its death, and ends (code 4); a supervisor would start it again.
  EXPECT_EQ(running.process_of("worker-1").wait(patience), (process_end{4, 0}));
  running.start("worker-1");
  for (const auto& each : all) {
    each->say_some();
    each->wait_for_all();
  }
  expect_all_whole(running, all);
}

} // namespace
} // namespace godwit::test
