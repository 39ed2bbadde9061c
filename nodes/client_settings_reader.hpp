/// @file
/// What a worker node tells its sessions' clients of the network: the config, and the files that it names.
#pragma once

#include "actors/rules/client_settings.hpp"
#include "nodes/config/config.hpp"

namespace godwit {

/// A message of the day or a cloak key that can not be read is logged and left out: nobody's chat waits for it. (The
/// checks before the start have said so already.)
client_settings client_settings_of(const cluster_config& cluster);

} // namespace godwit
