// godwit-bench against real clusters: its figures add up. docs/BENCHMARKS.md.
#include "tests/support/cluster.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

struct load {
  const char* name;
  const char* shape;
  const char* protocol;
  std::vector<std::string> more;
};

std::vector<std::string> arguments_for(cluster& running, const std::string& protocol) {
  return {godwit_bench_program(),
          "--protocol",
          protocol,
          "--server",
          protocol == "irc" ? running.irc_address() : running.client_address(),
          "--ca",
          running.path("var/ca.pem")};
}

finished_program run_load(cluster& running, const load& what) {
  auto arguments = arguments_for(running, what.protocol);
  for (const auto* each : {"--clients", "12", "--rooms", "3", "--senders", "6", "--seconds", "2", "--warm-up", "0",
                           "--threads", "2", "--json", "--pid"})
    arguments.emplace_back(each);
  for (const auto& node : running.nodes())
    arguments.push_back(std::to_string(running.process_of(node).pid()));
  arguments.insert(arguments.end(), what.more.begin(), what.more.end());
  return run({.arguments = arguments}, 60s);
}

class Bench : public ::testing::TestWithParam<load> {};

INSTANTIATE_TEST_SUITE_P(Loads, Bench,
                         ::testing::Values(load{"NativeClosed", "single", "native", {"--in-flight", "4"}},
                                           load{"NativeOpen", "local", "native", {"--rate", "50"}},
                                           load{"IrcClosed", "local", "irc", {}},
                                           load{"IrcOpen", "single", "irc", {"--rate", "50"}}),
                         [](const auto& tested) { return std::string{tested.param.name}; });

TEST_P(Bench, EachMemberIsToldEachPostAndTheFiguresAddUp) {
  cluster running(GetParam().shape);
  running.start();
  const auto ended = run_load(running, GetParam());
  ASSERT_EQ(ended.end, process_end{}) << ended.output << ended.errors;
  const auto report = nlohmann::json::parse(ended.output);
  const auto& posts = report["posts"];
  const auto& deliveries = report["deliveries"];
  EXPECT_TRUE(report["checks"]["sound"]);
  EXPECT_GT(posts["acknowledged"], 0);
  EXPECT_EQ(posts["sent"], posts["acknowledged"]);
  EXPECT_EQ(deliveries["count"], posts["acknowledged"].get<int>() * 4) << "12 clients in 3 rooms";
  EXPECT_EQ(deliveries["expected"], deliveries["count"]);
  if (report.contains("rate")) {
    EXPECT_EQ(posts["sent"], 100) << "two seconds";
    EXPECT_EQ(posts["latency_ms"]["count"], 100);
    EXPECT_EQ(deliveries["latency_ms"]["count"], 400);
  }
  EXPECT_EQ(report["connects"]["count"], 12);
  EXPECT_LE(posts["latency_ms"]["p50"], posts["latency_ms"]["max"]);
  ASSERT_EQ(report["processes"].size(), running.nodes().size());
  for (const auto& each : report["processes"]) {
    EXPECT_GT(each["resident_bytes_idle"], 1'000'000);
    EXPECT_NE(running.config().find("\"" + each["name"].get<std::string>() + "\""), std::string::npos);
  }
}

TEST(BenchEnds, WithAnExitCodeOfItsOwnAndASentence) {
  cluster running("single");
  auto nobody = arguments_for(running, "native"); // no node was started
  const auto alone = run({.arguments = nobody});
  EXPECT_EQ(alone.end, (process_end{2, 0}));
  EXPECT_THAT(alone.errors, HasSubstr("is the server there"));
  nobody.insert(nobody.end(), {"--clients", "2", "--rooms", "3"});
  const auto wrong = run({.arguments = nobody});
  EXPECT_EQ(wrong.end, (process_end{1, 0}));
  EXPECT_THAT(wrong.errors, HasSubstr("each room needs a member"));
}

/// The server goes in the midst of it: connections are lost, and that is told.
TEST(BenchEnds, UnsoundWhenConnectionsAreLost) {
  cluster running("single");
  running.start();
  auto arguments = arguments_for(running, "native");
  arguments.insert(arguments.end(), {"--clients", "4", "--rooms", "1", "--seconds", "30", "--patience", "1", "--json"});
  process bench({.arguments = arguments, .output_file = running.path("bench.json")});
  const auto watcher = running.join("watcher", "");
  std::string room;
  wait_until("the load has its room", [&] {
    for (const auto& answer : watcher->answers("/rooms"))
      for (const auto& each : answer.value("rooms", event::array()))
        room = each["room"];
    return !room.empty();
  });
  watcher->ask("/join " + room);
  watcher->expect({{"event", "posted"}, {"room", room}}); // in the midst of it
  running.kill("godwit-1");
  ASSERT_EQ(bench.wait(60s), (process_end{3, 0}));
}

} // namespace
} // namespace godwit::test
