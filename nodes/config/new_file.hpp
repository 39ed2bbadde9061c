/// @file
/// Writes files that appear whole or not at all.
#pragma once

#include "nodes/config/certificates.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace godwit {

/// Makes a directory and those above it, mode 0700. Nothing if it is there. `file_unusable`.
std::optional<error> make_directory(const std::string& path);

/// Writes to a file beside `path` that has `mode` from the start, syncs it, and gives it its name. With
/// `existing_files::keep`, a file that is there, or that another process makes meanwhile, stays and is an error.
std::optional<error> write_new_file(const std::string& path, std::string_view content, mode_t mode,
                                    existing_files existing);

} // namespace godwit
