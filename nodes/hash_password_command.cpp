#include "nodes/hash_password_command.hpp"

#include "nodes/config/password_hash.hpp"
#include "nodes/exit_codes.hpp"

#include <csignal>
#include <termios.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <optional>
#include <string>

namespace godwit {
namespace {

/// What is typed is not shown while it lives.
class silent_terminal {
public:
  silent_terminal() {
    ::tcgetattr(STDIN_FILENO, &before_);
    auto silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    // Ctrl-C would end the program and leave the terminal silent: it waits until the line is read.
    ::sigemptyset(&held_);
    for (const int each : {SIGINT, SIGTERM, SIGTSTP, SIGQUIT})
      ::sigaddset(&held_, each);
    ::pthread_sigmask(SIG_BLOCK, &held_, nullptr);
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~silent_terminal() {
    ::tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    ::pthread_sigmask(SIG_UNBLOCK, &held_, nullptr);
  }
  silent_terminal(const silent_terminal&) = delete;
  silent_terminal& operator=(const silent_terminal&) = delete;

private:
  termios before_{};
  sigset_t held_{};
};

std::optional<std::string> read_line() {
  std::string line;
  if (!std::getline(std::cin, line))
    return std::nullopt;
  return line;
}

std::optional<std::string> ask(const char* prompt) {
  std::fprintf(stderr, "%s: ", prompt);
  const silent_terminal silent;
  auto line = read_line();
  std::fprintf(stderr, "\n");
  return line;
}

} // namespace

int hash_password_command() {
  std::optional<std::string> password;
  if (::isatty(STDIN_FILENO) != 0) {
    password = ask("Password");
    if (password && ask("Again") != password) {
      std::fprintf(stderr, "The two differ.\n");
      return number_of(exit_code::can_not_start);
    }
  } else {
    password = read_line();
  }
  const auto hash = hash_password(password.value_or(""));
  if (!hash) {
    std::fprintf(stderr, "%s\n", hash.why().detail.c_str());
    return number_of(exit_code::can_not_start);
  }
  std::printf("%s\n", hash->c_str());
  return 0;
}

} // namespace godwit
