/// @file
/// What the fuzz targets share: a broken promise ends the program, and the fuzzer's bytes become choices.
///
/// A target proves more than that nothing crashes: it states what the decoder's header promises. A sentence that does
/// not hold is printed, and the input that broke it is kept by libFuzzer.
/// Source: docs/TESTING.md, "Fuzzing".
#pragma once

#include "messages/frame.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>

namespace godwit::fuzz {

inline void require(bool holds, const char* promise) {
  if (holds)
    return;
  std::fprintf(stderr, "BROKEN PROMISE: %s\n", promise);
  std::abort();
}

/// The fuzzer's bytes, front to back. Behind their end come zeros and empty texts.
class choices {
public:
  choices(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty())
      return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  /// One of 0 … count - 1.
  unsigned of(unsigned count) { return byte() % count; }
  std::uint16_t two_bytes() { return static_cast<std::uint16_t>(byte() | byte() << 8U); }
  /// Of up to 255 bytes; those that say 255 are followed by another piece.
  std::string text() {
    std::string all;
    for (std::size_t length = 255; length == 255 && !rest_.empty();) {
      length = byte();
      all += piece(length);
    }
    return all;
  }
  std::string_view piece(std::size_t length) {
    const auto taken = rest_.substr(0, length);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  std::string_view rest() const { return rest_; }

private:
  std::string_view rest_;
};

/// What stands in the only frame of `framed`.
inline std::string content_of_frame(std::string_view framed, std::uint8_t channel) {
  frame_reader reader({frame_bytes_max, 2});
  reader.feed(framed);
  const auto got = reader.next();
  require(got && *got, "what is encoded is a whole frame");
  require((*got)->channel == channel, "an encoded frame is on its channel");
  std::string content((*got)->bytes);
  require(reader.waiting_bytes() == 0, "what is encoded is one frame alone");
  return content;
}

/// How much text a message of so many bytes may give: pointers may lead to the same text several times, within the
/// bounds of what is read (messages/capnp_bytes.hpp).
inline std::size_t decoded_bytes_max(std::size_t bytes) { return 4 * bytes + 512; }

} // namespace godwit::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size); // NOLINT: the name is libFuzzer's
