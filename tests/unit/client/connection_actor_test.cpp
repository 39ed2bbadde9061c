// The client's connection_actor: it dials, pauses, tries other proxy nodes, and gives up when its time is over.
#include "client/connection_actor.hpp"

#include "tests/unit/client/still_client.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

class ConnectionActor : public still_client {
protected:
  ConnectionActor() {
    settings_.redial = {100ms, 1s};
    settings_.first_connection_within = 3s;
    settings_.reconnection_within = 20s;
    outbox_ = caf::actor_cast<outbox_handle>(system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {
        [this](const connection_opened& what) { opened_.push_back(what.hello); },
        [this](const frames_arrived& what) { arrived_.push_back(what); },
        [this](const connection_lost& what) { lost_.push_back(what.why); },
        [this](const connection_given_up& what) { given_up_.push_back(what.why); },
        [this](const redial_planned& what) { planned_.push_back(what.what); },
      };
    }));
    start();
  }
  ~ConnectionActor() override { stop(); }
  void start() {
    actor_ = system_.spawn<connection_actor>(settings_, port_maker(), outbox_);
    settle();
  }
  void stop() {
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    settle();
  }
  void restart() {
    stop();
    start();
  }
  void open(std::optional<control::resume_request> resume = {}) { give(actor_, open_connection{std::move(resume)}); }
  void fail() {
    lose();
    open();
  }
  std::size_t dials() const { return port_->dials.size(); }

  outbox_handle outbox_;
  connection_handle actor_;
  std::vector<control::server_hello> opened_;
  std::vector<frames_arrived> arrived_;
  std::vector<error> lost_;
  std::vector<error> given_up_;
  std::vector<news::reconnecting> planned_;
};

TEST_F(ConnectionActor, DialsAtOnceAndSaysWhoItIs) {
  EXPECT_EQ(dials(), 0U);
  open();
  ASSERT_EQ(dials(), 1U);
  EXPECT_EQ(port_->dials[0].where, settings_.server);
  EXPECT_EQ(port_->dials[0].hello.identity, settings_.identity);
  EXPECT_FALSE(port_->dials[0].hello.resume);
}

