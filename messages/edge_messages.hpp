/// @file
/// What the edge says to sessions and to the directory, and they to it.
#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"
#include "messages/log_entry.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace godwit {

/// A place in a stream of deliveries, opaque to the edge. Today: stream = room id, position = room_seq.
struct stream_position {
  std::uint64_t stream = 0;
  std::uint64_t position = 0;
  bool operator==(const stream_position&) const = default;
};

// ---------------------------------------------------------------------------------------- edge ↔ session

/// edge → session_host. Take this session (spawn it if it is not here) and go on from exactly this. Sent when a session
/// is opened, when a client resumes, and after a link was reset: one message for every start and every loss. The frames
/// from `first_in_seq` on follow it.
struct attach_session {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0; ///< rises with each attach of this route; output of an older one is dropped by the edge
  node_name proxy;          ///< who asks, and where output goes
  incarnation proxy_incarnation;
  godwit::protocol protocol = godwit::protocol::native;
  identity_hash identity{};
  std::string peer_address;               ///< of the client, for the log and for operators
  bool from_store = false;                ///< no snapshot exists: nick and rooms are read from the store
  std::string snapshot;                   ///< state.capnp, as the session last sent it; empty: none
  std::vector<stream_position> positions; ///< what the client has; of its rooms that are missing here it has nothing
  std::uint64_t first_in_seq = 1;
  std::string host{};   ///< of the client, as people are shown it; empty: hidden
  bool unheard = false; ///< nothing has come from the session yet: every attach before may have been lost with a link
  /// So many of the frames that follow were said before, to whoever served the session then.
  std::uint16_t said = 0;
  bool plaintext = false; ///< the client's connection has no TLS
  /// in_seq of the frame that two worker nodes have died with: it is not begun, but answered by what is known of it. 0:
  /// none.
  std::uint64_t give_up = 0;
  bool operator==(const attach_session&) const = default;
};

/// session_host → edge. The session can not be served here.
struct attach_refused {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  error why;
  bool operator==(const attach_refused&) const = default;
};

enum class frame_kind : std::uint8_t {
  data = 1,   ///< bytes of the client
  closed = 2, ///< the session's last frame: its client left or its time to resume is over; `bytes` says why
};

/// edge → session. Numbered from 1 per session, kept by the edge until confirmed.
struct client_frame {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  std::uint64_t in_seq = 0;
  frame_kind kind = frame_kind::data;
  shared_bytes bytes;
};

/// edge → session. The client's queue is half empty again after output that was `paced`.
struct sending_resumed {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  bool operator==(const sending_resumed&) const = default;
};

/// session → edge. The edge takes all of it or nothing. Ordered with the session's deliveries.
struct session_output {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  std::vector<shared_bytes> replies;   ///< frames (native) or lines (IRC), ready to be written
  std::uint64_t confirmed_in_seq = 0;  ///< frames up to this one are confirmed; 0: none newly
  std::optional<std::string> snapshot; ///< only if it changed
  bool paced = false;                  ///< answer `sending_resumed` once the client's queue is half empty
  std::optional<error> close;          ///< tell the client why, then close the connection and forget the route
  std::uint32_t cost = 0;              ///< of what was begun for the client, beyond what each frame costs (L-8)
};

/// session → edge. One event for one client. Batched per proxy node: each payload travels once.
struct delivery {
  session_id session;
  session_epoch epoch;
  std::uint32_t attach = 0;
  stream_position position;
  shared_bytes payload;
  /// Dropped when the entry stands in the client's queue, or can not any more; its last copy reports "delivered" to the
  /// room. Stays on its node: across a link the sending link holds it until the batch is acknowledged.
  std::shared_ptr<const void> ticket;
};

// ------------------------------------------------------------------------------------- edge ↔ directory

/// edge → directory. A client asks for a new session.
struct place_session {
  session_id session;
  node_name proxy;
  incarnation proxy_incarnation;
  godwit::protocol protocol = godwit::protocol::native;
  identity_hash identity{};
  std::array<std::uint8_t, 32> token_hash{}; ///< of its tokens, which it has none of yet (nodes/edge/resume_tokens.hpp)
  bool operator==(const place_session&) const = default;
};

/// edge → directory. A client has a token of a session that has no living route here.
struct resume_session {
  session_id session;
  node_name proxy;
  incarnation proxy_incarnation;
  godwit::protocol protocol = godwit::protocol::native;
  identity_hash identity{};
  std::array<std::uint8_t, 32> token_hash{};      ///< of the tokens that the client's one is of
  std::uint32_t token_number = 0;                 ///< which one of them
  std::array<std::uint8_t, 32> next_token_hash{}; ///< of those that it gets from here on
  bool operator==(const resume_session&) const = default;
};

/// edge → directory. The client has this token of its session: every former one is worthless. Said again when the link
/// to the broker node was reset; not answered.
struct renew_token {
  session_id session;
  node_name proxy;
  incarnation proxy_incarnation;
  std::array<std::uint8_t, 32> token_hash{};
  std::uint32_t token_number = 0;
  bool operator==(const renew_token&) const = default;
};

/// directory → edge. Answers both.
struct session_placed {
  session_id session;
  session_epoch epoch;
  node_name worker;
  incarnation worker_incarnation;
  bool resumed = false;
  std::optional<error> why; ///< set: refused, the rest is empty
  bool operator==(const session_placed&) const = default;
};

/// directory → edge. The session is to be served by that worker node from here on. The route, and it alone, makes the
/// switch, and only while `epoch` is the route's: an order that comes late or twice finds it changed.
struct move_session {
  session_id session;
  session_epoch epoch;
  node_name worker;
  incarnation worker_incarnation;
  bool operator==(const move_session&) const = default;
};

/// directory → edge. The session was resumed elsewhere or ended: forget its route, tell its client why.
struct route_revoked {
  session_id session;
  session_epoch epoch; ///< routes of this epoch and older
  error why;
  bool operator==(const route_revoked&) const = default;
};

} // namespace godwit
