/// @file
/// What stands in the log of a cluster that has stopped, read from the database itself.
///
/// Shares nothing with the store or with the rules of rooms but the form of an entry.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace godwit::chaos {

struct log_findings {
  std::uint64_t posts = 0;                ///< of the load, in all rooms
  std::uint64_t lost = 0;                 ///< acknowledged, and not there
  std::uint64_t refused = 0;              ///< refused, and there all the same
  std::uint64_t gaps = 0;                 ///< numbers of a room that are not there
  std::uint64_t doubled = 0;              ///< posts that stand there again
  std::uint64_t out_of_order = 0;         ///< posts behind a later one of the same sender
  std::vector<std::string> what_is_wrong; ///< the first few, as sentences
  bool any() const { return lost + refused + gaps + doubled + out_of_order != 0; }
};

/// `answers`: what `godwit-bench --answers` wrote. Throws std::runtime_error: one of the two can not be read.
log_findings check_log(const std::string& database_file, const std::string& answers);

} // namespace godwit::chaos
