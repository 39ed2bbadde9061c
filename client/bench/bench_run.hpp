/// @file
/// A load from its first connection to its last: connects, waits, joins, posts, and looks whether all has come.
#pragma once

#include "client/bench/bench_report.hpp"
#include "messages/errors.hpp"

namespace godwit::bench {

/// Takes as long as the plan says, and what connecting and the end take. Errors, with a sentence in `detail`:
/// `request_invalid`: the plan does not fit this machine, or names a process that is not there; `file_unusable` and
/// `certificate_unusable`: the CA; anything else: not all clients could log in and join their rooms.
result<bench_report> run_load(const load_plan& plan);

} // namespace godwit::bench
