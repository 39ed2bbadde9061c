// Worker nodes die, stand still, are drained, and sessions and rooms move, under a load of native and IRC clients:
// nobody is disconnected, and nothing is lost, doubled or out of order. `./dev chaos` does it for longer, and by other
// chance.
#include "tests/support/cluster.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

finished_program chaos(const std::vector<std::string>& options) {
  auto program = godwitd_program();
  program.replace(program.rfind('/') + 1, std::string::npos, "chaos");
  std::vector<std::string> arguments{program};
  arguments.insert(arguments.end(), options.begin(), options.end());
  return run({.arguments = arguments}, 240s);
}

TEST(Chaos, BeneathALoadOfNativeAndIrcClientsIsNoticedByNobodyInLocal) {
  const auto ended = chaos({"--seconds", "25", "--seed", "7"});
  EXPECT_EQ(ended.end, process_end{}) << ended.output << ended.errors;
}

TEST(Chaos, BeneathALoadOfNativeAndIrcClientsIsNoticedByNobodyInWide) {
  const auto ended = chaos({"--config", "wide", "--seconds", "25", "--seed", "11"});
  EXPECT_EQ(ended.end, process_end{}) << ended.output << ended.errors;
}

} // namespace
} // namespace godwit::test
