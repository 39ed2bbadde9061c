// What the directory is told and asked of people, and orders for operators of the server.
#include "actors/rules/limits.hpp"
#include "tests/unit/rules/directory_bench.hpp"

#include <gmock/gmock.h>

namespace godwit {
namespace {

using namespace directory_tests;
using ::testing::IsEmpty;
using ::testing::SizeIs;

describe_person card(std::uint64_t id, const std::string& nick) {
  describe_person out;
  out.session = {id};
  out.epoch = {1, 0};
  out.nick = nick;
  out.mask = "~" + nick + "@host";
  return out;
}
people_told ask(bench& b, std::uint64_t asker, people_question question) {
  b.tell(ask_people{{{{asker}, 9, 0}, "worker-1"}, std::move(question), {}});
  return b.take<people_told>().value_or(people_told{});
}
/// By session 2.
expel_person expel(const std::string& nick, std::uint64_t op, const std::string& reason = "enough") {
  return {{{{2}, op, 0}, "worker-1"}, nick, "root", reason};
}

// I-60
TEST(DirectoryPeople, KnowsWhoDescribesItself) {
  bench b;
  b.start();
  b.host(1);
  b.named(1, "ada");
  b.tell(card(1, "ada"));
  EXPECT_THAT(ask(b, 2, {people_kind::named, {"ada"}}).rows, SizeIs(1));
  b.tell(card(7, "eve"));
  EXPECT_THAT(ask(b, 2, {people_kind::named, {"eve"}}).rows, IsEmpty()) << "no session of the cluster";
}

// I-64
TEST(DirectoryPeople, CountsThoseWhoHaveNoNickYet) {
  bench b;
  b.start();
  b.host(1);
  b.host(2);
  b.named(1, "ada");
  b.tell(card(1, "ada"));
  const auto counts = ask(b, 1, {people_kind::counted}).counts;
  EXPECT_EQ(counts.people, 1U);
  EXPECT_EQ(counts.logging_in, 1U);
}

TEST(DirectoryPeople, WhoDescribedItselfBeforeItSettledIsKeptIfItIsSomebody) {
  bench b;
  b.tell(card(1, "ada"));
  b.tell(card(7, "eve"));
  b.start({{b.row(1, 1, proxy, 5)}, {{"ada", "ada", {1}}}});
  EXPECT_THAT(ask(b, 2, {people_kind::named, {"ada", "eve"}}).rows, SizeIs(1));
}

// I-63
TEST(DirectoryPeople, WhoseSessionIsOverIsAFormerPerson) {
  bench b;
  b.start();
  const auto placed = b.host(1);
  b.named(1, "ada");
  b.tell(card(1, "ada"));
  b.tell(end_session{{1}, placed.epoch, placed.worker});
  EXPECT_THAT(ask(b, 2, {people_kind::named, {"ada"}}).rows, IsEmpty());
  people_question former{people_kind::former, {"ada"}};
  former.limit = 5;
  EXPECT_THAT(ask(b, 2, former).rows, SizeIs(1));
}

// I-71, O-3
TEST(DirectoryPeople, EndsASessionForAnOperator) {
  bench b;
  b.start();
  const auto placed = b.host(1);
  b.host(2);
  b.named(1, "ada");
  b.tell(expel("nobody", 9));
  EXPECT_EQ(b.take<nick_found>()->why->code, error_code::no_such_nick);
  b.tell(expel("ADA", 10));
  EXPECT_TRUE(b.take<nick_found>()->person);
  auto end = b.take<session_must_end>();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->session, session_id{1});
  EXPECT_EQ(end->why, (error{error_code::killed, "Killed (root (enough))"}));
  b.tell(link_reset{placed.worker, placed.worker_incarnation, role_worker});
  end = b.take<session_must_end>();
  ASSERT_TRUE(end) << "said again, since it may have been lost";
  EXPECT_EQ(end->why.code, error_code::killed);
  b.tell(expel("ada", 11));
  EXPECT_EQ(b.take<nick_found>()->why->code, error_code::no_such_nick) << "it is being ended";
  b.tell(b.placing(1));
  EXPECT_EQ(b.take<session_placed>()->why->code, error_code::session_ended);
}

// I-71, O-3
TEST(DirectoryPeople, EndsTheSameSessionOnceThoughTheOrderIsRepeated) {
  bench b;
  b.start();
  const auto placed = b.host(1);
  b.host(2);
  b.host(3);
  b.named(1, "ada");
  b.tell(expel("ada", 9));
  EXPECT_TRUE(b.take<nick_found>()->person);
  EXPECT_EQ(b.take<session_must_end>()->session, session_id{1});
  b.tell(end_session{{1}, placed.epoch, placed.worker});
  b.answer<take_session>(session_taken{b.row(1, 2, {}, 0)});
  b.answer<release_nick_row>(done{});
  b.named(3, "ada");
  b.tell(expel("ada", 9));
  const auto again = b.take<nick_found>();
  ASSERT_TRUE(again->person);
  EXPECT_EQ(again->person->session, session_id{1});
  EXPECT_FALSE(b.take<session_must_end>()) << "who has the nick now has done nothing";
}

// I-71
TEST(DirectoryPeople, CutsAReasonSoThatItFitsIntoAQuit) {
  bench b;
  b.start();
  b.host(1);
  b.host(2);
  b.named(1, "ada");
  b.tell(expel("ada", 9, std::string(limits::reason_bytes_max, 'x')));
  const auto end = b.take<session_must_end>();
  ASSERT_TRUE(end);
  EXPECT_EQ(end->why.detail.size(), limits::reason_bytes_max);
  EXPECT_TRUE(end->why.detail.ends_with("x))"));
}

// I-72
TEST(DirectoryPeople, GivesProclamationsToTheLivingWorkerNodes) {
  bench b;
  b.start();
  const proclamation what{proclamation_kind::notice, "root", "~r@h", "hello"};
  b.sent.clear();
  b.tell(what);
  EXPECT_THAT(b.sent, SizeIs(2));
  b.view({bench::node(one), bench::node(two, node_state::dead)});
  b.sent.clear();
  b.tell(what);
  ASSERT_THAT(b.sent, SizeIs(1));
  EXPECT_EQ(b.sent[0].to.node, one.node);
  EXPECT_EQ(b.sent[0].to.kind, entity_kind::session_host);
}

} // namespace
} // namespace godwit
