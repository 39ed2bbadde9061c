#include "actors/directory_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_clock.hpp>
#include <caf/send.hpp>

namespace godwit {
namespace {

constexpr std::chrono::milliseconds tick_interval{100};

} // namespace

directory_actor::directory_actor(caf::actor_config& config, switchboard& board, directory_config rules,
                                 std::shared_ptr<admin_answers> admin)
    : directory_handle::base(config), board_(board), rules_(std::move(rules), now()), admin_(std::move(admin)) {}

directory_actor::behavior_type directory_actor::make_behavior() {
  balancer_ = home_system().spawn<balancer_actor>();
  link_to(balancer_); // without it nothing is placed: an error there ends both
  tick();
  return {
    [this](const worker_picked& what) { take(what); },
    [this](const place_session& what) { take(what); },
    [this](const resume_session& what) { take(what); },
    [this](const renew_token& what) { take(what); },
    [this](const session_hosted& what) { take(what); },
    [this](const report_worker& what) { take(what); },
    [this](const end_session& what) { take(what); },
    [this](const session_must_end& what) { take(what); },
    [this](const attach_refused& what) { take(what); },
    [this](const membership_given& what) { take(what); },
    [this](const claim_nick& what) { take(what); },
    [this](const release_nick& what) { take(what); },
    [this](const find_nick& what) { take(what); },
    [this](const locate_room& what) { take(what); },
    [this](const list_rooms& what) { take(what); },
    [this](const room_hosted& what) { take(what); },
    [this](const room_closed& what) { take(what); },
    [this](const describe_person& what) { take(what); },
    [this](const describe_room& what) { take(what); },
    [this](const ask_people& what) { take(what); },
    [this](const expel_person& what) { take(what); },
    [this](const proclamation& what) { take(what); },
    [this](const store_answered& what) { take(what); },
    [this](const membership_view& what) {
      caf::anon_send(balancer_, what); // first: what the directory asks next is answered by this view
      take(what);
    },
    [this](const link_reset& what) { take(what); },
    [this](const link_lost& what) { take(what); },
    [this](const wake_up&) { tick(); },
    [this](const admin_asked& what) { take(what); },
    [this](const command_answered& what) { take(what); },
    [this](const command_expected& what) { take(what); },
    [this](const room_not_here& what) { take(what); },
    [this](const query_answered& what) { take(what); },
  };
}

instant directory_actor::now() const { return home_system().clock().now(); }

void directory_actor::tick() {
  perform(rules_.tick(now()));
  delayed_send(this, tick_interval, wake_up{});
}

void directory_actor::perform(directory_effects effects) {
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(each); }, effect);
}

void directory_actor::perform(godwit::send& effect) { board_.send(effect.to, std::move(effect.what)); }

void directory_actor::perform(ask_balancer& effect) {
  caf::anon_send(balancer_, caf::actor_cast<placement_asker>(this), effect.question);
}

void directory_actor::perform(tell_balancer& effect) {
  caf::anon_send(balancer_, effect.load);
  if (auto judge = board_.local(entity_kind::membership, 0))
    caf::anon_send(judge, effect.load);
}

void directory_actor::perform(tell_drained& effect) {
  caf::anon_send(balancer_, effect.what);
  if (auto judge = board_.local(entity_kind::membership, 0))
    caf::anon_send(judge, effect.what);
}

void directory_actor::perform(tell_admin& effect) {
  if (admin_)
    admin_->answered(std::move(effect.answer));
}

} // namespace godwit
