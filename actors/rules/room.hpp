/// @file
/// The rules of one chat room: who is in it, in which order things are said, which repeats are dropped.
///
/// Rules only: each function takes what happened and returns what is to be done, in the order to do it.
/// actors/room_actor.hpp does it; messages/cluster_messages.hpp is what is said.
///
///            start()            log_opened{ok}                    fenced, log broken, idle
///   (new) ──────────▶ opening ────────────────▶ open ──────────────────────────────────────▶ ended
///                        │     ◀── each with ──┘ ▲ │ log_opened of a higher epoch (a repeated open_log): open anew
///                        │    link_reset(broker)  └─┘
///                        └────────── log_opened{why}; away for too long ───────────────────▶ ended
///
/// In `open` a command goes:  judged (command_order) → [waits for the delivery window] → decided on the state as it
/// will be when all appends are done → appended (room_ledger) → durable: fanned out (fan_out_window).
///
/// Requires   messages of one sender in the order in which it sent them; losses only with `link_reset`.
/// Owns       the room's members, its newest entries, what is under way to and from the store.
/// Promises   `room_seq` rises by one with each logged event; each (session, op, k) is logged at most once, in the
///            session's order, over all lives of the room; nothing is shown or answered `at` before it is durable; what
///            may have been logged is never refused. While the log writes nothing, posts, joins and topics that are in
///            no append wait for `store_wait`, then they are refused with store_unavailable; leaves and new nicks wait
///            for as long as it takes, since whoever sent them can not do without.
/// Limits     actors/rules/limits.hpp, "rooms". Unanswered finds and fetches are bounded by the sessions' own windows.
/// Source     docs/ARCHITECTURE.md, "The path of a command to a room", "Joining".
#pragma once

