#include "tests/chaos/operator_tool.hpp"

#include <sstream>

namespace godwit::chaos {

tool_answer operator_tool::ask(std::vector<std::string> command, std::chrono::milliseconds within) const {
  auto program = test::godwitd_program();
  program.replace(program.rfind('/') + 1, std::string::npos, "godwitctl");
  std::vector<std::string> arguments{program, "--config", cluster_.config_file(), "--json"};
  arguments.insert(arguments.end(), command.begin(), command.end());
  const auto ended = test::run({.arguments = arguments}, within);
  tool_answer out{ended.end.signal != 0 ? 128 + ended.end.signal : ended.end.code, {}, {}, ended.errors};
  std::istringstream lines{ended.output};
  for (std::string line; std::getline(lines, line);)
    if (auto object = nlohmann::json::parse(line, nullptr, false); !object.is_discarded())
      out.objects.push_back(std::move(object));
  if (!out.objects.empty())
    out.last = out.objects.back();
  return out;
}

std::string operator_tool::worker_of(const std::string& what) const {
  const auto found = ask({"where", what}).last;
  for (const auto* kind : {"sessions", "rooms"})
    if (found.is_object() && found.contains(kind) && !found[kind].empty())
      return found[kind][0].value("worker", "");
  return {};
}

} // namespace godwit::chaos
