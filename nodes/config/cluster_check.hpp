/// @file
/// What only the whole config shows: what is wrong between its nodes, or missing in all of them.
///
/// Each problem is told at the node and key where it can be mended. What follows from a problem of one key alone is not
/// told again: a node whose roles can not be read is not one without a role.
#pragma once

#include "nodes/config/config.hpp"

#include <toml.hpp>

#include <string>
#include <vector>

namespace godwit {

/// Adds to `problems`. Requires that `config` was read from `root`, and that `problems` has what was wrong with that.
void check_cluster(const cluster_config& config, const toml::value& root, const std::string& file,
                   std::vector<config_problem>& problems);

} // namespace godwit
