/// @file
/// What processes of this machine use, as the kernel counts it (/proc).
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace godwit::bench {

struct process_usage {
  std::chrono::nanoseconds cpu{0}; ///< user and system, of all threads since its start; in steps of 10 ms
  std::size_t resident_bytes = 0;  ///< VmRSS: pages of files that it shares with others included
  std::size_t anonymous_bytes = 0; ///< RssAnon: heap and stacks
};

/// Nothing: there is no such process, or its files can not be read.
std::optional<process_usage> usage_of(int pid);
/// The node that it was told to be (`--node NAME`), else the name of its program, else its number.
std::string label_of(int pid);
/// Of this process.
std::chrono::nanoseconds own_cpu();

} // namespace godwit::bench
