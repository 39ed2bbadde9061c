/// @file
/// The newest entries of a room's log, without gaps, bounded by number and bytes.
///
/// Limits: recent_entries_max, recent_bytes_max.
#pragma once

#include "messages/log_entry.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace godwit {

/// About what an entry costs in memory and on its way, in bytes.
std::size_t entry_bytes(const log_entry& entry);
/// Cuts `entries` from its end to `bytes_max`, but never to nothing.
void cut_to_bytes(std::vector<shared_entry>& entries, std::size_t bytes_max);

class recent_entries {
public:
  /// Forgets everything; entries behind `last_seq` follow.
  void reset(room_seq last_seq);
  /// Requires entry->seq == last_seq() + 1.
  void push(shared_entry entry);

  [[nodiscard]] room_seq last_seq() const { return last_seq_; }
  /// The entries from `from` on, as many as fit into both limits, one at least where there is one; nothing when `from`
  /// is older than what is remembered.
  [[nodiscard]] std::optional<std::vector<shared_entry>> piece(room_seq from, std::size_t count_max,
                                                               std::size_t bytes_max) const;
  /// Null when it is not remembered.
  [[nodiscard]] shared_entry find(room_seq seq) const;

private:
  [[nodiscard]] room_seq first_seq() const { return last_seq_ + 1 - entries_.size(); }

  room_seq last_seq_ = 0;
  std::size_t bytes_ = 0;
  std::deque<shared_entry> entries_;
};

} // namespace godwit
