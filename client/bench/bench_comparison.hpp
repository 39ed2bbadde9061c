/// @file
/// Saved runs side by side, each figure with its ratio to that of the first run.
#pragma once

#include "messages/errors.hpp"

#include <string>
#include <vector>

namespace godwit::bench {

/// `files`: as `--save` wrote them. Errors, with a sentence: `file_unusable`.
result<std::string> compare_runs(const std::vector<std::string>& files);

} // namespace godwit::bench
