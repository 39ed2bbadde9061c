#include "actors/rules/recent_entries.hpp"

#include "actors/rules/limits.hpp"

#include <algorithm>

namespace godwit {
namespace {

/// A change with a mask of the usual length.
constexpr std::size_t change_bytes = sizeof(mode_change) + 64;

std::size_t text_bytes(const entry_body& body) {
  struct measure {
    std::size_t operator()(const posted& it) const { return it.text.size(); }
    std::size_t operator()(const joined&) const { return 0; }
    std::size_t operator()(const left& it) const { return it.reason.size(); }
    std::size_t operator()(const topic_set& it) const { return it.text.size(); }
    std::size_t operator()(const renamed& it) const { return it.to.size(); }
    std::size_t operator()(const unknown_entry&) const { return 0; }
    std::size_t operator()(const modes_changed& it) const { return it.changes.size() * change_bytes; }
    std::size_t operator()(const kicked& it) const { return it.nick.size() + it.reason.size(); }
    std::size_t operator()(const forgotten&) const { return 0; }
    std::size_t operator()(const invited& it) const { return it.nick.size(); }
  };
  return std::visit(measure{}, body);
}

} // namespace

std::size_t entry_bytes(const log_entry& entry) {
  return sizeof(log_entry) + entry.nick.size() + text_bytes(entry.body);
}

void cut_to_bytes(std::vector<shared_entry>& entries, std::size_t bytes_max) {
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    bytes += entry_bytes(*entries[i]);
    if (bytes > bytes_max && i > 0) {
      entries.resize(i);
      return;
    }
  }
}

void recent_entries::reset(room_seq last_seq) {
  last_seq_ = last_seq;
  bytes_ = 0;
  entries_.clear();
}

void recent_entries::push(shared_entry entry) {
  last_seq_ = entry->seq;
  bytes_ += entry_bytes(*entry);
  entries_.push_back(std::move(entry));
  while (entries_.size() > limits::recent_entries_max || (bytes_ > limits::recent_bytes_max && entries_.size() > 1)) {
    bytes_ -= entry_bytes(*entries_.front());
    entries_.pop_front();
  }
}

std::optional<std::vector<shared_entry>> recent_entries::piece(room_seq from, std::size_t count_max,
                                                               std::size_t bytes_max) const {
  if (from > last_seq_)
    return std::vector<shared_entry>{};
  if (from < first_seq())
    return std::nullopt;
  const auto begin = entries_.begin() + static_cast<std::ptrdiff_t>(from - first_seq());
  const auto count = std::min<std::size_t>(count_max, static_cast<std::size_t>(last_seq_ - from + 1));
  std::vector<shared_entry> entries(begin, begin + static_cast<std::ptrdiff_t>(count));
  cut_to_bytes(entries, bytes_max);
  return entries;
}

shared_entry recent_entries::find(room_seq seq) const {
  if (seq < first_seq() || seq > last_seq_ || entries_.empty())
    return nullptr;
  return entries_[static_cast<std::size_t>(seq - first_seq())];
}

} // namespace godwit
