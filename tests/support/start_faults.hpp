/// @file
/// What a node that can not start must say (nodes/exit_codes.hpp).
#pragma once

#include "tests/support/process.hpp"

#include <gtest/gtest.h>

#include <string>

namespace godwit::test {

/// It ended with this code, and said in a sentence what is wrong and what to do about it.
inline void expect_fault(const finished_program& ended, int code, const std::string& what, const std::string& advice) {
  EXPECT_EQ(ended.end, (process_end{code, 0})) << ended.errors;
  EXPECT_NE(ended.errors.find(" can not start: "), std::string::npos) << ended.errors;
  EXPECT_NE(ended.errors.find(what), std::string::npos) << ended.errors;
  EXPECT_NE(ended.errors.find(advice), std::string::npos) << ended.errors;
}

} // namespace godwit::test
