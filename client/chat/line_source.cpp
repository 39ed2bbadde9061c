#include "client/chat/line_source.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <poll.h>
#include <stdexcept>
#include <unistd.h>

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

std::optional<std::string> line_source::next() {
  for (;;) {
    const auto end = buffer_.find('\n');
    if (end != std::string::npos && end <= line_bytes_max)
      return cut(end, 1);
    if (buffer_.size() >= line_bytes_max)
      return cut(line_bytes_max, 0);
    if (ended_ && !buffer_.empty())
      return cut(buffer_.size(), 0);
    if (ended_ || !fill())
      return std::nullopt;
  }
}

std::optional<std::string> line_source::cut(std::size_t length, std::size_t line_end) {
  auto line = buffer_.substr(0, length);
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
