#include "actors/session_actor.hpp"

#include "messages/cloak.hpp"
#include "messages/irc/irc_limits.hpp"

#include <caf/actor_cast.hpp>
#include <caf/send.hpp>

namespace godwit {
namespace {

/// Between two questions to a store that is away, or for a room that can not be opened now.
constexpr std::chrono::milliseconds retry_pause{500};

timestamp wall_time() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

} // namespace

session_actor::session_actor(caf::actor_config& config, switchboard& board, session_id id)
    : session_handle::base(config), board_(board), rules_(id, board.self()) {}

session_actor::behavior_type session_actor::make_behavior() {
  return {
    [this](const attach_session& what) { take_attach(what); },
    [this](const client_frame& what) { take_frame(what); },
    [this](const sending_resumed& what) { perform(rules_.resumed_sending(what)); },
    [this](const nick_claimed& what) { perform(rules_.claimed(what)); },
    [this](const nick_found& what) { perform(rules_.found(what)); },
    [this](const room_located& what) {
      if (what.place)
        board_.learn(*what.place); // the room's own announcement may come later, or have been lost
      perform(rules_.located(what));
      if (what.why && may_retry(what.why->code)) // what waits for this room would hear of no change
        delayed_send(this, retry_pause, wake_up{});
    },
    [this](const rooms_listed& what) { perform(rules_.listed(what)); },
    [this](const session_must_end& what) { perform(rules_.must_end(what)); },
    [this](const session_loaded& what) { take_loaded(what); },
    [this](const shared_room_events& what) { perform(rules_.events(*what)); },
    [this](const room_reopened& what) { perform(rules_.reopened(what)); },
    [this](const relay_lost_here& what) { perform(rules_.relay_lost(what.room)); },
    [this](const command_answered& what) { perform(rules_.answered(what)); },
    [this](const command_expected& what) { perform(rules_.expected(what)); },
    [this](const query_answered& what) { perform(rules_.answered(what)); },
    [this](const membership_given& what) { perform(rules_.given(what)); },
    [this](const room_not_here& what) { perform(rules_.not_here(what)); },
    [this](const link_reset& what) {
      if (loading_ && what.node == board_.broker())
        load();
      perform(rules_.link_was_reset(what));
      if (what.node == board_.broker()) // ids are random: the sessions of a node are spread evenly
        delayed_send(this, std::chrono::milliseconds{rules_.id().value % limits::described_again_within.count()},
                     describe_due{});
    },
    [](const link_lost&) {},
    // A node has died, and with it what was under way to its rooms: all is said again, as when a link was reset.
    [this](const membership_view&) { perform(rules_.link_was_reset({})); },
    [this](const wake_up&) {
      load();
      perform(rules_.link_was_reset({}));
    },
    [this](const login_due&) {
      if (rules_.nick().empty() && !rules_.over())
        perform(rules_.must_end({rules_.id(), rules_.epoch(), {error_code::handshake_timeout, {}}}));
    },
    [this](const describe_due&) { perform(rules_.describe_again()); },
    [this](const end_self&) { quit(); },
    [this](const room_invitation& what) { perform(rules_.invited(what)); },
    [this](const people_told& what) { perform(rules_.told(what)); },
    [this](const person_signal& what) { perform(rules_.signalled(what)); },
    [this](const proclamation& what) { perform(rules_.proclaimed(what)); },
    [this](const operator_checked& what) { perform(rules_.checked(what.name, what.why)); },
  };
}

void session_actor::take_attach(attach_session what) {
  if (rules_.over()) { // it was on its way when the session ended
    board_.send(service_at(what.proxy, entity_kind::edge),
                attach_refused{what.session, what.epoch, what.attach, {error_code::session_ended, {}}});
    return;
  }
  bool is_new = rules_.epoch() == session_epoch{};
  what.host = cloaked_host(board_.client_settings()->cloak_key, what.peer_address);
  if (what.protocol == protocol::irc)
    codec_.speak_irc(board_.client_settings(), what.host);
  what.snapshot = codec_.unpack(what.snapshot);
  codec_.go_on(what, is_new);
  rules_.set_now(wall_time());
  perform(rules_.attach(what));
  if (is_new && what.protocol == protocol::irc)
    delayed_send(this, board_.client_settings()->irc.login_timeout, login_due{});
  if (is_new && what.from_store) {
    loading_ = true;
    load();
  }
  if (!rules_.over())
    caf::anon_send(board_.local(entity_kind::session_host, 0), session_here{rules_.report(), rules_.attach_number()});
}

void session_actor::load() {
  if (loading_)
    board_.send(broker_service(entity_kind::store), load_session{rules_.id(), board_.self()});
}

void session_actor::take_loaded(const session_loaded& what) {
  if (what.why && may_retry(what.why->code)) {
    delayed_send(this, retry_pause, wake_up{});
    if (loading_)
      return;
  }
  loading_ = false;
  perform(rules_.loaded(what));
}

void session_actor::take_frame(const client_frame& what) {
  if (what.epoch != rules_.epoch())
    return; // of a former owner's time
  const auto now = wall_time();
  rules_.set_now(now);
  if (what.kind == frame_kind::closed)
    perform(rules_.closed(what.attach, what.in_seq, *what.bytes));
  else
    perform(
      rules_.frame(what.attach, what.in_seq, codec_.take(what.in_seq, *what.bytes, now, rules_.gives_up(what.in_seq))));
}

void session_actor::perform(session_effects effects) {
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(each); }, effect);
}

