/// @file
/// Tests on a real cluster of each shape (the test's parameter: the name of a shipped config). One cluster of a shape
/// serves all tests of a program: each has nicks and rooms of its own.
#pragma once

#include "tests/support/cluster.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

namespace godwit::test {

class shape_fixture : public ::testing::TestWithParam<const char*> {
protected:
  static void TearDownTestSuite() { clusters_by_shape_.clear(); }

  static cluster& running() {
    auto& found = clusters_by_shape_[GetParam()];
    if (!found) {
      found = std::make_unique<cluster>(GetParam());
      found->start();
    }
    return *found;
  }

private:
  static inline std::map<std::string, std::unique_ptr<cluster>> clusters_by_shape_;
};

} // namespace godwit::test
