/// @file
/// People, and what operators of the server do, in the native protocol. The inside of messages/native_codec.cpp.
///
/// Source: messages/client.capnp; docs/PROTOCOL.md, "People and operators of the server".
#pragma once

#include "messages/client_commands.hpp"

#include <messages/client.capnp.h>

namespace godwit::native {

void write(wire::Operator::Builder to, const ask::become_operator& from);
void write(wire::Expel::Builder to, const ask::expel& from);
void write(wire::Proclaim::Builder to, const ask::proclaim& from);
ask::request read(wire::Operator::Reader from);
ask::request read(wire::Expel::Reader from);
/// Of a kind that no client may ask for: `unreadable`.
ask::request read(wire::Proclaim::Reader from);

/// Requires a row.
void write(wire::PersonTold::Builder to, const tell::people& from);
tell::people read(wire::PersonTold::Reader from);
void write(wire::Proclaimed::Builder to, const tell::proclaimed& from);
tell::proclaimed read(wire::Proclaimed::Reader from);

} // namespace godwit::native
