// What a sanitizer says in a child process fails the test that runs it.
#include "tests/support/process.hpp"
#include "tests/support/text_file.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

namespace godwit::test {
namespace {

using namespace std::chrono_literals;

program saying(const std::string& what, const std::string& error_file) {
  return {.arguments = {"/bin/sh", "-c", what}, .error_file = error_file};
}

void run_to_its_end(const std::string& what, const std::string& error_file) {
  process running{saying(what, error_file)};
  running.wait(30s);
}

TEST(SanitizerReport, FailsTheTestWhateverTheTestMakesOfTheProcess) {
  const temporary_file errors;
  const auto file = errors.path();
  EXPECT_NONFATAL_FAILURE(run_to_its_end("echo '==7==ERROR: LeakSanitizer: detected memory leaks' >&2; exit 1", file),
                          "detected memory leaks");
  EXPECT_NONFATAL_FAILURE(run_to_its_end("echo 'a.cpp:1:2: runtime error: signed overflow' >&2; kill -9 $$", file),
                          "signed overflow");
  run_to_its_end("echo 'nothing to report' >&2; exit 3", file); // what was said before is not counted again
}

} // namespace
} // namespace godwit::test
