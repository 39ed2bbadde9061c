/// @file
/// `godwitd check` and `godwitd backup`: what an operator does with a store's file, also while its node runs.
///
/// Both say what they found or did on standard output, problems on standard error, and return the exit code.
#pragma once

#include "nodes/exit_codes.hpp"

#include <filesystem>

namespace godwit {

/// DATA/godwit.db, wholly: SQLite's structure, and every table against the entries of the logs. Changes nothing.
exit_code check_store(const std::filesystem::path& data);
/// Copies DATA/godwit.db to `file`, which must not be there yet.
exit_code back_up_store(const std::filesystem::path& data, const std::filesystem::path& file);

/// Why a store's file could not be opened for work.
exit_code code_of_unusable_store(const std::filesystem::path& file);

} // namespace godwit
