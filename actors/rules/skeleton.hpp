/// @file
/// What a name looks like: two names with a skeleton in common can be taken for one another.
///
/// By Unicode's table of confusable characters (UTS #39), as ICU has it: `аda` with a Cyrillic а is `ada`, `modem` is
/// `modern`, `b0b` is `bOb`. Nothing of it is stored: a newer table may give other skeletons.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace godwit {

/// Of the name as shown and as folded, each once: people see the one, and type the other.
/// Requires names that fold_nick and shown_nick gave.
std::vector<std::string> skeletons_of(std::string_view shown, std::string_view folded);

} // namespace godwit
