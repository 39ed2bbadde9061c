#include "messages/log_entry.hpp"

#include <array>
#include <charconv>

namespace godwit {

std::string message_id(room_id room, room_seq seq) {
  // Room ids are never used again and a room's seqs are unique, so the pair is; it costs no storage.
  std::array<char, 40> text{};
  auto* end = std::to_chars(text.begin(), text.end(), room.value, 36).ptr;
  *end++ = '-';
  end = std::to_chars(end, text.end(), seq, 36).ptr;
  return {text.data(), end};
}

room_seq first_seq_of(const log_entry& entry) {
  const auto* gap = std::get_if<forgotten>(&entry.body);
  return gap ? gap->first : entry.seq;
}

} // namespace godwit
