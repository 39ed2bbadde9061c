#include "actors/relay_actor.hpp"

#include "actors/rules/client_codec.hpp"

#include <caf/actor_cast.hpp>
#include <caf/make_message.hpp>
#include <caf/send.hpp>

#include <utility>

namespace godwit {
namespace {

/// What an item is in the room's order, and for each profile of the clients here once in its language.
room_events::item encoded(const event_room& room, const profile_counts& profiles, const fan_out_item& item) {
  room_events::item out{item.event, nullptr, nullptr, nullptr};
  auto others = std::make_shared<encodings>();
  for (const auto& [profile, count] : profiles.counts()) {
    auto bytes = encode_for(profile, room, item.event);
    if (profile == native_profile)
      out.native = std::move(bytes);
    else if (bytes)
      others->push_back({profile, std::move(bytes)});
  }
  if (!others->empty())
    out.others = std::move(others);
  return out;
}

} // namespace

relay_actor::relay_actor(caf::actor_config& config, switchboard& board, room_id room)
    : relay_handle::base(config), board_(board), room_(room),
      rules_(room, board.self(), board.self_incarnation(), board.place_of(room)) {}

relay_actor::behavior_type relay_actor::make_behavior() {
  return {
    [this](const enrol_session& what) {
      resolved_for_.reset(); // the session may be another actor than the last time
      if (!left_)
        profiles_.put(what.session, what.profile);
      if (title_.empty())
        title_ = what.title;
      take_or_pass_on(what, &relay::enrol);
    },
    [this](const withdraw_session& what) {
      profiles_.remove(what.session);
      take_or_pass_on(what, &relay::withdraw);
    },
    [this](const replay_events& what) { take_or_pass_on(what, &relay::replay); },
    [this](const fan_out& what) { perform(rules_.fanned_out(what)); },
    [this](const entries_fetched& what) { perform(rules_.fetched(what)); },
    [this](const report_taken& what) { perform(rules_.report_taken(what)); },
    [this](const room_announced& what) { perform(rules_.announced(what)); },
    [this](const room_not_here& what) { perform(rules_.not_here(what)); },
    [this](const delivered_here& what) {
      for (auto number = what.first; number <= what.last; ++number)
        perform(rules_.delivered(what.epoch, number));
    },
    [this](const link_reset& what) { perform(rules_.link_reset(what)); },
    [](const link_lost&) {},
    [this](const membership_view& what) { perform(rules_.view(what)); },
    [this](const end_self&) { quit(); },
  };
}

template <class T>
void relay_actor::take_or_pass_on(const T& what, relay_effects (relay::*rule)(const T&)) {
  if (left_)
    caf::anon_send(board_.local(entity_kind::room_host, 0), what);
  else
    perform((rules_.*rule)(what));
}

void relay_actor::perform(relay_effects effects) {
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(each); }, effect);
  forget_gone(); // behind all effects: what it does comes after what they say
}

void relay_actor::perform(godwit::send& effect) { board_.send(effect.to, std::move(effect.what)); }

void relay_actor::perform(show& effect) {
  auto events = std::make_shared<room_events>();
  events->room = room_;
  events->items.reserve(effect.items->size());
  const auto settings = board_.client_settings();
  auto ticket = make_ticket(effect);
  for (const auto& item : *effect.items) {
    events->items.push_back(encoded({room_, title_, settings->irc.server}, profiles_, item));
    if (item.fan_out_number != 0)
      events->items.back().ticket = ticket;
  }
  ticket.reset();
  // One message object for all sessions: each mailbox holds a reference to it.
  auto shared = caf::make_message(shared_room_events{std::move(events)});
  for (const auto& session : handles_of(effect.sessions))
    caf::anon_send(session, shared);
}

void relay_actor::perform(tell_reopened& effect) {
  for (const auto& session : handles_of(effect.sessions))
    caf::anon_send(session, effect.what);
}

void relay_actor::perform(tell_not_here& effect) {
  const auto session = effect.what.session;
  if (auto handle = board_.local(entity_kind::session, session.value))
    caf::anon_send(handle, effect.what);
  else
    gone_.push_back(session);
}

void relay_actor::withdraw(session_id session) {
  profiles_.remove(session);
  perform(rules_.withdraw({room_, session}));
}

void relay_actor::perform(end_relay&) {
  left_ = true;
  board_.leave(entity_kind::relay, room_.value, caf::actor_cast<caf::actor>(this));
  caf::send_as(this, this, end_self{});
}

std::shared_ptr<const void> relay_actor::make_ticket(const show& what) {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  for (const auto& item : *what.items) {
    if (item.fan_out_number == 0)
      continue;
    first = first == 0 ? item.fan_out_number : first;
    last = item.fan_out_number;
  }
  if (first == 0)
    return nullptr;
  // The numbers of one list follow each other, so one ticket stands for all of them.
  auto self = caf::actor_cast<caf::actor>(this);
  delivered_here report{what.epoch, first, last};
  return {static_cast<const void*>(this), [self, report](const void*) { caf::anon_send(self, report); }};
}

const std::vector<caf::actor>& relay_actor::handles_of(const session_list& sessions) {
  if (resolved_for_ == sessions && !has_stale_handle())
    return resolved_;
  resolved_.clear();
  resolved_for_.reset();
  for (const auto& session : *sessions)
    if (auto handle = board_.local(entity_kind::session, session.value))
      resolved_.push_back(std::move(handle));
    else
      gone_.push_back(session);
  if (gone_.empty()) // else one handle is missing, and the list is about to change
    resolved_for_ = sessions;
  return resolved_;
}

/// Looks at one handle each time: within as many shows as there are sessions each that ended here is found gone, and at
/// no show does that cost more than one look-up.
bool relay_actor::has_stale_handle() {
  if (resolved_.empty())
    return false;
  next_checked_ = (next_checked_ + 1) % resolved_.size();
  const auto session = (*resolved_for_)[next_checked_];
  return board_.local(entity_kind::session, session.value) != resolved_[next_checked_];
}

/// A session that was released has withdrawn from nowhere. One that comes back to this node enrols again.
void relay_actor::forget_gone() {
  for (auto session : std::exchange(gone_, {}))
    withdraw(session);
}

} // namespace godwit
