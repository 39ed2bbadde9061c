/// @file
/// Lines on a byte stream: what stands before each LF, without CR. The framing of the IRC port.
///
/// Promises  memory is bounded by the longest line, tags included; what is longer is cut there, given out as one line
///           that parse_line takes for too long, and its rest is skipped; empty lines are skipped.
/// Source    Modern IRC Client Protocol, "Message Format"; IRCv3 message-tags, "Size limit".
#pragma once

#include "messages/irc/irc_limits.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace godwit::irc {

/// Tags and line of a client, and one byte more, by which it is seen that there was too much.
inline constexpr std::size_t framed_bytes_max = limits::irc_client_tags_bytes_max + limits::irc_line_bytes_max + 1;

/// Used like frame_reader (messages/frame.hpp): feed, then pull all.
class line_reader {
public:
  void feed(std::string_view bytes);
  /// The next line, or nothing yet. Valid until the next call that is not const.
  std::optional<std::string_view> next();
  /// What was fed and not yet pulled.
  std::size_t waiting_bytes() const { return buffer_.size() - taken_; }

private:
  std::string buffer_;
  std::size_t taken_ = 0;    // bytes at the front of buffer_ that were given out
  std::size_t searched_ = 0; // bytes behind taken_ without a line end
  bool skipping_ = false;    // the rest of a line that was too long
};

} // namespace godwit::irc
