#include "actors/room_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace godwit {

room_actor::room_actor(caf::actor_config& config, switchboard& board, room_clock clock, room_id id, room_key key,
                       const room_patience& patience)
    : room_handle::base(config), board_(board), clock_(std::move(clock)),
      rules_(id, std::move(key), board.self(), patience) {}

room_actor::behavior_type room_actor::make_behavior() {
  return {
    [this](const host_room&) { perform(rules_.start()); },
    [this](const log_opened& what) { perform(rules_.log_opened(what, clock_())); },
    [this](const room_command& what) { perform(rules_.command(what, clock_())); },
    [this](const room_query& what) { perform(rules_.query(what, clock_())); },
    [this](const set_presence& what) { perform(rules_.presence(what, clock_())); },
    [this](const signal_room& what) { perform(rules_.signal(what, clock_())); },
    [this](const accept_membership& what) { perform(rules_.accepted(what)); },
    [this](const entries_appended& what) { perform(rules_.appended(what, clock_())); },
    [this](const logged_found& what) { perform(rules_.found(what, clock_())); },
    [this](const log_read& what) { perform(rules_.read(what, clock_())); },
    [this](const attach_relay& what) { perform(rules_.attach(what, clock_())); },
    [this](const detach_relay& what) { perform(rules_.detach(what, clock_())); },
    [this](const fan_out_delivered& what) { perform(rules_.delivered(what, clock_())); },
    [this](const fetch_entries& what) { perform(rules_.fetch(what, clock_())); },
    [this](const link_reset& what) { perform(rules_.link_reset(what, clock_())); },
    [this](const link_lost& what) { perform(rules_.link_lost(what, clock_())); },
    [this](const membership_view& what) { perform(rules_.view(what, clock_())); },
    [this](const wake_up&) { perform(rules_.wake(clock_())); },
    [this](const end_self&) { quit(); },
  };
}

void room_actor::perform(room_effects effects) {
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(each); }, effect);
}

void room_actor::perform(godwit::send& effect) { board_.send(effect.to, std::move(effect.what)); }

void room_actor::perform(hosted& effect) {
  caf::anon_send(board_.local(entity_kind::room_host, 0),
                 room_opened_here{rules_.id(), rules_.key(), effect.epoch, rules_.title()});
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
