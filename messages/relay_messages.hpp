/// @file
/// What rooms, relays and the sessions of a node say to each other about events.
#pragma once

#include "messages/errors.hpp"
#include "messages/ids.hpp"
#include "messages/log_entry.hpp"

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace godwit {

// ----------------------------------------------------------------------------------------- room ↔ relay

/// relay → room. Send me what is logged behind `after`, once, and everything from then on.
struct attach_relay {
  room_id room;
  node_name node;
  incarnation node_incarnation;
  room_seq after = 0;
  bool newest = false; ///< nobody here has anything yet: begin with what comes next
  std::uint64_t open_until =
    0; ///< fan-out number: up to it something has come that stands in no client's queue yet; 0: none
  bool operator==(const attach_relay&) const = default;
};
struct detach_relay {
  room_id room;
  node_name node;
  bool operator==(const detach_relay&) const = default;
};
/// What of a member has changed.
enum class presence_part : std::uint8_t {
  away = 1,
  real_name = 2,
  tags = 4, ///< nothing has: it says something by tags alone
  host = 8,
};
using presence_parts = flag_set<presence_part>;

/// What passes and is not logged.
struct presence_changed {
  session_id session;
  std::string nick;
  std::string away;
  std::string real_name{};
  std::string mask{}; ///< user@host; of `host`: as it was
  presence_parts parts = presence_part::away;
  std::string tags{};       ///< as signal_room has them
  timestamp time{};         ///< of the room; of `tags`
  std::uint32_t change = 0; ///< set_presence::change; not of `tags`
  std::string new_mask{};   ///< of `host`
  bool operator==(const presence_changed&) const = default;
};
/// An event on its way out of a room. `fan_out_number` counts what goes to one node, logged or passing, caught up or
/// live, per epoch from 1.
struct fan_out_item {
  std::uint64_t fan_out_number = 0;
  std::variant<shared_entry, presence_changed> event;
};
/// room → relay.
struct fan_out {
  room_id room;
  room_epoch epoch = 0;
  room_seq base = 0; ///< the room_seq before the first logged item; a relay that has less asks to attach again
  std::vector<fan_out_item> items;
};
/// relay → room. Everything up to this fan-out number stands in the queues of this node's clients. One is outstanding
/// at a time.
struct fan_out_delivered {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  std::uint64_t fan_out_number = 0;
  bool operator==(const fan_out_delivered&) const = default;
};
/// room → relay. Answers `fan_out_delivered`: the next report may come.
struct report_taken {
  room_id room;
  room_epoch epoch = 0;
  bool operator==(const report_taken&) const = default;
};

/// Which encoding of events a client shares with others.
using client_profile = std::uint32_t;
inline constexpr client_profile native_profile = 0;
/// Together with the capabilities by which IRC clients are shown events differently.
inline constexpr client_profile irc_profile = 1U << 31U;
struct encoding {
  client_profile profile = native_profile;
  shared_bytes bytes;
};
using encodings = std::vector<encoding>;

/// relay → session, local only. In the order of the room. The tickets keep the events "undelivered" while somebody
/// holds them.
struct room_events {
  room_id room;
  struct item {
    std::variant<shared_entry, presence_changed> event;
    shared_bytes native; ///< the event as native clients are told it, encoded once; null: no such client is here
    std::shared_ptr<const void> ticket;
    std::shared_ptr<const encodings> others{}; ///< for each other profile of the clients here; null: none
  };
  std::vector<item> items;
};
/// session → relay, local only.
struct enrol_session {
  room_id room;
  session_id session;
  room_seq after = 0;  ///< the session has everything up to here
  bool newest = false; ///< not a member yet: begins with its own `joined`
  std::string title{}; ///< of a room; empty: a private conversation, whose events each session encodes for itself
  client_profile profile = native_profile;
  bool operator==(const enrol_session&) const = default;
};
struct withdraw_session {
  room_id room;
  session_id session;
  bool operator==(const withdraw_session&) const = default;
};
/// session → relay, local. Give me from <= seq again: a piece of bounded size, as room_events; then I ask for the next.
struct replay_events {
  room_id room;
  session_id session;
  room_seq from = 0;
  bool operator==(const replay_events&) const = default;
};
/// relay → session, local only. The relay was attached to another life of the room; send again what is unanswered.
struct room_reopened {
  room_id room;
  room_epoch epoch = 0;
  node_name node;
  bool operator==(const room_reopened&) const = default;
};

/// relay → room. For a session that is further behind than the relay remembers.
struct fetch_entries {
  room_id room;
  node_name node;
  session_id session;
  room_seq from = 0;
  bool operator==(const fetch_entries&) const = default;
};
/// room → relay.
struct entries_fetched {
  room_id room;
  session_id session;
  std::vector<shared_entry> entries;
};

} // namespace godwit
