/// @file
/// A file descriptor with one owner.
#pragma once

#include <unistd.h>
#include <utility>

namespace godwit::test {

class unique_fd {
public:
  unique_fd() = default;
  explicit unique_fd(int fd) : fd_(fd) {}
  unique_fd(unique_fd&& that) noexcept : fd_(std::exchange(that.fd_, -1)) {}
  unique_fd& operator=(unique_fd&& that) noexcept {
    reset(std::exchange(that.fd_, -1));
    return *this;
  }
  ~unique_fd() { reset(); }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset(int fd = -1) {
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = fd;
  }

private:
  int fd_ = -1;
};

} // namespace godwit::test
