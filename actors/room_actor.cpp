#include "actors/room_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace godwit {
namespace {

timestamp wall_time() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

} // namespace

room_actor::room_actor(caf::actor_config& config, switchboard& board, room_id id, room_key key)
    : room_handle::base(config), board_(board), rules_(id, std::move(key), board.self()) {}

room_actor::behavior_type room_actor::make_behavior() {
  return {
    [this](const host_room&) { perform(rules_.start()); },
    [this](const log_opened& what) { perform(rules_.log_opened(what, wall_time())); },
    [this](const room_command& what) { perform(rules_.command(what, wall_time())); },
    [this](const room_query& what) { perform(rules_.query(what, wall_time())); },
    [this](const set_presence& what) { perform(rules_.presence(what, wall_time())); },
    [this](const accept_membership& what) { perform(rules_.accepted(what)); },
    [this](const entries_appended& what) { perform(rules_.appended(what, wall_time())); },
    [this](const logged_found& what) { perform(rules_.found(what, wall_time())); },
    [this](const log_read& what) { perform(rules_.read(what, wall_time())); },
    [this](const attach_relay& what) { perform(rules_.attach(what, wall_time())); },
    [this](const detach_relay& what) { perform(rules_.detach(what, wall_time())); },
    [this](const fan_out_delivered& what) { perform(rules_.delivered(what, wall_time())); },
    [this](const fetch_entries& what) { perform(rules_.fetch(what, wall_time())); },
    [this](const link_reset& what) { perform(rules_.link_reset(what, wall_time())); },
    [this](const link_lost& what) { perform(rules_.link_lost(what, wall_time())); },
    [this](const membership_view& what) { perform(rules_.view(what, wall_time())); },
    [this](const wake_up&) { perform(rules_.wake(wall_time())); },
    [this](const end_self&) { quit(); },
  };
}

void room_actor::perform(room_effects effects) {
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(each); }, effect);
}

void room_actor::perform(godwit::send& effect) { board_.send(effect.to, std::move(effect.what)); }

void room_actor::perform(hosted& effect) {
  caf::anon_send(board_.local(entity_kind::room_host, 0), room_opened_here{rules_.id(), rules_.key(), effect.epoch});
}

void room_actor::perform(announce& effect) { board_.announce(effect.what); }

void room_actor::perform(wake_after& effect) { delayed_send(this, effect.delay, wake_up{}); }

void room_actor::perform(end_room& effect) {
  board_.leave(entity_kind::room, rules_.id().value, caf::actor_cast<caf::actor>(this));
  caf::anon_send(board_.local(entity_kind::room_host, 0),
                 room_over_here{rules_.id(), rules_.epoch(), effect.why == room_end::not_opened, effect.detail});
  caf::send_as(this, this, end_self{});
}

} // namespace godwit
