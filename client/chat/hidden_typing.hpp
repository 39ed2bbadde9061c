/// @file
/// While it lives, what is typed at a terminal is not shown. Where there is no terminal it does nothing.
#pragma once

#include <termios.h>

namespace godwit {

class hidden_typing {
public:
  explicit hidden_typing(int fd) : fd_(fd), is_terminal_(::tcgetattr(fd, &before_) == 0) {
    auto hidden = before_;
    hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (is_terminal_)
      ::tcsetattr(fd_, TCSANOW, &hidden);
  }
  ~hidden_typing() {
    if (is_terminal_)
      ::tcsetattr(fd_, TCSANOW, &before_);
  }
  hidden_typing(const hidden_typing&) = delete;
  hidden_typing& operator=(const hidden_typing&) = delete;

private:
  int fd_;
  termios before_{};
  bool is_terminal_;
};

} // namespace godwit
