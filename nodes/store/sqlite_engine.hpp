/// @file
/// The store's database in one SQLite file: WAL, synchronous=FULL, checkpoints on a thread of its own.
///
/// One process owns the file: it holds a lock on FILE-lock while it lives, and a second one is refused. The file says
/// whose it is and of which version (application_id, user_version); another is refused untouched.
/// Owns: the writing connection, a checkpointing connection and its thread. Limits: the WAL is checkpointed from
/// `checkpoint_pages` on beside the writer, and from `wal_pages_max` on by the writer itself, so that it stays bounded.
#pragma once

#include "nodes/store/store_engine.hpp"

#include <cstddef>
#include <filesystem>
#include <memory>

namespace godwit {

struct sqlite_options {
  std::filesystem::path file; ///< its folder must exist
  int checkpoint_pages = 1'000;
  int wal_pages_max = 16'000;
  std::size_t cache_bytes =
    64 * 1024 * 1024; ///< of the file's pages, for writing: it fills with what is written, and stays
};

std::unique_ptr<store_engine> make_sqlite_engine(sqlite_options options);

} // namespace godwit
