// Whether a node hears of a service of its that ended by an error.
#include "actors/service_watch.hpp"

#include "tests/unit/actors/still_node.hpp"

#include <caf/event_based_actor.hpp>

#include <stdexcept>

namespace godwit::test {
namespace {

class ServiceWatch : public still_node {
protected:
  ServiceWatch() {
    service_ = system_.spawn([](caf::event_based_actor* self) -> caf::behavior {
      return {[self](int what) {
        if (what == 0)
          self->quit();
        else
          throw std::runtime_error("a fault");
      }};
    });
    watch_service(service_, [this](const std::string& why) { told_.push_back(why); });
  }
  caf::actor service_;
  std::vector<std::string> told_;
};

TEST_F(ServiceWatch, TellsOfAnExceptionOnce) {
  give(service_, 1);
  give(service_, 1);
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_FALSE(told_[0].empty());
}

TEST_F(ServiceWatch, SaysNothingOfAServiceThatQuits) {
  give(service_, 0);
  EXPECT_TRUE(told_.empty());
}

TEST_F(ServiceWatch, SaysNothingWhenTheNodeStops) {
  board_.enter(entity_kind::store, 0, service_);
  board_.close();
  settle();
  EXPECT_TRUE(told_.empty());
}

} // namespace
} // namespace godwit::test
