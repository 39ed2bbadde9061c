#include "messages/native_people.hpp"

#include "messages/capnp_bytes.hpp"

namespace godwit::native {

using capnp_bytes::string;
using capnp_bytes::text;

namespace {

timestamp time_of(std::int64_t microseconds) { return timestamp{std::chrono::microseconds{microseconds}}; }

} // namespace

void write(wire::Operator::Builder to, const ask::become_operator& from) {
  to.setName(text(from.name));
  to.setPassword(text(from.password));
}
ask::request read(wire::Operator::Reader from) {
  if (from.getName().size() == 0)
    return ask::set_user_modes{{}, user_mode::server_operator};
  return ask::become_operator{string(from.getName()), string(from.getPassword())};
}

void write(wire::Expel::Builder to, const ask::expel& from) {
  to.setNick(text(from.nick));
  to.setReason(text(from.reason));
}
ask::request read(wire::Expel::Reader from) { return ask::expel{string(from.getNick()), string(from.getReason())}; }

void write(wire::Proclaim::Builder to, const ask::proclaim& from) {
  to.setKind(static_cast<std::uint8_t>(from.kind));
  to.setText(text(from.text));
}
ask::request read(wire::Proclaim::Reader from) {
  if (from.getKind() != static_cast<std::uint8_t>(proclamation_kind::wallops)
      && from.getKind() != static_cast<std::uint8_t>(proclamation_kind::notice))
    return ask::unreadable{{error_code::unsupported, "kind"}}; // a newer version's
  return ask::proclaim{static_cast<proclamation_kind>(from.getKind()), string(from.getText())};
}

void write(wire::PersonTold::Builder to, const tell::people& from) {
  const auto& it = from.rows.front();
  to.setNick(text(it.nick));
  to.setMask(text(it.mask));
  to.setRealName(text(it.real_name));
  to.setAway(text(it.away));
  to.setModes(it.modes.bits);
  to.setSignedOnUs(it.signed_on.time_since_epoch().count());
  to.setSpokeAtUs(it.spoke_at.time_since_epoch().count());
  to.setAddress(text(it.address));
  auto rooms = to.initRooms(static_cast<unsigned>(it.rooms.size()));
  for (unsigned at = 0; at < rooms.size(); ++at) {
    rooms[at].setRoom(text(it.rooms[at].title));
    rooms[at].setModes(it.rooms[at].modes.bits);
  }
}
tell::people read(wire::PersonTold::Reader from) {
  person_row row;
  row.nick = string(from.getNick());
  row.mask = string(from.getMask());
  row.real_name = string(from.getRealName());
  row.away = string(from.getAway());
  row.modes = user_modes{from.getModes()};
  row.signed_on = time_of(from.getSignedOnUs());
  row.spoke_at = time_of(from.getSpokeAtUs());
  row.address = string(from.getAddress());
  for (const auto each : from.getRooms())
    row.rooms.push_back({{}, string(each.getRoom()), member_modes{each.getModes()}});
  return {{std::move(row)}, {}};
}

void write(wire::Proclaimed::Builder to, const tell::proclaimed& from) {
  to.setKind(static_cast<std::uint8_t>(from.kind));
  to.setBy(text(from.by));
  to.setText(text(from.text));
}
/// A newer server's kinds are shown as what is for everybody.
tell::proclaimed read(wire::Proclaimed::Reader from) {
  return {from.getKind() == 1 ? proclamation_kind::wallops : proclamation_kind::notice,
          string(from.getBy()),
          {},
          string(from.getText())};
}

} // namespace godwit::native
