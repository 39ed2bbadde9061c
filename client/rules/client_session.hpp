/// @file
/// The rules of a client's session: logging in, resuming, coming back when the session is lost, and every request's way
/// to its one end.
///
/// Rules only: each function takes what happened and returns what is to be done, in the order to do it.
/// client/outbox_actor.hpp does it.
///
///     logging_in ──logged in──▶ returning ──rooms joined, missed events told, doubts settled──▶ live
///         ▲                                                                                      │
///         └────────────── connected, the session could not be resumed ◀───────────────────────────┘
///     A resume changes no phase: what was sent and not confirmed is sent again, with its ops.
///
/// Invariants: a room's events are told in order and once (room_feed); a request ends once; a post is sent as a new
/// frame only if its former one is known not to be in the log (recovery).
/// No clock: the only time that counts is what the server says.
/// Limits: client/rules/outbox.hpp; refusals_max.
/// Source: docs/PROTOCOL.md, "Resume"; docs/CLIENT.md.
#pragma once

#include "client/rules/news.hpp"
#include "client/rules/outbox.hpp"
#include "client/rules/reconnect.hpp"
#include "client/rules/recovery.hpp"
#include "client/rules/room_feed.hpp"
#include "messages/control_codec.hpp"

#include <deque>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace godwit {

/// Whether a request that was refused so may succeed later without anybody doing anything about it.
bool passes_by_itself(error_code code);

// Effects.
struct send_frames {
  std::vector<client_command> frames;
};
struct tell_user {
  client_news what;
};
/// Call pause_over() after this time.
struct begin_pause {
  std::chrono::milliseconds length{};
};
/// The client is done: close the connection and dial no more.
struct finish {};
using client_effect = std::variant<send_frames, tell_user, begin_pause, finish>;
using client_effects = std::vector<client_effect>;

class client_session {
public:
  /// Requests that are refused by errors that pass are sent again so often.
  static constexpr unsigned refusals_max = 60;
  /// And a log-in that the server failed on so often: it may only have been there when worker nodes died.
  static constexpr unsigned failed_logins_max = 3;
  /// Missed events are asked for in answers of so many.
  static constexpr std::uint32_t missed_events_per_answer = 1000;

  client_session(std::string nick, std::uint64_t seed);

  /// What to say when a connection is made; nothing: begin a new session.
  std::optional<control::resume_request> to_resume() const;

  /// `number` must be greater than all before.
  client_effects submit(request_number number, ask::request request);
  client_effects connected(const control::server_hello& greeting);
  client_effects lost(const error& why);
  client_effects receive(server_frame frame);
  client_effects pause_over();
  /// Dialling is given up, or can not help.
  client_effects give_up(const error& why);

  bool is_over() const { return phase_ == phase::over; }

private:
  enum class phase : std::uint8_t { logging_in, returning, live, over };

  // what a server says
  void take(const tell::confirmed& what);
  void take(client_reply& reply);
  void take(tell::room_opened& what);
  void take(tell::event& what);
  void take(tell::presence& what);
  void take(const tell::unknown_frame&) {}
  void take(const tell::signal&) {} // of IRC alone
  void take(tell::proclaimed& what) { say(news::proclaimed{what.kind, std::move(what.by), std::move(what.text)}); }
  void take(tell::invitation& what) { say(news::invitation{std::move(what.title), std::move(what.by)}); }
  void take_own_piece(const outgoing& asked, tell::answer& piece, bool more);

  // the end of a request
  void ended(outgoing request);
  void own_ended(const outgoing& request);
  void login_ended(const outgoing& request);
  void join_ended(const std::string& room, const std::optional<error>& refused);
  void search_ended(const outgoing& request);
  void missing_refused(const ask::history& question, const error& why);
  void user_ended(outgoing request);
  void tell_confirmed(outgoing request);

  // coming back
  /// A room with posts or topics whose fate is not known.
  struct doubted_room {
    ask::target target;
    bool position_known = false;      ///< what was missed begins behind what the client was told last
    timestamp began;                  ///< the session in which they were sent
    std::optional<log_search> search; ///< where the position is not known
    bool asked = false;
    std::optional<error> unreadable; ///< the log can not be looked at
  };
  void begin_session(session_id former, timestamp former_began);
  void begin_returning();
  void list_doubts(timestamp former_began);
  void doubt_in(const ask::target& target, const outgoing& request, timestamp former_began);
  void search_for_doubts();
  bool has_open_doubt(const std::string& key);
  void can_not_look(const std::string& key, const error& why);
  void ask_for_missing();
  void settle_doubts();
  void go_on();
  bool has_quit() const;
  void pause_and_retry(const error& why);

  // rooms
  std::string key_of(const ask::target& target) const;
  std::string key_of(const news::room_ref& room) const;
  room_feed* feed_of(const std::string& key);
  news::room_ref ref_of(room_id room) const;
  /// By the room's own title, however it was typed.
  news::room_ref ref_of_named(const std::string& typed);
  /// Whether the last of them was the user's own leaving.
  bool tell_events(room_feed& feed, std::vector<tell::event> events, news::source from);
  void note_logged(const tell::event& what);
  outgoing* cause_of(const tell::event& what);

  void say(client_news what) { effects_.emplace_back(tell_user{std::move(what)}); }
  void send_what_may_be();
  void end(std::optional<error> why, bool login_refused = false);
  client_effects take_effects() { return std::exchange(effects_, {}); }

  std::string nick_;
  phase phase_ = phase::logging_in;
  bool online_ = false;
  /// A connection was lost before it was greeted: the server may take its resume later, and replace a later one by it.
  bool gave_up_resuming_ = false;
  bool was_logged_in_ = false;
  std::optional<std::string> away_;
  session_id session_;
  std::optional<control::resume_token> token_;
  timestamp began_{}; ///< the session, by the server's clock

  godwit::outbox outbox_;
  std::vector<outgoing> refused_for_now_; // go back to the outbox after the pause
  std::deque<outgoing> confirmed_;        ///< of one word of the server, until each has been told
  unsigned login_refusals_ = 0, failed_logins_ = 0;
  bool login_wanted_ = false;
  backoff pauses_;
  bool pausing_ = false;

  std::map<room_id, room_feed> feeds_;
  std::set<std::string> to_join_;               // rooms to come back to, not joined yet
  std::map<std::string, doubted_room> doubted_; ///< by key_of; until all doubts are settled

  client_effects effects_;
};

} // namespace godwit
