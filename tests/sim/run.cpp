#include "tests/sim/run.hpp"

#include "tests/sim/admin.hpp"
#include "tests/sim/node.hpp"
#include "tests/sim/store_shell.hpp"
#include "tests/sim/witness.hpp"

#include <algorithm>

namespace godwit::sim {
namespace {

using namespace std::chrono_literals;

/// From the last fault until everything has to be in order.
constexpr auto settles_within = 90s;
constexpr auto looked_at_every = 250ms;

cluster_plan draw_plan(chance& random) {
  cluster_plan plan;
  const auto add = [&](node_name name, std::uint8_t roles) {
    plan.nodes.push_back({std::move(name), roles, random.between(-2s, 2s)});
  };
  const auto all = static_cast<std::uint8_t>(role_broker | role_worker | role_proxy);
  switch (random.below(8)) {
  case 0: add("godwit-1", all); break;
  case 1:
    add("broker-1", role_broker | role_worker);
    add("proxy-1", role_proxy);
    add("worker-1", role_worker);
    break;
  case 2:
    add("broker-1", role_broker);
    add("mixed-1", role_proxy | role_worker);
    add("mixed-2", role_proxy | role_worker);
    break;
  case 3:
  case 4:
  case 5:
    add("broker-1", role_broker);
    add("proxy-1", role_proxy);
    add("worker-1", role_worker);
    add("worker-2", role_worker);
    break;
  default:
    add("broker-1", role_broker);
    add("proxy-1", role_proxy);
    add("proxy-2", role_proxy);
    add("worker-1", role_worker);
    add("worker-2", role_worker);
    add("worker-3", role_worker);
  }
  plan.clients.irc.replay_lines = static_cast<std::uint32_t>(random.below(3) * 5);
  return plan;
}

class scene {
public:
  scene(const run_options& options, chance& random)
      : options_(options), world_(random.next(), draw_plan(random), options.guards), faults_(world_, people_),
        operator_(world_, options.seed ^ 0x6f7065726174'6f72U) {
    if (options.trace != nullptr)
      world_.log.write_to(*options.trace);
  }

  run_report play() {
    begin();
    const auto faults_end = world_.now() + world_.random.between(5s, 20s) + options_.longer;
    if (options_.faults)
      faults_.begin(faults_end);
    else
      world_.seen->expect_calm();
    if (options_.moves)
      operator_.begin(faults_end);
    run_until(faults_end);
    faults_.heal();
    operator_.rest();
    settle();
    return report();
  }

private:
  bool failed() const { return !world_.failure.empty(); }

  void run_until(instant end) {
    while (!failed() && world_.events.run_next(end)) {
    }
  }

  void begin() {
    for (const auto& each : world_.plan.nodes)
      world_.events.after(world_.random.between(0ms, 300ms), [this, name = each.name] {
        if (!world_.alive(name))
          world_.boot(name);
      });
    std::vector<std::string> rooms;
    for (auto count = world_.random.below(3) + 1; count != 0; --count)
      rooms.push_back("room" + std::to_string(rooms.size()));
    const auto natives = world_.random.below(4) + 1;
    const auto others = world_.random.below(3);
    for (std::uint64_t i = 0; i != natives + others; ++i) {
      std::vector<std::string> wanted;
      for (const auto& each : rooms)
        if (wanted.empty() || world_.random.one_in(2))
          wanted.push_back(each);
      const auto name = "person" + std::to_string(i);
      if (i < natives)
        people_.push_back(std::make_unique<native_person>(world_, name, wanted));
      else
        people_.push_back(std::make_unique<irc_person>(world_, name, wanted));
    }
    for (std::size_t i = 0; i != people_.size(); ++i)
      world_.events.after(world_.random.between(100ms, 1'500ms), [this, i] {
        people_[i]->start();
        act_later(i);
      });
  }

  void act_later(std::size_t i) {
    world_.events.after(world_.random.between(20ms, 600ms), [this, i] {
      if (settling_)
        return;
      people_[i]->act();
      act_later(i);
    });
  }

