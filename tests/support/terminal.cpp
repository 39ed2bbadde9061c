#include "tests/support/terminal.hpp"

#include "tests/support/patience.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace godwit::test {
namespace {

const std::map<std::string, std::string> environment{{"TERM", "xterm-256color"}, {"LC_ALL", "C.UTF-8"}, {"TMUX", ""}};

std::string read_all(int from) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (auto count = ::read(from, buffer.data(), buffer.size()); count > 0;
       count = ::read(from, buffer.data(), buffer.size()))
    text.append(buffer.data(), static_cast<std::size_t>(count));
  return text;
}

} // namespace

terminal::terminal(const std::vector<std::string>& command) {
  // The server is a child of the test and no daemon, so that it ends with the test whatever happens.
  std::ofstream(folder_.path("tmux.conf")) << "set -g exit-empty off\nset -g default-terminal screen-256color\n"
                                              "set -g remain-on-exit on\nset -g status off\n";
  server_ = std::make_unique<process>(
    program{{"/usr/bin/tmux", "-u", "-S", folder_.path("socket"), "-f", folder_.path("tmux.conf"), "-D"}, environment});
  wait_until("tmux listens", [&] { return ::access(folder_.path("socket").c_str(), F_OK) == 0; });
  std::vector<std::string> begin{"new-session", "-d", "-x", "120", "-y", "40", "-s", "main"};
  begin.insert(begin.end(), command.begin(), command.end());
  tmux(begin);
}

void terminal::type(const std::string& line) const {
  tmux({"send-keys", "-t", "main", "-l", line});
  tmux({"send-keys", "-t", "main", "Enter"});
}

std::string terminal::screen() const { return tmux({"capture-pane", "-t", "main", "-p"}); }

std::string terminal::expect(const std::vector<std::string>& parts) const {
  std::string seen;
  try {
    wait_until("a screen", [&] {
      seen = screen();
      return std::ranges::all_of(parts, [&](const auto& part) { return seen.find(part) != std::string::npos; });
    });
  } catch (const std::runtime_error&) {
    std::string wanted;
    for (const auto& part : parts)
      wanted += "\"" + part + "\" ";
    throw std::runtime_error("in vain waited for " + wanted + "on this screen:\n" + seen);
  }
  return seen;
}

std::string terminal::tmux(std::vector<std::string> arguments) const {
  std::vector<std::string> command{"/usr/bin/tmux", "-u", "-S", folder_.path("socket")};
  std::ranges::move(arguments, std::back_inserter(command));
  process client{program{command, environment}};
  client.end_input();
  auto text = read_all(client.output());
  const auto end = client.wait(patience);
  if (!end || *end != process_end{})
    throw std::runtime_error("tmux " + command.back() + ": " + (end ? to_string(*end) : "does not end"));
  return text;
}

} // namespace godwit::test
