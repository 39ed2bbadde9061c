/// @file
/// Ports of loopback that nobody uses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace godwit::test {

/// That many different ones, free on 127.0.0.1 and ::1. Below the range from which the system takes the near ends of
/// connections, so that none of them becomes one before the test listens there. Throws if there are not so many.
std::vector<std::uint16_t> free_ports(std::size_t count);

} // namespace godwit::test
