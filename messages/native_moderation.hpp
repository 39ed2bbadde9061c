/// @file
/// How a room is kept in order, in the native protocol. The inside of messages/native_codec.cpp.
///
/// Members are named by nick: their sessions are nobody's business. Source: messages/client.capnp.
#pragma once

#include "messages/client_commands.hpp"

#include <messages/client.capnp.h>

#include <optional>
#include <vector>

namespace godwit::native {

void write_changes(capnp::List<wire::ModeChange>::Builder to, const std::vector<mode_change>& from);
/// Nothing: there is no such mode.
std::optional<std::vector<mode_change>> read_changes(capnp::List<wire::ModeChange>::Reader from);
void write_settings(wire::Settings::Builder to, const tell::settings& from);
tell::settings read_settings(wire::Settings::Reader from);

} // namespace godwit::native
