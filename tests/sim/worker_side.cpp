#include "tests/sim/worker_side.hpp"

#include "messages/overloaded.hpp"

#include <utility>

namespace godwit::sim {

void start_worker_side(node& home) {
  home.enter(std::make_shared<session_host>(home));
  home.enter(std::make_shared<room_host>(home));
}

// -------------------------------------------------------------------------------------------------------------- room

namespace {

room_patience patience_of(const node& home) {
  const auto& times = home.around().plan.times;
  return {times.store_wait, times.room_closes_after, times.ended_kept};
}

} // namespace

room_shell::room_shell(node& home, room_id id, room_key key)
    : entity(home, entity_kind::room, id.value), rules_(id, std::move(key), home.self(), patience_of(home)) {}

void room_shell::take(message& what) {
  const auto now = home().wall();
  std::visit(overloaded{[&](const host_room&) { perform(rules_.start()); },
                        [&](const log_opened& it) { perform(rules_.log_opened(it, now)); },
                        [&](const room_command& it) { perform(rules_.command(it, now)); },
                        [&](const room_query& it) { perform(rules_.query(it, now)); },
                        [&](const set_presence& it) { perform(rules_.presence(it, now)); },
                        [&](const signal_room& it) { perform(rules_.signal(it, now)); },
                        [&](const accept_membership& it) { perform(rules_.accepted(it)); },
                        [&](const entries_appended& it) { perform(rules_.appended(it, now)); },
                        [&](const logged_found& it) { perform(rules_.found(it, now)); },
                        [&](const log_read& it) { perform(rules_.read(it, now)); },
                        [&](const attach_relay& it) { perform(rules_.attach(it, now)); },
                        [&](const detach_relay& it) { perform(rules_.detach(it, now)); },
                        [&](const fan_out_delivered& it) { perform(rules_.delivered(it, now)); },
                        [&](const fetch_entries& it) { perform(rules_.fetch(it, now)); },
                        [&](const membership_view& it) { perform(rules_.view(it, now)); }, [](const auto&) {}},
             static_cast<message_content&>(what));
}

void room_shell::perform(room_effects effects) {
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(each); }, effect);
}

void room_shell::perform(hosted& effect) {
  const auto host = home().service<room_host>(entity_kind::room_host);
  host->mail([host = host.get(), id = rules_.id(), epoch = effect.epoch, title = rules_.title()] {
    host->opened(id, epoch, title);
  });
}

void room_shell::perform(wake_after& effect) {
  mail_after(effect.delay, [this] { perform(rules_.wake(home().wall())); });
}

void room_shell::perform(end_room& effect) {
  home().leave(*this);
  const auto host = home().service<room_host>(entity_kind::room_host);
  host->mail([host = host.get(), id = rules_.id(), epoch = rules_.epoch(), refused = effect.why == room_end::not_opened,
              why = effect.detail] { host->over(id, epoch, refused, why); });
  mail([this] { quit(); });
}

// ------------------------------------------------------------------------------------------------------------- relay

relay_shell::relay_shell(node& home, room_id room)
    : entity(home, entity_kind::relay, room.value), room_(room),
      rules_(room, home.self(), home.life(), home.place_of(room)) {}

void relay_shell::take(message& what) {
  std::visit(overloaded{[this](const fan_out& it) { perform(rules_.fanned_out(it)); },
                        [this](const entries_fetched& it) { perform(rules_.fetched(it)); },
                        [this](const report_taken& it) { perform(rules_.report_taken(it)); },
                        [this](const room_announced& it) { perform(rules_.announced(it)); },
                        [this](const room_not_here& it) { perform(rules_.not_here(it)); },
                        [this](const membership_view& it) { perform(rules_.view(it)); }, [](const auto&) {}},
             static_cast<message_content&>(what));
}

void relay_shell::enrol(const enrol_session& what) {
  if (left_) {
    const auto host = home().service<room_host>(entity_kind::room_host);
    return host->mail([host = host.get(), what] { host->enrol(what); });
  }
  profiles_.put(what.session, what.profile);
  if (title_.empty())
    title_ = what.title;
  perform(rules_.enrol(what));
}

void relay_shell::withdraw(const withdraw_session& what) {
  profiles_.remove(what.session);
  if (!left_)
    return perform(rules_.withdraw(what));
  if (const auto next = std::static_pointer_cast<relay_shell>(home().local(entity_kind::relay, room_.value)))
    next->mail([next = next.get(), what] { next->withdraw(what); });
}

