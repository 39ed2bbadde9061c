/// @file
/// `godwitd --all`: runs every node of a config as a child process, restarts one that dies, stops them in order.
///
/// Single-threaded; it owns its children: they end with it, however it ends. Signals: SIGINT and SIGTERM stop the proxy
/// nodes, then the workers, then the broker node, each group bounded in time; a second signal ends all at once.
/// A child says on a pipe when it is ready (readiness.hpp); one that can not start at all, before the cluster was up
/// once, stops everything, with its exit code; so does one, later, that ends by a fault which no new start mends
/// (exit_codes.hpp).
#pragma once

#include "nodes/config/config.hpp"

#include <filesystem>

namespace godwit {

/// Returns the process's exit code. Requires: no thread was started yet.
int supervise(const std::filesystem::path& program, const cluster_config& config);

} // namespace godwit
