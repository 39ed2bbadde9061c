// Who is let in by the admin port, what is asked through it, and what the log says of it.
#include "tests/support/text_file.hpp"
#include "tests/unit/admin/admin_fixture.hpp"
#include "tests/unit/admin/raw_client.hpp"

namespace godwit::test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::optional<admin_result> all_done(const admin_asked&) { return admin_done{}; }

TEST_F(AdminPort, AnswersAnOperator) {
  start([](const admin_asked&) { return rooms_shown{{{{7}, 3, "#lobby", "open", "worker-1"}}, {}}; });
  auto ada = tool("ada");
  const auto greeted = std::get<admin::welcome>(ada.connect());
  EXPECT_EQ(greeted.node, "broker-1");
  EXPECT_EQ(greeted.cluster, "flock");
  EXPECT_EQ(greeted.operator_name, "ada");
  const auto told = std::get<admin_result>(ada.ask(show_rooms{{5}}));
  EXPECT_EQ(std::get<rooms_shown>(told).rooms[0].title, "#lobby");
  ASSERT_THAT(questions(), SizeIs(1));
  EXPECT_EQ(questions()[0].by, "ada");
  EXPECT_EQ(questions()[0].what, (admin_question{show_rooms{{5}}}));
}

TEST_F(AdminPort, LogsEachOrderWithWhoGaveItAndWhatBecameOfIt) {
  start([](const admin_asked& asked) -> std::optional<admin_result> {
    if (std::holds_alternative<kick_person>(asked.what))
      return error{error_code::no_such_nick, "bob"};
    return admin_done{};
  });
  auto ada = tool("ada");
  connect(ada);
  EXPECT_EQ(failure_of(ada.ask(kick_person{"bob", "two\nlines"})).why.code, error_code::no_such_nick);
  ada.ask(treat_room{"#lobby", room_measure::ban, "eve!*@*", {}});
  ada.ask(show_nodes{});
  EXPECT_THAT(logged(), HasSubstr("operator ada at 127.0.0.1:"));
  EXPECT_THAT(logged(), HasSubstr("kick bob: two?lines\n")) << "a line stays one";
  EXPECT_THAT(logged(), HasSubstr("operator ada: kick bob: two?lines: not done, no_such_nick (bob)"));
  EXPECT_THAT(logged(), HasSubstr("operator ada: ban #lobby eve!*@*: done"));
  EXPECT_THAT(logged(), HasSubstr(": nodes\n"));
}

TEST_F(AdminPort, GivesEachQuestionATicketThatRises) {
  options_.first_ticket = 1000;
  start(all_done);
  auto ada = tool("ada");
  connect(ada);
  ada.ask(show_nodes{});
  ada.ask(show_nodes{});
  ASSERT_THAT(questions(), SizeIs(2));
  EXPECT_EQ(questions()[0].ticket, 1000U);
  EXPECT_EQ(questions()[1].ticket, 1001U);
}

// Whoever holds a certificate of another circle is a stranger here, though his tool trusts everybody.
TEST_F(AdminPort, RefusesACertificateOfAnotherCa) {
  start(all_done);
  const auto both = ca_.path("both.pem");
  write_text(both, read_text(ca_.ca_file()) + read_text(other_ca_.ca_file()));
  for (const auto& own : {other_ca_.node("worker-1"), other_ca_.operator_tool("ada")}) {
    auto stranger = must(admin_client::make(target(own, both), std::chrono::seconds{20}));
    const auto why = failure_of(stranger.connect());
    EXPECT_EQ(why.code, ctl_exit::refused);
    EXPECT_THAT(why.why.detail, HasSubstr("does not trust the CA of our certificate"));
  }
  EXPECT_TRUE(is_logged("on the admin port: the peer's certificate is not signed by our CA")) << logged();
  EXPECT_THAT(questions(), IsEmpty());
}

TEST_F(AdminPort, RefusesWhoShowsNoCertificate) {
  start(all_done);
  raw_client stranger(port_->ports().front(), must(tls_context::for_client(ca_.ca_file())));
  stranger.say(admin::encode(admin::hello{}));
  EXPECT_THAT(stranger.read_to_the_end(), IsEmpty());
  EXPECT_TRUE(is_logged("on the admin port: the peer showed no certificate")) << logged();
}

