/// @file
/// Changes of modes, lists of masks and settings as fields of Cap'n Proto messages: of those that clients read and of
/// those that nodes keep, which have them by the same names. The inside of messages/moderation_codec.cpp and
/// messages/native_moderation.cpp.
///
/// A member is named by nick everywhere; where the message has a field for it, also by its session.
/// Source: messages/state.capnp, messages/client.capnp.
#pragma once

#include "messages/capnp_bytes.hpp"
#include "messages/moderation.hpp"
#include "messages/overloaded.hpp"

#include <optional>
#include <type_traits>
#include <vector>

namespace godwit::moderation_fields {

using capnp_bytes::string;
using capnp_bytes::text;

inline std::int64_t microseconds(timestamp time) { return time.time_since_epoch().count(); }
inline timestamp time_of(std::int64_t from) { return timestamp{std::chrono::microseconds{from}}; }

template <class Change>
void write_change(Change to, const mode_change& from) {
  to.setAdd(from.add);
  auto what = to.getWhat();
  std::visit(overloaded{[&](const flag_change& it) { what.setFlag(static_cast<std::uint8_t>(it.flag)); },
                        [&](const key_change& it) { what.setKey(text(it.key)); },
                        [&](const limit_change& it) { what.setLimit(it.limit); },
                        [&](const member_change& it) {
                          auto member = what.initMember();
                          if constexpr (requires { member.setSession(it.session.value); })
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

/// False: there is no such mode, or it is a newer version's.
template <class Change>
bool read_change(Change from, mode_change& to) {
  to.add = from.getAdd();
  const auto what = from.getWhat();
  using kinds = typename std::remove_const_t<decltype(what)>::Reads;
  switch (what.which()) {
  case kinds::FLAG: to.what = flag_change{static_cast<room_flag>(what.getFlag())}; return is_room_flag(what.getFlag());
  case kinds::KEY: to.what = key_change{string(what.getKey())}; return true;
  case kinds::LIMIT: to.what = limit_change{what.getLimit()}; return true;
  case kinds::MEMBER: {
    const auto member = what.getMember();
    session_id session;
    if constexpr (requires { member.getSession(); })
      session = {member.getSession()};
    to.what = member_change{session, string(member.getNick()), static_cast<member_mode>(member.getMode())};
    return is_member_mode(member.getMode());
  }
  case kinds::MASK: {
    const auto mask = what.getMask();
    to.what = mask_change{static_cast<mask_list>(mask.getList()), string(mask.getMask())};
    return is_mask_list(mask.getList());
  }
  }
  return false;
}

template <class Changes>
void write_changes(Changes to, const std::vector<mode_change>& from) {
  for (unsigned at = 0; at < to.size(); ++at)
    write_change(to[at], from[at]);
}

/// Nothing: one of them can not be read.
template <class Changes>
std::optional<std::vector<mode_change>> read_changes(Changes from) {
  std::vector<mode_change> to;
  to.reserve(from.size());
  for (const auto each : from)
    if (!read_change(each, to.emplace_back()))
      return std::nullopt;
  return to;
}

template <class Masks>
void write_masks(Masks to, const std::vector<listed_mask>& from) {
  for (unsigned at = 0; at < to.size(); ++at) {
    to[at].setMask(text(from[at].mask));
    to[at].setBy(text(from[at].by));
    to[at].setTimeUs(microseconds(from[at].time));
  }
}

template <class Masks>
std::vector<listed_mask> read_masks(Masks from) {
  std::vector<listed_mask> to;
  to.reserve(from.size());
  for (const auto each : from)
    to.push_back({string(each.getMask()), string(each.getBy()), time_of(each.getTimeUs())});
  return to;
}

/// All but invitations.
template <class Settings>
void write_settings(Settings& to, const room_settings& from) {
  const auto count = [](const auto& list) { return static_cast<unsigned>(list.size()); };
  to.setFlags(from.flags.bits);
  to.setKey(text(from.key));
  to.setLimit(from.limit);
  write_masks(to.initBans(count(from.bans)), from.bans);
  write_masks(to.initExceptions(count(from.exceptions)), from.exceptions);
  write_masks(to.initInviteExceptions(count(from.invite_exceptions)), from.invite_exceptions);
  to.setCreatedUs(microseconds(from.created));
}

/// All but invitations.
template <class Settings>
void read_settings(Settings from, room_settings& to) {
  to.flags = room_flags{from.getFlags()};
  to.key = string(from.getKey());
  to.limit = from.getLimit();
  to.bans = read_masks(from.getBans());
  to.exceptions = read_masks(from.getExceptions());
  to.invite_exceptions = read_masks(from.getInviteExceptions());
  to.created = time_of(from.getCreatedUs());
}

} // namespace godwit::moderation_fields
