/// @file
/// What a simulated worker node hosts: sessions, rooms, relays and their hosts. The rules are those of production; the
/// shells around them do what actors/session_actor.hpp, room_actor.hpp, relay_actor.hpp, session_host_actor.hpp,
/// room_host_actor.hpp and session_spawner.hpp do.
#pragma once

#include "actors/rules/client_codec.hpp"
#include "actors/rules/relay.hpp"
#include "actors/rules/restart_policy.hpp"
#include "actors/rules/room.hpp"
#include "actors/rules/session.hpp"
#include "tests/sim/node.hpp"

#include <map>
#include <memory>
#include <optional>

namespace godwit::sim {

void start_worker_side(node& home);

class session_shell final : public entity {
public:
  session_shell(node& home, session_id id);
  void take(message& what) override;
  void reset(const link_reset& what) override;
  void attach(attach_session what);
  void events(const std::shared_ptr<const room_events>& what) { perform(rules_.events(*what)); }
  void reopened(const room_reopened& what) { perform(rules_.reopened(what)); }
  void relay_lost(room_id room) { perform(rules_.relay_lost(room)); }

private:
  void load();
  void loaded(const session_loaded& what);
  void frame(const client_frame& what);
  void wake();
  void login_due();
  void perform(session_effects effects);
  void perform(godwit::send& effect);
  void perform(ask_relay& effect);
  void perform(give_output& effect);
  void perform(show_event& effect);
  void perform(show_presence& effect);
  void perform(session_over& effect);
  void perform(check_operator& effect);
  void deliver(stream_position position, shared_bytes payload, std::shared_ptr<const void> ticket);

  session rules_;
  client_codec codec_;
  bool loading_ = false;
};

class room_shell final : public entity {
public:
  room_shell(node& home, room_id id, room_key key);
  void take(message& what) override;
  void reset(const link_reset& what) override { perform(rules_.link_reset(what, home().wall())); }
  void lost(const link_lost& what) override { perform(rules_.link_lost(what, home().wall())); }
  const room& rules() const { return rules_; }

private:
  void perform(room_effects effects);
  void perform(godwit::send& effect) { home().send(effect.to, std::move(effect.what)); }
  void perform(hosted& effect);
  void perform(godwit::announce& effect) { home().announce(effect.what); }
  void perform(wake_after& effect);
  void perform(end_room& effect);

  room rules_;
};

class relay_shell final : public entity {
public:
  relay_shell(node& home, room_id room);
  void take(message& what) override;
  void reset(const link_reset& what) override { perform(rules_.link_reset(what)); }
  void enrol(const enrol_session& what);
  void withdraw(const withdraw_session& what);
  void replay(const replay_events& what);

private:
  void perform(relay_effects effects);
  void perform(godwit::send& effect) { home().send(effect.to, std::move(effect.what)); }
  void perform(show& effect);
  void perform(tell_reopened& effect);
  void perform(tell_not_here& effect);
  void perform(end_relay& effect);
  std::shared_ptr<const void> make_ticket(const show& what);
  void forget(session_id session);
  template <class Tell>
  void tell_sessions(const session_list& sessions, Tell&& tell);

  room_id room_;
  relay rules_;
  std::vector<session_id> gone_; ///< found missing; withdrawn behind the effects at hand
  profile_counts profiles_;
  std::string title_;
  bool left_ = false;
};

class session_host final : public entity {
public:
  explicit session_host(node& home) : entity(home, entity_kind::session_host, 0) {}
  void take(message& what) override;
  void reset(const link_reset&) override {}
  void session_here(const session_report& report, std::uint32_t attach);
  void session_over(session_id session, session_epoch epoch);
  void session_lost(session_id session) { sessions_.erase(session); }
  void report(std::vector<room_report> rooms);
  std::size_t session_count() const { return sessions_.size(); }

private:
  struct hosted_session {
    session_report report;
    std::uint32_t attach = 0;
  };
  void tell_directory(message what) { home().send(broker_service(entity_kind::directory), std::move(what)); }

  std::map<session_id, hosted_session> sessions_;
  std::map<session_id, session_epoch> ended_;
};

class room_host final : public entity {
public:
  explicit room_host(node& home) : entity(home, entity_kind::room_host, 0) {}
  void take(message& what) override;
  void reset(const link_reset& what) override;
  void enrol(const enrol_session& what);
  void opened(room_id room, room_epoch epoch, const std::string& title);
  void over(room_id room, room_epoch epoch, bool refused, const error& why);
  void relay_over(room_id room, const entity* which);
  /// Their actors end by an error.
  void room_dies(room_id room);
  void relay_dies(room_id room);

private:
  struct hosted_room {
    std::shared_ptr<entity> handle;
    room_key key;
    std::string title;
    room_epoch epoch = 0;
    room_epoch former = 0;
    bool wanted = true;
    restart_policy restarts;
    instant rests_until{};
  };
  struct hosted_relay {
    std::shared_ptr<entity> handle;
    restart_policy restarts;
    instant rests_until{};
  };
  void host(const host_room& what);
  void open(room_id room, hosted_room& row);
  void announced(const room_announced& what);
  void room_has_rested(room_id room);
  void relay_has_rested(room_id room);
  void tell_directory(message what) { home().send(broker_service(entity_kind::directory), std::move(what)); }

  std::map<room_id, hosted_room> rooms_;
  std::map<room_id, hosted_relay> relays_;
};

/// As actors/session_spawner.hpp.
class session_desk {
public:
  explicit session_desk(node& home) : home_(home) {}
  void attach(attach_session what);
  void release(const release_session& what);
  void end(session_id session, const std::shared_ptr<entity>& which);
  /// Its actor ends by an error.
  void dies(session_id session);

private:
  struct last_attach {
    session_epoch epoch;
    std::uint32_t attach = 0;
    node_name proxy;
  };
  void refuse(session_id session, const last_attach& what);

  node& home_;
  std::map<session_id, last_attach> attached_;
};

} // namespace godwit::sim
