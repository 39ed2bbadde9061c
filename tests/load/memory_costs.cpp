/// @file
/// What one client, one session, one room and one member cost each kind of node, in bytes that are resident (RssAnon):
/// a cluster of real nodes is measured, given many of one kind, and measured again.
///
///     memory_costs [CLIENTS]     2000 if not said; docs/MEASUREMENTS.md keeps the outcome
#include "tests/load/people.hpp"
#include "tests/support/cluster.hpp"
#include "tests/support/process_memory.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <regex>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

/// Not all at once, so that what queues hold for a moment is small beside what stays.
constexpr std::size_t at_once = 20;
constexpr std::size_t rooms_of_one = 10;
constexpr auto settles_within = 300s;

/// Logs in, and joins what it is told to.
class idler : public person {
public:
  explicit idler(crowd& in) : person(in, 60s) {}
  void join(const std::string& room) { ask(ask::join{room}); }
};

struct node_bytes {
  double proxy = 0;
  double worker = 0; ///< of all worker nodes
  double broker = 0;
};

node_bytes measure(cluster& running) {
  node_bytes sum;
  for (const auto& node : running.nodes()) {
    auto& part = node.starts_with("proxy") ? sum.proxy : node.starts_with("worker") ? sum.worker : sum.broker;
    part += static_cast<double>(memory_of(running.process_of(node).pid()).anonymous_bytes);
  }
  return sum;
}

class measuring {
public:
  measuring() : people_((start(), running_.client_address()), running_.path("var/ca.pem")) {}

  void run(std::size_t clients) {
    add_idlers(200); // what is made once: pools, caches, tables
    each_joins(0, 100, [](std::size_t) { return std::vector<std::string>{"warm"}; });
    before_ = rest();
    std::printf("| bytes of one | proxy node | worker nodes | broker node |\n| --- | --- | --- | --- |\n");
    const auto first = idlers_.size();
    add_idlers(clients);
    row("idle client, logged in, in no room", clients);
    const auto joining = clients / 2 / rooms_of_one;
    each_joins(first, joining, [this](std::size_t) {
      std::vector<std::string> rooms;
      for (std::size_t i = 0; i != rooms_of_one; ++i)
        rooms.push_back("own" + std::to_string(people_.next_number()));
      return rooms;
    });
    row("room, with its one member", joining * rooms_of_one);
    const auto members = clients / 4;
    each_joins(first + joining, members, [](std::size_t) { return std::vector<std::string>{"plaza"}; });
    row("further member of a room", members);
  }

private:
  void start() {
    running_.change_config(
      std::regex_replace(running_.config(), std::regex{R"(exempt = )"}, "idle-ping-after-ms = 3600000\nexempt = "));
    running_.start();
  }

  void add_idlers(std::size_t count) {
    const auto until = idlers_.size() + count;
    while (idlers_.size() != until) {
      for (std::size_t i = 0; i != at_once && idlers_.size() != until; ++i)
        idlers_.push_back(&people_.add<idler>());
      settle();
    }
  }

  template <class Rooms>
  void each_joins(std::size_t first, std::size_t count, Rooms&& rooms) {
    for (std::size_t i = 0; i != count; ++i) {
      for (const auto& room : rooms(i))
        idlers_[first + i]->join(room);
      settle(); // one by one: what is told of it to all others is large beside what it leaves
    }
  }

  void settle() {
    const auto settled = [this] {
      return std::ranges::all_of(idlers_, [](const auto* each) { return each->is_settled(); });
    };
    if (!people_.run_until(settled, settles_within))
      throw std::runtime_error("they do not settle: " + to_string(people_.counts()));
  }

  node_bytes rest() {
    people_.run_for(3s);
    return measure(running_);
  }

  void row(const char* what, std::size_t count) {
    const auto now = rest();
    const auto each = [count](double after, double before) { return (after - before) / static_cast<double>(count); };
    std::printf("| %s | %.0f | %.0f | %.0f |\n", what, each(now.proxy, before_.proxy), each(now.worker, before_.worker),
                each(now.broker, before_.broker));
    std::fflush(stdout);
    before_ = now;
  }

  cluster running_{"local"};
  crowd people_;
  std::vector<idler*> idlers_;
  node_bytes before_;
};

} // namespace
} // namespace godwit::test

int main(int argc, char** argv) {
  const auto clients = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 2000;
  if (clients < 200) {
    std::fprintf(stderr, "usage: memory_costs [CLIENTS], 200 at least\n");
    return 1;
  }
  godwit::test::measuring{}.run(clients);
  return 0;
}
