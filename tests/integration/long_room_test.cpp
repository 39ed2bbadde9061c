// A room with a million posts is open again as fast as one with a hundred, when its worker node has died.
#include "tests/support/operator.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <filesystem>
#include <optional>
#include <thread>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr int events_of_short = 100;
constexpr int events_of_long = 1'000'000;

/// Requires that no node runs. Says the newest event of the room again until it has so many.
void lengthen(const cluster& stopped, const std::string& room, int events) {
  std::string file;
  for (const auto& each : std::filesystem::directory_iterator(stopped.data_folder()))
    if (each.path().extension() == ".db")
      file = each.path();
  sqlite3* opened = nullptr;
  ASSERT_EQ(sqlite3_open_v2(file.c_str(), &opened, SQLITE_OPEN_READWRITE, nullptr), SQLITE_OK) << file;
  const std::unique_ptr<sqlite3, int (*)(sqlite3*)> database(opened, &sqlite3_close);
  const auto fill = "PRAGMA synchronous = OFF; BEGIN;"
                    "WITH RECURSIVE last AS (SELECT * FROM entry WHERE room = (SELECT id FROM room WHERE key = '"
                    + room
                    + "')"
                      "  ORDER BY seq DESC LIMIT 1),"
                      " more(n) AS (SELECT seq + 1 FROM last UNION ALL SELECT n + 1 FROM more WHERE n < "
                    + std::to_string(events)
                    + ")"
                      " INSERT INTO entry SELECT room, n, session, 0, 0, time, bytes FROM more, last;"
                      "UPDATE room SET last_seq = "
                    + std::to_string(events) + " WHERE key = '" + room + "'; COMMIT;";
  char* why = nullptr;
  EXPECT_EQ(sqlite3_exec(opened, fill.c_str(), nullptr, nullptr, &why), SQLITE_OK) << (why ? why : "");
}

TEST(LongRoom, IsOpenAgainAsFastAsAShortOneWhenItsWorkerNodeHasDied) {
  cluster running{"local", "[store]\nkeep-room-events = 0\n"};
  running.start();
  for (const std::string room : {"long", "short"}) {
    auto first = running.join("first", room);
    first->settle();
    for (int i = 0; i != events_of_short - 2; ++i)
      EXPECT_EQ(first->ask("something that is about as long as what people say")["event"], "confirmed");
    EXPECT_EQ(first->leave(), process_end{});
  }
  running.stop();
  lengthen(running, "long", events_of_long);
  running.start();

  auto in_long = running.join("ann", "long");
  auto in_short = running.join("bob", "short");
  for (const auto& each : {in_long.get(), in_short.get()}) {
    each->settle();
    done(running, {"migrate", each->nick(), "--to", "worker-2"});
  }
  const auto said_in_long = in_long->ask("before");
  EXPECT_GT(said_in_long["seq"], events_of_long);
  auto best_of_long = clock::duration::max();
  auto best_of_short = clock::duration::max();
  for (int i = 0; i != 5; ++i) {
    for (const std::string room : {"#long", "#short"})
      done(running, {"migrate-room", room, "--to", "worker-1"});
    running.kill("worker-1");
    const auto killed = clock::now();
    const fields wanted{{"event", "posted"}, {"text", "round " + std::to_string(i)}};
    for (const auto& each : {in_long.get(), in_short.get()})
      each->say(wanted.at("text").get<std::string>());
    std::optional<clock::duration> of_long;
    std::optional<clock::duration> of_short;
    wait_until("both rooms are open again", [&] {
      if (!of_long && !in_long->events(wanted).empty())
        of_long = clock::now() - killed;
      if (!of_short && !in_short->events(wanted).empty())
        of_short = clock::now() - killed;
      return of_long && of_short;
    });
    best_of_long = std::min(best_of_long, *of_long);
    best_of_short = std::min(best_of_short, *of_short);
    running.start("worker-1");
  }
  const auto in_ms = [](auto time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time).count(); };
  RecordProperty("long_ms", static_cast<int>(in_ms(best_of_long)));
  RecordProperty("short_ms", static_cast<int>(in_ms(best_of_short)));
  EXPECT_LT(best_of_long, 2 * best_of_short) << in_ms(best_of_long) << " ms to " << in_ms(best_of_short) << " ms";
}

} // namespace
} // namespace godwit::test
