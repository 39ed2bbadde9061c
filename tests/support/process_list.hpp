/// @file
/// What /proc says about processes: to see that none is left behind.
#pragma once

#include "tests/support/text_file.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace godwit::test {

struct listed_process {
  pid_t pid = 0;
  std::string command; ///< the arguments, a blank between them
};

/// All whose command contains `part`. Those that have ended and wait to be reaped have no command.
inline std::vector<listed_process> processes_with(const std::string& part) {
  std::vector<listed_process> found;
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", gone)) {
    const auto name = entry.path().filename().string();
    if (name.empty() || !std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c) != 0; }))
      continue;
    auto command = read_text(entry.path() / "cmdline");
    std::ranges::replace(command, '\0', ' ');
    if (command.find(part) != std::string::npos)
      found.push_back({static_cast<pid_t>(std::stol(name)), command});
  }
  return found;
}

} // namespace godwit::test
