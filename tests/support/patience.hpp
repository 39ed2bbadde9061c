/// @file
/// How tests wait: for something that happens, with a deadline that only a failure reaches.
#pragma once

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace godwit::test {

/// Long enough for a busy machine; nothing waits so long when all is well.
inline constexpr std::chrono::seconds patience{30};

/// Returns when `holds()`; throws with `what` if that takes longer. For what can only be looked at, not waited for.
template <class Condition>
void wait_until(const std::string& what, Condition&& holds, std::chrono::milliseconds within = patience) {
  const auto deadline = std::chrono::steady_clock::now() + within;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline)
      throw std::runtime_error("in vain waited for this: " + what);
    std::this_thread::sleep_for(std::chrono::milliseconds{5});
  }
}

} // namespace godwit::test
