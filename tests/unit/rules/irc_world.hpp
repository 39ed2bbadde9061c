/// @file
/// A small cluster in one thread, for conversations of IRC clients: real rules of sessions, their IRC, rooms and
/// relays; the directory and the store are played, as far as clients see of them.
///
/// Promises  the same lines give the same answers, to the byte: the clock goes on by a second with each line, ids are
///           given in order. Everything that a line causes has happened when `say` returns.
#pragma once

#include "actors/rules/client_codec.hpp"
#include "actors/rules/people.hpp"
#include "actors/rules/relay.hpp"
#include "actors/rules/room.hpp"
#include "actors/rules/session.hpp"

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace godwit::test {

class irc_world {
public:
  irc_world();
  ~irc_world();

  /// Whoever speaks for the first time has connected just before.
  void say(const std::string& who, std::string_view line);
  void connect(const std::string& who, bool plaintext);
  void forget_motd() { settings_->irc.motd.clear(); }
  void forget_admin() { settings_->irc.admin.clear(); }
  void wait(std::chrono::seconds time) { now_ += time; }
  /// Lines that were told since the last call, without their ends, in the order of the clients' connections.
  std::vector<std::pair<std::string, std::string>> take_told();

private:
  struct client;
  struct hosted_room;
  struct hosted_relay;

  client* find(session_id session);
  hosted_room* find(room_id room);
  void deliver_all();
  void deliver(const address& to, const message& what);
  void to_session(client& whom, const message& what);
  void to_room(hosted_room& room, const message& what);
  void to_relay(room_id room, const message& what);
  void to_directory(const message& what);
  void to_store(const message& what);
  void answer(const effect_name& name, message what);

  void on(const claim_nick& what);
  void on(const find_nick& what);
  void on(const locate_room& what);
  void on(const list_rooms& what);
  void on(const expel_person& what);
  void on(const end_session& what);
  void on(const append_entries& what);
  void on(const read_log& what);

  void perform(client& of, session_effects effects);
  void perform(room_effects effects);
  void perform(hosted_relay& of, relay_effects effects);
  void show_to_sessions(hosted_relay& of, const show& what);
  instant steady() const { return instant{now_.time_since_epoch()}; }

  timestamp now_{std::chrono::seconds{1'700'000'000}};
  std::shared_ptr<client_settings> settings_ = std::make_shared<client_settings>();
  std::deque<send> under_way_;
  std::vector<std::unique_ptr<client>> clients_; ///< by their session's id, from 1
  std::map<std::string, session_id> nicks_;      ///< folded
  std::map<room_id, std::unique_ptr<hosted_room>> rooms_;
  std::map<room_id, std::unique_ptr<hosted_relay>> relays_;
  people people_;
};

} // namespace godwit::test
