/// @file
/// What a client's request costs beyond what every frame does: the edge, which knows no chat, charges it to the
/// client's bucket (actors/rules/flood_control.hpp) when the session's output says so.
///
/// A post to a room costs nothing more. What goes to many, is kept in the store or asks the directory costs more.
/// Limits: flood_burst, *_cost. Source: docs/PROTOCOL.md, L-8.
#pragma once

#include "messages/client_commands.hpp"

#include <cstddef>
#include <cstdint>

namespace godwit {

/// `room_count`: of the session.
std::uint32_t extra_cost(const ask::request& request, std::size_t room_count);

} // namespace godwit
