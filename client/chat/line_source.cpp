#include "client/chat/line_source.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace godwit {

line_source::line_source(int fd) : fd_(fd) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0)
    throw std::runtime_error("no pipe");
  wake_read_ = ends[0];
  wake_write_ = ends[1];
}

line_source::~line_source() {
  ::close(wake_read_);
  ::close(wake_write_);
}

void line_source::stop() {
  const char byte = 0;
  [[maybe_unused]] const auto written = ::write(wake_write_, &byte, 1); // a full pipe wakes as well
}

std::optional<input_line> line_source::next() {
  for (;;) {
    const auto end = buffer_.find('\n');
    if (end != std::string::npos)
      return take(end, 1);
    if (ended_ && (skipping_ || !buffer_.empty()))
      return take(buffer_.size(), 0);
    if (buffer_.size() > line_bytes_max) {
      skipping_ = true;
      buffer_.clear(); // however long the line is, no more of it is kept
    }
    if (ended_ || !fill())
      return std::nullopt;
  }
}

input_line line_source::take(std::size_t length, std::size_t line_end) {
  const bool too_long = std::exchange(skipping_, false) || length > line_bytes_max;
  input_line line{too_long ? std::string{} : buffer_.substr(0, length), too_long};
  buffer_.erase(0, length + line_end);
  return line;
}

/// False: stopped.
bool line_source::fill() {
  std::array<pollfd, 2> watched{{{fd_, POLLIN, 0}, {wake_read_, POLLIN, 0}}};
  while (::poll(watched.data(), watched.size(), -1) < 0)
    if (errno != EINTR)
      return false;
  if (watched[1].revents != 0)
    return false;
  std::array<char, 16 * 1024> bytes{};
  const auto count = ::read(fd_, bytes.data(), bytes.size());
  if (count > 0)
    buffer_.append(bytes.data(), static_cast<std::size_t>(count));
  else if (count == 0 || (errno != EINTR && errno != EAGAIN))
    ended_ = true;
  return true;
}

} // namespace godwit
