/// @file
/// How a node tells the one who started it that it serves: a line on the descriptor that GODWIT_READY_FD names.
#pragma once

#include <cstdlib>
#include <string>
#include <unistd.h>

namespace godwit {

inline constexpr auto readiness_variable = "GODWIT_READY_FD";

/// Says it once; nothing if nobody asked.
inline void tell_ready() {
  const char* text = std::getenv(readiness_variable);
  if (text == nullptr)
    return;
  int fd = std::atoi(text);
  [[maybe_unused]] auto ignored = ::write(fd, "ready\n", 6);
  ::close(fd);
  ::unsetenv(readiness_variable);
}

} // namespace godwit
