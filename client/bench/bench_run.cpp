#include "client/bench/bench_run.hpp"

#include "client/bench/load_loop.hpp"
#include "client/net/server_address.hpp"

#include <asio/connect.hpp>

#include <iostream>
#include <random>
#include <sys/resource.h>

namespace godwit::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto looks_every = 2ms;
constexpr auto looks_for_clients_every = 100ms;
/// What a server does behind a log-in by itself; then its memory is read.
constexpr auto rests_for = 1s;
/// In which a post that comes twice would come.
constexpr auto listens_on_for = 250ms;
constexpr auto quits_within = 5s;
/// Files besides connections.
constexpr rlim_t further_files = 64;

std::string random_word() {
  static constexpr std::string_view digits = "0123456789abcdef";
  std::random_device chance;
  std::string word;
  for (int i = 0; i != 8; ++i)
    word += digits[chance() % digits.size()];
  return word;
}

std::optional<error> take_files(const load_plan& plan) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &files);
  if (plan.client_count + further_files <= files.rlim_max)
    return std::nullopt;
  return error{error_code::request_invalid, std::to_string(plan.client_count) + " clients need as many open files, and "
                                              + std::to_string(files.rlim_max)
                                              + " are allowed: raise `ulimit -Hn`, or take fewer --clients"};
}

/// The first address of the server that answers.
result<dialled_server> find_server(const std::string& text) {
  const auto parsed = parse_server_address(text);
  if (!parsed)
    return parsed.why();
  const auto& where = *parsed;
  asio::io_context io;
  asio::error_code failed;
  const auto found = asio::ip::tcp::resolver(io).resolve(where.host, where.port, failed);
  asio::ip::tcp::socket probe(io);
  const auto answered = failed ? asio::ip::tcp::endpoint{} : asio::connect(probe, found, failed);
  if (failed)
    return error{error_code::tls_failed, "can not connect to " + to_text(where) + ": " + failed.message()
                                           + "; is the server there, and does --server name its port?"};
  return dialled_server{answered, where.host};
}

std::optional<error> find_servers(const std::vector<std::string>& names, std::vector<dialled_server>& found) {
  for (const auto& each : names) {
    auto server = find_server(each);
    if (!server)
      return server.why();
    found.push_back(*std::move(server));
  }
  return std::nullopt;
}

class load_run {
public:
  load_run(const load_plan& plan, tls_context context, load_servers servers)
      : plan_(plan), context_(std::move(context)),
        servers_(std::move(servers)), names_{plan.run.empty() ? random_word() : plan.run} {
    report_.plan = plan;
    report_.run = names_.run;
    for (std::uint32_t i = 0; i != plan_.thread_count; ++i)
      loops_.push_back(std::make_unique<load_loop>(plan_, names_, context_, servers_, fault_, i));
  }

  result<bench_report> run() {
    for (const auto pid : plan_.pids)
      report_.processes.push_back({pid, label_of(pid), {}, {}, {}, {}});
    read_processes(&process_report::before);
    if (auto failed = connect())
      return *failed;
    if (auto failed = join())
      return *failed;
    load();
    drain();
    for (const auto& each : loops_)
      each->quit();
    wait_until([this] { return sum(&load_progress::gone) == plan_.client_count; },
               [this] { return sum(&load_progress::gone); }, quits_within);
    for (const auto& each : loops_)
      each->end();
    conclude();
    return std::move(report_);
  }

private:
  using counter = std::atomic<std::uint64_t> load_progress::*;
  std::uint64_t sum(counter what) const {
    std::uint64_t all = 0;
    for (const auto& each : loops_)
      all += (each->progress().*what).load(std::memory_order_acquire);
    return all;
  }

  /// False: `progress()` has not changed for so long.
  template <class Condition, class Progress>
  bool wait_until(Condition&& holds, Progress&& progress, std::chrono::seconds patience) {
    auto last = progress();
    for (auto since = bench_clock::now(); !holds();) {
      std::this_thread::sleep_for(looks_every); // the loops count by themselves, and wake nobody for it
      const auto now = bench_clock::now();
      if (const auto newest = progress(); newest != last)
        last = newest, since = now;
      else if (now - since >= patience)
        return false;
    }
    return true;
  }

  void read_processes(process_usage process_report::*moment) {
    for (auto& each : report_.processes)
      if (const auto usage = usage_of(each.pid))
        each.*moment = *usage;
      else
        fault_.note("the server's process " + each.label + " (" + std::to_string(each.pid) + ") is gone");
  }

  error not_all(const std::string& what, std::uint64_t count) const {
    const auto why = fault_.what();
    return {error_code::tls_failed, "only " + std::to_string(count) + " of " + std::to_string(plan_.client_count)
                                      + " clients " + what + ": "
                                      + (why.empty() ? "the server is silent; does --protocol fit the port?" : why)};
  }

