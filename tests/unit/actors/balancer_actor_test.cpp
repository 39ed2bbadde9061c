// The balancer's shell: each question is answered to who asked, by all that was told before it.
#include "actors/balancer_actor.hpp"

#include "actors/rules/membership_view.hpp"
#include "tests/unit/actors/still_node.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>

namespace godwit::test {
namespace {

const worker_place one{"w1", {1}};
const worker_place two{"w2", {2}};

class BalancerActor : public still_node {
protected:
  BalancerActor() {
    asker_ = caf::actor_cast<placement_asker>(system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const worker_picked& what) { picked_.push_back(what); }};
    }));
  }
  void view(node_state of_two) {
    give(actor_, membership_view{1,
                                 {9},
                                 {{one.node, one.incarnation, role_worker, node_state::alive},
                                  {two.node, two.incarnation, role_worker, of_two}}});
  }
  void ask(std::uint64_t ticket) { caf::anon_send(actor_, asker_, pick_worker{ticket, placed_thing::session}); }

  balancer_handle actor_ = system_.spawn<balancer_actor>();
  placement_asker asker_;
  std::vector<worker_picked> picked_;
};

TEST_F(BalancerActor, AnswersEachQuestionInOrderWithItsTicket) {
  view(node_state::alive);
  ask(7);
  ask(8);
  settle();
  EXPECT_EQ(picked_, (std::vector<worker_picked>{{7, one}, {8, two}}));
}

TEST_F(BalancerActor, GoesByTheLoadThatItWasToldBeforeTheQuestion) {
  view(node_state::alive);
  caf::anon_send(actor_, load_changed{one, 5, 0, {}});
  ask(7);
  settle();
  EXPECT_EQ(picked_, (std::vector<worker_picked>{{7, two}}));
}

TEST_F(BalancerActor, PassesOverANodeThatItWasToldIsDrained) {
  view(node_state::alive);
  caf::anon_send(actor_, drained_workers{{one.node}});
  ask(7);
  settle();
  EXPECT_EQ(picked_, (std::vector<worker_picked>{{7, two}}));
}

TEST_F(BalancerActor, SaysThatThereIsNoPlaceWithoutAWorkerNodeThatIsAlive) {
  ask(7);
  settle();
  EXPECT_EQ(picked_, (std::vector<worker_picked>{{7, std::nullopt}}));
}

TEST_F(BalancerActor, ChoosesNoNodeThatTheViewCallsDead) {
  view(node_state::dead);
  ask(7);
  ask(8);
  settle();
  EXPECT_EQ(picked_, (std::vector<worker_picked>{{7, one}, {8, one}}));
}

} // namespace
} // namespace godwit::test
