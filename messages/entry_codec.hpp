/// @file
/// A log entry as bytes: what the store keeps and what travels between nodes.
///
/// The form is messages/state.capnp's LogEntry in Cap'n Proto's stream framing, one segment. The same entry always
/// gives the same bytes, so that golden files and checksums hold. Unknown: a body of a newer version is read as
/// `unknown_entry` with its number, and written back with that number; its text is not kept. Limits:
/// `log_entry_bytes_max`. Source: messages/state.capnp.
#pragma once

#include "messages/errors.hpp"
#include "messages/log_entry.hpp"

#include <string>
#include <string_view>

namespace godwit {

/// More than any entry that the rules let through (post_bytes_max, a nick, some numbers); longer bytes are broken.
inline constexpr std::size_t log_entry_bytes_max = 32 * 1024;

/// Never fails; what is too long for `decode_entry` is for the rules to refuse.
std::string encode_entry(const log_entry& entry);

/// internal_error where the bytes are no whole entry; `detail` says what is wrong.
result<log_entry> decode_entry(std::string_view bytes);

} // namespace godwit
