#include "messages/moderation_codec.hpp"

#include "messages/capnp_bytes.hpp"
#include "messages/overloaded.hpp"

#include <capnp/message.h>
#include <capnp/serialize.h>

namespace godwit {
namespace {

using capnp_bytes::string;
using capnp_bytes::text;

std::int64_t microseconds(timestamp time) { return time.time_since_epoch().count(); }
timestamp time_of(std::int64_t from) { return timestamp{std::chrono::microseconds{from}}; }

void write_change(wire::LoggedModeChange::Builder to, const mode_change& from) {
  to.setAdd(from.add);
  auto what = to.getWhat();
  std::visit(overloaded{[&](const flag_change& it) { what.setFlag(static_cast<std::uint8_t>(it.flag)); },
                        [&](const key_change& it) { what.setKey(text(it.key)); },
                        [&](const limit_change& it) { what.setLimit(it.limit); },
                        [&](const member_change& it) {
                          auto member = what.initMember();
                          member.setSession(it.session.value);
                          member.setNick(text(it.nick));
                          member.setMode(static_cast<std::uint8_t>(it.mode));
                        },
                        [&](const mask_change& it) {
                          auto mask = what.initMask();
                          mask.setList(static_cast<std::uint8_t>(it.list));
                          mask.setMask(text(it.mask));
                        }},
             from.what);
}

/// False: a newer version's.
bool read_change(wire::LoggedModeChange::Reader from, mode_change& to) {
  to.add = from.getAdd();
  const auto what = from.getWhat();
  switch (what.which()) {
  case wire::LoggedModeChange::What::FLAG:
    to.what = flag_change{static_cast<room_flag>(what.getFlag())};
    return is_room_flag(what.getFlag());
  case wire::LoggedModeChange::What::KEY: to.what = key_change{string(what.getKey())}; return true;
  case wire::LoggedModeChange::What::LIMIT: to.what = limit_change{what.getLimit()}; return true;
  case wire::LoggedModeChange::What::MEMBER: {
    const auto member = what.getMember();
    to.what = member_change{session_id{member.getSession()}, string(member.getNick()),
                            static_cast<member_mode>(member.getMode())};
    return is_member_mode(member.getMode());
  }
  case wire::LoggedModeChange::What::MASK: {
    const auto mask = what.getMask();
    to.what = mask_change{static_cast<mask_list>(mask.getList()), string(mask.getMask())};
    return is_mask_list(mask.getList());
  }
  }
  return false;
}

void write_masks(capnp::List<wire::ListedMask>::Builder to, const std::vector<listed_mask>& from) {
  for (unsigned at = 0; at < to.size(); ++at) {
    to[at].setMask(text(from[at].mask));
    to[at].setBy(text(from[at].by));
    to[at].setTimeUs(microseconds(from[at].time));
  }
}

std::vector<listed_mask> read_masks(capnp::List<wire::ListedMask>::Reader from) {
  std::vector<listed_mask> to;
  to.reserve(from.size());
  for (const auto each : from)
    to.push_back({string(each.getMask()), string(each.getBy()), time_of(each.getTimeUs())});
  return to;
}

unsigned count(const auto& list) { return static_cast<unsigned>(list.size()); }

} // namespace

void write_changes(capnp::List<wire::LoggedModeChange>::Builder to, const std::vector<mode_change>& from) {
  for (unsigned at = 0; at < to.size(); ++at)
    write_change(to[at], from[at]);
}

std::optional<std::vector<mode_change>> read_changes(capnp::List<wire::LoggedModeChange>::Reader from) {
  std::vector<mode_change> to;
  to.reserve(from.size());
  for (const auto each : from)
    if (!read_change(each, to.emplace_back()))
      return std::nullopt;
  return to;
}

void write_settings(wire::RoomSettings::Builder to, const room_settings& from) {
  to.setFlags(from.flags.bits);
  to.setKey(text(from.key));
  to.setLimit(from.limit);
  write_masks(to.initBans(count(from.bans)), from.bans);
  write_masks(to.initExceptions(count(from.exceptions)), from.exceptions);
  write_masks(to.initInviteExceptions(count(from.invite_exceptions)), from.invite_exceptions);
  auto invitations = to.initInvitations(count(from.invitations));
  for (unsigned at = 0; at < invitations.size(); ++at)
    invitations.set(at, from.invitations[at].value);
  to.setCreatedUs(microseconds(from.created));
}

room_settings read_settings_of(wire::RoomSettings::Reader from) {
  room_settings to;
  to.flags = room_flags{from.getFlags()};
  to.key = string(from.getKey());
  to.limit = from.getLimit();
  to.bans = read_masks(from.getBans());
  to.exceptions = read_masks(from.getExceptions());
  to.invite_exceptions = read_masks(from.getInviteExceptions());
  for (const auto each : from.getInvitations())
    to.invitations.push_back(session_id{each});
  to.created = time_of(from.getCreatedUs());
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
