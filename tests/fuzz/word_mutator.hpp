/// @file
/// How inputs of Cap'n Proto's decoders are changed: every second time by whole words, with the segment table kept
/// true, so that more of them reach what lies behind the first check. Included by one source of a program.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t size_max);

namespace godwit::fuzz {

using words = std::vector<std::uint64_t>;

inline void change_words(words& all, std::size_t words_max, std::minstd_rand& random) {
  const auto at = [&] { return static_cast<std::ptrdiff_t>(random() % all.size()); };
  switch (random() % 6) {
  case 0: // a pointer (or a number) leads somewhere near
    all[static_cast<std::size_t>(at())] += (random() % 33 - 16) << 2U;
    break;
  case 1: // a size, or an element's kind
    all[static_cast<std::size_t>(at())] ^= std::uint64_t{1} << (32 + random() % 32);
    break;
  case 2: all[static_cast<std::size_t>(at())] = all[static_cast<std::size_t>(at())]; break;
  case 3:
    if (all.size() < words_max)
      all.insert(all.begin() + at(), random() % 2 ? 0 : all[static_cast<std::size_t>(at())]);
    break;
  case 4:
    if (all.size() > 1)
      all.erase(all.begin() + at());
    break;
  default: all[static_cast<std::size_t>(at())] ^= std::uint64_t{1} << random() % 64; break;
  }
}

/// One segment that has as many words as there are.
inline void put_table(words& all) { all.front() = std::uint64_t{all.size() - 1} << 32U; }

inline std::size_t mutate_words(std::uint8_t* data, std::size_t size, std::size_t size_max, unsigned seed) {
  std::minstd_rand random(seed);
  if (random() % 2 == 0 || size < 2 * sizeof(std::uint64_t))
    return LLVMFuzzerMutate(data, size, size_max);
  words all(size / sizeof(std::uint64_t));
  std::memcpy(all.data(), data, all.size() * sizeof(std::uint64_t));
  for (auto changes = 1 + random() % 4; changes != 0; --changes)
    change_words(all, size_max / sizeof(std::uint64_t), random);
  if (random() % 8 != 0)
    put_table(all);
  std::memcpy(data, all.data(), all.size() * sizeof(std::uint64_t));
  return all.size() * sizeof(std::uint64_t);
}

} // namespace godwit::fuzz

extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t size_max,
                                               unsigned seed) {
  return godwit::fuzz::mutate_words(data, size, size_max, seed);
}