  void settle() {
    settling_ = true;
    run_until(world_.now() + 1s);
    const auto end = world_.now() + settles_within;
    for (auto& each : people_)
      each->say_last();
    std::string missing = "not looked yet";
    while (!failed() && !missing.empty() && world_.now() < end) {
      run_until(world_.now() + looked_at_every);
      missing = what_is_missing();
    }
    if (failed())
      return;
    if (!missing.empty())
      return world_.broken("faults have ceased, but: " + missing);
    std::set<std::uint64_t> open;
    for (const auto& each : people_)
      if (const auto* irc = dynamic_cast<const irc_person*>(each.get()))
        irc->note_stays(open);
    world_.seen->check_posts();
    world_.seen->check_stays(open);
  }

  /// Whose log-in was given up, since worker nodes died with it twice, has gone.
  std::size_t people_there() const {
    return static_cast<std::size_t>(std::ranges::count_if(people_, [](const auto& each) { return !each->is_over(); }));
  }

  std::string what_is_missing() {
    for (auto& each : people_)
      if (!each->is_content()) {
        if (dynamic_cast<irc_person*>(each.get()) != nullptr)
          each->say_last();
        return each->describe();
      }
    const auto& tables = world_.disk->tables;
    if (tables.sessions().size() != people_there())
      return "the store has " + std::to_string(tables.sessions().size()) + " sessions of "
             + std::to_string(people_there()) + " people";
    if (const auto problem = what_nicks_lack(); !problem.empty())
      return problem;
    for (const auto& [id, room] : tables.rooms())
      for (const auto& [session, member] : room.members)
        if (!tables.sessions().contains(session))
          return "a member of room " + room.key + " is no session: " + member.nick;
    if (auto problem = what_lives_wrongly(); !problem.empty())
      return problem;
    return operator_.what_is_missing();
  }

  std::string what_nicks_lack() const {
    const auto& tables = world_.disk->tables;
    std::string names;
    std::set<session_id> holders; // a former nick of a session may stay its own until it ends (docs/TESTING.md)
    for (const auto& [folded, row] : tables.nicks()) {
      names += " " + row.nick;
      holders.insert(row.session);
      if (!tables.sessions().contains(row.session))
        return "nobody has the nick " + row.nick;
    }
    if (holders.size() != people_there())
      return std::to_string(people_there()) + " people have the nicks" + names;
    return {};
  }

  std::string what_lives_wrongly() const {
    std::map<std::uint64_t, std::size_t> places;
    std::map<std::uint64_t, std::size_t> rooms;
    for (const auto& [name, each] : world_.nodes) {
      for (const auto& session : each->locals(entity_kind::session))
        ++places[session->where().id];
      for (const auto& room : each->locals(entity_kind::room))
        ++rooms[room->where().id];
    }
    if (places.size() != people_there())
      return std::to_string(places.size()) + " sessions live, of " + std::to_string(people_there()) + " people";
    for (const auto& [session, count] : places)
      if (count != 1)
        return "a session lives on " + std::to_string(count) + " nodes";
    for (const auto& [room, count] : rooms)
      if (count != 1)
        return "room " + std::to_string(room) + " lives on " + std::to_string(count) + " nodes";
    return {};
  }

  run_report report() {
    run_report made;
    made.failure = world_.failure;
    made.hash = world_.log.hash();
    made.simulated = world_.now() - (instant{} + std::chrono::hours{1});
    made.events = world_.events.done();
    made.posts = world_.seen->posts();
    made.acknowledged = world_.seen->acknowledged_posts();
    made.told = world_.seen->events_told();
    made.faults = faults_.count();
    made.moves = operator_.moves();
    made.drains = operator_.drains();
    made.disconnects = world_.seen->disconnects();
    const auto& lines = world_.log.last_lines();
    made.last_lines.assign(lines.begin(), lines.end());
    return made;
  }

  const run_options& options_;
  world world_;
  std::vector<std::unique_ptr<person>> people_;
  fault_maker faults_;
  admin operator_;
  bool settling_ = false;
};

} // namespace

run_report run(const run_options& options) {
  chance random(options.seed);
  scene made(options, random);
  return made.play();
}

} // namespace godwit::sim
