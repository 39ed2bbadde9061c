/// @file
/// IRC clients of a real cluster, of each shape (the test's parameter: the name of a shipped config). One cluster of a
/// shape serves all tests of a program: each has nicks and channels of its own.
#pragma once

#include "tests/support/cluster.hpp"
#include "tests/support/irc_client.hpp"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

namespace godwit::test {

class irc_fixture : public ::testing::TestWithParam<const char*> {
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
  static std::unique_ptr<irc_client> connect() {
    return std::make_unique<irc_client>(running().irc_address(), running().path("var/ca.pem"));
  }
  static std::unique_ptr<irc_client> log_in(const std::string& nick) {
    auto client = connect();
    client->log_in(nick);
    return client;
  }

private:
  static inline std::map<std::string, std::unique_ptr<cluster>> clusters_by_shape_;
};

} // namespace godwit::test
