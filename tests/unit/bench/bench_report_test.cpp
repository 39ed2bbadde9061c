#include "client/bench/bench_comparison.hpp"
#include "client/bench/bench_report.hpp"

#include "tests/support/temporary_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <unistd.h>

namespace godwit::bench {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

bench_report a_sound_report() {
  bench_report report;
  report.plan.lasts = 10s;
  report.connecting = 2s;
  report.posts_sent = report.posts_acknowledged = 1000;
  report.deliveries = report.deliveries_expected = 10'000;
  report.figures.acknowledged_in_time = 800;
  report.figures.told_in_time = 8000;
  for (int i = 1; i <= 100; ++i)
    report.figures.acknowledged.record(i * 1ms);
  process_report node{1, "worker-1", {}, {}, {}, {}};
  node.idle.anonymous_bytes = 1024 * 100 * 3;
  node.idle.cpu = 100ms;
  node.measured.cpu = 1s;
  node.end.cpu = 1s + 800ms;
  report.processes = {node};
  return report;
}

TEST(BenchReport, FiguresAreOfTheMeasuredTime) {
  const auto json = to_json(a_sound_report());
  EXPECT_EQ(json["posts"]["per_second"], 80);
  EXPECT_EQ(json["deliveries"]["per_second"], 800);
  EXPECT_EQ(json["connects"]["per_second"], 50);
  EXPECT_NEAR(json["posts"]["latency_ms"]["p50"], 50, 0.5);
  EXPECT_DOUBLE_EQ(json["cpu_us_per_delivery"], 100);
  EXPECT_DOUBLE_EQ(json["cpu_us_per_log_in"], 1000);
  EXPECT_DOUBLE_EQ(json["idle_bytes_per_client"], 3 * 1024);
  EXPECT_EQ(json["processes"][0]["name"], "worker-1");
}

TEST(BenchReport, ASoundRunSaysSo) {
  EXPECT_TRUE(a_sound_report().is_sound());
  EXPECT_THAT(to_table(a_sound_report()), HasSubstr("every member was told every post once, in one order"));
}

TEST(BenchReport, AnythingThatIsWrongMakesItUnsoundAndIsNamed) {
  const auto spoilt = [](auto&& spoil) {
    auto report = a_sound_report();
    spoil(report);
    EXPECT_FALSE(report.is_sound());
    EXPECT_FALSE(to_json(report)["checks"]["sound"]);
    EXPECT_THAT(to_table(report), Not(HasSubstr("every member")));
    return to_table(report);
  };
  EXPECT_THAT(spoilt([](auto& report) { report.findings.lost = 3; }), HasSubstr("deliveries lost"));
  EXPECT_THAT(spoilt([](auto& report) { report.findings.doubled = 3; }), HasSubstr("deliveries doubled"));
  EXPECT_THAT(spoilt([](auto& report) { report.findings.out_of_order = 3; }), HasSubstr("out of order"));
  EXPECT_THAT(spoilt([](auto& report) { report.in_another_order = 3; }), HasSubstr("in another order"));
  EXPECT_THAT(spoilt([](auto& report) { report.connections_lost = 3; }), HasSubstr("connections lost"));
  EXPECT_THAT(spoilt([](auto& report) { report.posts_unanswered = 3; }), HasSubstr("posts unanswered"));
}

TEST(BenchComparison, ShowsEachFigureWithItsRatioToTheFirst) {
  const test::temporary_folder folder;
  auto report = a_sound_report();
  std::ofstream(folder.path("before.json")) << to_json(report);
  report.figures.told_in_time = 4000;
  std::ofstream(folder.path("after.json")) << to_json(report);
  const auto table = compare_runs({folder.path("before.json"), folder.path("after.json")});
  ASSERT_TRUE(table);
  EXPECT_THAT(*table, HasSubstr("before"));
  EXPECT_THAT(*table, HasSubstr("800 (1.00)"));
  EXPECT_THAT(*table, HasSubstr("400 (0.50)"));
}

TEST(BenchComparison, NamesAFileThatIsNoRun) {
  const test::temporary_folder folder;
  std::ofstream(folder.path("other.json")) << "{\"posts\": 1}";
  for (const auto& file : {folder.path("other.json"), folder.path("absent.json")}) {
    const auto table = compare_runs({file});
    ASSERT_FALSE(table);
    EXPECT_THAT(table.why().detail, HasSubstr(file));
  }
}

TEST(ProcessUsage, OfThisProcessIsThereAndOfNoneIsNot) {
  const auto own = usage_of(::getpid());
  ASSERT_TRUE(own);
  EXPECT_GT(own->resident_bytes, 100'000U);
  EXPECT_EQ(label_of(::getpid()), "bench_tests");
  EXPECT_FALSE(usage_of(1 << 30));
}

} // namespace
} // namespace godwit::bench
