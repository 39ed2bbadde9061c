/// @file
/// One logged event of a room: what the log keeps, what relays carry, what clients are told.
#pragma once

#include "messages/ids.hpp"

#include <string>
#include <variant>

namespace godwit {

struct posted {
  std::string text;
  bool operator==(const posted&) const = default;
};
struct joined {
  bool operator==(const joined&) const = default;
};
struct left {
  std::string reason;
  bool quit = false; ///< the session ended, not only its stay in this room
  bool operator==(const left&) const = default;
};
struct topic_set {
  std::string text;
  bool operator==(const topic_set&) const = default;
};
struct renamed {
  std::string to;
  bool operator==(const renamed&) const = default;
};
/// Written by a newer version: kept and counted, shown to nobody.
struct unknown_entry {
  std::uint16_t kind = 0;
  bool operator==(const unknown_entry&) const = default;
};

using entry_body = std::variant<posted, joined, left, topic_set, renamed, unknown_entry>;

/// A logged event. `name.session` is who caused it.
struct log_entry {
  room_seq seq = 0;
  timestamp time{};
  effect_name name;
  std::string nick;         ///< of the one who caused it, as the room knew it
  identity_hash identity{}; ///< never told to clients
  entry_body body;

  bool operator==(const log_entry&) const = default;
};

/// Immutable, shared by all who show it.
using shared_entry = std::shared_ptr<const log_entry>;

/// What clients and logs call one event: unique for ever in this cluster, opaque to clients.
std::string message_id(room_id room, room_seq seq);

/// Where a command of a session stands in the log.
struct logged_at {
  room_seq seq = 0;
  timestamp time{};
  bool operator==(const logged_at&) const = default;
};

} // namespace godwit
