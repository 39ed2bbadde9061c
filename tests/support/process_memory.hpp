/// @file
/// What a process holds of the machine's memory, as the kernel counts it.
#pragma once

#include "tests/support/text_file.hpp"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <sys/types.h>

namespace godwit::test {

struct process_memory {
  std::size_t resident_bytes = 0;  ///< VmRSS: all of it, with pages of files that it shares with others
  std::size_t anonymous_bytes = 0; ///< RssAnon: heap and stacks
};

inline process_memory memory_of(pid_t pid) {
  const auto status = read_text("/proc/" + std::to_string(pid) + "/status");
  const auto bytes = [&status](const std::string& key) {
    const auto at = status.find(key + ":");
    if (at == std::string::npos)
      throw std::runtime_error("the process is gone");
    return std::stoul(status.substr(at + key.size() + 1)) * 1024;
  };
  return {bytes("VmRSS"), bytes("RssAnon")};
}

} // namespace godwit::test
