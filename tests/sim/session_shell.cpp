#include "tests/sim/worker_side.hpp"

#include "messages/overloaded.hpp"

#include <tuple>
#include <utility>

namespace godwit::sim {
namespace {

constexpr std::chrono::milliseconds retry_pause{500};

} // namespace

session_shell::session_shell(node& home, session_id id)
    : entity(home, entity_kind::session, id.value), rules_(id, home.self()) {}

void session_shell::take(message& what) {
  std::visit(overloaded{[this](const client_frame& it) { frame(it); },
                        [this](const sending_resumed& it) { perform(rules_.resumed_sending(it)); },
                        [this](const nick_claimed& it) { perform(rules_.claimed(it)); },
                        [this](const nick_found& it) { perform(rules_.found(it)); },
                        [this](const room_located& it) {
                          if (it.place)
                            home().learn(*it.place);
                          perform(rules_.located(it));
                          if (it.why && may_retry(it.why->code))
                            mail_after(retry_pause, [this] { wake(); });
                        },
                        [this](const rooms_listed& it) { perform(rules_.listed(it)); },
                        [this](const session_must_end& it) { perform(rules_.must_end(it)); },
                        [this](const session_loaded& it) { loaded(it); },
                        [this](const command_answered& it) { perform(rules_.answered(it)); },
                        [this](const command_expected& it) { perform(rules_.expected(it)); },
                        [this](const query_answered& it) { perform(rules_.answered(it)); },
                        [this](const membership_given& it) { perform(rules_.given(it)); },
                        [this](const room_not_here& it) { perform(rules_.not_here(it)); },
                        [this](const membership_view&) { perform(rules_.link_was_reset({})); },
                        [this](const room_invitation& it) { perform(rules_.invited(it)); },
                        [this](const people_told& it) { perform(rules_.told(it)); },
                        [this](const person_signal& it) { perform(rules_.signalled(it)); },
                        [this](const proclamation& it) { perform(rules_.proclaimed(it)); }, [](const auto&) {}},
             static_cast<message_content&>(what));
}

void session_shell::reset(const link_reset& what) {
  if (loading_ && what.node == home().around().plan.broker())
    load();
  perform(rules_.link_was_reset(what));
}

void session_shell::wake() {
  load();
  perform(rules_.link_was_reset({}));
}

void session_shell::attach(attach_session what) {
  if (rules_.over())
    return home().send(service_at(what.proxy, entity_kind::edge),
                       attach_refused{what.session, what.epoch, what.attach, {error_code::session_ended, {}}});
  const auto& settings = home().around().plan.clients;
  const bool is_new = rules_.epoch() == session_epoch{};
  what.host = "host";
  if (what.protocol == protocol::irc)
    codec_.speak_irc(std::make_shared<const client_settings>(settings), what.host);
  what.snapshot = codec_.unpack(what.snapshot);
  codec_.go_on(what, is_new);
  rules_.set_now(home().wall());
  perform(rules_.attach(what));
  if (is_new && what.protocol == protocol::irc)
    mail_after(settings.irc.login_timeout, [this] { login_due(); });
  if (is_new && what.from_store) {
    loading_ = true;
    load();
  }
  if (rules_.over())
    return;
  const auto host = home().service<session_host>(entity_kind::session_host);
  host->mail([host = host.get(), report = rules_.report(), number = rules_.attach_number()] {
    host->session_here(report, number);
  });
}

void session_shell::load() {
  if (loading_)
    home().send(broker_service(entity_kind::store), load_session{rules_.id(), home().self()});
}

void session_shell::loaded(const session_loaded& what) {
  if (what.why && may_retry(what.why->code)) {
    mail_after(retry_pause, [this] { wake(); });
    if (loading_)
      return;
  }
  loading_ = false;
  perform(rules_.loaded(what));
}

void session_shell::frame(const client_frame& what) {
  if (what.epoch != rules_.epoch())
    return;
  const auto now = home().wall();
  rules_.set_now(now);
  if (what.kind == frame_kind::closed)
    perform(rules_.closed(what.attach, what.in_seq, *what.bytes));
  else
    perform(
      rules_.frame(what.attach, what.in_seq, codec_.take(what.in_seq, *what.bytes, now, rules_.gives_up(what.in_seq))));
}

void session_shell::login_due() {
  if (rules_.nick().empty() && !rules_.over())
    perform(rules_.must_end({rules_.id(), rules_.epoch(), {error_code::handshake_timeout, {}}}));
}

void session_shell::perform(session_effects effects) {
  for (auto& effect : effects)
    std::visit([this](auto& each) { perform(each); }, effect);
}

void session_shell::perform(godwit::send& effect) { home().send(effect.to, std::move(effect.what)); }

void session_shell::perform(ask_relay& effect) {
  const auto host = home().service<room_host>(entity_kind::room_host);
  const auto relay = [&](room_id room) {
    return std::static_pointer_cast<relay_shell>(home().local(entity_kind::relay, room.value));
  };
  std::visit(overloaded{[&](enrol_session& what) {
                          what.profile = codec_.profile();
                          if (const auto to = relay(what.room))
                            to->mail([to = to.get(), what] { to->enrol(what); });
                          else
                            host->mail([host = host.get(), what] { host->enrol(what); });
                        },
                        [&](const withdraw_session& what) {
                          if (const auto to = relay(what.room))
                            to->mail([to = to.get(), what] { to->withdraw(what); });
                        },
                        [&](const replay_events& what) {
                          if (const auto to = relay(what.room))
                            to->mail([to = to.get(), what] { to->replay(what); });
                        }},
             effect.what);
}

void session_shell::perform(give_output& effect) {
  if (rules_.proxy().empty())
    return;
  session_output output;
  output.session = rules_.id();
  output.epoch = rules_.epoch();
  output.attach = rules_.attach_number();
  output.replies = codec_.tell(effect.replies);
  output.confirmed_in_seq = effect.confirmed_in_seq;
  output.snapshot = codec_.pack(std::move(effect.snapshot));
  output.paced = effect.paced;
  if (effect.close)
    output.close = codec_.farewell(std::move(*effect.close));
  output.cost = effect.cost;
  home().send_to_edge(rules_.proxy(), std::move(output));
}

void session_shell::perform(show_event& effect) {
  const auto& event = effect.event;
  auto payload = codec_.show(event, effect.native, effect.others.get());
  deliver({event.room.value, event.entry->seq}, std::move(payload), std::move(effect.ticket));
}

void session_shell::perform(show_presence& effect) {
  deliver({effect.what.room.value, 0}, codec_.show(effect.what, effect.native), std::move(effect.ticket));
}

void session_shell::deliver(stream_position position, shared_bytes payload, std::shared_ptr<const void> ticket) {
  if (rules_.proxy().empty())
    return;
  home().send_to_edge(rules_.proxy(), delivery{rules_.id(), rules_.epoch(), rules_.attach_number(), position,
                                               std::move(payload), std::move(ticket)});
}

void session_shell::perform(check_operator& effect) {
  mail([this, name = effect.name] { perform(rules_.checked(name, error{error_code::operator_refused, {}})); });
}

void session_shell::perform(session_over&) {
  const auto host = home().service<session_host>(entity_kind::session_host);
  host->mail([host = host.get(), id = rules_.id(), epoch = rules_.epoch()] { host->session_over(id, epoch); });
  home().sessions().end(rules_.id(), shared_from_this());
}

// ------------------------------------------------------------------------------------------------------ session_desk

void session_desk::attach(attach_session what) {
  auto found = std::static_pointer_cast<session_shell>(home_.local(entity_kind::session, what.session.value));
  const auto attached = attached_.find(what.session);
  if (found && attached != attached_.end() && attached->second.epoch < what.epoch) {
    end(what.session, found); // another had it since
    found.reset();
  }
  if (!found) {
    if (what.attach > 1 && !what.unheard && !what.from_store && what.snapshot.empty())
      return refuse(what.session, {what.epoch, what.attach, what.proxy});
    found = std::make_shared<session_shell>(home_, what.session);
    home_.enter(found);
  }
  auto& last = attached_[what.session];
  if (std::tie(last.epoch, last.attach) < std::tie(what.epoch, what.attach))
    last = {what.epoch, what.attach, what.proxy};
  home_.around().log.mix(what.attach);
  found->mail([found = found.get(), what = std::move(what)]() mutable { found->attach(std::move(what)); });
}

void session_desk::refuse(session_id session, const last_attach& what) {
  const auto asker =
    what.proxy.empty() ? broker_service(entity_kind::directory) : service_at(what.proxy, entity_kind::edge);
  home_.send(asker, attach_refused{session, what.epoch, what.attach, {error_code::session_lost, {}}});
}

void session_desk::release(const release_session& what) {
  const auto session = home_.local(entity_kind::session, what.session.value);
  const auto attached = attached_.find(what.session);
  if (session && (attached == attached_.end() || attached->second.epoch <= what.epoch))
    end(what.session, session);
}

void session_desk::end(session_id session, const std::shared_ptr<entity>& which) {
  if (home_.local(entity_kind::session, session.value) == which) {
    attached_.erase(session);
    home_.leave(*which);
  }
  which->mail([which = which.get()] { which->quit(); });
}

void session_desk::dies(session_id session) {
  const auto which = home_.local(entity_kind::session, session.value);
  if (!which)
    return;
  const auto last = attached_.at(session);
  which->quit();
  attached_.erase(session);
  home_.leave(*which);
  const auto host = home_.service<session_host>(entity_kind::session_host);
  host->mail([host = host.get(), session] { host->session_lost(session); });
  refuse(session, last);
}

// ------------------------------------------------------------------------------------------------------ session_host

void session_host::take(message& what) {
  if (const auto* release = std::get_if<release_session>(&what)) {
    if (const auto ended = ended_.find(release->session); ended != ended_.end() && ended->second <= release->epoch)
      ended_.erase(ended);
    const auto found = sessions_.find(release->session);
    if (found != sessions_.end() && found->second.report.epoch <= release->epoch)
      sessions_.erase(found);
  }
}

void session_host::session_here(const session_report& told, std::uint32_t told_attach) {
  if (!home().local(entity_kind::session, told.session.value))
    return;
  const auto [row, is_new] = sessions_.try_emplace(told.session);
  auto& [report, attach] = row->second;
  if (!is_new && std::tie(told.epoch, told_attach) < std::tie(report.epoch, attach))
    return;
  const bool news = report != told;
  report = told;
  attach = told_attach;
  if (news)
    tell_directory(session_hosted{home().self(), home().life(), told});
}

void session_host::session_over(session_id session, session_epoch epoch) {
  if (sessions_.erase(session) == 0)
    return;
  ended_[session] = epoch;
  tell_directory(end_session{session, epoch, home().self()});
}

void session_host::report(std::vector<room_report> rooms) {
  report_worker all;
  all.node = home().self();
  all.node_incarnation = home().life();
  all.rooms = std::move(rooms);
  for (const auto& [id, row] : sessions_)
    all.sessions.push_back(row.report);
  tell_directory(std::move(all));
  for (const auto& [id, epoch] : ended_)
    tell_directory(end_session{id, epoch, home().self()});
}

} // namespace godwit::sim
