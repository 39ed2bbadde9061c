/// @file
/// A person at a terminal: a full-screen program in a tmux of its own, keys in, the screen out.
///
/// Owns      the tmux server and with it the program: both end with this.
/// Requires  tmux. Promises  each wait has a deadline and throws with the screen as it is then.
#pragma once

#include "tests/support/process.hpp"
#include "tests/support/temporary_folder.hpp"

#include <memory>
#include <string>
#include <vector>

namespace godwit::test {

class terminal {
public:
  /// 120 columns, 40 rows.
  explicit terminal(const std::vector<std::string>& command);

  /// Text as it is typed, and Enter.
  void type(const std::string& line) const;
  std::string screen() const;
  /// Waits until the screen has all of `parts`; returns it.
  std::string expect(const std::vector<std::string>& parts) const;

private:
  std::string tmux(std::vector<std::string> arguments) const;

  temporary_folder folder_;
  std::unique_ptr<process> server_;
};

} // namespace godwit::test
