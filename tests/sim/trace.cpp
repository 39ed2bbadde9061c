#include "tests/sim/trace.hpp"

#include <array>
#include <cstdio>

namespace godwit::sim {

void trace::say(instant when, std::string_view who, std::string_view what) {
  if (!on())
    return;
  std::array<char, 32> time{};
  const auto since_start = std::chrono::duration<double>(when - (instant{} + std::chrono::hours{1})).count();
  std::snprintf(time.data(), time.size(), "%11.6f  ", since_start);
  std::string line = time.data();
  line += who;
  line += "  ";
  line += what;
  *whole_ << line << '\n';
  lines_.push_back(std::move(line));
  if (lines_.size() > lines_kept)
    lines_.pop_front();
}

} // namespace godwit::sim
