/// @file
/// What a post of the load says: who sent it, which of its posts it is, and when it was due.
///
///     gb SENDER COUNTER DUE xxxxxxxx
///
/// Numbers are hexadecimal, the time is of the sending process's steady clock; what follows fills the text up to its
/// size.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace godwit::bench {

using bench_clock = std::chrono::steady_clock;
using bench_time = std::chrono::time_point<bench_clock, std::chrono::nanoseconds>;

struct post_stamp {
  std::uint32_t sender = 0;  ///< from 0
  std::uint64_t counter = 0; ///< of the sender's posts, from 1
  bench_time due{};
  bool operator==(const post_stamp&) const = default;
};

/// Any stamp fits into as many bytes.
inline constexpr std::size_t post_bytes_min = 48;

/// `bytes` long, or as long as the stamp where that is longer.
std::string to_text(const post_stamp& stamp, std::size_t bytes);
/// Nothing: it is no post of a load.
std::optional<post_stamp> read_post(std::string_view text);

} // namespace godwit::bench
