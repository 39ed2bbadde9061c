/// @file
/// Runs one command of godwitctl over a connection: pages are followed to their end, a drain is watched until it is
/// done.
///
/// Blocks on the connection and between two looks at a drain.
#pragma once

#include "nodes/ctl/admin_client.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace godwit {

struct ctl_options {
  bool json = false;
  bool is_terminal = false;                          ///< progress is one line that is written anew
  bool wait = true;                                  ///< a drain is watched until the node is empty
  std::chrono::milliseconds look_every{500};         ///< at a drain
  std::chrono::milliseconds broker_patience{60'000}; ///< while a drain is watched and the broker node is away
};
/// What was written is to be seen at once.
struct ctl_output_port {
  std::function<void(const std::string&)> out;
  std::function<void(const std::string&)> err;
};

/// Connects, asks, shows what came of it.
ctl_exit run_ctl(admin_client& client, const admin_question& what, const ctl_options& options,
                 const ctl_output_port& output);
/// Says why it did not go.
ctl_exit tell_failure(const ctl_failure& why, const ctl_options& options, const ctl_output_port& output);

} // namespace godwit
