/// @file
/// Lines of a file descriptor, read on the caller's thread, that another thread (or a signal handler) can end.
///
/// Limits  a line of more than line_bytes_max is skipped up to its end, and only told of: no part of it may be taken
///         for a line of its own, which could be a command.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace godwit {

struct input_line {
  std::string text;      ///< without its end
  bool too_long = false; ///< and was skipped: `text` is empty
  bool operator==(const input_line&) const = default;
};

class line_source {
public:
  /// As much as a post may hold, and a command before it.
  static constexpr std::size_t line_bytes_max = 32 * 1024;

  /// Does not own `fd`.
  explicit line_source(int fd);
  ~line_source();
  line_source(const line_source&) = delete;
  line_source& operator=(const line_source&) = delete;

  /// Waits. Nothing at the end of the input, on its failure, and after stop().
  std::optional<input_line> next();
  int descriptor() const { return fd_; }
  /// Wakes next(). May be called in a signal handler.
  void stop();

private:
  bool fill();
  input_line take(std::size_t length, std::size_t line_end);

  int fd_;
  int wake_read_ = -1;
  int wake_write_ = -1;
  std::string buffer_;
  bool skipping_ = false; ///< what is read belongs to a line that is too long
  bool ended_ = false;
};

} // namespace godwit
