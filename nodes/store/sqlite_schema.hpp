/// @file
/// The tables of the SQLite file, and whether a file is one of ours.
#pragma once

#include "messages/errors.hpp"
#include "nodes/store/sqlite_connection.hpp"

namespace godwit {

/// "GODW": what `file` and `PRAGMA application_id` know our files by.
inline constexpr int sqlite_application_id = 0x474f4457;
/// Raised with each change of the tables. An older file is migrated, one of a newer program is refused.
inline constexpr int sqlite_schema_version = 5;

/// 0: an empty file. Refuses, with a sentence, a file of another program and one that a newer one wrote.
result<int> schema_version_of(sqlite_connection& connection);

/// Makes the tables in an empty file. Migrates an older one, in one transaction, after it was copied to
/// FILE.v<version>. Refuses, and leaves untouched, what `schema_version_of` refuses.
result<std::monostate> prepare_schema(sqlite_connection& connection);

} // namespace godwit