#include "actors/rules/command_order.hpp"
#include "actors/rules/delivery_waits.hpp"
#include "actors/rules/fan_out_window.hpp"
#include "actors/rules/given_memberships.hpp"
#include "actors/rules/limits.hpp"
#include "actors/rules/room_effects.hpp"
#include "actors/rules/room_ledger.hpp"
#include "actors/rules/room_reader.hpp"
#include "actors/rules/waiting_commands.hpp"

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace godwit {

/// How long a room waits before it gives something up.
struct room_patience {
  std::chrono::milliseconds store_wait = limits::store_given_up_after; ///< for a store that is away
  std::chrono::milliseconds closes_after = limits::room_closes_after;  ///< with nobody in it
  std::chrono::milliseconds ended_kept =
    limits::last_ops_kept; ///< what it knows of a session's commands, after its end
};

class room {
public:
  room(room_id id, room_key key, node_name own_node, const room_patience& patience = {});

  /// Once, first: asks the store for the log.
  room_effects start();
  room_effects log_opened(const godwit::log_opened& what, timestamp now);

  // From sessions. Commands and questions that come before the log is open are held, bounded.
  room_effects command(const room_command& what, timestamp now);
  room_effects query(const room_query& what, timestamp now);
  room_effects presence(const set_presence& what, timestamp now);
  room_effects signal(const signal_room& what, timestamp now);
  room_effects accepted(const accept_membership& what);

  // From the store.
  room_effects appended(const entries_appended& what, timestamp now);
  room_effects found(const logged_found& what, timestamp now);
  room_effects read(const log_read& what, timestamp now);

  // From relays.
  room_effects attach(const attach_relay& what, timestamp now);
  room_effects detach(const detach_relay& what, timestamp now);
  room_effects delivered(const fan_out_delivered& what, timestamp now);
  room_effects fetch(const fetch_entries& what, timestamp now);

  // From the node.
  room_effects link_reset(const godwit::link_reset& what, timestamp now);
  room_effects link_lost(const godwit::link_lost& what, timestamp now);
  room_effects view(const membership_view& what, timestamp now);
  /// Answers `wake_after`: time passed.
  room_effects wake(timestamp now);

  [[nodiscard]] room_id id() const { return id_; }
  [[nodiscard]] const room_key& key() const { return key_; }
  /// Empty until the log is open, and of private conversations.
  [[nodiscard]] const std::string& title() const { return ledger_.state().title; }
  /// 0 until it is open.
  [[nodiscard]] room_epoch epoch() const { return epoch_; }
  [[nodiscard]] bool is_open() const { return phase_ == phase::open; }
  [[nodiscard]] bool has_ended() const { return phase_ == phase::ended; }
  [[nodiscard]] std::size_t member_count() const { return ledger_.members().size(); }

private:
  enum class phase : std::uint8_t { opening, open, ended };

  /// A join of somebody who is a member or joins already: answered when that join is durable.
  struct late_answer {
    room_seq seq = 0;
    effect_name name;
    std::optional<companion> given;
  };

  // room_commands.cpp: a command from its arrival to its append.
  void take(const room_command& what, timestamp now, room_effects& out);
  void answer_repeat(const room_command& what, const placed_command& placed, room_effects& out);
  void ask_log(const room_command& what, room_effects& out);
  void accept(const room_command& what, timestamp now, room_effects& out);
  void decide(const room_command& what, timestamp now, room_effects& out);
  void decide_join(const room_command& what, timestamp now, room_effects& out);
  entry_group begin_group(const room_command& what);
  void log_companion(entry_group& group, const room_command& what, const companion& who, timestamp now);
  std::optional<error> why_refused(const room_command& what) const;
  std::optional<error> why_join_refused(const room_command& what, const join_room& join) const;
  void refuse(const effect_name& name, error why, room_effects& out);
  void answer(const effect_name& name, logged_at at, room_effects& out);
  // room_decisions.cpp: what keeps the room in order
  std::optional<error> why_post_refused(const room_command& what) const;
  bool is_secret() const;
  error why_outside(session_id session) const;
  std::optional<error> why_moderation_refused(const room_command& what, const stored_member& by) const;
  bool is_silenced(const stored_member& who) const;
  std::optional<error> why_kick_refused(const room_command& what) const;
  void refuse_outsider(const room_command& what, error why, room_effects& out);
  [[nodiscard]] stored_member changer_of(const room_command& what) const;
  void decide_changes(const room_command& what, const change_modes& asked, timestamp now, room_effects& out);
  void decide_kick(const room_command& what, const kick_member& kick, timestamp now, room_effects& out);
  void decide_invite(const room_command& what, const invite_member& invite, timestamp now, room_effects& out);
  bool changes_nothing(const change_modes& asked, const stored_member& by) const;
  void done_without_entry(const effect_name& name, room_effects& out);
  void plan_changes(entry_group& group, const std::vector<mode_change>& changes);
  void keep_an_operator(entry_group& group, const std::vector<session_id>& but_for, timestamp now);
  member_modes modes_of_newcomer() const;
  void note_kicked(session_id session, room_seq seq);
  bool answer_at_once(const room_query& what, room_effects& out) const;

  bool decides_now() const;
  void drain_waiting(timestamp now, room_effects& out);
  void send_next_appends(timestamp now, room_effects& out);
  std::optional<timestamp> log_silent_since() const;
  void refuse_overdue(timestamp now, room_effects& out);

  // room.cpp
  void open(const godwit::log_opened& what, timestamp now, room_effects& out);
  void give_memberships_again(const std::vector<stored_member>& members, room_effects& out);
  void describe(room_effects& out);
  void end(room_end why, error detail, room_effects& out);
  void send_away(room_effects& out);
  void written(const std::vector<entry_group>& groups, timestamp now, room_effects& out);
  void follow_up(const entry_group& group, timestamp now, room_effects& out);
  void give_membership(const companion& who, session_id by, room_effects& out);
  void tell_directory_of_given(room_effects& out);
  void give_again_when_due(timestamp now, room_effects& out);
  void answer_late(room_effects& out);
  void found_nothing(const logged_found& what, const room_action& action, room_effects& out);
  void take(const room_query& what, room_effects& out);
  void refuse(const room_query& what, error why, room_effects& out) const;
  bool may_ask(const room_query& what) const;
  void send_appends(std::vector<append_entries> appends, room_effects& out) const;
  void say_again_to_store(room_effects& out) const;
  void feed_relays(timestamp now, room_effects& out);
  void settle(timestamp now, room_effects& out);
  void schedule(timestamp now, room_effects& out);
  bool is_busy() const;
  void send_not_here(address to, session_id session, room_effects& out) const;

  room_id id_;
  room_key key_;
  node_name node_;
  phase phase_ = phase::opening;
  room_epoch epoch_ = 0;
  command_order order_;
  room_ledger ledger_;
  waiting_commands undecided_; ///< what waits for its append
  waiting_commands waiting_;   ///< posts that wait for the delivery window, and what follows them
  fan_out_window window_;
  room_reader reader_;
  delivery_waits waits_;
  given_memberships given_;
  std::optional<timestamp> give_again_at_;  ///< while somebody has not accepted
  std::vector<room_command> held_commands_; ///< came before the log was open
  std::vector<room_query> held_queries_;
  std::map<effect_name, room_action> finding_;            ///< asked of the log by name
  std::map<session_id, room_seq> kicked_at_;              ///< of those who may not have seen it yet
  mutable std::unordered_map<session_id, bool> silenced_; ///< members by whether a ban or a mute is theirs, once asked
  std::vector<late_answer> late_answers_;
  room_patience patience_;
  bool described_secret_ = true;             ///< what the directory was told
  bool store_away_ = false;                  ///< say everything again at the next wake
  std::optional<timestamp> away_since_;      ///< the store said that it is, and has done nothing since
  std::optional<timestamp> unwritten_since_; ///< an append is unanswered, and none was answered since
  std::optional<timestamp> idle_since_;
  std::optional<timestamp> next_wake_;
};

} // namespace godwit
