/// @file
/// Bytes of the native protocol's session channel ↔ values of messages/client_commands.hpp, both directions: the server
/// decodes commands and encodes frames, the client library the other way round.
///
/// Requires nothing of the bytes: they come from outside, of any size and alignment. Decoding reads the
/// bytes that are there, each a few times, in bounded depth, and returns errors as values; nothing throws.
/// `decode_*` take a frame's message, without its 4-byte header; `encode` gives whole frames with header (channel 0).
/// Source: messages/client.capnp.
#pragma once

#include "messages/client_commands.hpp"

#include <string>
#include <string_view>

namespace godwit::native {

/// A client's frame. Error: `bad_frame`, when not even the op can be read (the frame has no number then).
/// Where the op is read but not the rest, the request is `ask::unreadable`: `unsupported` for a union member that this
/// build does not know, `bad_frame` for fields that can not be read, `request_invalid` for op 0, `mode_invalid` for a
/// mode that is none. Texts are bounded by the frame that they came in; finer limits are the rules'.
result<client_command> decode_command(std::string_view bytes);

/// A client's frame, ready to be written. `ask::unreadable` is not encodable: it gives an empty string.
std::string encode(const client_command& command);

/// A server's frame, for the client. Error: `bad_frame`. Union members of newer servers give `unknown_frame`,
/// `unknown_answer` or an entry whose body is `unknown_entry`.
result<server_frame> decode_server_frame(std::string_view bytes);

/// A server's frame, ready to be written. Empty for what no client is told (`unknown_*`, events of newer versions): an
/// empty payload moves the position and shows nothing.
std::string encode(const server_frame& frame);

/// The same for one event; op = 0 is the encoding that all other members share.
std::string encode_event(room_id room, const log_entry& entry, std::uint64_t op = 0);
std::string encode_presence(room_id room, std::string_view nick, std::string_view away);
std::string encode_invitation(const tell::invitation& what);

} // namespace godwit::native