  std::optional<error> connect() {
    const bench_time begin = bench_clock::now();
    for (const auto& each : loops_)
      each->connect(begin);
    const auto patience =
      plan_.patience + std::chrono::seconds{plan_.connects_per_s > 0 ? static_cast<int>(1 / plan_.connects_per_s) : 0};
    const auto logged_in = [this] { return sum(&load_progress::logged_in); };
    wait_until([&] { return logged_in() == plan_.client_count || sum(&load_progress::lost) != 0; }, logged_in,
               patience);
    report_.connecting = bench_clock::now() - begin;
    if (logged_in() != plan_.client_count)
      return not_all("could log in", logged_in());
    std::this_thread::sleep_for(rests_for); // so that what is read next is the memory of clients that do nothing
    read_processes(&process_report::idle);
    return std::nullopt;
  }

  std::optional<error> join() {
    for (const auto& each : loops_)
      each->join();
    const auto joined = [this] { return sum(&load_progress::joined); };
    wait_until([&] { return joined() == plan_.client_count || sum(&load_progress::lost) != 0; }, joined,
               plan_.patience);
    if (joined() != plan_.client_count)
      return not_all("could join their rooms", joined());
    std::this_thread::sleep_for(rests_for); // for what was told of the joins
    return std::nullopt;
  }

  void load() {
    load_times times;
    times.begin = bench_clock::now() + 50ms;
    times.measure_from = times.begin + plan_.warm_up;
    times.end = times.measure_from + plan_.lasts;
    std::cerr << plan_.client_count << " clients are in, the load begins" << std::endl;
    for (const auto& each : loops_)
      each->load(times);
    wait_for(times.measure_from);
    read_processes(&process_report::measured);
    const auto own = own_cpu();
    wait_for(times.end);
    read_processes(&process_report::end);
    report_.own_cpu = own_cpu() - own;
  }

  /// Not longer than there are clients.
  void wait_for(bench_time when) const {
    while (bench_clock::now() < when && sum(&load_progress::gone) != plan_.client_count)
      std::this_thread::sleep_until(std::min<bench_time>(when, bench_clock::now() + looks_for_clients_every));
  }

  /// Until all that was sent is answered, and all that was acknowledged is told.
  void drain() {
    std::this_thread::sleep_for(listens_on_for); // for what was posted in the last moment
    wait_until(
      [this] {
        return sum(&load_progress::answered) + sum(&load_progress::abandoned) == sum(&load_progress::sent)
               && sum(&load_progress::told) >= sum(&load_progress::expected);
      },
      [this] { return sum(&load_progress::answered) + sum(&load_progress::told); }, plan_.patience);
    std::this_thread::sleep_for(listens_on_for); // an event that is told twice comes behind all that was expected
  }

  void conclude() {
    report_.posts_sent = sum(&load_progress::sent);
    report_.posts_refused = sum(&load_progress::refused);
    report_.posts_acknowledged = sum(&load_progress::answered) - report_.posts_refused;
    report_.posts_abandoned = sum(&load_progress::abandoned);
    report_.posts_unanswered = report_.posts_sent - report_.posts_abandoned - sum(&load_progress::answered);
    report_.deliveries = sum(&load_progress::told);
    report_.deliveries_expected = sum(&load_progress::expected);
    report_.connections_lost = sum(&load_progress::lost);
    report_.fault = fault_.what();
    for (const auto& each : loops_)
      report_.figures.merge(each->figures());
    for (std::uint32_t sender = 0; sender != plan_.sender_count; ++sender)
      report_.accounts.push_back(client(sender).account());
    for (std::uint32_t room = 0; room != plan_.room_count; ++room)
      check_room(room);
  }

  const bench_client& client(std::uint32_t number) const {
    return *loops_[number % plan_.thread_count]->clients()[number / plan_.thread_count];
  }

  void check_room(std::uint32_t room) {
    std::vector<sender_account> said;
    for (auto sender = room; sender < plan_.sender_count; sender += plan_.room_count)
      said.push_back(client(sender).account());
    std::vector<const order_checker*> members;
    for (auto number = room; number < plan_.client_count; number += plan_.room_count) {
      if (!client(number).heard_all())
        continue;
      members.push_back(&client(number).heard());
      report_.findings += members.back()->finish(said);
    }
    report_.in_another_order += in_another_order(members);
  }

  const load_plan& plan_;
  tls_context context_;
  load_servers servers_;
  run_names names_;
  first_fault fault_;
  bench_report report_;
  std::vector<std::unique_ptr<load_loop>> loops_;
};

} // namespace

result<bench_report> run_load(const load_plan& plan) {
  if (auto too_many = take_files(plan))
    return *too_many;
  for (const auto pid : plan.pids)
    if (!usage_of(pid))
      return error{error_code::request_invalid, "there is no process " + std::to_string(pid)
                                                  + " on this machine that can be read; --pid is for a server here"};
  auto context =
    tls_context::for_client(plan.ca_file, plan.resume_tls ? client_tickets::kept : client_tickets::ignored);
  if (!context)
    return context.why();
  load_servers servers;
  if (auto failed = find_servers(plan.servers, servers.first))
    return *failed;
  if (auto failed = find_servers(plan.irc_servers, servers.irc))
    return *failed;
  return load_run(plan, *std::move(context), std::move(servers)).run();
}

} // namespace godwit::bench