TEST_F(ConnectionActor, GivesWhatArrivesToTheOutboxWithItsTicket) {
  open();
  greet();
  ASSERT_EQ(opened_.size(), 1U);
  auto ticket = std::make_shared<int>(1);
  const std::weak_ptr<int> held = ticket;
  arrive({"a", "b"}, std::move(ticket));
  ASSERT_EQ(arrived_.size(), 1U);
  EXPECT_EQ(arrived_[0].frames, (std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(held.expired()) << "nothing is read before it is taken";
  arrived_.clear();
  EXPECT_TRUE(held.expired());
}

TEST_F(ConnectionActor, WritesAndClosesWhatItIsTold) {
  open();
  greet();
  give(actor_, write_frames{"frames"});
  EXPECT_EQ(port_->written, "frames");
  give(actor_, close_connection{});
  EXPECT_EQ(port_->closes, 1);
}

// U-1
TEST_F(ConnectionActor, ResumesWithWhatTheOutboxSaysAfterAPauseThatItTells) {
  open();
  greet();
  lose();
  ASSERT_EQ(lost_.size(), 1U);
  control::resume_request resume;
  resume.session = session_id{1};
  open(resume);
  ASSERT_EQ(planned_.size(), 1U);
  EXPECT_EQ(planned_[0].attempt, 1U);
  EXPECT_EQ(dials(), 1U) << "the pause stands between";
  pass(planned_[0].pause + 10ms);
  ASSERT_EQ(dials(), 2U);
  EXPECT_EQ(port_->dials[1].hello.resume, resume);
}

TEST_F(ConnectionActor, PausesLongerWithEachFailure) {
  open();
  for (int i = 0; i < 3; ++i) {
    fail();
    pass(1s);
  }
  ASSERT_EQ(planned_.size(), 3U);
  EXPECT_LE(planned_[0].pause, 100ms);
  EXPECT_GT(planned_[2].pause, planned_[0].pause);
  EXPECT_EQ(planned_[2].attempt, 3U);
}

// C-13
TEST_F(ConnectionActor, TriesTheOtherProxyNodesThatItWasToldInTurn) {
  open();
  greet(false, {"two.example:7701", "three.example:7702"});
  std::vector<std::string> tried;
  for (int i = 0; i < 3; ++i) {
    fail();
    pass(1s);
    tried.push_back(port_->dials.back().where.host);
  }
  EXPECT_EQ(tried, (std::vector<std::string>{"two.example", "three.example", "chat.example"}));
}

TEST_F(ConnectionActor, GivesUpWhenTheFirstConnectionTakesTooLong) {
  open();
  for (int i = 0; i < 10 && given_up_.empty(); ++i) {
    fail();
    pass(1s);
  }
  ASSERT_EQ(given_up_.size(), 1U);
  EXPECT_EQ(given_up_[0].code, error_code::tls_failed);
  const auto dialled = dials();
  pass(10s);
  EXPECT_EQ(dials(), dialled) << "it dials no more";
}

TEST_F(ConnectionActor, HasMorePatienceOnceItWasConnected) {
  open();
  greet();
  for (int i = 0; i < 5; ++i) {
    fail();
    pass(1s);
  }
  EXPECT_TRUE(given_up_.empty()) << "5 s are more than the first connection may take";
  pass(20s);
  fail();
  EXPECT_EQ(given_up_.size(), 1U);
}

TEST_F(ConnectionActor, GivesUpAtTheDeadlineWhileItDials) {
  open();
  pass(3s - 10ms);
  EXPECT_TRUE(given_up_.empty());
  pass(20ms);
  ASSERT_EQ(given_up_.size(), 1U);
  EXPECT_EQ(given_up_[0].code, error_code::handshake_timeout);
  EXPECT_EQ(given_up_[0].detail, "chat.example:7700 did not answer in time");
  EXPECT_EQ(port_->closes, 1) << "what was under way is dropped";
}

TEST_F(ConnectionActor, GivesUpAtTheDeadlineWhileItPausesAndDialsNoMore) {
  settings_.redial = {4s, 4s};
  const auto pause = backoff(settings_.redial, settings_.seed).next();
  settings_.first_connection_within = pause / 2;
  restart();
  open();
  fail();
  pass(pause / 2 + 10ms);
  ASSERT_EQ(given_up_.size(), 1U);
  EXPECT_EQ(given_up_[0].code, error_code::tls_failed);
  pass(10s);
  EXPECT_EQ(dials(), 1U);
}

TEST_F(ConnectionActor, CountsTheDeadlineFromTheLossOfTheLastServerThatServed) {
  open();
  fail(); // the first connection's deadline is under way
  pass(1s);
  greet();
  arrive({"a"});
  pass(10s);
  fail();
  pass(20s - 1s);
  EXPECT_TRUE(given_up_.empty());
  pass(1s);
  EXPECT_EQ(given_up_.size(), 1U);
}

TEST_F(ConnectionActor, LeavesAConnectionThatStandsAtItsDeadlineAlone) {
  open();
  pass(2s);
  greet(); // and says nothing more
  pass(60s);
  EXPECT_TRUE(given_up_.empty());
  lose();
  open();
  pass(10s);
  EXPECT_TRUE(given_up_.empty());
  pass(10s);
  EXPECT_EQ(given_up_.size(), 1U);
}

TEST_F(ConnectionActor, BeginsItsPausesAnewWhenAServerHasServed) {
  open();
  for (int i = 0; i < 2; ++i) {
    fail();
    pass(1s);
  }
  greet();
  fail();
  EXPECT_EQ(planned_.back().attempt, 3U) << "a server that only greets has not served";
  pass(1s);
  greet();
  arrive({"a"});
  lose();
  const auto planned = planned_.size();
  open();
  EXPECT_EQ(planned_.size(), planned + 1);
  EXPECT_EQ(planned_.back().attempt, 1U);
}

TEST_F(ConnectionActor, EndsItsConnectionWhenItEnds) {
  open();
  EXPECT_FALSE(port_->is_gone);
  caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
  settle();
  EXPECT_TRUE(port_->is_gone);
}

} // namespace
} // namespace godwit::test
