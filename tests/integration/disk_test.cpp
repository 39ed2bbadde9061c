// The store's disk becomes full, or read-only, under a cluster that chats: nothing acknowledged is lost, nothing that
// was refused appears, what needs no store goes on, and all goes on by itself when the disk does.
#include "tests/support/failing_disk.hpp"
#include "tests/support/irc_client.hpp"
#include "tests/support/posters.hpp"
#include "tests/support/small_disk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr auto store_wait = 1s; // the config's, below
constexpr auto default_store_wait = 10s;
const fields refused_for_now{{"event", "waiting"}, {"code", "store_unavailable"}};

class StoreDisk : public ::testing::Test {
protected:
  void start() {
    running_.start();
    all_ = gather(running_, 3);
    late_ = std::make_unique<poster>(running_.join("late"));
    watcher_ = running_.join("watcher");
    ivan_ = std::make_unique<irc_client>(running_.irc_address(), running_.path("var/ca.pem"));
    ivan_->log_in("ivan");
    watcher_->settle();
  }

  /// Two posts of each at a time, until the store has met what is wrong with its disk.
  void post_until_the_store_is_away() {
    constexpr int rounds_max = 100;
    const auto is_away = [&] { return running_.log("broker-1").find("It is opened anew.") != std::string::npos; };
    for (int round = 0; round < rounds_max && !is_away(); ++round) {
      for (const auto& each : all_)
        each->say_some(2, 3'000);
      wait_until("somebody's newest post is confirmed, or the store is away", [&] {
        return is_away() || std::ranges::any_of(all_, [](const auto& each) {
                 return !each->client().events({{"event", "confirmed"}, {"request", each->newest_request()}}).empty();
               });
      });
    }
    ASSERT_TRUE(is_away());
  }

  void expect_that_posts_wait_and_are_refused_in_time() {
    const auto said = clock::now();
    late_->say_some(1);
    late_->client().expect(refused_for_now);
    const auto waited = clock::now() - said;
    EXPECT_GE(waited, store_wait);
    EXPECT_LT(waited, default_store_wait) << "it is not the config's";
  }
  /// A native client tries again by itself: a newcomer gets in when the disk can be written.
  void expect_that_joins_and_nicks_wait_likewise_and_let_a_newcomer_wait() {
    newcomer_ = running_.join("newcomer");
    for (const std::string what : {"JOIN", "NICK"}) {
      const auto said = clock::now();
      ivan_->say(what + (what == "JOIN" ? " #elsewhere" : " other"));
      ivan_->expect(" 400 ivan " + what, "The store is away");
      EXPECT_GE(clock::now() - said, store_wait) << what;
    }
  }
  void expect_that_what_needs_no_store_goes_on() {
    EXPECT_EQ(watcher_->ask("/ping")["event"], "confirmed");
    EXPECT_EQ(watcher_->answers("/history 5").size(), 6U) << watcher_->report(); // and their number
    EXPECT_EQ(watcher_->answers("/who").at(0)["members"].size(), 5U);
    const auto told = late_->client().count();
    watcher_->ask("/away having lunch");
    late_->client().expect({{"event", "away"}, {"from", "watcher"}, {"text", "having lunch"}}, told);
  }
  void expect_that_nothing_more_was_written() {
    EXPECT_TRUE(late_->client().events({{"event", "confirmed"}, {"what", "post"}}).empty());
    EXPECT_TRUE(watcher_->events({{"event", "posted"}, {"from", "late"}}).empty());
  }

  void expect_that_all_goes_on() {
    late_->wait_for_all();
    wait_for_all(all_);
    all_.push_back(std::move(late_));
    expect_undisturbed(all_);
    newcomer_->settle();
    ivan_->say("JOIN #elsewhere");
    ivan_->expect(" 366 ivan #elsewhere");
    expect_all_whole(running_, all_, said_order::may_change);
    EXPECT_EQ(watcher_->leave(), process_end{});
    running_.stop();
    running_.expect_sound_store();
  }

  cluster running_{"local", "[limits]\nstore-wait-ms = 1000\n"};
  posters_of_room all_;
  std::unique_ptr<poster> late_;
  std::unique_ptr<chat_client> watcher_;
  std::unique_ptr<chat_client> newcomer_;
  std::unique_ptr<irc_client> ivan_;
};

TEST_F(StoreDisk, ThatIsFullLosesNothingAcknowledgedAndGoesOnWhenThereIsRoom) {
  small_disk disk{running_.data_folder(), "1m"};
  start();
  post_until_the_store_is_away();
  expect_that_posts_wait_and_are_refused_in_time();
  expect_that_joins_and_nicks_wait_likewise_and_let_a_newcomer_wait();
  expect_that_what_needs_no_store_goes_on();
  expect_that_nothing_more_was_written();
  disk.grow("32m");
  expect_that_all_goes_on();
}

TEST_F(StoreDisk, ThatTurnsReadOnlyUnderLoadLosesNothingAcknowledgedAndGoesOnWhenItCanBeWritten) {
  failing_disk disk{running_.data_folder(), running_.path("disk.img")};
  start();
  for (const auto& each : all_)
    each->say_some(10, 3'000);
  all_.front()->wait_for_first_of_newest(); // the others are on their way
  disk.turn_read_only();
  post_until_the_store_is_away();
  expect_that_posts_wait_and_are_refused_in_time();
  expect_that_joins_and_nicks_wait_likewise_and_let_a_newcomer_wait();
  expect_that_what_needs_no_store_goes_on();
  expect_that_nothing_more_was_written();
  disk.mend();
  expect_that_all_goes_on();
}

} // namespace
} // namespace godwit::test
