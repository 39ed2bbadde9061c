/// @file
/// How a client connects, and what it hears of its connection.
#pragma once

#include "messages/control_codec.hpp"
#include "messages/errors.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace godwit {

struct connection_settings {
  /// From the first packet to the server's hello.
  std::chrono::milliseconds open_within{10'000};
  /// The next address of a host is begun when the one before has not answered for so long.
  std::chrono::milliseconds next_address_after{250};
  /// A silent server is pinged after this time, and given up after twice as long.
  std::chrono::milliseconds ping_after{30'000};
  /// Received bytes that nobody has taken; beyond it nothing is read.
  std::size_t unread_bytes_max = 1024 * 1024;
};

/// Held by whoever has not taken what arrived; dropped, it lets the connection read on.
using read_ticket = std::shared_ptr<const void>;

/// Called on the connection's thread; must not block.
struct connection_events {
  std::function<void(control::server_hello)> opened;
  /// Messages of the session channel, in order.
  std::function<void(std::vector<std::string>, read_ticket)> arrived;
  /// Not made, or over. `certificate_refused`: trying again is no use.
  std::function<void(error)> lost;
};

} // namespace godwit
