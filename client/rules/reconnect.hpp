/// @file
/// When a lost connection is dialled again: exponential backoff with full jitter, so that the clients of a failed node
/// do not come back all at once.
///
/// Rules only: chance comes in as a seed, time not at all.
/// Source: docs/CLIENT.md, "When the connection is lost".
#pragma once

#include <chrono>
#include <cstdint>
#include <random>

namespace godwit {

struct backoff_limits {
  std::chrono::milliseconds first{50};
  std::chrono::milliseconds longest{5'000};
};

/// Pauses between attempts. The first after a success is at most `first`, each further one is drawn from a range twice
/// as wide as the one before, up to `longest`; never shorter than half of its range, except the first.
class backoff {
public:
  backoff(backoff_limits limits, std::uint64_t seed) : limits_(limits), chance_(seed) {}

  std::chrono::milliseconds next();
  void succeeded() { attempts_ = 0; }
  /// Attempts since the last success.
  unsigned attempts() const { return attempts_; }

private:
  backoff_limits limits_;
  std::mt19937_64 chance_;
  unsigned attempts_ = 0;
};

} // namespace godwit
