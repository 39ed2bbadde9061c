/// @file
/// `godwitd hash-password`: asks for a password, prints what the config's `[[operators]]` take for it.
#pragma once

namespace godwit {

/// At a terminal it asks twice, without showing what is typed; else it reads one line. Returns the exit code.
int hash_password_command();

} // namespace godwit
