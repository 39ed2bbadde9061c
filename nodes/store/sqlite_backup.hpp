/// @file
/// Copies a store's database, also while a node works with it.
#pragma once

#include "messages/errors.hpp"

#include <filesystem>
#include <string>

namespace godwit {

/// Copies the database `from` to `to`, which must not be there yet: one state, with all that was acknowledged before
/// the copy began. Writers are not held up. `to` appears whole and synced, or not at all. From any process.
/// The result is a sentence for people; so is the error.
result<std::string> back_up(const std::filesystem::path& from, const std::filesystem::path& to);

} // namespace godwit
