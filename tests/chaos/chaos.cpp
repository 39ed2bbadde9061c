/// @file
/// `./dev chaos`: see tests/chaos/chaos_run.hpp, and docs/TESTING.md, "Chaos".
#include "tests/chaos/chaos_run.hpp"

#include <CLI/CLI.hpp>
#include <gtest/gtest.h>

#include <csignal>
#include <iostream>
#include <map>

namespace {

using namespace godwit::chaos;

std::map<std::string, deed> deeds_by_name() {
  std::map<std::string, deed> out;
  for (const auto& [what, name] : deed_names)
    out.emplace(name, what);
  return out;
}

} // namespace

int main(int argc, char** argv) {
  chaos_plan plan;
  unsigned seconds = 60;
  bool json = false;
  CLI::App app{"Kills, stops, drains and moves beneath a load of chat, and says what people noticed of it"};
  app.footer("Ends with 0: nobody lost a connection or a message, 1: wrong usage, 2: it could not be run,\n"
             "3: something was lost, doubled, out of order, unanswered, disconnected or not done.");
  app.add_option("--config", plan.shape, "local or wide")->capture_default_str();
  app.add_option("--seed", plan.seed, "of what is done, to whom and when")->capture_default_str();
  app.add_option("--seconds", seconds)->check(CLI::Range(8U, 86'400U))->capture_default_str();
  app.add_option("--clients", plan.client_count, "half of them speak IRC")->check(CLI::Range(2U, 20'000U));
  app.add_option("--rooms", plan.room_count)->check(CLI::Range(1U, 20'000U));
  app.add_option("--senders", plan.sender_count)->check(CLI::Range(1U, 20'000U));
  app.add_option("--rate", plan.posts_per_s, "posts per second of all senders")->capture_default_str();
  app
    .add_option("--deeds", plan.deeds,
                "kill, stop, drain, kill-amid-drain, migrate, migrate-room; all, if none is named")
    ->transform(CLI::CheckedTransformer(deeds_by_name()));
  app.add_flag("--json", json, "one JSON object instead of a table");
  CLI11_PARSE(app, argc, argv);
  plan.lasts = std::chrono::seconds{seconds};
  if (plan.deeds.empty())
    for (const auto& [what, name] : deed_names)
      plan.deeds.push_back(what);
  std::signal(SIGPIPE, SIG_IGN);
  try {
    std::cerr << "chaos: seed " << plan.seed << ", " << plan.shape << ".toml\n";
    const auto report = run_chaos(plan, [](const std::string& what) { std::cerr << "chaos: " << what << '\n'; });
    std::cout << (json ? to_json(report).dump() + "\n" : to_table(report)) << std::flush;
    return report.is_sound() && !testing::Test::HasFailure() ? 0 : 3;
  } catch (const std::exception& failed) {
    std::cerr << "chaos: " << failed.what() << '\n';
    return 2;
  }
}
