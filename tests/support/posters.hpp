/// @file
/// People who post numbered texts to one room while something breaks, and what must be true of it afterwards.
///
/// Promises  each wait has a deadline.
#pragma once

#include "tests/support/cluster.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace godwit::test {

/// Posts numbered texts, and knows what was acknowledged.
class poster {
public:
  explicit poster(std::unique_ptr<chat_client> client) : client_(std::move(client)) { client_->settle(); }

  /// Posts `count` texts of at least `bytes` bytes; waits for nothing.
  void say_some(int count = posts_at_a_time, std::size_t bytes = 0);
  /// The first of the posts that were said last has been acknowledged.
  void wait_for_first_of_newest() const;
  /// All posts have been acknowledged.
  void wait_for_all() const;

  chat_client& client() const { return *client_; }
  const std::map<int, std::string>& texts_by_request() const { return texts_by_request_; }
  int newest_request() const { return texts_by_request_.empty() ? 0 : texts_by_request_.rbegin()->first; }

private:
  static constexpr int posts_at_a_time = 25;

  std::unique_ptr<chat_client> client_;
  std::map<int, std::string> texts_by_request_;
  int newest_ = 0; ///< the first request of the last say_some()
};

/// All events of the reader's room that are kept, piece by piece: one answer holds 1,000.
std::vector<event> whole_history(chat_client& reader);

using posters_of_room = std::vector<std::unique_ptr<poster>>;

/// `count` people in the lobby.
posters_of_room gather(cluster& running, int count = 4);
void wait_for_all(const posters_of_room& all);

enum class said_order {
  kept,
  may_change, ///< what the server refused for a while was said again, and may stand behind what it did not refuse
};
/// What was acknowledged stands in the history once, where it was acknowledged, and in the order in which it was said;
/// each was told just that; then they leave without an error.
void expect_all_whole(cluster& running, const posters_of_room& all, said_order order = said_order::kept);
/// Nobody's connection was lost, nobody's session resumed, and none of them saw another quit or come in again.
void expect_undisturbed(const posters_of_room& all);

} // namespace godwit::test
