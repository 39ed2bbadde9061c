#include "tests/sim/admin.hpp"

#include "messages/overloaded.hpp"
#include "tests/sim/broker_side.hpp"
#include "tests/sim/node.hpp"
#include "tests/sim/store_shell.hpp"

#include <algorithm>
#include <iterator>

namespace godwit::sim {

using namespace std::chrono_literals;

admin::admin(world& around, std::uint64_t seed)
    : world_(around), random_(seed), workers_(around.plan.named(role_worker)),
      pause_max_(random_.between(60ms, 1'500ms)) {
  around.admin_answered = [this](const admin_answered& what) { answered(what); };
}

void admin::begin(instant end) {
  end_ = end;
  next();
}

void admin::next() {
  world_.events.after(random_.between(20ms, pause_max_), [this] {
    if (over_ || world_.now() > end_)
      return;
    act();
    next();
  });
}

void admin::act() {
  switch (random_.below(8)) {
  case 0: return ask(drain_node{any_worker()});
  case 1: return ask(undrain_node{any_worker()});
  case 2: return ask(show_drain{any_worker()});
  case 3:
  case 4: {
    const auto& rooms = world_.disk->tables.rooms();
    if (rooms.empty())
      return;
    auto room = rooms.begin();
    std::advance(room, random_.below(rooms.size()));
    return ask(migrate_room{"#" + room->second.key, any_worker()});
  }
  default:
    if (const auto session = any_session())
      ask(migrate_session{std::to_string(*session), any_worker()});
  }
}

std::optional<std::uint64_t> admin::any_session() {
  const auto& sessions = world_.disk->tables.sessions();
  if (sessions.empty())
    return std::nullopt;
  auto session = sessions.begin();
  std::advance(session, random_.below(sessions.size()));
  return session->first.value;
}

void admin::ask(admin_question what) {
  const auto broker = world_.alive(world_.plan.broker());
  const auto names = broker ? broker->service<directory_shell>(entity_kind::directory) : nullptr;
  if (!names)
    return;
  const admin_asked asked{++last_ticket_, "olga", std::move(what)};
  asked_.emplace(asked.ticket, question{broker->life(), asked.what});
  names->mail([names = names.get(), asked] { names->ask(asked); });
}

void admin::answered(const admin_answered& what) {
  if (!answered_.insert(what.ticket).second)
    world_.broken("an operator's question was answered twice");
  asked_.erase(what.ticket);
  std::visit(overloaded{[&](const migrated&) { ++moves_; }, [&](const drain_progress& it) { drains_ += it.draining; },
                        [&](const error&) { ++refused_; }, [](const auto&) {}},
             what.result);
}

void admin::rest() { over_ = true; }

std::string admin::what_is_missing() const {
  const auto broker = world_.alive(world_.plan.broker());
  for (const auto& [ticket, open] : asked_)
    if (broker && open.life == broker->life())
      return "an operator's question was not answered";
  const auto& drained = world_.disk->tables.drained();
  const auto is_drained = [&](const node_name& name) { return drained.contains(name); };
  if (std::ranges::all_of(workers_, is_drained))
    return {};
  for (const auto& name : workers_) {
    const auto which = world_.alive(name);
    if (!which || !is_drained(name))
      continue;
    if (!which->locals(entity_kind::session).empty())
      return name + " is drained, and has sessions";
    if (!which->locals(entity_kind::room).empty())
      return name + " is drained, and has rooms";
  }
  return {};
}

} // namespace godwit::sim
