/// @file
/// The write-ahead log as a file, before SQLite opens it.
#pragma once

#include <filesystem>

namespace godwit {

/// Writes the database's WAL anew, byte by byte what it is, and syncs it. Requires: nobody writes to the database.
///
/// Why: an fsync that failed leaves pages that look clean and are on no disk (Linux says so once, and only to who had
/// the file open then: it may have been a former process). SQLite would read such commits, move them into the database
/// file, and lose both to a power cut in between. Written anew they are dirty again, and this fsync tells the truth.
/// Throws sqlite_failure. Nothing is done where there is no WAL.
void rewrite_wal(const std::filesystem::path& database);

} // namespace godwit
