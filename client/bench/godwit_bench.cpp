/// @file
/// `godwit-bench`: puts a load on a server and says how it bore it. docs/BENCHMARKS.md.
#include "client/bench/bench_comparison.hpp"
#include "client/bench/bench_run.hpp"
#include "client/net/server_address.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <fstream>
#include <iostream>
#include <map>

namespace {

using namespace godwit;
using namespace godwit::bench;

enum class bench_exit : int {
  sound = 0,
  usage = 1,
  not_connected = 2, ///< not all clients could connect, log in and join
  not_sound = 3,     ///< something was lost, doubled, out of order or unanswered
};

int fail(const error& why) {
  std::cerr << "godwit-bench: " << (why.detail.empty() ? std::string{sentence_of(why.code)} : why.detail) << '\n';
  const bool is_usage = why.code == error_code::request_invalid || why.code == error_code::file_unusable
                        || why.code == error_code::certificate_unusable;
  return static_cast<int>(is_usage ? bench_exit::usage : bench_exit::not_connected);
}

/// Empty: the plan can be carried out. Fills in what was not said.
std::string complete(load_plan& plan, bool senders_are_said) {
  if (!senders_are_said)
    plan.sender_count = std::min(plan.room_count, plan.client_count);
  if (plan.room_count > plan.client_count)
    return "there are more --rooms than --clients: each room needs a member";
  if (plan.sender_count > plan.client_count)
    return "there are more --senders than --clients: senders are clients that post";
  if (plan.thread_count > plan.client_count)
    return "there are more --threads than --clients";
  const auto bytes_max = post_bytes_max(plan.is_mixed() ? protocol::irc : plan.spoken);
  if (plan.post_bytes < post_bytes_min || plan.post_bytes > bytes_max)
    return "--size must be " + std::to_string(post_bytes_min) + " to " + std::to_string(bytes_max)
           + " bytes with this protocol";
  return {};
}

struct typed_options {
  load_plan plan;
  double rate = 0;
  unsigned seconds = 10;
  unsigned warm_up = 2;
  unsigned patience = 15;
  bool json = false;
  std::string save_to;
  std::string slow_to;
  std::string answers_to;
  unsigned slow_above_ms = 5;
  std::vector<std::string> compared;
};

void describe(CLI::App& app, typed_options& typed) {
  auto& plan = typed.plan;
  const std::map<std::string, protocol> protocols{{"native", protocol::native}, {"irc", protocol::irc}};
  const CLI::Range one_or_more(1U, 1'000'000U);
  app
    .add_option("--server", plan.servers,
                "HOST:PORT of a client port; IRC's is another one. Of several each gets its part")
    ->capture_default_str();
  app.add_option("--protocol", plan.spoken, "native or irc")->transform(CLI::CheckedTransformer(protocols));
  app.add_option("--irc-server", plan.irc_servers,
                 "half of the clients speak IRC to these: HOST:PORT; the others speak what --protocol says");
  app.add_option("--run", plan.run, "a word for the names of this run's clients and rooms: gb-WORD-0, gb-WORD-1, …");
  app.add_option("--ca", plan.ca_file, "the CA that signs the server's certificate; '' for the system's")
    ->capture_default_str();
  app.add_flag("--resume-tls", plan.resume_tls, "take up TLS sessions by tickets, as clients do that come back");
  app.add_option("--clients", plan.client_count)->check(one_or_more)->capture_default_str();
  app.add_option("--rooms", plan.room_count, "each client is in one")->check(one_or_more)->capture_default_str();
  app.add_option("--senders", plan.sender_count, "clients that post (one for each room)")
    ->check(CLI::Range(0U, 1'000'000U));
  app.add_option("--size", plan.post_bytes, "bytes of a post")->capture_default_str();
  auto* in_flight = app.add_option("--in-flight", plan.in_flight, "closed loop: unanswered posts of each sender")
                      ->check(CLI::Range(1U, 1000U))
                      ->capture_default_str();
  app.add_option("--rate", typed.rate, "open loop: posts per second of all senders, whatever the server does")
    ->check(CLI::Range(0.001, 10'000'000.0))
    ->excludes(in_flight);
  app.add_option("--seconds", typed.seconds, "what is measured")->check(CLI::Range(1U, 86'400U))->capture_default_str();
  app.add_option("--warm-up", typed.warm_up, "seconds before that")
    ->check(CLI::Range(0U, 3'600U))
    ->capture_default_str();
  app.add_option("--connect-rate", plan.connects_per_s, "connections per second; 0: as fast as they are taken")
    ->check(CLI::Range(0.0, 1'000'000.0));
  app.add_option("--patience", typed.patience, "seconds without progress, after which it is given up")
    ->check(CLI::Range(1U, 600U))
    ->capture_default_str();
  app.add_option("--pid", plan.pids, "processes of the server on this machine: their CPU and memory");
  app.add_option("--threads", plan.thread_count)->check(CLI::Range(1U, 256U))->capture_default_str();
  app.add_flag("--json", typed.json, "one JSON object instead of a table");
  app.add_option("--save", typed.save_to, "a file that gets the JSON, whatever is printed");
  app.add_option("--slow", typed.slow_to,
                 "a file that gets each delivery that came late: client, when it was due, how late");
  app.add_option("--slow-above", typed.slow_above_ms, "milliseconds that are late")->capture_default_str();
  app.add_option(
    "--answers", typed.answers_to,
    "a file that gets, of each sender, how many of its posts were answered, and which of them were refused");
  app.add_option("--compare", typed.compared, "no load: saved runs side by side, each with its ratio to the first");
}

int compare(const std::vector<std::string>& files) {
  const auto table = compare_runs(files);
  if (!table)
    return fail(table.why());
  std::cout << *table;
  return static_cast<int>(bench_exit::sound);
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{
    "Puts a load on a Godwit server: clients connect, join rooms and post; says how fast and how sound it was"};
  app.footer(
    "Ends with 0: all came as it should, 1: wrong usage, 2: could not connect, 3: something was lost, doubled,\n"
    "out of order or unanswered.");
  typed_options typed;
  describe(app, typed);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& stopped) {
    return app.exit(stopped) == 0 ? 0 : static_cast<int>(bench_exit::usage);
  }
  if (!typed.compared.empty())
    return compare(typed.compared);
  auto& plan = typed.plan;
  if (typed.rate > 0)
    plan.posts_per_s = typed.rate;
  plan.lasts = std::chrono::seconds{typed.seconds};
  plan.warm_up = std::chrono::seconds{typed.warm_up};
  plan.patience = std::chrono::seconds{typed.patience};
  if (!typed.slow_to.empty())
    plan.slow_above = std::chrono::milliseconds{typed.slow_above_ms};
  if (const auto wrong = complete(plan, app.count("--senders") != 0); !wrong.empty())
    return fail({error_code::request_invalid, wrong});
  std::signal(SIGPIPE, SIG_IGN);
  const auto report = run_load(plan);
  if (!report)
    return fail(report.why());
  if (typed.json)
    std::cout << to_json(*report).dump() << std::endl;
  else
    std::cout << to_table(*report) << std::flush;
  if (!typed.save_to.empty() && !(std::ofstream(typed.save_to) << to_json(*report) << std::endl))
    return fail({error_code::file_unusable, "can not write " + typed.save_to + "; correct --save"});
  if (!typed.slow_to.empty() && !(std::ofstream(typed.slow_to) << slow_lines(*report) << std::flush))
    return fail({error_code::file_unusable, "can not write " + typed.slow_to + "; correct --slow"});
  if (!typed.answers_to.empty() && !(std::ofstream(typed.answers_to) << answer_lines(*report) << std::flush))
    return fail({error_code::file_unusable, "can not write " + typed.answers_to + "; correct --answers"});
  return static_cast<int>(report->is_sound() ? bench_exit::sound : bench_exit::not_sound);
}
