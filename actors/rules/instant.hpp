/// @file
/// When something happens, as rules are told it: by an argument, from a clock that never goes back.
#pragma once

#include <chrono>

namespace godwit {

using instant = std::chrono::steady_clock::time_point;

} // namespace godwit
