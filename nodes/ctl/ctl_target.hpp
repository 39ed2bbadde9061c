/// @file
/// Finds out where the admin port is and who asks: from the cluster's config, from what was typed, or from both.
#pragma once

#include "nodes/ctl/admin_client.hpp"

#include <optional>
#include <string>
#include <vector>

namespace godwit {

/// Empty: not said. What was said goes before what the config says.
struct typed_target {
  std::string config{};
  std::string server{}; ///< HOST:PORT
  std::string server_name{};
  std::string certificate{};
  std::string key{};
  std::string ca{};
};

/// Or one sentence for each thing that is wrong or missing.
std::variant<admin_target, std::vector<std::string>> find_target(const typed_target& typed);

} // namespace godwit