void relay_shell::replay(const replay_events& what) {
  if (!left_)
    return perform(rules_.replay(what));
  if (const auto next = std::static_pointer_cast<relay_shell>(home().local(entity_kind::relay, room_.value)))
    next->mail([next = next.get(), what] { next->replay(what); });
}

void relay_shell::perform(relay_effects effects) {
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(each); }, effect);
  for (const auto& session : std::exchange(gone_, {}))
    forget(session);
}

template <class Tell>
void relay_shell::tell_sessions(const session_list& sessions, Tell&& tell) {
  for (const auto& session : *sessions) {
    const auto found = std::static_pointer_cast<session_shell>(home().local(entity_kind::session, session.value));
    if (found)
      tell(found);
    else
      gone_.push_back(session);
  }
}

void relay_shell::forget(session_id session) {
  profiles_.remove(session);
  perform(rules_.withdraw({room_, session}));
}

void relay_shell::perform(show& effect) {
  auto events = std::make_shared<room_events>();
  events->room = room_;
  auto ticket = make_ticket(effect);
  const event_room room{room_, title_, home().around().plan.clients.irc.server};
  for (const auto& item : *effect.items) {
    room_events::item made{item.event, nullptr, nullptr, nullptr};
    auto others = std::make_shared<encodings>();
    for (const auto& [profile, count] : profiles_.counts()) {
      auto bytes = encode_for(profile, room, item.event);
      if (profile == native_profile)
        made.native = std::move(bytes);
      else if (bytes)
        others->push_back({profile, std::move(bytes)});
    }
    if (!others->empty())
      made.others = std::move(others);
    if (item.fan_out_number != 0)
      made.ticket = ticket;
    events->items.push_back(std::move(made));
  }
  ticket.reset();
  const std::shared_ptr<const room_events> shared = std::move(events);
  tell_sessions(effect.sessions, [&](const auto& to) { to->mail([to = to.get(), shared] { to->events(shared); }); });
}

void relay_shell::perform(tell_reopened& effect) {
  tell_sessions(effect.sessions,
                [&](const auto& to) { to->mail([to = to.get(), what = effect.what] { to->reopened(what); }); });
}

void relay_shell::perform(tell_not_here& effect) {
  const auto session = effect.what.session;
  if (const auto to = home().local(entity_kind::session, session.value))
    to->mail(message{effect.what});
  else
    gone_.push_back(session);
}

void relay_shell::perform(end_relay&) {
  left_ = true;
  home().leave(*this);
  mail([this] {
    quit();
    const auto host = home().service<room_host>(entity_kind::room_host);
    host->mail(
      [host = host.get(), room = room_, self = static_cast<const entity*>(this)] { host->relay_over(room, self); });
  });
}

std::shared_ptr<const void> relay_shell::make_ticket(const show& what) {
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
  std::weak_ptr<entity> self = weak_from_this();
  return {static_cast<const void*>(this), [self, epoch = what.epoch, first, last](const void*) {
            const auto relay = std::static_pointer_cast<relay_shell>(self.lock());
            if (!relay)
              return;
            relay->mail([relay = relay.get(), epoch, first, last] {
              for (auto number = first; number <= last; ++number)
                relay->perform(relay->rules_.delivered(epoch, number));
            });
          }};
}

// --------------------------------------------------------------------------------------------------------- room_host

void room_host::take(message& what) {
  if (const auto* host_it = std::get_if<host_room>(&what))
    host(*host_it);
  else if (const auto* told = std::get_if<room_announced>(&what))
    announced(*told);
}

void room_host::reset(const link_reset& what) {
  if (what.node != home().around().plan.broker())
    return;
  std::vector<room_report> rooms;
  for (const auto& [id, row] : rooms_)
    if (row.epoch != 0)
      rooms.push_back({id, row.epoch, row.key, row.title});
  const auto host = home().service<session_host>(entity_kind::session_host);
  host->mail([host = host.get(), rooms = std::move(rooms)]() mutable { host->report(std::move(rooms)); });
}

void room_host::host(const host_room& what) {
  auto [found, is_new] = rooms_.try_emplace(what.room);
  auto& row = found->second;
  if (is_new) {
    row.key = what.key;
    return open(what.room, row);
  }
  row.wanted = true;
  if (row.epoch != 0)
    tell_directory(room_hosted{what.room, row.epoch, home().self(), {}});
  else if (!row.handle)
    room_has_rested(what.room);
}

void room_host::open(room_id room, hosted_room& row) {
  row.handle = std::make_shared<room_shell>(home(), room, row.key);
  row.restarts.started(now());
  home().enter(row.handle);
  row.handle->mail(message{host_room{room, row.key}});
}

