/// @file
/// What became of posts whose session ended before it confirmed them: some were logged, and must not be sent again;
/// some were not, and must be.
///
/// A server lets a client log in with its former nick only when the former session's end stands in the log of each of
/// its rooms. So when the new session has logged in, each post of the old one is either in the log or never will be:
/// the log decides, and nothing is lost or doubled. The history of a room names the frame, (session, op), behind each
/// event of the own identity: that alone tells a post from another with the same words.
/// Source: docs/CLIENT.md, "When the session is lost"; docs/PROTOCOL.md, H-6.
#pragma once

#include "messages/client_commands.hpp"

#include <chrono>
#include <optional>

namespace godwit {

/// Whether this is what a post or topic leaves in a room's log, where both are of one frame: the frame that opens a
/// conversation also joins it.
bool is_trace_of(const entry_body& body, const ask::request& request);

/// Looks through a room's log, from its end, page by page, for frames of a session that is over: where the client had
/// been told nothing of the room, and does not know behind which event they may stand.
///
/// It ends at an event of that session that is no younger than the oldest of the frames (a room logs the frames of a
/// session in their order), at the log's beginning, or where the log is older than the session: there by an hour, since
/// nodes' clocks may differ.
class log_search {
public:
  static constexpr std::uint32_t events_per_page = 1000;
  static constexpr std::chrono::hours clocks_differ_by{1};

  /// `oldest`: of the frames that are looked for. `began`: their session, by the server's clock; not before 1970.
  log_search(tell::frame_name oldest, timestamp began) : oldest_(oldest), began_(began) {}

  /// For the next page; for the same one until page_over(). Requires !done().
  ask::history question(ask::target of);
  void take(const tell::event& event);
  /// The answer was whole.
  void page_over();
  /// There is nothing to be found before what was looked at.
  void stop() { done_ = true; }
  bool done() const { return done_; }

private:
  tell::frame_name oldest_;
  timestamp began_;
  std::optional<room_seq> seen_from_;  ///< all from here on was looked at
  std::optional<room_seq> asked_from_; ///< where the page that is asked for begins; nothing: with the newest ones
  std::optional<room_seq> told_from_;  ///< the first event of it
  bool is_last_ = false;               ///< nothing before it can matter
  bool done_ = false;
};

} // namespace godwit
