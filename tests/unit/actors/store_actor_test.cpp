// The store's shell: requests go in as they came, answers go to who asked.
#include "actors/store_actor.hpp"

#include "tests/unit/actors/still_node.hpp"

#include <deque>

namespace godwit::test {
namespace {

class kept_store : public store_port {
public:
  void submit(store_request request, std::function<void(store_answer)> answer) override {
    requests.emplace_back(std::move(request), std::move(answer));
  }
  std::deque<std::pair<store_request, std::function<void(store_answer)>>> requests;
};

append_entries append_of_w2() {
  append_entries append;
  append.room = room_id{7};
  append.epoch = 1;
  append.reply_to = "w2";
  return append;
}

struct StoreActor : still_node {
  kept_store store_;
  store_handle actor_ = system_.spawn<store_actor>(std::ref(board_), std::ref<store_port>(store_));
};

TEST_F(StoreActor, GivesRequestsToTheStoreInTheirOrder) {
  give(actor_, open_log{room_id{7}, "w2"});
  give(actor_, append_of_w2());
  ASSERT_EQ(store_.requests.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<open_log>(store_.requests[0].first));
  EXPECT_TRUE(std::holds_alternative<append_entries>(store_.requests[1].first));
}

TEST_F(StoreActor, SendsTheAnswerToTheRoomOnTheNodeThatAsked) {
  give(actor_, append_of_w2());
  store_.requests.at(0).second(entries_appended{room_id{7}, 1, 1, 1, append_outcome::written, 0});
  settle();
  ASSERT_EQ(other_->envelopes().size(), 1U);
  EXPECT_EQ(other_->envelopes()[0].to.kind, entity_kind::room);
  EXPECT_EQ(other_->envelopes()[0].to.id, 7U);
  EXPECT_TRUE(broker_->envelopes().empty());
}

TEST_F(StoreActor, SendsTheAnswerToTheSessionThatIsLoaded) {
  load_session wanted;
  wanted.session = session_id{12};
  wanted.reply_to = "w2";
  give(actor_, wanted);
  session_loaded loaded;
  loaded.session = session_id{12};
  store_.requests.at(0).second(loaded);
  ASSERT_EQ(other_->envelopes().size(), 1U);
  EXPECT_EQ(other_->envelopes()[0].to.kind, entity_kind::session);
  EXPECT_EQ(other_->envelopes()[0].to.id, 12U);
}

} // namespace
} // namespace godwit::test
