/// @file
/// How a room is kept in order, as messages/state.capnp writes it: in log entries, in the store, between nodes.
///
/// Settings as bytes are a column of the store: Cap'n Proto's stream framing. Reading throws what kj throws; numbers of
/// a newer version are none of ours: `read_changes` gives nothing then.
/// Limits: settings_bytes_max. Source: messages/state.capnp.
#pragma once

#include "messages/errors.hpp"
#include "messages/moderation.hpp"

#include <messages/state.capnp.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace godwit {

/// More than any settings that the rules let through (three lists of listed_masks_max); longer bytes are broken.
inline constexpr std::size_t settings_bytes_max = 256 * 1024;

void write_changes(capnp::List<wire::LoggedModeChange>::Builder to, const std::vector<mode_change>& from);
std::optional<std::vector<mode_change>> read_changes(capnp::List<wire::LoggedModeChange>::Reader from);

void write_settings(wire::RoomSettings::Builder to, const room_settings& from);
room_settings read_settings_of(wire::RoomSettings::Reader from);

std::string encode_settings(const room_settings& settings);
/// internal_error where the bytes are none: they come from our own store.
result<room_settings> decode_settings(std::string_view bytes);

} // namespace godwit
