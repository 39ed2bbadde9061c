#include "tests/support/posters.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

namespace godwit::test {
namespace {

constexpr std::chrono::seconds comeback{60}; // from death to judgement, place, resume, backoff; on a busy machine

/// All events of the room, by a newcomer who reads its history.
std::vector<event> history_of_room(cluster& running) {
  auto reader = running.join("reader");
  reader->settle();
  return whole_history(*reader);
}

/// The texts of one poster as acknowledged, by where they were logged, or as said.
std::vector<std::pair<std::string, event>> acknowledged_posts(const poster& who, said_order order) {
  std::vector<std::pair<std::string, event>> posts;
  for (const auto& [request, text] : who.texts_by_request())
    posts.emplace_back(text, who.client().outcome(request));
  if (order == said_order::may_change)
    std::ranges::sort(posts, {}, [](const auto& each) { return each.second["seq"].template get<int>(); });
  return posts;
}

void expect_acknowledged_once_in_order(const posters_of_room& all, const std::vector<event>& history,
                                       said_order order) {
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
    for (const auto& [text, acknowledged] : acknowledged_posts(*each, order)) {
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

} // namespace

void poster::say_some(int count, std::size_t bytes) {
  for (int i = 0; i < count; ++i) {
    auto text = client_->nick() + " " + std::to_string(texts_by_request_.size());
    if (text.size() < bytes)
      text += " " + std::string(bytes - text.size() - 1, 'x');
    const auto request = client_->say(text);
    texts_by_request_[request] = text;
    if (i == 0)
      newest_ = request;
  }
}

void poster::wait_for_first_of_newest() const { client_->outcome(newest_, comeback); }

void poster::wait_for_all() const {
  for (const auto& [request, text] : texts_by_request_) {
    const auto end = client_->outcome(request, comeback);
    EXPECT_EQ(end["event"], "confirmed") << text << ": " << end;
  }
}

std::vector<event> whole_history(chat_client& reader) {
  std::vector<event> all;
  for (;;) {
    const auto last = all.empty() ? 0 : all.back()["seq"].get<int>();
    auto events = reader.answers("/history since " + std::to_string(last));
    EXPECT_EQ(events.back()["event"], "history");
    EXPECT_EQ(events.back()["count"], events.size() - 1);
    events.pop_back();
    if (events.empty())
      return all;
    all.insert(all.end(), events.begin(), events.end());
  }
}

posters_of_room gather(cluster& running, int count) {
  posters_of_room all;
  for (int i = 0; i < count; ++i)
    all.push_back(std::make_unique<poster>(running.join("poster" + std::to_string(i))));
  return all;
}

void wait_for_all(const posters_of_room& all) {
  for (const auto& each : all)
    each->wait_for_all();
}

void expect_all_whole(cluster& running, const posters_of_room& all, said_order order) {
  const auto history = history_of_room(running);
  expect_acknowledged_once_in_order(all, history, order);
  expect_told_once_in_order(all, history);
  for (const auto& each : all) {
    EXPECT_TRUE(each->client().events({{"event", "error"}}).empty());
    EXPECT_EQ(each->client().leave(), process_end{});
  }
}

void expect_undisturbed(const posters_of_room& all) {
  for (const auto& each : all)
    for (const auto* what : {"reconnecting", "resumed", "logged_in"})
      EXPECT_EQ(each->client().events({{"event", what}}).size(), what == std::string{"logged_in"} ? 1U : 0U)
        << each->client().report();
  for (const auto& each : all)
    for (const auto& other : all) {
      const auto seen = [&](const char* what) {
        return each->client().events({{"event", what}, {"from", other->client().nick()}}).size();
      };
      EXPECT_EQ(seen("quit") + seen("left"), 0U)
        << other->client().nick() << " as " << each->client().nick() << " saw it";
      EXPECT_LE(seen("joined"), 1U) << other->client().nick() << " as " << each->client().nick() << " saw it";
    }
}

} // namespace godwit::test
