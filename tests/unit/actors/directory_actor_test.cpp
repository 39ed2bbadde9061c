// The directory's shell: what the rules decide reaches store, balancer and nodes, and time passes by itself.
#include "actors/directory_actor.hpp"

#include "actors/rules/limits.hpp"
#include "tests/unit/actors/still_node.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

/// The directory; the store is reached by the link to "broker-1", "w2" is a worker node and a proxy node.
class DirectoryActor : public still_node {
protected:
  void tell_reset() { give(actor_, link_reset{"w1", {1}, role_broker}); }
  void view(node_state of_w2) {
    give(actor_, membership_view{++views_, {1}, {{"w2", {2}, role_worker | role_proxy, of_w2}}});
  }
  /// Answers the oldest request.
  directory_request answer(directory_result result) {
    const auto asked = take_asked();
    EXPECT_EQ(asked.size(), 1U);
    if (asked.empty())
      return load_directory{};
    give(actor_, store_answered{asked[0].ticket, std::move(result)});
    return asked[0].request;
  }
  std::vector<ask_store> take_asked() { return broker_->take<ask_store>(); }
  void settle_directory() {
    view(node_state::alive);
    tell_reset();
    answer(directory_loaded{});
    give(actor_, report_worker{"w2", {2}, {}, {}});
  }
  void place() { give(actor_, place_session{{4}, "w2", {2}, protocol::native, {}, {}}); }
  session_placed placed() {
    const auto all = other_->take<session_placed>();
    EXPECT_EQ(all.size(), 1U);
    return all.empty() ? session_placed{} : all[0];
  }

  directory_handle actor_ =
    end_with_node(system_.spawn<directory_actor>(std::ref(board_), directory_config{"w1", {"w2"}, {"root"}, 2min}));
  std::uint64_t views_ = 0;
};

TEST_F(DirectoryActor, LoadsItsRowsWhenItsNodeIsThere) {
  EXPECT_TRUE(take_asked().empty());
  tell_reset();
  const auto asked = take_asked();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<load_directory>(asked[0].request));
}

TEST_F(DirectoryActor, PlacesASessionWhereItsBalancerSays) {
  settle_directory();
  place();
  EXPECT_TRUE(std::holds_alternative<insert_session>(answer(done{})));
  const auto told = placed();
  EXPECT_EQ(told.session, session_id{4});
  EXPECT_EQ(told.worker, "w2");
  EXPECT_EQ(told.why, std::nullopt);
}

TEST_F(DirectoryActor, TellsItsBalancerTheViewBeforeItAsksByIt) {
  settle_directory();
  view(node_state::dead);
  place();
  answer(done{});
  EXPECT_EQ(placed().why->code, error_code::no_worker_node);
  answer(done{}); // the row is removed
  view(node_state::alive);
  place();
  answer(done{});
  EXPECT_EQ(placed().worker, "w2");
}

TEST_F(DirectoryActor, TellsItsBalancerAndTheJudgeWhichNodesAreDrained) {
  std::vector<drained_workers> told;
  board_.enter(entity_kind::membership, 0, system_.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](const drained_workers& what) { told.push_back(what); }, [](const load_changed&) {}};
  }));
  give(actor_,
       membership_view{
         ++views_, {1}, {{"w2", {2}, role_worker, node_state::alive}, {"w3", {3}, role_worker, node_state::alive}}});
  tell_reset();
  answer(directory_loaded{{}, {}, {"w2"}});
  give(actor_, report_worker{"w2", {2}, {}, {}});
  EXPECT_EQ(told, (std::vector<drained_workers>{{{"w2"}}}));
  place();
  answer(done{});
  EXPECT_EQ(placed().worker, "w3");
}

TEST_F(DirectoryActor, SettlesInTimeWithoutAWorkerNodeThatSaysNothing) {
  view(node_state::alive);
  tell_reset();
  answer(directory_loaded{});
  place();
  pass(limits::directory_settles_within - 50ms);
  EXPECT_TRUE(take_asked().empty());
  pass(200ms);
  ASSERT_EQ(take_asked().size(), 1U);
}

TEST_F(DirectoryActor, AsksTheStoreAgainThatWasAway) {
  settle_directory();
  place();
  const auto first = answer(error{error_code::store_unavailable, {}});
  EXPECT_TRUE(take_asked().empty());
  pass(limits::store_asked_again_after + 100ms);
  const auto again = take_asked();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].request, first);
}

TEST_F(DirectoryActor, EndsASessionThatNobodyResumesInTime) {
  settle_directory();
  place();
  answer(done{});
  give(actor_, session_hosted{"w2", {2}, {{4}, placed().epoch, "w2", {2}}});
  view(node_state::dead);
  pass(2min - 1s, 100ms);
  EXPECT_TRUE(take_asked().empty());
  pass(2s, 100ms);
  const auto asked = take_asked();
  ASSERT_EQ(asked.size(), 1U);
  EXPECT_EQ(std::get<take_session>(asked[0].request).row.proxy, "") << "its end is marked";
}

TEST_F(DirectoryActor, AnswersEachOfItsAskersWithoutALinkBetween) {
  settle_directory();
  give(actor_, find_nick{{{{4}, 1, 0}, "w2"}, "nobody"});
  const auto found = other_->take<nick_found>();
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].why->code, error_code::no_such_nick);
  give(actor_, locate_room{{{{4}, 2, 0}, "w2"}, "", "", true});
  EXPECT_EQ(other_->take<room_located>().size(), 1U);
  give(actor_, claim_nick{{{{4}, 3, 0}, "w2"}, {1, 0}, "root"});
  EXPECT_EQ(other_->take<nick_claimed>().size(), 1U);
  give(actor_, list_rooms{{{{4}, 4, 0}, "w2"}, "", 10});
  answer(room_rows{});
  EXPECT_EQ(other_->take<rooms_listed>().size(), 1U);
  give(actor_, resume_session{{5}, "w2", {2}, protocol::native, {}, {}});
  EXPECT_EQ(placed().why->code, error_code::resume_refused);
}

} // namespace
} // namespace godwit::test
