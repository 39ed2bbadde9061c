#include "client/bench/bench_report.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <cstdarg>
#include <cstdio>

namespace godwit::bench {
namespace {

struct named_share {
  const char* name;
  double share;
};
constexpr std::array<named_share, 4> percentiles{{{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}, {"p99.9", 0.999}}};

double ms(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }
double seconds(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e9; }
double per(double what, std::uint64_t count) { return count == 0 ? 0 : what / static_cast<double>(count); }

[[gnu::format(printf, 2, 3)]] void add(std::string& to, const char* format, ...) {
  std::array<char, 400> line{};
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(line.data(), line.size(), format, arguments);
  va_end(arguments);
  to += line.data();
}

void add_latencies(std::string& to, const char* what, const latency_histogram& from) {
  add(to, "%-26s", what);
  for (const auto& each : percentiles)
    add(to, "%10.2f", ms(from.percentile(each.share)));
  add(to, "%10.2f\n", ms(from.max()));
}

nlohmann::json latencies(const latency_histogram& from) {
  nlohmann::json out{{"count", from.count()}, {"max", ms(from.max())}};
  for (const auto& each : percentiles)
    out[each.name] = ms(from.percentile(each.share));
  return out;
}

std::string load_of(const load_plan& plan) {
  if (plan.posts_per_s)
    return "open loop, " + std::to_string(static_cast<std::uint64_t>(*plan.posts_per_s)) + " posts/s";
  return "closed loop, " + std::to_string(plan.in_flight) + " in flight";
}

const char* name_of(protocol which) { return which == protocol::native ? "native" : "irc"; }
const char* protocol_of(const load_plan& plan) { return plan.is_mixed() ? "mixed" : name_of(plan.spoken); }

void add_processes(std::string& to, const bench_report& report) {
  if (report.processes.empty())
    return;
  add(to, "\n%-26s%10s%10s%12s%12s%12s\n", "server process", "CPU s", "CPU %", "MiB before", "MiB idle", "MiB end");
  for (const auto& each : report.processes) {
    const auto cpu = seconds(each.end.cpu - each.measured.cpu);
    const auto mib = [](std::size_t bytes) { return static_cast<double>(bytes) / (1024.0 * 1024.0); };
    add(to, "%-26s%10.2f%10.0f%12.1f%12.1f%12.1f\n", (each.label + " " + std::to_string(each.pid)).c_str(), cpu,
        100 * report.per_second(1) * cpu, mib(each.before.resident_bytes), mib(each.idle.resident_bytes),
        mib(each.end.resident_bytes));
  }
  add(to,
      "CPU of one delivery %.1f us, of one post %.1f us, of one log-in %.0f us; memory of one idle client %.1f KiB\n",
      per(seconds(report.server_cpu()) * 1e6, report.figures.told_in_time),
      per(seconds(report.server_cpu()) * 1e6, report.figures.acknowledged_in_time),
      per(seconds(report.connecting_cpu()) * 1e6, report.plan.client_count),
      per(static_cast<double>(report.server_idle_bytes()) / 1024, report.plan.client_count));
}

void add_verdict(std::string& to, const bench_report& report) {
  const auto& found = report.findings;
  if (report.is_sound()) {
    add(to, "\nevery member was told every post once, in one order: %llu posts, %llu deliveries\n",
        static_cast<unsigned long long>(report.posts_acknowledged), static_cast<unsigned long long>(report.deliveries));
  } else {
    const auto line = [&to](const char* what, std::uint64_t count) {
      if (count != 0)
        add(to, "%-26s%10llu\n", what, static_cast<unsigned long long>(count));
    };
    to += "\nNOT AS IT SHOULD BE\n";
    line("deliveries lost", found.lost);
    line("deliveries doubled", found.doubled);
    line("deliveries out of order", found.out_of_order);
    line("posts of strangers", found.strange);
    line("members in another order", report.in_another_order);
    line("connections lost", report.connections_lost);
    line("  their posts unanswered", report.posts_abandoned);
    line("posts unanswered", report.posts_unanswered);
  }
  if (report.posts_refused != 0)
    add(to, "%llu posts were refused\n", static_cast<unsigned long long>(report.posts_refused));
  if (report.figures.overdue != 0)
    add(to,
        "%llu posts were due and could not be sent in time: the server is slower than --rate, latencies are too low\n",
        static_cast<unsigned long long>(report.figures.overdue));
  if (!report.fault.empty())
    to += "first fault: " + report.fault + "\n";
}

nlohmann::json process_json(const process_report& each) {
  return {{"pid", each.pid},
          {"name", each.label},
          {"cpu_s", seconds(each.end.cpu - each.measured.cpu)},
          {"cpu_connecting_s", seconds(each.idle.cpu - each.before.cpu)},
          {"resident_bytes_before", each.before.resident_bytes},
          {"resident_bytes_idle", each.idle.resident_bytes},
          {"resident_bytes_end", each.end.resident_bytes},
          {"anonymous_bytes_before", each.before.anonymous_bytes},
          {"anonymous_bytes_idle", each.idle.anonymous_bytes},
          {"anonymous_bytes_end", each.end.anonymous_bytes}};
}

nlohmann::json plan_json(const load_plan& plan) {
  nlohmann::json out{
    {"server", plan.servers.front()}, {"protocol", protocol_of(plan)},   {"clients", plan.client_count},
    {"rooms", plan.room_count},       {"senders", plan.sender_count},    {"size", plan.post_bytes},
    {"seconds", plan.lasts.count()},  {"warm_up", plan.warm_up.count()}, {"threads", plan.thread_count}};
  if (plan.posts_per_s)
    out["rate"] = *plan.posts_per_s;
  else
    out["in_flight"] = plan.in_flight;
  return out;
}

} // namespace

bool bench_report::is_sound() const {
  return !findings.any() && in_another_order == 0 && connections_lost == 0 && posts_unanswered == 0;
}

double bench_report::per_second(std::uint64_t count) const {
  return static_cast<double>(count) / static_cast<double>(plan.lasts.count());
}

std::chrono::nanoseconds bench_report::server_cpu() const {
  std::chrono::nanoseconds sum{0};
  for (const auto& each : processes)
    sum += each.end.cpu - each.measured.cpu;
  return sum;
}

std::chrono::nanoseconds bench_report::connecting_cpu() const {
  std::chrono::nanoseconds sum{0};
  for (const auto& each : processes)
    sum += each.idle.cpu - each.before.cpu;
  return sum;
}

std::size_t bench_report::server_idle_bytes() const {
  std::size_t sum = 0;
  for (const auto& each : processes)
    if (each.idle.anonymous_bytes > each.before.anonymous_bytes)
      sum += each.idle.anonymous_bytes - each.before.anonymous_bytes;
  return sum;
}

std::string slow_lines(const bench_report& report) {
  std::string out = "client due_ns latency_ns\n";
  for (const auto& each : report.figures.slow)
    add(out, "%u %lld %lld\n", each.client, static_cast<long long>(each.due.time_since_epoch().count()),
        static_cast<long long>(each.latency.count()));
  return out;
}

std::string answer_lines(const bench_report& report) {
  std::string out = "sender answered refused...\n";
  for (std::size_t sender = 0; sender != report.accounts.size(); ++sender) {
    add(out, "%zu %llu", sender, static_cast<unsigned long long>(report.accounts[sender].answered));
    for (const auto counter : report.accounts[sender].refused)
      add(out, " %llu", static_cast<unsigned long long>(counter));
    out += '\n';
  }
  return out;
}

std::string to_table(const bench_report& report) {
  const auto& plan = report.plan;
  const auto& figures = report.figures;
  std::string out;
  add(out, "%s, %s: %u clients in %u rooms, %u senders, %zu bytes, %lld s behind %lld s of warm-up\n",
      protocol_of(plan), load_of(plan).c_str(), plan.client_count, plan.room_count, plan.sender_count, plan.post_bytes,
      static_cast<long long>(plan.lasts.count()), static_cast<long long>(plan.warm_up.count()));
  add(out, "%-26s%10.0f   %u in %.2f s\n", "connects/s", plan.client_count / report.connecting.count(),
      plan.client_count, report.connecting.count());
  add(out, "%-26s%10.0f\n", "posts/s acknowledged", report.per_second(figures.acknowledged_in_time));
  add(out, "%-26s%10.0f\n", "deliveries/s", report.per_second(figures.told_in_time));
  add(out, "%-26s%10s%10s%10s%10s%10s\n", "latency in ms", "p50", "p90", "p99", "p99.9", "max");
  add_latencies(out, "  connect and log in", figures.connecting);
  add_latencies(out, "  post to acknowledgement", figures.acknowledged);
  add_latencies(out, "  post to delivery", figures.told);
  add_processes(out, report);
  add(out, "this program took %.2f s of CPU in that time\n", seconds(report.own_cpu));
  add_verdict(out, report);
  return out;
}

nlohmann::json to_json(const bench_report& report) {
  const auto& figures = report.figures;
  auto out = plan_json(report.plan);
  out["run"] = report.run;
  out["connects"] = {{"count", report.plan.client_count},
                     {"seconds", report.connecting.count()},
                     {"per_second", report.plan.client_count / report.connecting.count()},
                     {"latency_ms", latencies(figures.connecting)}};
  out["posts"] = {{"per_second", report.per_second(figures.acknowledged_in_time)},
                  {"sent", report.posts_sent},
                  {"acknowledged", report.posts_acknowledged},
                  {"refused", report.posts_refused},
                  {"abandoned", report.posts_abandoned},
                  {"unanswered", report.posts_unanswered},
                  {"overdue", figures.overdue},
                  {"latency_ms", latencies(figures.acknowledged)}};
  out["deliveries"] = {{"per_second", report.per_second(figures.told_in_time)},
                       {"count", report.deliveries},
                       {"expected", report.deliveries_expected},
                       {"latency_ms", latencies(figures.told)}};
  out["checks"] = {{"sound", report.is_sound()},
                   {"lost", report.findings.lost},
                   {"doubled", report.findings.doubled},
                   {"out_of_order", report.findings.out_of_order},
                   {"strange", report.findings.strange},
                   {"in_another_order", report.in_another_order},
                   {"connections_lost", report.connections_lost},
                   {"first_fault", report.fault}};
  out["processes"] = nlohmann::json::array();
  for (const auto& each : report.processes)
    out["processes"].push_back(process_json(each));
  out["cpu_us_per_delivery"] = per(seconds(report.server_cpu()) * 1e6, figures.told_in_time);
  out["cpu_us_per_log_in"] = per(seconds(report.connecting_cpu()) * 1e6, report.plan.client_count);
  out["idle_bytes_per_client"] = per(static_cast<double>(report.server_idle_bytes()), report.plan.client_count);
  out["own_cpu_s"] = seconds(report.own_cpu);
  return out;
}

} // namespace godwit::bench