TEST_F(AdminPort, RefusesACertificateThatTheOperatorCaSignedForServers) {
  start(all_done);
  const auto made = tls_context::for_operator(ca_.admin_port("broker-1"), ca_.ca_file());
  EXPECT_FALSE(made) << "a tool does not even try with the port's own certificate";
}

TEST_F(AdminPort, AToolRefusesAPortOfAnotherName) {
  start(all_done);
  auto wrong = target(ca_.operator_tool("ada"), ca_.ca_file());
  wrong.server_name = "broker-2";
  auto ada = must(admin_client::make(wrong, std::chrono::seconds{20}));
  const auto why = failure_of(ada.connect());
  EXPECT_EQ(why.code, ctl_exit::refused);
  EXPECT_THAT(why.why.detail, HasSubstr("broker-1"));
}

TEST_F(AdminPort, RefusesAnExpiredOperator) {
  start(all_done);
  const validity former{.from = std::chrono::system_clock::now() - std::chrono::days{2},
                        .length = std::chrono::hours{1}};
  EXPECT_FALSE(tls_context::for_operator(ca_.operator_tool("ada", former), ca_.ca_file()));
}

TEST_F(AdminPort, ClosesWhoSaysNothing) {
  options_.handshake_timeout = std::chrono::milliseconds{100};
  start(all_done);
  raw_client silent(port_->ports().front(), must(tls_context::for_client(ca_.ca_file())));
  EXPECT_TRUE(is_logged("on the admin port: "));
}

TEST_F(AdminPort, ClosesAnIdleToolWithAReason) {
  options_.idle_timeout = std::chrono::milliseconds{100};
  start(all_done);
  auto ada = tool();
  connect(ada);
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  EXPECT_NE(failure_of(ada.ask(show_nodes{})).code, ctl_exit::done);
  connect(ada); // and is welcome again
}

TEST_F(AdminPort, AnswersWhatItDoesNotKnowWithUnsupported) {
  start(all_done);
  auto ada = tool();
  connect(ada);
  const auto why = failure_of(ada.ask(treat_room{"#lobby", static_cast<room_measure>(9), {}, {}}));
  EXPECT_EQ(why.code, ctl_exit::failed);
  EXPECT_EQ(why.why.code, error_code::unsupported);
  EXPECT_TRUE(std::holds_alternative<admin_result>(ada.ask(show_nodes{}))) << "the connection goes on";
}

TEST_F(AdminPort, AToolThatGetsNoAnswerInTimeSaysThatNothingIsKnown) {
  start([](const admin_asked&) -> std::optional<admin_result> { return std::nullopt; });
  auto ada = tool("ada", std::chrono::milliseconds{500});
  connect(ada);
  EXPECT_EQ(failure_of(ada.ask(drain_node{"worker-1"})).code, ctl_exit::unanswered);
}

TEST_F(AdminPort, AToolWithoutAPortSaysSo) {
  start(all_done);
  auto ada = tool();
  port_->stop();
  EXPECT_EQ(failure_of(ada.connect()).code, ctl_exit::not_connected);
}

TEST_F(AdminPort, ATakenPortIsToldByItsAddress) {
  start(all_done);
  admin_port_options again = options_;
  again.listen = {{"127.0.0.1", port_->ports().front()}};
  const auto made = admin_port::start(must(tls_context::for_admin_port(ca_.admin_port("broker-1"), ca_.ca_file())),
                                      again, [](const admin_asked&) {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.why().code, error_code::address_unusable);
  EXPECT_THAT(made.why().detail, HasSubstr("127.0.0.1:"));
}

TEST_F(AdminPort, ATextOfTheLogIsTheCommandThatWasTyped) {
  EXPECT_EQ(text_of(admin_question{migrate_session{"ada", "worker-2"}}), "migrate ada --to worker-2");
  EXPECT_EQ(text_of(admin_question{treat_room{"#lobby", room_measure::clear, {}, "anew"}}), "room clear #lobby: anew");
  EXPECT_FALSE(is_operator_name(""));
  EXPECT_FALSE(is_operator_name("two words"));
  EXPECT_FALSE(is_operator_name("line\nbreak"));
  EXPECT_TRUE(is_operator_name("ada.lovelace@example"));
}

} // namespace
} // namespace godwit::test
