/// @file
/// Programs whose wall clock is moved; what waits, waits as ever.
///
/// Requires  libfaketime (Debian: faketime).
#pragma once

#include "tests/support/text_file.hpp"

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>

namespace godwit::test {

inline std::map<std::string, std::string> with_movable_clock() {
  const std::string library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";
  if (!std::filesystem::exists(library))
    throw std::runtime_error(library + " is not there; ./dev setup installs it");
  return {{"LD_PRELOAD", library}, {"FAKETIME_DONT_FAKE_MONOTONIC", "1"}, {"ASAN_OPTIONS", "verify_asan_link_order=0"}};
}

/// The environment for it. `offset` as faketime takes it: "+90" (seconds), "-2h", "+3d".
inline std::map<std::string, std::string> with_clock_moved_by(const std::string& offset) {
  auto environment = with_movable_clock();
  environment["FAKETIME"] = offset;
  return environment;
}

/// A wall clock of several programs that a test moves while they run.
class movable_clock {
public:
  movable_clock(std::filesystem::path file, const std::string& offset) : file_(std::move(file)) { move_to(offset); }
  std::map<std::string, std::string> environment() const {
    auto environment = with_movable_clock();
    environment["FAKETIME_TIMESTAMP_FILE"] = file_;
    environment["FAKETIME_NO_CACHE"] = "1";
    return environment;
  }
  /// From the true time.
  void move_to(const std::string& offset) const {
    const auto part = std::filesystem::path{file_.string() + ".part"};
    write_text(part, offset + "\n");
    std::filesystem::rename(part, file_);
  }

private:
  std::filesystem::path file_;
};

} // namespace godwit::test
