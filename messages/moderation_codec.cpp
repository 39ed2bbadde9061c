#include "messages/moderation_codec.hpp"

#include "messages/moderation_fields.hpp"

#include <capnp/message.h>
#include <capnp/serialize.h>

namespace godwit {

void write_changes(capnp::List<wire::LoggedModeChange>::Builder to, const std::vector<mode_change>& from) {
  moderation_fields::write_changes(to, from);
}
std::optional<std::vector<mode_change>> read_changes(capnp::List<wire::LoggedModeChange>::Reader from) {
  return moderation_fields::read_changes(from);
}

void write_settings(wire::RoomSettings::Builder to, const room_settings& from) {
  moderation_fields::write_settings(to, from);
  auto invitations = to.initInvitations(static_cast<unsigned>(from.invitations.size()));
  for (unsigned at = 0; at < invitations.size(); ++at)
    invitations.set(at, from.invitations[at].value);
}

room_settings read_settings_of(wire::RoomSettings::Reader from) {
  room_settings to;
  moderation_fields::read_settings(from, to);
  for (const auto each : from.getInvitations())
    to.invitations.push_back(session_id{each});
  return to;
}

std::string encode_settings(const room_settings& settings) {
  capnp::MallocMessageBuilder message;
  write_settings(message.initRoot<wire::RoomSettings>(), settings);
  const auto words = capnp::messageToFlatArray(message);
  const auto bytes = words.asChars();
  return {bytes.begin(), bytes.size()};
}

result<room_settings> decode_settings(std::string_view bytes) {
  const auto broken = result<room_settings>(error{error_code::internal_error, "a room's settings can not be read"});
  if (bytes.size() > settings_bytes_max)
    return broken;
  return capnp_bytes::read_message<wire::RoomSettings>(
    bytes, broken, [](auto from) -> result<room_settings> { return read_settings_of(from); });
}

} // namespace godwit
