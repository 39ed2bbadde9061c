/// @file
/// Times as programs and as people read them.
#pragma once

#include "messages/ids.hpp"

#include <string>

namespace godwit {

/// UTC, with microseconds: 2026-01-02T03:04:05.678901Z
std::string utc_text(timestamp when);
/// This machine's time of day: 03:04
std::string local_time_of_day(timestamp when);
/// This machine's day and time: 2026-01-02 03:04
std::string local_day_and_time(timestamp when);

} // namespace godwit
