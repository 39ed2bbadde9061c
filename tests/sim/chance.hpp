/// @file
/// The one source of chance of a simulated run: the same seed gives the same numbers on every machine.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace godwit::sim {

using span = std::chrono::nanoseconds;

/// SplitMix64 (Steele, Lea, Flood 2014): small, fast, and good enough for what is drawn here.
class chance {
public:
  explicit chance(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    auto z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  /// In [0, end). Requires end > 0.
  std::uint64_t below(std::uint64_t end) { return next() % end; }
  bool one_in(std::uint64_t count) { return below(count) == 0; }
  bool percent(unsigned share) { return below(100) < share; }
  /// In [from, to).
  span between(span from, span to) {
    return from + span{static_cast<span::rep>(below(static_cast<std::uint64_t>((to - from).count())))};
  }
  /// Never 0: what is drawn here names something.
  std::uint64_t name() {
    for (;;)
      if (const auto drawn = next(); drawn != 0)
        return drawn;
  }
  template <class List>
  auto& one_of(List& list) {
    return list[below(list.size())];
  }

private:
  std::uint64_t state_;
};

} // namespace godwit::sim
