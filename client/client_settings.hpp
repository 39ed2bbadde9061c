/// @file
/// What a client needs to know before it connects.
#pragma once

#include "client/net/connection_settings.hpp"
#include "client/net/server_address.hpp"
#include "client/rules/reconnect.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace godwit {

struct client_settings {
  server_address server;
  std::string nick;
  std::string identity;    ///< control::identity_bytes random bytes, the person's secret
  std::string ca_file;     ///< empty: the system's CAs
  std::string client_name; ///< for the server's log
  connection_settings connection;
  backoff_limits redial;
  /// Without any connection so far: given up after this.
  std::chrono::milliseconds first_connection_within{15'000};
  /// Once connected: given up when this has passed without a connection.
  std::chrono::milliseconds reconnection_within{600'000};
  std::uint64_t seed = 0;     ///< of the jitter; 0: a random one
  std::function<void()> wake; ///< called, from another thread, when news wait; for callers with a loop of their own
};

} // namespace godwit