void room_host::opened(room_id room, room_epoch epoch, const std::string& title) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end() || !found->second.handle)
    return;
  found->second.epoch = found->second.former = epoch;
  found->second.title = title;
  home().learn({room, epoch, home().self()});
  tell_directory(room_hosted{room, epoch, home().self(), {}});
}

void room_host::over(room_id room, room_epoch epoch, bool refused, const error& why) {
  const auto found = rooms_.extract(room);
  if (found.empty())
    return;
  if (refused) {
    const auto former = found.mapped().former;
    if (former != 0)
      tell_directory(room_closed{room, former, home().self()});
    tell_directory(room_hosted{room, 0, home().self(), why});
    if (former != 0)
      home().announce({room, former, {}});
    return;
  }
  tell_directory(room_closed{room, epoch, home().self()});
  home().announce({room, epoch, {}});
}

void room_host::room_dies(room_id room) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end() || !found->second.handle || found->second.handle->gone()
      || home().local(entity_kind::room, room.value) != found->second.handle)
    return;
  auto& row = found->second;
  row.handle->quit();
  home().leave(*row.handle);
  row.handle.reset();
  const bool was_open = std::exchange(row.epoch, 0) != 0;
  const auto pause = row.restarts.ended(now());
  row.wanted = was_open;
  if (was_open && pause.count() == 0)
    return open(room, row);
  if (was_open)
    tell_directory(room_closed{room, row.former, home().self()});
  else {
    if (row.former != 0)
      tell_directory(room_closed{room, row.former, home().self()});
    tell_directory(room_hosted{room, 0, home().self(), error{error_code::internal_error, {}}});
  }
  row.former = 0;
  row.rests_until = now() + pause;
  mail_after(pause, [this, room] { room_has_rested(room); });
}

void room_host::room_has_rested(room_id room) {
  const auto found = rooms_.find(room);
  if (found == rooms_.end() || found->second.handle || now() < found->second.rests_until)
    return;
  if (found->second.wanted)
    open(room, found->second);
  else if (now() >= found->second.rests_until + restart_policy::forgiven_after)
    rooms_.erase(found);
  else
    mail_after(restart_policy::forgiven_after, [this, room] { room_has_rested(room); });
}

void room_host::announced(const room_announced& what) {
  home().learn({what.room, what.epoch, what.node});
  if (const auto found = rooms_.find(what.room); found != rooms_.end() && what.node != home().self()) {
    auto& row = found->second;
    if (!row.handle)
      row.wanted = row.wanted && what.node.empty();
    else if (row.epoch != 0 && what.epoch > row.epoch)
      row.handle->mail(message{entries_appended{what.room, row.epoch, 0, 0, append_outcome::fenced, 0}});
  }
  if (const auto relay = home().local(entity_kind::relay, what.room.value))
    relay->mail(message{what});
}

void room_host::enrol(const enrol_session& what) {
  auto relay = std::static_pointer_cast<relay_shell>(home().local(entity_kind::relay, what.room.value));
  if (!relay) {
    auto& row = relays_[what.room];
    if (now() < row.rests_until)
      return;
    relay = std::make_shared<relay_shell>(home(), what.room);
    row.handle = relay;
    row.restarts.started(now());
    home().enter(relay);
  }
  relay->mail([relay = relay.get(), what] { relay->enrol(what); });
}

void room_host::relay_over(room_id room, const entity* which) {
  const auto found = relays_.find(room);
  if (found != relays_.end() && found->second.handle.get() == which)
    relays_.erase(found);
}

void room_host::relay_dies(room_id room) {
  const auto found = relays_.find(room);
  if (found == relays_.end() || !found->second.handle || found->second.handle->gone())
    return;
  auto& row = found->second;
  row.handle->quit();
  home().leave(*row.handle);
  row.handle.reset();
  home().send(room_anywhere(room), detach_relay{room, home().self()});
  const auto pause = row.restarts.ended(now());
  row.rests_until = now() + pause;
  if (pause.count() == 0)
    relay_has_rested(room);
  else
    mail_after(pause, [this, room] { relay_has_rested(room); });
}

void room_host::relay_has_rested(room_id room) {
  const auto found = relays_.find(room);
  if (found == relays_.end() || found->second.handle || now() < found->second.rests_until)
    return;
  if (now() >= found->second.rests_until + restart_policy::forgiven_after) {
    relays_.erase(found);
    return;
  }
  for (const auto& each : home().locals(entity_kind::session)) {
    auto* session = static_cast<session_shell*>(each.get());
    session->mail([session, room] { session->relay_lost(room); });
  }
  mail_after(restart_policy::forgiven_after, [this, room] { relay_has_rested(room); });
}

} // namespace godwit::sim
