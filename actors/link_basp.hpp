/// @file
/// What of CAF's BASP a link uses, and how: one end of a socket pair, no ports, no host names, no CAF TLS.
///
/// BASP keeps one connection per CAF node and closes a second one as redundant; so a link ends only after BASP has
/// forgotten its connection, which the end of the other side's proxy shows (actors/link_actor.hpp).
/// Source: design.md, section 8; CAF 0.17.6, libcaf_io/src/io/basp_broker.cpp.
#pragma once

#include <caf/actor.hpp>
#include <caf/fwd.hpp>
#include <caf/io/scribe.hpp>

namespace godwit {

/// The actor that speaks BASP. Not to be called by two threads at once.
caf::actor basp_of(caf::actor_system& system);

/// Takes over `fd`.
caf::io::scribe_ptr scribe_on(caf::actor_system& system, int fd);

/// The accepting end: the other end gets `whom` when it connects over `fd`.
void publish_on(caf::actor_system& system, const caf::actor& basp, int fd, const caf::actor& whom);

} // namespace godwit
