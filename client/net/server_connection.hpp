/// @file
/// A client's connections, one after the other, on a thread of their own.
///
/// Owns      an io_context and its thread.
/// Promises  every function may be called from any thread and does not block; after open() nothing is heard of the
///           connection before it. The destructor ends the thread.
/// Limits    client/net/connection_settings.hpp.
#pragma once

#include "client/net/connection_settings.hpp"
#include "client/net/server_address.hpp"
#include "messages/tls_session.hpp"

#include <memory>
#include <string>

namespace godwit {

class server_connection {
public:
  server_connection(tls_context context, const connection_settings& settings, connection_events events);
  ~server_connection();
  server_connection(const server_connection&) = delete;
  server_connection& operator=(const server_connection&) = delete;

  /// Dials. A former connection is dropped.
  void open(server_address where, control::client_hello hello);
  /// Whole frames; dropped while no connection is open.
  void write(std::string frames);
  /// Says good-bye behind what was written. Nothing more is heard.
  void close();

private:
  struct io_thread;
  std::unique_ptr<io_thread> thread_;
};

} // namespace godwit
