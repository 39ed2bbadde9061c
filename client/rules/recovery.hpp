/// @file
/// What became of posts whose session ended before it confirmed them: some were logged, and must not be sent again;
/// some were not, and must be.
///
/// A server lets a client log in with its former nick only when the former session's end stands in the log of each of
/// its rooms. So when the new session has logged in, each post of the old one is either in the log, before the old
/// session's quit, or never will be: the log decides, and nothing is lost or doubled.
///
/// A logged post is recognised by nick, text, order and place (behind what the client was told last; where the client
/// had not been told anything of the room yet, by its time, with a second's tolerance for clocks that differ).
/// Source: docs/CLIENT.md, "When the session is lost".
#pragma once

#include "client/rules/outbox.hpp"

#include <optional>
#include <string>
#include <vector>

namespace godwit {

/// What is known of one room's log since the former session's last word.
struct room_evidence {
  bool position_known = false; ///< `entries` begin behind what the client was told last
  std::vector<shared_entry> entries;
};

/// Whether a request of this kind leaves something in a room's log that can be recognised.
bool leaves_a_trace(const ask::request& request);

/// Where each of the `requests` (posts and topics to one room, in the order in which they were sent) was logged by the
/// session that was called `nick`; nothing where it was not.
std::vector<std::optional<tell::was_posted>> find_in_log(const std::vector<const outgoing*>& requests, room_id room,
                                                         const room_evidence& evidence, std::string nick);

} // namespace godwit
