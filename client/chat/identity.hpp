/// @file
/// A person's identity: 16 random bytes, made at the first start, known to nobody else.
///
/// Promises  the file is only its owner's (mode 0600, its folder 0700) and is there whole or not at all; two clients
///           that start at once get the same one.
#pragma once

#include "messages/errors.hpp"

#include <string>

namespace godwit {

/// $XDG_DATA_HOME/godwit/identity, else ~/.local/share/godwit/identity.
std::string default_identity_file();

/// Reads the identity, or makes it. Errors: `file_unusable`, `identity_invalid`, with a sentence.
result<std::string> load_or_make_identity(const std::string& file);

} // namespace godwit
