/// @file
/// A client's language on its session's node: bytes ↔ what a session is asked and tells. Native, or IRC.
///
/// Events are encoded once for all clients of a profile on a node (`encode_for`, by the room's relay); a session only
/// encodes what is its own.
/// Source: messages/native_codec.hpp, actors/rules/irc_front.hpp.
#pragma once

#include "actors/rules/irc_front.hpp"
#include "messages/client_commands.hpp"
#include "messages/cluster_messages.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace godwit {

/// What an encoding of a room's events depends on besides the profile.
struct event_room {
  room_id room;
  std::string_view title; ///< empty: a private conversation
  std::string_view server;
};

/// Null: clients of this profile encode it for themselves, or it passes and is not for them.
shared_bytes encode_for(client_profile profile, const event_room& room,
                        const std::variant<shared_entry, presence_changed>& event);

/// How many sessions of each profile there are.
class profile_counts {
public:
  void put(session_id session, client_profile profile);
  void remove(session_id session);
  [[nodiscard]] const std::map<client_profile, std::size_t>& counts() const { return counts_; }

private:
  std::unordered_map<session_id, client_profile> by_session_;
  std::map<client_profile, std::size_t> counts_;
};

class client_codec {
public:
  /// A native client's, until `speak_irc`.
  client_codec() = default;
  void speak_irc(std::shared_ptr<const client_settings> settings, std::string host);

  /// The session's own snapshot out of one that `pack` made; the rest is taken over.
  std::string unpack(const std::string& snapshot);
  /// Behind it, and before any frame: how far the client is. `is_new`: what was said, a former owner was told.
  void go_on(const attach_session& how, bool is_new);
  /// What the next owner of the session starts from, if it has changed: the session's own part (`changed`: if that has)
  /// and what the client's language keeps.
  std::optional<std::string> pack(std::optional<std::string> changed);

  /// `now`: for a client that asks what time it is. Error: `bad_frame`.
  /// `gives_up`: its number and kind are wanted, and which parts it has; its text is not looked at.
  result<client_command> take(std::uint64_t in_seq, std::string_view bytes, timestamp now, bool gives_up = false);
  /// In order, whole: a reply that the client is not told has no bytes in it.
  std::vector<shared_bytes> tell(const std::vector<server_frame>& replies);
  shared_bytes show(const tell::event& event, const shared_bytes& native, const encodings* others);
  shared_bytes show(const tell::presence& what, const shared_bytes& native);
  /// As the edge is to tell it.
  [[nodiscard]] error farewell(error why) const;

  [[nodiscard]] client_profile profile() const;

private:
  std::optional<irc_front> irc_;
  std::string session_part_; ///< of the snapshot that left last
  irc_state told_state_;
};

} // namespace godwit
