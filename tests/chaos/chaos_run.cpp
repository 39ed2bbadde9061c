#include "tests/chaos/chaos_run.hpp"

#include "tests/chaos/operator_tool.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/text_file.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <future>
#include <optional>
#include <random>
#include <regex>
#include <thread>

namespace godwit::chaos {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Said in `godwit-bench --slow-above`: what is shorter is no pause.
constexpr auto least_pause = 5ms;
/// The load goes on behind the last deed, so that it is seen what that did.
constexpr auto quiet_end = 4s;
constexpr auto stopped_for = 5s;
/// Longest life after death.
constexpr int rests_dead_ms = 1500;
constexpr int kills_amid_drain_ms = 300;
/// Who was stopped for long and has heard that it is dead ends itself; who was not declared dead goes on.
constexpr auto hears_of_its_death_within = 3s;
constexpr const char* run_word = "chaos";

/// The first address of each: what `before` stands before `= ["…"`.
std::vector<std::string> all_matches(const std::string& text, const std::string& before) {
  const std::regex line{before + R"re( = \["([^"]+)")re"};
  std::vector<std::string> out;
  for (std::sregex_iterator each{text.begin(), text.end(), line}, end; each != end; ++each)
    out.push_back((*each)[1]);
  return out;
}

class run_of_chaos {
public:
  run_of_chaos(const chaos_plan& plan, const std::function<void(const std::string&)>& say)
      : plan_(plan), say_(say), running_(plan.shape), tool_(running_), chance_(plan.seed) {
    report_.plan = plan;
  }

  chaos_report run() {
    running_.start();
    for (const auto& node : running_.nodes())
      if (node.starts_with("worker"))
        workers_.push_back(node);
    begin_load();
    const auto over = clock::now() + plan_.lasts - quiet_end;
    for (;;) { // the rest is part of the plan: deeds come at times of chance
      std::this_thread::sleep_for(pick(plan_.rests_least.count(), plan_.rests_most.count()) * 1ms);
      if (clock::now() >= over)
        break;
      do_something();
    }
    end_load();
    return std::move(report_);
  }

private:
  long pick(long least, long most) { return std::uniform_int_distribution<long>{least, most}(chance_); }
  template <class T>
  const T& one_of(const std::vector<T>& all) {
    return all.at(static_cast<std::size_t>(pick(0, static_cast<long>(all.size()) - 1)));
  }

  void begin_load() {
    std::vector<std::string> command{test::godwit_bench_program()};
    const auto add = [&](const std::string& option, const std::string& value) {
      command.push_back(option);
      command.push_back(value);
    };
    for (const auto& each : all_matches(running_.config(), R"(\[node\.client\][^\n]*\nlisten)"))
      add("--server", each);
    for (const auto& each : all_matches(running_.config(), R"(\nirc-listen)"))
      add("--irc-server", each);
    add("--ca", running_.path("var/ca.pem"));
    add("--run", run_word);
    add("--clients", std::to_string(plan_.client_count));
    add("--rooms", std::to_string(plan_.room_count));
    add("--senders", std::to_string(plan_.sender_count));
    add("--rate", std::to_string(plan_.posts_per_s));
    add("--warm-up", "1");
    add("--seconds", std::to_string(plan_.lasts.count()));
    add("--patience", "30");
    add("--slow", running_.path("slow.txt"));
    add("--slow-above", std::to_string(least_pause.count()));
    add("--answers", running_.path("answers.txt"));
    add("--save", running_.path("load.json"));
    command.push_back("--json");
    load_.emplace(test::program{
      .arguments = command, .error_file = running_.path("load.log"), .output_file = running_.path("load.out")});
    test::wait_until(
      "the load begins",
      [this] {
        if (!load_->is_running())
          throw std::runtime_error("the load has ended: " + test::read_text(running_.path("load.log")));
        return test::read_text(running_.path("load.log")).find("the load begins") != std::string::npos;
      },
      120s);
  }

  void end_load() {
    const auto ended = load_->wait(plan_.lasts + 120s);
    if (!ended)
      throw std::runtime_error("the load does not end");
    const auto load = nlohmann::json::parse(test::read_text(running_.path("load.json")), nullptr, false);
    if (load.is_discarded())
      throw std::runtime_error("the load has failed: " + test::read_text(running_.path("load.log")));
    const auto& checks = load["checks"];
    report_.posts = load["posts"]["acknowledged"];
    report_.refused = load["posts"]["refused"];
    report_.unanswered = load["posts"]["unanswered"];
    report_.disconnects = checks["connections_lost"];
    report_.lost = checks["lost"];
    report_.doubled = checks["doubled"];
    report_.out_of_order = checks["out_of_order"].get<std::uint64_t>() + checks["in_another_order"].get<std::uint64_t>()
                           + checks["strange"].get<std::uint64_t>();
    report_.first_fault = checks["first_fault"];
    running_.stop();
    running_.expect_sound_store();
    report_.log = check_log(running_.data_folder() + "/godwit.db", test::read_text(running_.path("answers.txt")));
    report_.pauses =
      pauses(report_.done, read_late(test::read_text(running_.path("slow.txt"))), plan_.client_count, least_pause);
  }

  // ------------------------------------------------------------------------------------------------------- deeds

  void do_something() {
    switch (one_of(plan_.deeds)) {
    case deed::kill: return kill();
    case deed::stop: return stop();
    case deed::drain: return drain();
    case deed::kill_amid_drain: return kill_amid_drain();
    case deed::migrate_session: return migrate_session();
    case deed::migrate_room: return migrate_room();
    }
  }

  done_deed& begin(deed what, std::string to, std::optional<std::set<std::uint32_t>> concerns = {}) {
    say_(std::string{name_of(what)} + " " + to);
    const auto now = clock::now();
    report_.done.push_back({what, std::move(to), now, now, std::move(concerns)});
    return report_.done.back();
  }
  void undone(const done_deed& what, const std::string& why) {
    report_.undone.push_back(std::string{name_of(what.what)} + " " + what.to + ": " + why);
    say_("  " + report_.undone.back());
  }

  void kill() {
    const auto node = one_of(workers_);
    const auto rests = pick(0, rests_dead_ms) * 1ms;
    auto& now = begin(deed::kill, node);
    running_.kill(node);
    std::this_thread::sleep_for(rests);
    running_.start(node);
    now.end = clock::now();
  }

  void stop() {
    const auto node = one_of(workers_);
    auto& now = begin(deed::stop, node);
    running_.pause(node);
    std::this_thread::sleep_for(stopped_for);
    running_.resume(node);
    const auto ended = running_.process_of(node).wait(hears_of_its_death_within);
    if (ended)
      running_.start(node);
    else
      undone(now, "it was silent for 5 s and lives on");
    now.end = clock::now();
  }

  void drain() {
    const auto node = one_of(workers_);
    auto& now = begin(deed::drain, node);
    const auto drained = tool_.ask({"drain", node}, 60s);
    now.end = clock::now();
    if (!drained.ok())
      undone(now, drained.errors);
    else if (drained.last.is_object())
      now.moved = drained.last.value("sessions_moved", std::uint64_t{0});
    undrain(node, now);
  }

  void undrain(const std::string& node, const done_deed& amid) {
    const auto again = tool_.ask({"undrain", node});
    if (!again.ok())
      undone(amid, "undrain: " + again.errors);
  }

  /// The node that is drained, or one that takes what it gives up.
  void kill_amid_drain() {
    const auto drained = one_of(workers_);
    const auto killed = one_of(workers_);
    const auto waits = pick(0, kills_amid_drain_ms) * 1ms;
    const auto rests = pick(0, rests_dead_ms) * 1ms;
    auto& now = begin(deed::kill_amid_drain, killed + " while " + drained + " is drained");
    auto ends = std::async(std::launch::async, [&] { return tool_.ask({"drain", drained}, 60s); });
    std::this_thread::sleep_for(waits);
    running_.kill(killed);
    std::this_thread::sleep_for(rests);
    running_.start(killed);
    if (const auto drain = ends.get(); !drain.ok())
      undone(now, drain.errors);
    now.end = clock::now();
    undrain(drained, now);
  }

  std::string another_than(const std::string& node) {
    std::vector<std::string> others;
    std::ranges::copy_if(workers_, std::back_inserter(others), [&](const auto& each) { return each != node; });
    return one_of(others);
  }

  void migrate_session() {
    const auto client = static_cast<std::uint32_t>(pick(0, plan_.client_count - 1));
    const auto nick = std::string{"gb-"} + run_word + "-" + std::to_string(client);
    migrate(deed::migrate_session, "migrate", nick, {client});
  }

  void migrate_room() {
    const auto room = static_cast<std::uint32_t>(pick(0, plan_.room_count - 1));
    std::set<std::uint32_t> members;
    for (auto client = room; client < plan_.client_count; client += plan_.room_count)
      members.insert(client);
    migrate(deed::migrate_room, "migrate-room", std::string{"#gb-"} + run_word + "-" + std::to_string(room),
            std::move(members));
  }

  void migrate(deed what, const std::string& command, const std::string& whom, std::set<std::uint32_t> concerns) {
    const auto target = another_than(tool_.worker_of(whom));
    auto& now = begin(what, whom + " to " + target, std::move(concerns));
    const auto moved = tool_.ask({command, whom, "--to", target});
    now.end = clock::now();
    if (!moved.ok())
      undone(now, moved.errors);
  }

  const chaos_plan& plan_;
  const std::function<void(const std::string&)>& say_;
  test::cluster running_;
  operator_tool tool_;
  std::mt19937_64 chance_;
  std::vector<std::string> workers_;
  std::optional<test::process> load_;
  chaos_report report_;
};

} // namespace

chaos_report run_chaos(const chaos_plan& plan, const std::function<void(const std::string&)>& say) {
  return run_of_chaos(plan, say).run();
}

// ------------------------------------------------------------------------------------------------------- for people

namespace {

double ms(std::chrono::nanoseconds time) { return static_cast<double>(time.count()) / 1e6; }
double moved_per_s(const pause_figures& of) {
  return of.in.count() == 0 ? 0 : 1e3 * static_cast<double>(of.moved) / ms(of.in);
}

std::string line(const char* format, auto... values) {
  std::array<char, 240> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

} // namespace

std::string to_table(const chaos_report& report) {
  const auto count = [](std::uint64_t of) { return static_cast<unsigned long long>(of); };
  auto out = line("%-14s%8s%10s%12s%12s%12s\n", "deed", "times", "pauses", "p50 ms", "p99 ms", "max ms");
  for (const auto& [what, figures] : report.pauses)
    out += line("%-14s%8zu%10zu%12.1f%12.1f%12.1f\n", std::string{name_of(what)}.c_str(), figures.deeds,
                figures.members, ms(figures.p50), ms(figures.p99), ms(figures.max));
  if (const auto drains = report.pauses.find(deed::drain); drains != report.pauses.end())
    out += line("%llu sessions drained, %.0f in a second\n", count(drains->second.moved), moved_per_s(drains->second));
  out += line("\n%llu posts acknowledged, %llu in the log, %llu refused\n", count(report.posts),
              count(report.log.posts), count(report.refused));
  out +=
    line("disconnects %llu, lost %llu, doubled %llu, out of order %llu, unanswered %llu\n", count(report.disconnects),
         count(report.lost + report.log.lost), count(report.doubled + report.log.doubled),
         count(report.out_of_order + report.log.out_of_order + report.log.gaps), count(report.unanswered));
  for (const auto& each : report.undone)
    out += "not done: " + each + "\n";
  for (const auto& each : report.log.what_is_wrong)
    out += "in the log: " + each + "\n";
  if (!report.first_fault.empty())
    out += "the load's first fault: " + report.first_fault + "\n";
  return out;
}

nlohmann::json to_json(const chaos_report& report) {
  nlohmann::json out{{"config", report.plan.shape},
                     {"seed", report.plan.seed},
                     {"seconds", report.plan.lasts.count()},
                     {"clients", report.plan.client_count},
                     {"rooms", report.plan.room_count},
                     {"posts", report.posts},
                     {"refused", report.refused},
                     {"in_log", report.log.posts},
                     {"disconnects", report.disconnects},
                     {"lost", report.lost + report.log.lost},
                     {"refused_and_logged", report.log.refused},
                     {"doubled", report.doubled + report.log.doubled},
                     {"out_of_order", report.out_of_order + report.log.out_of_order + report.log.gaps},
                     {"unanswered", report.unanswered},
                     {"not_done", report.undone},
                     {"sound", report.is_sound()}};
  out["pauses"] = nlohmann::json::object();
  for (const auto& [what, figures] : report.pauses)
    out["pauses"][std::string{name_of(what)}] = {
      {"times", figures.deeds},    {"pauses", figures.members}, {"p50_ms", ms(figures.p50)},
      {"p99_ms", ms(figures.p99)}, {"max_ms", ms(figures.max)}, {"sessions_moved_per_s", moved_per_s(figures)}};
  return out;
}

} // namespace godwit::chaos
