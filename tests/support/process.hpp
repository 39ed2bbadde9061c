/// @file
/// A program that a test runs as a child process.
///
/// Requires  that the starting thread lives as long as the process: the child dies with it (PDEATHSIG), so that a test
///           that is killed leaves nothing behind.
/// Owns      the process: the destructor kills and reaps it.
/// Promises  what a sanitizer says on the process's standard error fails the test, however the process ended and
///           whatever the test makes of that; it is looked for in `error_file`, when the process has been reaped.
///           Nothing but exec happens between fork and exec, so that tests may have threads.
#pragma once

#include "tests/support/unique_fd.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace godwit::test {

struct program {
  std::vector<std::string> arguments;                  ///< the first one is the path
  std::map<std::string, std::string> environment = {}; ///< besides, or instead of, what the test has
  std::string error_file = {};                         ///< gets what it says on standard error, at its end
  std::string output_file = {};                        ///< the same for standard output; empty: output() is a pipe
  int passed_fd = -1; ///< stays open in the child under this very number; the caller keeps its own
};

/// How a process ended.
struct process_end {
  int code = 0;   ///< meaningless if `signal` is set
  int signal = 0; ///< 0: it ended by itself
  bool operator==(const process_end&) const = default;
};
std::string to_string(const process_end& end);

class process {
public:
  /// Throws std::runtime_error if there can be no child at all; a program that is not there ends with code 127.
  explicit process(const program& what);
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process();

  pid_t pid() const { return pid_; }
  bool is_running();
  /// Nothing happens if it has ended.
  void signal(int number);
  /// Nothing: it runs on.
  std::optional<process_end> wait(std::chrono::milliseconds within);
  /// Kills it and waits for its end.
  void kill();

  /// False: nobody reads. Waits while the pipe is full.
  bool write(std::string_view bytes);
  void end_input() { input_.reset(); }
  /// The reading end of its standard output; -1 if that goes to a file.
  int output() const { return output_.get(); }

private:
  bool reap(int flags);
  void look_for_sanitizer_report() const;

  pid_t pid_ = 0;
  std::string error_file_;
  std::size_t error_file_begin_ = 0; ///< what others had said in it before
  std::optional<process_end> ended_;
  unique_fd input_;
  unique_fd output_;
};

/// All that the program says on its standard output until it ends, and how it ended. Throws if that takes longer.
struct finished_program {
  process_end end;
  std::string output;
  std::string errors;
};
finished_program run(program what, std::chrono::milliseconds within = std::chrono::seconds{30});

} // namespace godwit::test