void session_actor::perform(godwit::send& effect) { board_.send(effect.to, std::move(effect.what)); }

void session_actor::perform(ask_relay& effect) {
  std::visit(
    [this](auto& what) {
      if constexpr (std::is_same_v<std::decay_t<decltype(what)>, enrol_session>)
        what.profile = codec_.profile();
      auto relay = board_.local(entity_kind::relay, what.room.value);
      // Without a relay the room_host takes it: an enrolment makes one.
      caf::anon_send(relay ? relay : board_.local(entity_kind::room_host, 0), std::move(what));
    },
    effect.what);
}

void session_actor::perform(give_output& effect) {
  if (rules_.proxy().empty())
    return;
  session_output output;
  output.session = rules_.id();
  output.epoch = rules_.epoch();
  output.attach = rules_.attach_number();
  output.replies = codec_.tell(effect.replies);
  output.confirmed_in_seq = effect.confirmed_in_seq;
  output.snapshot = codec_.pack(std::move(effect.snapshot)); // behind the replies: with what they changed
  output.paced = effect.paced;
  if (effect.close)
    output.close = codec_.farewell(std::move(*effect.close));
  output.cost = effect.cost;
  board_.send_to_edge(rules_.proxy(), std::move(output));
}

void session_actor::perform(show_event& effect) {
  const auto& event = effect.event;
  auto payload = codec_.show(event, effect.native, effect.others.get());
  deliver({event.room.value, event.entry->seq}, std::move(payload), std::move(effect.ticket));
}

void session_actor::perform(show_presence& effect) {
  deliver({effect.what.room.value, 0}, codec_.show(effect.what, effect.native), std::move(effect.ticket));
}

void session_actor::deliver(stream_position position, shared_bytes payload, std::shared_ptr<const void> ticket) {
  if (rules_.proxy().empty())
    return; // nobody is attached: counts as delivered
  board_.send_to_edge(rules_.proxy(), delivery{rules_.id(), rules_.epoch(), rules_.attach_number(), position,
                                               std::move(payload), std::move(ticket)});
}

/// Its answer comes as a message, from a thread that may be busy for a while.
void session_actor::perform(check_operator& effect) {
  const auto self = caf::actor_cast<caf::actor>(this);
  const auto name = effect.name;
  board_.check_operator(std::move(effect), [self, name](std::optional<error> why) {
    caf::anon_send(self, operator_checked{name, std::move(why)});
  });
}

void session_actor::perform(session_over&) {
  caf::anon_send(board_.local(entity_kind::session_host, 0), session_over_here{rules_.id(), rules_.epoch()});
  board_.sessions().end(rules_.id(), caf::actor_cast<caf::actor>(this));
}

} // namespace godwit
