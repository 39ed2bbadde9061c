/// @file
/// The directory of the cluster: which sessions and rooms there are, who holds them, where they live, whose a nick is.
///
/// Rules only; actors/directory_actor.hpp is their actor, on the broker node. Each `handle` takes what was told and the
/// time, and returns what to do, in order. Sources: directory.cpp (start, store, balancer, view),
/// directory_sessions.cpp, directory_endings.cpp, directory_rooms.cpp, directory_nicks.cpp, directory_people.cpp,
/// directory_admin.cpp (what operators' tools see and do to people), directory_room_orders.cpp (what they do to rooms),
/// directory_moves.cpp (moves and drains).
///
/// Hard are the store's rows: sessions, nick claims, rooms. All else is soft: after a restart it comes from the rows
/// and the worker nodes' reports. Until it has settled (rows loaded, and all worker nodes of the config reported or
/// `directory_settles_within` over) what is told waits, bounded by directory_parked_max.
///
/// Promises: a request that is told twice has one effect and the same answer (known by session, by effect name, by
/// key). A session's holder changes only by the store's generation; the former route and worker node are told, and told
/// again when their link was reset. Every session is ended: by its worker node's `end_session`, or at its deadline,
/// when it is hosted only to leave its rooms. Nothing is lost by a lost link: see handle(link_reset). Requires: `tick`
/// at least every 100 ms. Session ids, tokens and key forms come checked by nobody: all is checked here. Limits:
/// actors/rules/limits.hpp, "directory".
#pragma once

#include "actors/rules/directory_effects.hpp"
#include "actors/rules/instant.hpp"
#include "actors/rules/membership_view.hpp"
#include "actors/rules/move_table.hpp"
#include "actors/rules/nick_table.hpp"
#include "actors/rules/people.hpp"
#include "actors/rules/room_orders.hpp"
#include "actors/rules/room_table.hpp"
#include "actors/rules/session_table.hpp"
#include "actors/rules/store_desk.hpp"
#include "messages/admin_messages.hpp"

#include <chrono>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <variant>
#include <vector>

namespace godwit {

struct directory_config {
  node_name self;
  std::vector<node_name> workers;          ///< of the cluster's config
  std::vector<std::string> reserved_nicks; ///< folded
  std::chrono::milliseconds resume_timeout{};
  std::chrono::milliseconds store_wait = limits::store_given_up_after; ///< for a store that is away
  std::chrono::milliseconds ended_kept = limits::last_ops_kept;        ///< rows of sessions that have ended
  std::vector<node_shown> nodes{}; ///< all of the config, with name, roles and address, as operators are shown them
};

class directory {
public:
  directory(directory_config config, instant now);

  /// `Message` is one of those that `on` takes below.
  template <class Message>
  directory_effects handle(const Message& told, instant now) {
    now_ = now;
    if (!park(told))
      on(told);
    return finish();
  }
  directory_effects tick(instant now);

  bool settled() const { return settled_; }
  std::size_t session_count() const { return sessions_.size(); }

private:
  struct session_pick {
    session_id session;
    std::uint32_t generation = 0;
  };
  using pick_purpose = std::variant<session_pick, room_id>;
  struct ended_session {
    session_epoch epoch;
    node_name node; ///< whose session_host waits for release_session; empty: none
    instant delete_at;
    bool marked = false; ///< the store knows that it is over
  };

