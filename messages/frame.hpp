/// @file
/// Frames on a byte stream: a 32-bit little-endian header, then as many bytes as bits 0..23 of it say; bits 24..31 are
/// the channel.
///
/// Promises  memory grows with what has arrived, never with what a header announces; after an error nothing more is
///           read.
/// Limits    given by the owner of the stream (client streams: limits::client_frame_bytes_max, 2 channels).
/// Source    messages/client.capnp, "Framing".
#pragma once

#include "messages/errors.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace godwit {

inline constexpr std::size_t frame_header_bytes = 4;
/// What the 24 bits of the header can say.
inline constexpr std::size_t frame_bytes_max = (1U << 24U) - 1;

/// The channels of messages/client.capnp.
enum class client_channel : std::uint8_t { session = 0, connection = 1 };

struct frame_limits {
  std::size_t bytes_max = 0; ///< of one frame, without header
  unsigned channel_count = 0;
};

/// `bytes` points into the reader, and is valid until its next call that is not const.
struct frame {
  std::uint8_t channel = 0;
  std::string_view bytes;
};

/// Cuts a stream into frames:
///
///     reader.feed(bytes);
///     for (;;) { auto got = reader.next(); ... }   // until nothing or an error
///
/// The owner pulls all frames after each feed(): then the reader keeps less than one frame and what was fed last.
class frame_reader {
public:
  explicit frame_reader(frame_limits limits) : limits_(limits) {}

  void feed(std::string_view bytes);
  /// The next whole frame, or nothing yet. `frame_too_large`, or `bad_frame` for an empty frame or an unknown channel;
  /// the stream is of no use from there on, and the same error is given again.
  result<std::optional<frame>> next();
  /// What was fed and not yet pulled; behind an error nothing is added.
  std::size_t waiting_bytes() const { return buffer_.size() - taken_; }
  /// The same bytes, for who goes on without frames. The reader is empty afterwards.
  std::string take_rest();

private:
  result<std::optional<frame>> cut();

  frame_limits limits_;
  std::string buffer_;
  std::size_t taken_ = 0; // bytes at the front of buffer_ that were given out
  bool over_ = false;     // by an error: what is fed is dropped
};

/// Requires 1 <= bytes.size() <= frame_bytes_max.
void append_frame(std::string& to, std::uint8_t channel, std::string_view bytes);
inline void append_frame(std::string& to, client_channel channel, std::string_view bytes) {
  append_frame(to, static_cast<std::uint8_t>(channel), bytes);
}

} // namespace godwit
