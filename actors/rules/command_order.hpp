/// @file
/// In which order a room takes the commands of each session, and which of them are repeats.
///
/// Of one session's commands to the room, by their names, which rise:
///
///   ... logged ≤ last logged < under way (waiting or in an append) ... and, in memory only, decided without being
///   logged
///
/// *Seen* is the highest of all of these. A command is a repeat when its name is not above it. A new one is in order
/// when the name that it says came before it is seen, and nothing that was accepted is above that.
///
/// Requires  names of one session and room that rise; a command names as `previous` what was unanswered before it.
/// Limits    decided_commands_max per session; room_sessions_remembered_max sessions.
/// Source    docs/ARCHITECTURE.md, "The path of a command to a room", 1 and 2.
#pragma once

#include "actors/rules/limits.hpp"
#include "messages/cluster_messages.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

namespace godwit {

/// A command that was answered without an entry of its own.
struct decided_command {
  effect_name name;
  std::optional<logged_at> at;
  std::optional<error> why;
};

enum class command_place : std::uint8_t {
  in_order = 1,
  under_way = 2,   ///< a repeat; its event will answer it
  last_logged = 3, ///< a repeat of the last op
  decided = 4,     ///< a repeat; answer it by `decision`
  before = 5,      ///< a repeat of something older: logged or refused, the log knows
  astray = 6,      ///< does not follow `last`
};

struct placed_command {
  command_place place = command_place::in_order;
  effect_name last;         ///< the last seen
  last_op logged;           ///< with last_logged
  decided_command decision; ///< with decided
};

class command_order {
public:
  explicit command_order(std::chrono::milliseconds ended_kept = limits::last_ops_kept) : ended_kept_(ended_kept) {}

  /// From the store, when the room is opened.
  void restore(const std::vector<last_op>& last_ops);

  /// Notes where the session lives now. False: a former owner of the session speaks; drop it.
  bool admit(session_id session, session_epoch epoch, const node_name& home);
  [[nodiscard]] placed_command judge(const effect_name& name, const effect_name& previous) const;

  /// It was accepted: it waits, or is in an append.
  void begin(const effect_name& name);
  /// It is durable.
  void logged(const effect_name& name, room_seq seq);
  /// It was answered, without being logged.
  void decided(decided_command decision);
  /// The session's end was logged; its order is kept for `ended_kept`.
  void ended(session_id session, timestamp now);
  void expire(timestamp now);
  /// The session is a member: its order is not forgotten.
  void stays(session_id session);
  /// It is one no more; it may be forgotten when too many left.
  void departed(session_id session);

  /// Where its answers go; empty: not known.
  [[nodiscard]] node_name home(session_id session) const;
  /// Its last logged command here, or none.
  [[nodiscard]] effect_name last_logged(session_id session) const;
  [[nodiscard]] std::size_t size() const { return orders_.size(); }

private:
  struct session_order {
    session_epoch epoch;
    node_name home;
    last_op logged;
    std::set<effect_name> under_way;
    std::vector<decided_command> decided; ///< a deque would take 600 bytes for none
    bool forgettable = true;

    [[nodiscard]] effect_name accepted() const;
    [[nodiscard]] effect_name seen() const;
  };

  void forget_surplus();

  std::chrono::milliseconds ended_kept_;
  std::unordered_map<session_id, session_order> orders_;
  std::deque<session_id> departed_; ///< oldest first; may name sessions that came back
  std::deque<std::pair<timestamp, session_id>> ended_;
  bool forgot_ = false;
};

} // namespace godwit