  // sessions
  void on(const place_session& asked);
  void on(const resume_session& asked);
  void on(const renew_token& told);
  void on(const session_hosted& told);
  void on(const report_worker& told);
  void take_early_reports();
  void on(const end_session& told);
  void on(const session_must_end& told);
  void on(const attach_refused& told);
  void on(const membership_given& told);
  // nicks
  void on(const claim_nick& asked);
  void on(const release_nick& told);
  void on(const find_nick& asked);
  // people
  void on(const describe_person& told);
  void on(const describe_room& told);
  void on(const ask_people& asked);
  void on(const expel_person& asked);
  void on(const proclamation& told);
  // operators' tools, and rooms that answer what was ordered for them
  void on(const admin_asked& asked);
  void on(const command_answered& told);
  void on(const command_expected& told);
  void on(const room_not_here& told);
  void on(const query_answered& told);
  void asked_by_admin(const admin_asked& asked, const show_nodes& what);
  void asked_by_admin(const admin_asked& asked, const show_sessions& what);
  void asked_by_admin(const admin_asked& asked, const show_rooms& what);
  void asked_by_admin(const admin_asked& asked, const show_where& what);
  void asked_by_admin(const admin_asked& asked, const migrate_session& what);
  void asked_by_admin(const admin_asked& asked, const migrate_room& what);
  void asked_by_admin(const admin_asked& asked, const drain_node& what);
  void asked_by_admin(const admin_asked& asked, const undrain_node& what);
  void asked_by_admin(const admin_asked& asked, const show_drain& what);
  void asked_by_admin(const admin_asked& asked, const kick_person& what);
  void asked_by_admin(const admin_asked& asked, const treat_room& what);
  void answer_admin(std::uint64_t ticket, admin_result result);
  // planned moves: directory_moves.cpp, move_table.hpp
  result<worker_place> target_named(const node_name& node) const;
  std::optional<error> why_not_moved(const held_session& session) const;
  void order_move(session_id id, const held_session& session, const worker_place& to, std::uint64_t ticket);
  void order_move(room_id id, const room_table::room& room, const worker_place& to, std::uint64_t ticket);
  template <class Moves, class Id>
  bool joins_move(Moves& moves, Id id, const worker_place& to, std::uint64_t ticket);
  void tell_route_to_move(session_id id, const session_move& move);
  void say_moves_again(const link_reset& reset);
  std::optional<error> verdict(session_id id, const session_move& move, bool& moved);
  std::optional<error> verdict(room_id id, const room_move& move, bool& moved);
  void judge_moves();
  template <class Moves, class Ids>
  bool judge(Moves& moves, Ids& touched);
  void room_not_moved(room_id id, const node_name& by, const error& why);
  void move_over(const planned_move& move, bool is_session, const std::optional<error>& why);
  bool is_drained(const node_name& node) const;
  bool is_stuck(const held_session& session) const;
  bool is_silent(const node_name& proxy) const;
  void note_missed(const node_name& proxy);
  std::optional<worker_place> taker(placed_thing what) const;
  void change_drain(std::uint64_t ticket, const node_name& node, bool drained);
  void store_drain(const node_name& node, drained_node& row);
  void load_drained(const std::vector<node_name>& nodes);
  void tell_drained_nodes();
  void answer_drain_questions(const node_name& node);
  void drain_questions_due();
  void go_on_draining();
  void move_sessions_off(const worker_place& place, drained_node& row);
  void move_rooms_off(const worker_place& place);
  drain_progress progress_of(const node_name& node);
  std::string what_drain_waits_for(const drain_progress& progress) const;
  // what is ordered of rooms: directory_room_orders.cpp
  std::map<std::uint64_t, room_order>::iterator oldest_order_of(room_id room);
  void begin_oldest_order(room_id room);
  void end_order(std::uint64_t ticket, admin_result result);
  void go_on_with(std::uint64_t ticket, room_order& order);
  void order_done(std::uint64_t ticket, room_order& order, std::optional<room_action> action);
  void order_asked(std::uint64_t ticket, room_order& order, room_question question);
  void say_order(std::uint64_t ticket, room_order& order);
  void nobody_is_left(std::uint64_t ticket, room_order& order);
  void close_deleted(room_id id);
  room_order* order_called(const effect_name& name);
  void tick_room_orders();
  void say_orders_of(room_id room);
  node_shown shown(node_shown node) const;
  session_shown shown(session_id id, const held_session& session) const;
  room_shown shown(room_id id, const room_table::room& room) const;
  std::uint64_t sessions_through(const node_name& proxy) const;
  result<session_id> session_named(const std::string& who) const;
  void end_by_operator(session_id id, const std::string& by, const std::string& reason);
  // rooms
  void on(const locate_room& asked);
  void on(const list_rooms& asked);
  void on(const room_hosted& told);
  void on(const room_closed& told);
  // the node itself
  void on(const store_answered& told);
  void on(const worker_picked& told);
  void on(const membership_view& view);
  void on(const link_reset& reset);
  void on(const link_lost&) {} // what is unanswered is said again by link_reset

