// The client's session_view_actor: one order for the user's queue and for what a screen shows.
#include "client/session_view_actor.hpp"

#include "tests/unit/client/still_client.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

class SessionViewActor : public still_client {
protected:
  shared_view view() {
    shared_view seen;
    auto asker = system_.spawn([&seen, actor = actor_](caf::event_based_actor* self) {
      self->request(actor, caf::infinite, read_view{}).then([&seen](const shared_view& answer) { seen = answer; });
    });
    settle();
    return seen;
  }
  static client_news opened(std::string name) { return news::room_opened{{room_id{7}, std::move(name), {}}}; }

  int wakes_ = 0;
  std::shared_ptr<news_queue> queue_ = std::make_shared<news_queue>([this] { ++wakes_; });
  session_view_handle actor_ = system_.spawn<session_view_actor>(queue_);
};

TEST_F(SessionViewActor, HandsNewsToTheUserInTheirOrderAndWakesHim) {
  give(actor_, tell_news{{news::logged_in{"ann"}, opened("lobby")}, {}});
  EXPECT_GT(wakes_, 0);
  const auto first = queue_->pop(0ms);
  ASSERT_TRUE(first);
  EXPECT_TRUE(std::holds_alternative<news::logged_in>(*first));
  const auto second = queue_->pop(0ms);
  ASSERT_TRUE(second);
  EXPECT_TRUE(std::holds_alternative<news::room_opened>(*second));
  EXPECT_FALSE(queue_->pop(0ms));
}

TEST_F(SessionViewActor, ShowsWhatTheNewsHaveMadeOfIt) {
  give(actor_, tell_news{{news::connected{}, news::logged_in{"ann"}, opened("lobby")}, {}});
  const auto seen = view();
  ASSERT_NE(seen, nullptr);
  EXPECT_TRUE(seen->online());
  EXPECT_EQ(seen->nick(), "ann");
  EXPECT_NE(seen->find("lobby"), nullptr);
}

TEST_F(SessionViewActor, GivesACopyThatLaterNewsDoNotChange) {
  give(actor_, tell_news{{opened("lobby")}, {}});
  const auto before = view();
  give(actor_, tell_news{{news::room_closed{{room_id{7}, "lobby", {}}, {}}}, {}});
  EXPECT_NE(before->find("lobby"), nullptr);
  EXPECT_EQ(view()->find("lobby"), nullptr);
}

TEST_F(SessionViewActor, HoldsTheTicketUntilTheUserHasTakenTheNews) {
  auto ticket = std::make_shared<int>(1);
  const std::weak_ptr<int> held = ticket;
  give(actor_, tell_news{{opened("lobby")}, std::move(ticket)});
  EXPECT_FALSE(held.expired());
  queue_->pop(0ms);
  EXPECT_TRUE(held.expired());
}

} // namespace
} // namespace godwit::test
