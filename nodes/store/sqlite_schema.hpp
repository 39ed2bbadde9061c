/// @file
/// The tables of the SQLite file, and whether a file is one of ours.
#pragma once

#include "messages/errors.hpp"
#include "nodes/store/sqlite_connection.hpp"

namespace godwit {

/// "GODW": what `file` and `PRAGMA application_id` know our files by.
inline constexpr int sqlite_application_id = 0x474f4457;
/// Raised with each change of the tables; a file of another version is refused.
inline constexpr int sqlite_schema_version = 1;

/// Makes the tables in an empty file. Refuses, and leaves untouched, a file of another program or version.
result<std::monostate> prepare_schema(sqlite_connection& connection);

} // namespace godwit
