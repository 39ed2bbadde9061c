/// @file
/// How far a session has shown one room: `last + 1` only. Older is dropped; newer makes it ask for what is missing, and
/// everything is dropped until that has come.
///
/// Source: docs/ARCHITECTURE.md, "The path of a command to a room", 6.
#pragma once

#include "messages/ids.hpp"

#include <algorithm>
#include <cstdint>

namespace godwit {

class room_cursor {
public:
  enum class verdict : std::uint8_t { show, old, gap };

  room_cursor() = default;
  explicit room_cursor(room_seq shown) : shown_(shown), highest_(shown) {}

  /// An entry that stands for those from `first` to `seq`.
  verdict take(room_seq first, room_seq seq) {
    if (seq <= shown_)
      return verdict::old;
    highest_ = std::max(highest_, seq);
    if (first > shown_ + 1)
      return verdict::gap;
    shown_ = seq;
    asked_ = false; // the answer has come, or is not needed any more
    return verdict::show;
  }

  /// This entry exists, whether or not it has come.
  void exists(room_seq seq) { highest_ = std::max(highest_, seq); }
  /// The relay has nothing more: what is missing will come by itself.
  void nothing_more() {
    asked_ = false;
    highest_ = shown_;
  }
  /// Whether `replay_events{from = shown + 1}` is to be sent now.
  [[nodiscard]] bool should_ask() const { return !asked_ && shown_ < highest_; }
  void ask() { asked_ = true; }
  [[nodiscard]] bool asked() const { return asked_; }
  [[nodiscard]] room_seq shown() const { return shown_; }

private:
  room_seq shown_ = 0;
  room_seq highest_ = 0;
  bool asked_ = false;
};

} // namespace godwit