  template <class Message>
  bool park(const Message& told);
  void park_or_refuse(message told);
  void settle_if_ready();
  void load(const directory_loaded& rows);
  directory_effects finish();

  // what the store answered, by what it was asked for
  void stored(const store_purpose::start&, const directory_result& result);
  void stored(const store_purpose::new_session& purpose, const directory_result& result);
  void stored(const store_purpose::resume& purpose, const directory_result& result);
  void stored(const store_purpose::renewal&, const directory_result&) {}
  void stored(const store_purpose::ending& purpose, const directory_result& result);
  void stored(const store_purpose::end_mark& purpose, const directory_result& result);
  void stored(const store_purpose::claim& purpose, const directory_result& result);
  nick_claimed as_of_now(nick_claimed answer) const;
  void give_back(const std::string& folded, session_id session);
  void give_former_nicks_back(const describe_person& told);
  bool looks_reserved(const std::string& shown, const std::string& folded) const;
  void stored(const store_purpose::release& purpose, const directory_result& result);
  void stored(const store_purpose::removal& purpose, const directory_result& result);
  void stored(const store_purpose::search& purpose, const directory_result& result);
  void stored(const store_purpose::listing& purpose, const directory_result& result);
  void stored(const store_purpose::drain& purpose, const directory_result& result);
  void stored(const store_purpose::ordered_room& purpose, const directory_result& result);
  void stored(const store_purpose::room_deletion& purpose, const directory_result& result);

  void place_again(const place_session& asked, const session_row& row, held_session& known);
  void adopt(held_session& session, const session_row& row);
  void retire_holder(held_session& session, const resume_session& by);
  static session_epoch last_move_of(const session_epoch& epoch);
  void revoke_route(const node_name& proxy, session_id id, const session_epoch& epoch, error why);
  void session_picked(const session_pick& picked, const std::optional<worker_place>& place);
  void not_placed(held_session& session);
  void answer_placed(const held_session& session);
  void hosted(const worker_place& place, const session_report& report);
  void sessions_not_reported(const worker_place& place, const std::set<session_id>& reported);
  void session_lost_at_worker(session_id id);
  bool is_homeless(const held_session& session) const;
  void watch_proxies();
  void move_session(session_id id, held_session& session, std::optional<worker_place> worker);
  void wait_for_resume(session_id id, held_session& session, instant until);

  void begin_ending(session_id id);
  void spawn_to_end(held_session& session);
  void tell_to_end(const held_session& session);
  void session_over(session_id id, session_epoch epoch, const node_name& node);
  void mark_ended(session_row row);
  void free_nicks(session_id id);
  void release_if_over(session_id id);
  void release_at(const node_name& node, session_id id, session_epoch epoch);
  void delete_ended();
  room_command quit_in_the_name_of(session_id session, room_id room, room_seq joined_seq,
                                   const effect_name& last) const;
  void leave_rooms_of(const session_loaded& ended);
  void room_opened(room_id id);

  void open_room(room_id id);
  void room_picked(room_id id, const std::optional<worker_place>& place);
  void answer_waiters(room_id id);
  void refuse_waiters(room_id id, const error& why);
  void room_is_gone(room_id id);
  void rooms_not_reported(const worker_place& place, const std::set<room_id>& reported);
  void rooms_of_dead(const worker_place& place);
  void search_room(const room_key& key, const std::string& title, bool create);
  void add_waiter(room_id id, const locate_room& asked);

