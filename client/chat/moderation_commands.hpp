/// @file
/// What the typed commands mean that keep a room in order: /kick, /ban, /op, /mode and their like.
///
/// Decides only. Source: docs/CLIENT.md, "Commands".
#pragma once

#include "client/chat/command_reader.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace godwit {

/// Nothing: it is none of these commands. `room`: the current one; empty: none.
std::optional<typed_line> read_moderation(std::string_view name, std::string_view rest, const std::string& room);

/// These commands, a line each.
std::string_view moderation_help();

} // namespace godwit
