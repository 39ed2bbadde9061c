#include "messages/native_moderation.hpp"

#include "messages/moderation_fields.hpp"

namespace godwit::native {

void write_changes(capnp::List<wire::ModeChange>::Builder to, const std::vector<mode_change>& from) {
  moderation_fields::write_changes(to, from);
}
std::optional<std::vector<mode_change>> read_changes(capnp::List<wire::ModeChange>::Reader from) {
  return moderation_fields::read_changes(from);
}

void write_settings(wire::Settings::Builder to, const tell::settings& from) {
  to.setRoomId(from.room.value);
  moderation_fields::write_settings(to, from.what);
}
tell::settings read_settings(wire::Settings::Reader from) {
  tell::settings out{room_id{from.getRoomId()}, {}};
  moderation_fields::read_settings(from, out.what);
  return out;
}

} // namespace godwit::native
