#include "nodes/work/work_pool.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <set>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

template <class T>
T get(std::future<T> of) {
  if (of.wait_for(20s) != std::future_status::ready)
    throw std::runtime_error("it is not done");
  return of.get();
}

/// A job that keeps a thread until it is released.
struct held_job {
  std::shared_ptr<std::promise<std::thread::id>> begun = std::make_shared<std::promise<std::thread::id>>();
  std::promise<void> released;
  std::shared_future<void> until = released.get_future().share();
  std::function<void()> job() {
    return [begun = begun, until = until] {
      begun->set_value(std::this_thread::get_id());
      until.wait();
    };
  }
};

} // namespace

TEST(WorkPool, DoesSeveralJobsAtOnceOnThreadsOfItsOwnThatItUsesAgain) {
  work_pool pool(2, 8);
  std::set<std::thread::id> threads;
  for (int round = 0; round != 3; ++round) {
    held_job one, two;
    ASSERT_TRUE(pool.try_post(one.job()));
    ASSERT_TRUE(pool.try_post(two.job()));
    threads.insert(get(one.begun->get_future()));
    threads.insert(get(two.begun->get_future()));
    one.released.set_value();
    two.released.set_value();
  }
  EXPECT_EQ(threads.size(), 2U);
  EXPECT_FALSE(threads.contains(std::this_thread::get_id()));
}

TEST(WorkPool, RefusesWhatWouldWaitBehindTooMany) {
  work_pool pool(1, 2);
  held_job blocker;
  ASSERT_TRUE(pool.try_post(blocker.job()));
  get(blocker.begun->get_future());
  std::promise<void> done;
  EXPECT_TRUE(pool.try_post([] {}));
  EXPECT_TRUE(pool.try_post([&] { done.set_value(); }));
  EXPECT_FALSE(pool.try_post([] {}));
  blocker.released.set_value();
  get(done.get_future());
  EXPECT_TRUE(pool.try_post([] {})) << "room again";
}

TEST(WorkPool, FinishesWhatHasBegunAndDropsTheRestWhenItStops) {
  work_pool pool(1, 2);
  held_job begun;
  ASSERT_TRUE(pool.try_post(begun.job()));
  get(begun.begun->get_future());
  std::promise<void> dropped;
  std::shared_ptr<void> watched(nullptr, [&](void*) { dropped.set_value(); });
  bool was_done = false;
  ASSERT_TRUE(pool.try_post([&was_done, watched] { was_done = true; }));
  watched.reset();
  std::thread stopper([&] { pool.stop(); });
  get(dropped.get_future());
  EXPECT_FALSE(pool.try_post([] {}));
  begun.released.set_value();
  stopper.join();
  EXPECT_FALSE(was_done);
  EXPECT_FALSE(pool.try_post([] {}));
}

} // namespace godwit::test
