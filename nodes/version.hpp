/// @file
/// What this build calls itself.
#pragma once

namespace godwit {

inline constexpr auto version_text = "godwit 0.1.0";

} // namespace godwit
