/// @file
/// `godwitctl --json`, as an operator's script would use it.
#pragma once

#include "tests/support/cluster.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace godwit::chaos {

struct tool_answer {
  int code = 0;                        ///< of the program; docs/OPERATING.md
  nlohmann::json last;                 ///< the last object that it printed; null: none
  std::vector<nlohmann::json> objects; ///< all, in order
  std::string errors;
  bool ok() const { return code == 0; }
};

class operator_tool {
public:
  /// The cluster must outlive it.
  explicit operator_tool(const test::cluster& of) : cluster_(of) {}

  tool_answer ask(std::vector<std::string> command, std::chrono::milliseconds within = test::patience) const;
  /// Which worker node has it: a nick, or a room with its `#`. Empty: nobody says.
  std::string worker_of(const std::string& what) const;

private:
  const test::cluster& cluster_;
};

} // namespace godwit::chaos
