/// @file
/// Programs whose wall clock is moved; what waits, waits as ever.
///
/// Requires  libfaketime (Debian: faketime).
#pragma once

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>

namespace godwit::test {

/// The environment for it. `offset` as faketime takes it: "+90" (seconds), "-2h", "+3d".
inline std::map<std::string, std::string> with_clock_moved_by(const std::string& offset) {
  const std::string library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
  if (!std::filesystem::exists(library))
    throw std::runtime_error(library + " is not there; ./dev setup installs it");
  return {{"LD_PRELOAD", library},
          {"FAKETIME", offset},
          {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
          {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
}

} // namespace godwit::test
