#include "nodes/store/sqlite_connection.hpp"
#include "tests/unit/store/store_fixture.hpp"

#include <gmock/gmock.h>

#include <csignal>
#include <fstream>
#include <semaphore>
#include <sys/wait.h>

namespace godwit::test {
namespace {

using ::testing::HasSubstr;

class Files : public store_test {
protected:
  std::string refusal() {
    const auto started = store::start(make_sqlite_engine({.file = folder_.file()}));
    return started ? "" : started.why().detail;
  }
  void change_file(const char* sql) {
    store_.reset();
    sqlite_connection(folder_.file(), sqlite_connection::mode::read_write).execute(sql);
  }
};

TEST_F(Files, OfANewerVersionAreRefusedWithASentence) {
  change_file("PRAGMA user_version = 99");
  EXPECT_THAT(refusal(),
              HasSubstr("version 99 of the tables, this program knows them up to version 5; start the newer"));
  change_file("PRAGMA user_version = 5");
  EXPECT_EQ(refusal(), "");
}

TEST_F(Files, OfAnotherProgramAreRefusedAndLeftUntouched) {
  change_file("PRAGMA application_id = 42");
  EXPECT_THAT(refusal(), HasSubstr("another program"));
  std::filesystem::remove(folder_.file());
  std::ofstream(folder_.file()) << std::string(8192, 'x');
  EXPECT_THAT(refusal(), HasSubstr("not a database"));
  EXPECT_EQ(std::filesystem::file_size(folder_.file()), 8192U);
}

TEST_F(Files, InAMissingFolderAreRefusedWithTheirName) {
  const auto started = store::start(make_sqlite_engine({.file = "/nonexistent/folder/store.db"}));
  ASSERT_FALSE(started);
  EXPECT_THAT(started.why().detail, HasSubstr("/nonexistent/folder/store.db"));
}

TEST_F(Files, OfARunningStoreAreRefusedToASecondOne) {
  EXPECT_THAT(refusal(), HasSubstr("another process works with this data; stop it first"));
  store_.reset();
  EXPECT_EQ(refusal(), "");
}

/// A child process that appends, one entry after the other and many at once, and says after each answer which seq is
/// durable. It has no other threads' state from its parent: it is forked before any store is there.
[[noreturn]] void append_until_killed(const std::filesystem::path& file, int report) {
  auto started = store::start(make_sqlite_engine({.file = file, .checkpoint_pages = 20, .wal_pages_max = 60}));
  if (!started)
    ::_exit(1);
  auto& here = **started;
  const auto room = ask_directory<room_found>(here, find_room{"lobby", "Lobby", true}).room;
  const auto opened = ask<log_opened>(here, open_log{room, ""});
  std::counting_semaphore<256> may_submit(256); // as producers do: the store's queue is bounded, and refuses beyond
  for (room_seq seq = opened.state.last_seq + 1;; seq += 3) {
    auto request =
      append_of(room, opened.epoch, {entry(seq, seq, 1, joined{}), entry(seq + 1, seq, 2), entry(seq + 2, seq, 3)});
    request.members_in = {member(seq, seq)};
    may_submit.acquire();
    here.submit(request, [report, seq, &may_submit](store_answer answer) {
      if (std::get<entries_appended>(answer).outcome != append_outcome::written)
        ::_exit(2);
      const room_seq durable = seq + 2;
      if (::write(report, &durable, sizeof durable) != sizeof durable)
        ::_exit(3);
      may_submit.release();
    });
  }
}

TEST_F(Files, LoseNothingThatWasAnsweredWhenTheProcessIsKilled200Times) {
  store_.reset();
  room_seq last_known = 0;
  for (int round = 0; round < 200; ++round) {
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const auto child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0)
      append_until_killed(folder_.file(), pipe[1]);
    ::close(pipe[1]);
    room_seq durable = 0;
    room_seq last_answered = last_known;
    for (int answers = 0; answers < 1 + (7 * round) % 60 && ::read(pipe[0], &durable, sizeof durable) == sizeof durable;
         ++answers)
      last_answered = durable;
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended by itself: " << WEXITSTATUS(status);
    while (::read(pipe[0], &durable, sizeof durable) == sizeof durable)
      last_answered = durable;
    ::close(pipe[0]);

    open();
    const auto room = make_room();
    const auto opened = open_room(room);
    ASSERT_GE(opened.state.last_seq, last_answered);
    ASSERT_EQ(opened.state.last_seq % 3, 0U) << "an append is whole or not at all";
    ASSERT_EQ(opened.tail.back()->seq, opened.state.last_seq);
    ASSERT_EQ(opened.members.size(), opened.state.last_seq / 3);
    ASSERT_EQ(opened.last_ops.size(), opened.state.last_seq / 3);
    last_known = opened.state.last_seq;
    store_.reset();
  }
  sqlite_connection connection(folder_.file(), sqlite_connection::mode::read_only);
  sqlite_statement check(connection, "PRAGMA integrity_check");
  auto verdict = check.run();
  ASSERT_TRUE(verdict.next());
  EXPECT_EQ(verdict.text(0), "ok");
  sqlite_statement gapless(connection, "SELECT count(*), max(seq), (SELECT member_count FROM room) FROM entry");
  auto counted = gapless.run();
  ASSERT_TRUE(counted.next());
  EXPECT_EQ(counted.number(0), counted.number(1));
  EXPECT_EQ(counted.number(2), counted.number(1) / 3);
}

} // namespace
} // namespace godwit::test
