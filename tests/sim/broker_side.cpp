#include "tests/sim/broker_side.hpp"

#include "actors/rules/limits.hpp"
#include "messages/overloaded.hpp"
#include "tests/sim/store_shell.hpp"

#include <utility>

namespace godwit::sim {
namespace {

constexpr std::chrono::milliseconds directory_tick{100};

template <class T>
constexpr bool is_for_directory =
  is_alternative<T, std::variant<place_session, resume_session, renew_token, session_hosted, report_worker, end_session,
                                 session_must_end, attach_refused, membership_given, claim_nick, release_nick,
                                 find_nick, locate_room, list_rooms, room_hosted, room_closed, describe_person,
                                 describe_room, ask_people, expel_person, proclamation, store_answered>>;

directory_config config_of(const node& home) {
  const auto& plan = home.around().plan;
  directory_config config;
  config.self = home.self();
  config.workers = plan.named(role_worker);
  config.resume_timeout = plan.times.resume_timeout;
  config.store_wait = plan.times.store_wait;
  config.ended_kept = plan.times.ended_kept;
  return config;
}

membership_shell::rules rules_of(const node& home) {
  const auto& plan = home.around().plan;
  if (home.has(role_broker))
    return membership{
      {home.self(), home.roles()}, home.life(), plan.configured(), plan.times.resume_timeout, home.around().now()};
  return membership_follower{home.self(), home.life(), plan.broker()};
}

} // namespace

void start_broker_side(node& home) {
  home.enter(std::make_shared<store_shell>(home));
  const auto names = std::make_shared<directory_shell>(home);
  home.enter(names);
  names->mail([names = names.get()] { names->begin(); });
}

void start_membership(node& home) {
  const auto judge = std::make_shared<membership_shell>(home, rules_of(home));
  home.enter(judge);
  judge->mail([judge = judge.get()] { judge->begin(); });
}

// --------------------------------------------------------------------------------------------------------- directory

directory_shell::directory_shell(node& home)
    : entity(home, entity_kind::directory, 0), rules_(config_of(home), home.around().now()) {}

void directory_shell::take(message& what) {
  const auto at = now();
  std::visit(overloaded{[&](const membership_view& it) {
                          balancer_.handle(it);
                          perform(rules_.handle(it, at));
                        },
                        [&]<class T>(const T& it) {
                          if constexpr (is_for_directory<T>)
                            perform(rules_.handle(it, at));
                        }},
             static_cast<message_content&>(what));
}

void directory_shell::tick() {
  perform(rules_.tick(now()));
  mail_after(directory_tick, [this] { tick(); });
}

void directory_shell::perform(directory_effects effects) {
  for (auto& effect : effects)
    std::visit(
      overloaded{[this](godwit::send& it) { home().send(it.to, std::move(it.what)); },
                 [this](const ask_balancer& it) {
                   // Another actor of the same node: its answer comes behind what waits.
                   mail([this, answer = balancer_.handle(it.question)] { perform(rules_.handle(answer, now())); });
                 },
                 [this](const tell_balancer& it) {
                   balancer_.handle(it.load);
                   home().service<membership_shell>(entity_kind::membership)->take(it.load);
                 },
                 [this](const tell_drained& it) {
                   balancer_.handle(it.what);
                   home().service<membership_shell>(entity_kind::membership)->take(it.what);
                 },
                 [this](const tell_admin& it) {
                   if (const auto& hear = home().around().admin_answered)
                     hear(it.answer);
                 }},
      effect);
}

// -------------------------------------------------------------------------------------------------------- membership

membership_shell::membership_shell(node& home, rules decide)
    : entity(home, entity_kind::membership, 0), rules_(std::move(decide)) {}

template <class T>
void membership_shell::hear(const T& what) {
  const auto at = now();
  std::visit(
    [&](auto& each) {
      if constexpr (requires { each.handle(what, at); })
        perform(each.handle(what, at));
      else if constexpr (requires { each.handle(what); })
        perform(each.handle(what));
    },
    rules_);
}

void membership_shell::take(const load_changed& load) {
  mail([this, load] { hear(load); });
}

void membership_shell::take(const drained_workers& what) {
  mail([this, what] { hear(what); });
}

void membership_shell::take(message& what) {
  if (const auto* suspicion = std::get_if<suspect_node>(&what))
    hear(*suspicion);
  else if (const auto* told = std::get_if<membership_view>(&what))
    hear(*told);
}

void membership_shell::tick() {
  std::visit([&](auto& each) { perform(each.tick(now())); }, rules_);
  mail_after(limits::pulse_interval, [this] { tick(); });
}

const membership_view& membership_shell::view() const {
  return std::visit([](const auto& each) -> const membership_view& { return each.view(); }, rules_);
}

void membership_shell::perform(membership_effects effects) {
  for (auto& effect : effects)
    std::visit(overloaded{[this](godwit::send& it) { home().send(it.to, std::move(it.what)); },
                          [this](const follow_view& it) { home().tell_all(it.view); },
                          [this](const end_this_life&) {
                            auto& around = home().around();
                            around.log.say(around.now(), home().self(), "reads its own death");
                            // Not in the middle of its own turn. Whoever watches over it starts it anew.
                            around.events.after(span{0}, [&around, name = home().self(), life = home().life()] {
                              if (const auto found = around.alive(name); found && found->life() == life) {
                                around.kill(name);
                                around.events.after(std::chrono::milliseconds{200}, [&around, name] {
                                  if (!around.alive(name))
                                    around.boot(name);
                                });
                              }
                            });
                          }},
               effect);
}

} // namespace godwit::sim