  void refuse(const place_session& asked, const error& why);
  void refuse(const resume_session& asked, const error& why);
  void refuse(const claim_nick& asked, const error& why);
  void refuse(const find_nick& asked, const error& why);
  void refuse(const locate_room& asked, const error& why);
  void refuse(const list_rooms& asked, const error& why);
  void refuse(const ask_people& asked, const error& why);
  void refuse(const expel_person& asked, const error& why);
  nick_found expel(const expel_person& asked);
  template <class Other>
  void refuse(const Other&, const error&) {} // nobody waits: link_reset brings it again
  void tell_session(const request_origin& origin, message what);
  void tell(address to, message what);
  void ask_store(directory_request request, store_purpose::any purpose);
  void ask_pick(placed_thing what, pick_purpose purpose);
  bool is_dead(const node_name& node, incarnation life) const;

  directory_config config_;
  instant started_;
  instant now_;
  bool loading_ = false;
  bool settled_ = false;
  std::optional<directory_loaded> loaded_;
  std::set<node_name> reported_;
  std::deque<message> parked_;
  membership_view view_;

  session_table sessions_;
  /// What a living process told of itself.
  struct node_facts {
    godwit::incarnation incarnation;
    std::string version;
    std::uint32_t pid = 0;
  };
  std::map<node_name, node_facts> facts_by_node_;
  std::map<std::uint64_t, room_order> room_orders_; ///< by ticket
  nick_table nicks_;
  people people_;
  /// What each operator's session was answered: bounded by the frames that may come again.
  std::map<session_id, std::vector<nick_found>> expelled_by_session_;
  room_table rooms_;
  /// By node whose link was reset and that has not reported since: what it opened meanwhile, which its report may have
  /// been too early for.
  std::map<node_name, report_worker> early_reports_; ///< the newest of each node, of a life that no view has told of
  std::map<node_name, std::set<room_id>> opened_before_report_;
  store_desk desk_;
  std::map<session_id, ended_session> ended_;
  std::deque<session_id> ended_in_order_;
  /// Of ended sessions, for rooms that are being opened; bounded by the ended sessions.
  std::map<room_id, std::map<session_id, room_command>> quits_by_room_;
  std::map<session_id, session_move> session_moves_;
  std::map<room_id, room_move> room_moves_;
  std::map<node_name, drained_node> drained_;
  std::map<node_name, silent_proxy> silent_proxies_;
  /// What may have decided a move: judged when what was told has been taken.
  std::set<session_id> sessions_to_judge_;
  std::set<room_id> rooms_to_judge_;
  bool judge_all_moves_ = false;
  std::map<std::uint64_t, pick_purpose> picks_by_ticket_;
  std::uint64_t last_pick_ = 0;

  directory_effects effects_;
  std::map<worker_place, std::vector<std::uint64_t>> touched_; // whose load changed; with the tickets that it counts
};

namespace detail {
/// What is answered from the rows: it waits until they are loaded.
template <class Message>
inline constexpr bool waits_for_settling = !(std::is_same_v<Message,
                                                            store_answered> || std::is_same_v<Message, admin_asked> || std::is_same_v<Message, command_answered> || std::is_same_v<Message, command_expected> || std::is_same_v<Message, room_not_here> || std::is_same_v<Message, query_answered> || std::is_same_v<Message, describe_person> || std::is_same_v<Message, describe_room> || std::is_same_v<Message, proclamation> || std::is_same_v<Message, worker_picked> || std::is_same_v<Message, membership_view> || std::is_same_v<Message, link_reset> || std::is_same_v<Message, link_lost>);
} // namespace detail

template <class Message>
bool directory::park(const Message& told) {
  if constexpr (!detail::waits_for_settling<Message>) {
    return false;
  } else {
    if (settled_)
      return false;
    if constexpr (std::is_same_v<Message, report_worker>)
      reported_.insert(told.node);
    park_or_refuse(told);
    settle_if_ready();
    return true;
  }
}

} // namespace godwit
