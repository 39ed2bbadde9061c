/// @file
/// Parcels and their messages as bytes, and back: messages/cluster.capnp.
///
/// Requires    nothing of the bytes: they are judged. Errors are values: `unsupported` for what a newer version wrote
/// (the
///             caller skips it), `bad_frame` for the rest (the caller cuts the link).
/// Bounded by  limits::parcel_blob_bytes_max.
#pragma once

#include "messages/parcel.hpp"

#include <string>
#include <string_view>

namespace godwit {

std::string encode_parcel(const parcel& from);
/// Envelopes of an unknown kind are left out and counted in `skipped`.
result<parcel> decode_parcel(std::string_view bytes);

/// One envelope alone. `to.node` does not travel: whoever gets an envelope is the node that was meant.
std::string encode_envelope(const envelope& from);
result<envelope> decode_envelope(std::string_view bytes);

} // namespace godwit
