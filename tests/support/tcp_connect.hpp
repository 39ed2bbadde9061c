/// @file
/// A TCP connection of a test.
#pragma once

#include "tests/support/unique_fd.hpp"

#include <string>

namespace godwit::test {

/// `address`: HOST:PORT, HOST an IPv4 address. Throws std::runtime_error if nobody listens there.
unique_fd connect_to(const std::string& address);

} // namespace godwit::test
