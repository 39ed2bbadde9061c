/// @file
/// One logged event of a room: what the log keeps, what relays carry, what clients are told.
#pragma once

#include "messages/ids.hpp"
#include "messages/moderation.hpp"

#include <string>
#include <variant>
#include <vector>

namespace godwit {

struct posted {
  std::string text;
  post_kind kind = post_kind::message;
  member_mode audience = member_mode::none; ///< shown to its sender, and to members of this rank or more
  std::string tags{}; ///< client-only tags as they stand in a line of IRC, without '@'; for clients that read tags
  bool operator==(const posted&) const = default;
};
struct joined {
  member_modes modes{}; ///< what the newcomer may from now on
  std::string real_name{};
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
/// What really changed, in this order.
struct modes_changed {
  std::vector<mode_change> changes;
  bool operator==(const modes_changed&) const = default;
};
struct kicked {
  session_id session; ///< whose membership ends
  std::string nick;   ///< as the room knew it
  std::string reason;
  bool operator==(const kicked&) const = default;
};
struct invited {
  session_id session;
  std::string nick;
  bool operator==(const invited&) const = default;
};
/// In no log: it stands for the entries from `first` to its own, which retention has taken since. Whoever shows it goes
/// on behind it.
struct forgotten {
  room_seq first = 0;
  bool operator==(const forgotten&) const = default;
};
/// Written by a newer version: kept and counted, shown to nobody.
struct unknown_entry {
  std::uint16_t kind = 0;
  bool operator==(const unknown_entry&) const = default;
};

using entry_body =
  std::variant<posted, joined, left, topic_set, renamed, unknown_entry, modes_changed, kicked, invited, forgotten>;

/// The join of a companion is logged with the opener's name and this added to k; no session uses such a k itself.
inline constexpr std::uint32_t companion_k = 0x8000'0000;
/// What the room does by itself is logged with the name of what caused it and this added to k; its nick is empty.
inline constexpr std::uint32_t room_k = 0xc000'0000;

/// A logged event. `name.session` is who caused it.
struct log_entry {
  room_seq seq = 0;
  timestamp time{};
  effect_name name;
  std::string nick;         ///< of the one who caused it, as the room knew it
  identity_hash identity{}; ///< never told to clients
  entry_body body;
  std::string mask{};  ///< user@host of the one who caused it, as the room knew it
  bool by_bot = false; ///< a program that says it is one

  bool operator==(const log_entry&) const = default;
};

/// Immutable, shared by all who show it.
using shared_entry = std::shared_ptr<const log_entry>;

/// The first of the entries that this one stands for; of most its own `seq`.
room_seq first_seq_of(const log_entry& entry);

/// What clients and logs call one event: unique for ever in this cluster, opaque to clients.
std::string message_id(room_id room, room_seq seq);

/// Where a command of a session stands in the log.
struct logged_at {
  room_seq seq = 0;
  timestamp time{};
  bool operator==(const logged_at&) const = default;
};

} // namespace godwit
