// The client's outbox_actor: what the user wants goes out when it may, and stays until it is done.
#include "client/outbox_actor.hpp"

#include "tests/unit/client/still_client.hpp"

#include <caf/actor_cast.hpp>
#include <caf/event_based_actor.hpp>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

class OutboxActor : public still_client {
protected:
  OutboxActor() {
    view_ = caf::actor_cast<session_view_handle>(system_.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const tell_news& what) {
        told_.insert(told_.end(), what.news.begin(), what.news.end());
        if (what.ticket)
          tickets_.push_back(what.ticket);
      }};
    }));
    actor_ = system_.spawn<outbox_actor>(settings_, port_maker(), view_);
    settle();
  }
  ~OutboxActor() override {
    caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
    caf::anon_send_exit(view_, caf::exit_reason::user_shutdown);
    settle();
  }

  void submit(request_number number, ask::request request) { give(actor_, submit_request{number, std::move(request)}); }
  void post(request_number number, std::string text) {
    submit(number, ask::post{ask::room_named{"lobby"}, std::move(text)});
  }
  void say(const server_frame& what, read_ticket ticket = {}) { arrive({message_of(what)}, std::move(ticket)); }
  void log_in() {
    greet();
    const auto login = take_written();
    ASSERT_EQ(login.size(), 1U);
    EXPECT_TRUE(std::holds_alternative<ask::login>(login[0].request));
    say(client_reply{login[0].op, false, tell::logged_in{"ann"}});
    say(tell::confirmed{login[0].op});
  }
  template <class News>
  std::vector<News> of_kind() const {
    std::vector<News> found;
    for (const auto& each : told_)
      if (const auto* it = std::get_if<News>(&each))
        found.push_back(*it);
    return found;
  }

  session_view_handle view_;
  outbox_handle actor_;
  std::vector<client_news> told_;
  std::vector<read_ticket> tickets_;
};

TEST_F(OutboxActor, DialsWhenItBeginsAndLogsInWhenItIsGreeted) {
  ASSERT_EQ(port_->dials.size(), 1U);
  EXPECT_TRUE(take_written().empty());
  log_in();
  ASSERT_EQ(of_kind<news::logged_in>().size(), 1U);
  EXPECT_EQ(of_kind<news::logged_in>()[0].nick, "ann");
}

TEST_F(OutboxActor, KeepsWhatTheUserSaysBeforeItIsLoggedIn) {
  post(1, "early");
  EXPECT_TRUE(take_written().empty());
  log_in();
  const auto sent = take_written();
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(std::get<ask::post>(sent[0].request).text, "early");
}

// U-4
TEST_F(OutboxActor, SaysAgainWhatWasNotConfirmedWithTheSameOpAndTheMark) {
  log_in();
  post(1, "hi");
  const auto first = take_written();
  ASSERT_EQ(first.size(), 1U);
  lose();
  pass(1s);
  ASSERT_EQ(port_->dials.size(), 2U);
  ASSERT_TRUE(port_->dials[1].hello.resume);
  EXPECT_EQ(port_->dials[1].hello.resume->session, session_id{1});
  greet(true);
  const auto again = take_written();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].op, first[0].op);
  EXPECT_TRUE(again[0].resent);
  EXPECT_FALSE(first[0].resent);
  say(tell::confirmed{again[0].op});
  ASSERT_EQ(of_kind<news::confirmed>().size(), 1U);
  EXPECT_EQ(of_kind<news::confirmed>()[0].request, 1U);
}

TEST_F(OutboxActor, TellsTheUserOfEachAttemptToComeBack) {
  log_in();
  lose();
  ASSERT_EQ(of_kind<news::reconnecting>().size(), 1U);
  EXPECT_EQ(of_kind<news::reconnecting>()[0].why.code, error_code::tls_failed);
}

TEST_F(OutboxActor, GivesNewsTheTicketOfWhatBroughtThem) {
  log_in();
  auto ticket = std::make_shared<int>(1);
  const std::weak_ptr<int> held = ticket;
  say(tell::room_opened{room_id{7}, "lobby", {}, 0}, std::move(ticket));
  EXPECT_FALSE(held.expired()) << "the user has not taken them";
  tickets_.clear();
  EXPECT_TRUE(held.expired());
}

TEST_F(OutboxActor, LetsGoTheTicketOfWhatBringsNoNews) {
  log_in();
  auto ticket = std::make_shared<int>(1);
  const std::weak_ptr<int> held = ticket;
  say(tell::confirmed{1}, std::move(ticket));
  EXPECT_TRUE(held.expired());
}

TEST_F(OutboxActor, EndsTheSessionButNotItselfWhenItCanNotReadTheServer) {
  log_in();
  arrive({"no frame at all"});
  ASSERT_EQ(of_kind<news::over>().size(), 1U);
  EXPECT_EQ(port_->closes, 1);
  post(1, "hi");
  EXPECT_TRUE(take_written().empty());
  lose();
  pass(10s);
  EXPECT_EQ(port_->dials.size(), 1U) << "the next connection would bring the same";
}

TEST_F(OutboxActor, IsOverWhenDiallingIsGivenUp) {
  post(3, "hi");
  give(actor_, connection_given_up{{error_code::tls_failed, {}}});
  const auto over = of_kind<news::over>();
  ASSERT_EQ(over.size(), 1U);
  EXPECT_EQ(over[0].unfinished, std::vector<request_number>{3});
}

TEST_F(OutboxActor, AsksAgainAfterAPauseWhatPassesByItself) {
  log_in();
  submit(1, ask::rooms{});
  const auto asked = take_written();
  ASSERT_EQ(asked.size(), 1U);
  say(client_reply{asked[0].op, false, error{error_code::store_unavailable, {}}});
  say(tell::confirmed{asked[0].op});
  EXPECT_TRUE(take_written().empty());
  ASSERT_EQ(of_kind<news::waiting>().size(), 1U);
  pass(of_kind<news::waiting>()[0].pause + 10ms);
  const auto again = take_written();
  ASSERT_EQ(again.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<ask::rooms>(again[0].request));
}

TEST_F(OutboxActor, SaysGoodByeWhenAllThatWasSaidBeforeIsDone) {
  log_in();
  submit(1, ask::quit{"bye"});
  const auto quit = take_written();
  ASSERT_EQ(quit.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<ask::quit>(quit[0].request));
  EXPECT_EQ(port_->closes, 0);
  say(tell::confirmed{quit[0].op});
  EXPECT_EQ(port_->closes, 1);
  ASSERT_EQ(of_kind<news::over>().size(), 1U);
  EXPECT_FALSE(of_kind<news::over>()[0].why);
}

TEST_F(OutboxActor, TakesItsConnectionWithIt) {
  caf::anon_send_exit(actor_, caf::exit_reason::user_shutdown);
  settle();
  EXPECT_TRUE(port_->is_gone);
}

} // namespace
} // namespace godwit::test
