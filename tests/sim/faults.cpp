#include "tests/sim/run.hpp"

#include "tests/sim/network.hpp"
#include "tests/sim/node.hpp"
#include "tests/sim/store_shell.hpp"
#include "tests/sim/worker_side.hpp"

namespace godwit::sim {

using namespace std::chrono_literals;

/// Each run has some of the kinds, and is calm or wild.
fault_maker::fault_maker(world& around, std::vector<std::unique_ptr<person>>& people)
    : world_(around), people_(people) {
  const std::vector<void (fault_maker::*)()> all{
    &fault_maker::kill_one,    &fault_maker::kill_several,  &fault_maker::pause_one,
    &fault_maker::cut_link,    &fault_maker::block_link,    &fault_maker::slow_link,
    &fault_maker::lose_client, &fault_maker::trouble_store, &fault_maker::end_actor};
  for (const auto& each : all)
    if (world_.random.one_in(2))
      kinds_.push_back(each);
  if (kinds_.empty())
    kinds_ = all;
  pause_max_ = world_.random.between(200ms, 4'000ms);
}

void fault_maker::begin(instant end) {
  end_ = end;
  next();
}

void fault_maker::next() {
  world_.events.after(world_.random.between(20ms, pause_max_), [this] {
    if (over_ || world_.now() > end_)
      return;
    make_one();
    next();
  });
}

void fault_maker::make_one() {
  ++count_;
  (this->*world_.random.one_of(kinds_))();
}

void fault_maker::fault(const std::string& what) { world_.log.say(world_.now(), "**", what); }

const node_name& fault_maker::any_node() { return world_.random.one_of(world_.plan.nodes).name; }

void fault_maker::boot_later(const node_name& name, span after) {
  world_.events.after(after, [this, name] {
    if (!over_ && !world_.alive(name))
      world_.boot(name);
  });
}

void fault_maker::kill_one() {
  const auto& name = any_node();
  fault("kill " + name);
  world_.kill(name);
  boot_later(name, world_.random.one_in(3) ? world_.random.between(1s, 7s) : world_.random.between(20ms, 500ms));
}

void fault_maker::kill_several() {
  fault("kill several");
  const bool all = world_.random.one_in(3);
  for (const auto& each : world_.plan.nodes)
    if (all || world_.random.one_in(2)) {
      world_.kill(each.name);
      boot_later(each.name, world_.random.between(20ms, 3s));
    }
}

void fault_maker::pause_one() {
  const auto name = any_node();
  const auto which = world_.alive(name);
  if (!which || which->is_paused())
    return;
  fault("stop " + name);
  which->pause();
  world_.events.after(world_.random.one_in(3) ? world_.random.between(1s, 7s) : world_.random.between(10ms, 1s),
                      [this, which, name] {
                        if (!which->is_dead() && which->is_paused()) {
                          fault("let go on " + name);
                          which->resume();
                        }
                      });
}

void fault_maker::cut_link() {
  const auto& one = any_node();
  const auto& other = any_node();
  fault("cut " + one + " " + other);
  world_.links->cut(one, other);
}

void fault_maker::block_link() {
  const auto one = any_node();
  const auto other = any_node();
  const bool both = world_.random.one_in(2);
  const auto until = world_.random.one_in(6) ? world_.random.between(5s, 14s) : world_.random.between(50ms, 3s);
  fault("block " + one + " " + other + (both ? " both ways" : ""));
  world_.links->block(one, other);
  if (both)
    world_.links->block(other, one);
  world_.events.after(until, [this, one, other] {
    world_.links->unblock(one, other);
    world_.links->unblock(other, one);
  });
}

void fault_maker::slow_link() {
  const auto one = any_node();
  const auto other = any_node();
  fault("slow " + one + " " + other);
  world_.links->slow(one, other, world_.random.between(5ms, 400ms));
  world_.events.after(world_.random.between(200ms, 4s), [this, one, other] { world_.links->slow(one, other, 0ns); });
}

void fault_maker::lose_client() {
  auto& who = *world_.random.one_of(people_);
  fault("lose the connection of " + who.name());
  if (world_.random.one_in(2))
    who.cut();
  else
    who.hang_up();
}

void fault_maker::trouble_store() {
  auto& disk = *world_.disk;
  switch (world_.random.below(3)) {
  case 0:
    fault("a commit fails");
    disk.fail_next = true;
    return;
  case 1:
    fault("no commit succeeds");
    disk.failing = true;
    return world_.events.after(world_.random.between(100ms, 4s), [this] { world_.disk->failing = false; });
  default:
    fault("commits are slow");
    disk.commit_max = world_.random.between(10ms, 500ms);
    world_.events.after(world_.random.between(500ms, 4s), [this] { world_.disk->commit_max = 3ms; });
  }
}

void fault_maker::end_actor() {
  const auto& workers = world_.plan.named(role_worker);
  const auto which = world_.alive(world_.random.one_of(workers));
  if (!which || which->is_paused())
    return;
  constexpr std::array kinds{entity_kind::session, entity_kind::room, entity_kind::relay};
  const auto kind = world_.random.one_of(kinds);
  const auto all = which->locals(kind);
  if (all.empty())
    return;
  const auto id = world_.random.one_of(all)->where().id;
  fault("an actor ends by an error at " + which->self());
  const auto host = which->service<room_host>(entity_kind::room_host);
  if (kind == entity_kind::session)
    which->sessions().dies(session_id{id});
  else if (kind == entity_kind::room)
    host->mail([host = host.get(), id] { host->room_dies(room_id{id}); });
  else
    host->mail([host = host.get(), id] { host->relay_dies(room_id{id}); });
}

void fault_maker::heal() {
  over_ = true;
  fault("all is mended");
  auto& disk = *world_.disk;
  disk.failing = disk.fail_next = false;
  disk.commit_max = 3ms;
  world_.links->heal();
  for (const auto& each : world_.plan.nodes) {
    const auto running = world_.alive(each.name);
    if (!running)
      world_.boot(each.name);
    else if (running->is_paused())
      running->resume();
  }
}

} // namespace godwit::sim
