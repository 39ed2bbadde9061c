/// @file
/// A client's connections, one after the other, on a thread of their own.
///
/// Owns      an io_context and its thread.
/// Promises  as a server_port; every function may be called from any thread. The destructor ends the thread.
/// Limits    client/net/connection_settings.hpp.
#pragma once

#include "client/net/server_port.hpp"
#include "messages/tls_session.hpp"

#include <memory>
#include <string>

namespace godwit {

class server_connection final : public server_port {
public:
  server_connection(tls_context context, const connection_settings& settings, connection_events events);
  ~server_connection() override;
  server_connection(const server_connection&) = delete;
  server_connection& operator=(const server_connection&) = delete;

  void open(server_address where, control::client_hello hello) override;
  void write(std::string frames) override;
  void close() override;

private:
  struct io_thread;
  std::unique_ptr<io_thread> thread_;
};

} // namespace godwit
