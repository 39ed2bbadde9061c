/// @file
/// IRC clients of a real cluster, of each shape.
#pragma once

#include "tests/support/irc_client.hpp"
#include "tests/support/shape_fixture.hpp"

#include <memory>
#include <string>

namespace godwit::test {

class irc_fixture : public shape_fixture {
protected:
  static std::unique_ptr<irc_client> connect() {
    return std::make_unique<irc_client>(running().irc_address(), running().path("var/ca.pem"));
  }
  static std::unique_ptr<irc_client> log_in(const std::string& nick) {
    auto client = connect();
    client->log_in(nick);
    return client;
  }
};

} // namespace godwit::test
