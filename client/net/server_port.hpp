/// @file
/// A client's connections, one after the other, as its connection_actor speaks to them.
#pragma once

#include "client/net/connection_settings.hpp"
#include "client/net/server_address.hpp"

#include <functional>
#include <memory>
#include <string>

namespace godwit {

/// Promises  no function blocks; after open() nothing is heard of the connection before it; after the destructor
/// nothing
///           is heard at all.
class server_port {
public:
  virtual ~server_port() = default;

  /// Dials. A former connection is dropped.
  virtual void open(server_address where, control::client_hello hello) = 0;
  /// Whole frames; dropped while no connection is open.
  virtual void write(std::string frames) = 0;
  /// Says good-bye behind what was written. Nothing more is heard.
  virtual void close() = 0;
};

using server_port_maker = std::function<std::unique_ptr<server_port>(connection_events)>;

} // namespace godwit
