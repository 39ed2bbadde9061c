/// @file
/// The rules of one session: what its client may ask, what becomes of each frame, which rooms it is in, what is shown.
///
/// Rules only: each function takes what happened and returns what is to be done, in the order to do it.
/// actors/session_actor.hpp does it.
///
/// Promises  Frames are begun and confirmed in order; a frame is confirmed when all of its effects are answered, after
///           the events that it caused were shown. Each effect of a frame has a name (session, op, k) that depends on
///           the frame alone, so that a repeat is known everywhere. Of each room's log every event from `joined` to
///           `left` is shown, in order, without gaps or repeats.
/// Requires  that messages of one sender arrive in order or are lost with the link; then attach_session, link_reset or
///           room_reopened comes.
/// Limits    actors/rules/limits.hpp: unconfirmed_frames_max, unanswered_effects_max, rooms_per_session_max.
/// Source    docs/ARCHITECTURE.md, "The life of a session", "The path of a command to a room".
#pragma once

#include "actors/rules/session_effects.hpp"

#include <memory>
#include <string>

namespace godwit {

class session {
public:
  /// `self` is the node that this session lives on.
  session(session_id id, node_name self);
  ~session();
  session(session&&) noexcept;
  session& operator=(session&&) noexcept;

  // ---- the edge. Frames of another attach than the newest are dropped.

  /// The first one gives the session its state: nothing, the snapshot, or `from_store`: then frames wait for `loaded`.
  /// A later one says what the client has: frames that were not begun are forgotten, effects under way are kept. One of
  /// an older epoch is ignored.
  session_effects attach(const attach_session& how);
  session_effects frame(std::uint32_t attach, std::uint64_t in_seq, result<client_command> command);
  session_effects closed(std::uint32_t attach, std::uint64_t in_seq, const std::string& reason);
  session_effects resumed_sending(const sending_resumed& what);

  // ---- the directory and the store

  session_effects loaded(const session_loaded& what);
  session_effects claimed(const nick_claimed& what);
  session_effects found(const nick_found& what);
  session_effects located(const room_located& what);
  session_effects listed(const rooms_listed& what);
  /// Of an older epoch than the session's: ignored.
  session_effects must_end(const session_must_end& what);

  // ---- rooms and their relays

  session_effects events(const room_events& what);
  session_effects reopened(const room_reopened& what);
  /// The room's relay on this node has gone, and has forgotten who was enrolled.
  session_effects relay_lost(room_id room);
  session_effects answered(const command_answered& what);
  session_effects expected(const command_expected& what);
  session_effects answered(const query_answered& what);
  session_effects given(const membership_given& what);
  session_effects not_here(const room_not_here& what);
  session_effects invited(const room_invitation& what);

  // ---- people

  session_effects told(const people_told& what);
  session_effects signalled(const person_signal& what);
  session_effects proclaimed(const proclamation& what);
  /// Answers `check_operator`. None: it is one.
  session_effects checked(const effect_name& name, const std::optional<error>& why);
  /// What time it is; to be said before a frame.
  void set_now(timestamp now);

  // ---- the node

  session_effects link_was_reset(const link_reset& what);
  /// Some time after a reset of the broker node's link, not in the same moment as all others: tells the directory who
  /// this is, unless it has been told since.
  session_effects describe_again();

  // ---- for the shell and the session_host

  session_id id() const;
  const session_epoch& epoch() const;
  std::uint32_t attach_number() const;
  /// Whether that frame is not begun when it comes: what reads it need not look at its text.
  bool gives_up(std::uint64_t in_seq) const;
  /// Where output goes; empty: nobody is attached, output is dropped.
  const node_name& proxy() const;
  session_report report() const;
  const std::string& nick() const; ///< empty: not logged in
  bool over() const;

private:
  std::unique_ptr<class session_core> core_;
};

} // namespace godwit
