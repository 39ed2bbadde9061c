/// @file
/// The frames of one client: numbered, windowed, kept in order until they are confirmed.
///
/// Invariants: ops rise by one within a session; a frame keeps its op as long as its session lives, so that a repeat is
/// known; at most `window` frames are unconfirmed; nothing is forgotten before it is confirmed.
/// Source: docs/PROTOCOL.md, "Resume"; messages/client.capnp.
#pragma once

#include "client/rules/news.hpp"
#include "messages/client_commands.hpp"

#include <deque>
#include <optional>
#include <vector>

namespace godwit {

/// Half of what a server holds for one client (limits::unconfirmed_frames_max): the rest is room for the client's own.
inline constexpr std::size_t client_window_frames = 32;
/// Requests that wait for the window. A caller that minds the window never sees it; others are told
/// `too_many_requests`.
inline constexpr std::size_t client_waiting_requests_max = 1024;

/// A request on its way.
struct outgoing {
  request_number number = 0; ///< 0: the library's own
  ask::request request;
  std::uint64_t op = 0;    ///< 0: not sent in this session
  tell::frame_name former; ///< the frame that it was in a session that is over
  bool in_doubt = false;   ///< as that frame it may have been logged
  bool searches = false;   ///< the library's own: its answer settles doubts, and is not told
  unsigned refusals = 0;   ///< by errors that pass
  std::optional<tell::was_posted> logged;
  std::optional<error> refused;
  std::optional<tell::answer> answer; ///< pieces are put together here

  bool was_sent() const { return op != 0 || in_doubt; }
};

class outbox {
public:
  /// False: too much waits.
  bool submit(outgoing request);
  /// A request of the library itself: goes before all that waits.
  void submit_own(ask::request request, bool searches = false);

  /// Frames that may be sent now. `held`: only the library's own.
  std::vector<client_command> next_frames(bool held);
  /// The session goes on: all that was sent and not confirmed, once more, with its ops.
  std::vector<client_command> resend();
  /// A new session: ops begin at 1 again. The user's frames that were sent in the `former` one wait again, in order,
  /// and are in doubt; the library's own are dropped.
  void begin_anew(session_id former);

  /// The frame with this op, if it is not confirmed.
  outgoing* find(std::uint64_t op);
  /// Takes all frames up to this op out.
  std::vector<outgoing> confirm(std::uint64_t op);
  /// Puts requests back in front of all that waits, in their order, to be sent as new frames.
  void put_back(std::vector<outgoing> requests);

  /// What waits and was sent in a former session.
  std::vector<outgoing*> in_doubt();
  /// Which of it was this frame; nullptr: none.
  outgoing* find_in_doubt(const tell::frame_name& frame);
  /// Takes a request of the user's out, wherever it is.
  std::optional<outgoing> take(request_number number);
  /// All that stands in the log already, by the numbers of its requests.
  std::vector<request_number> logged() const;
  /// The one request that is left, if only one is.
  const outgoing* only_request() const;
  /// The user's requests that have not ended.
  std::vector<request_number> unfinished() const;
  bool own_under_way() const;
  bool empty() const { return flight_.empty() && waiting_.empty() && own_.empty(); }

private:
  client_command send(outgoing request);

  std::deque<outgoing> flight_;  // sent, unconfirmed, ops rising
  std::deque<outgoing> own_;     // the library's own, not sent
  std::deque<outgoing> waiting_; // the user's, not sent in this session
  std::uint64_t last_op_ = 0;
};

} // namespace godwit
