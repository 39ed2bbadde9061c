/// @file
/// The session tickets that a client context keeps: the newest one of each of a few servers, used once.
///
/// Threads  used by all connections of a context at once.
#pragma once

#include "messages/openssl_ptr.hpp"

#include <map>
#include <mutex>
#include <string>

namespace godwit {

class tls_tickets {
public:
  static constexpr std::size_t servers_max = 16;

  /// Gives `context` a store of tickets, freed with it.
  static void keep_in(SSL_CTX* context);
  /// Uses the ticket that is kept for `server`, if any, and keeps the ones that come. `ssl` is about to connect.
  static void use_for(SSL* ssl, const std::string& server);

private:
  static int store_index();
  static int came(SSL* ssl, SSL_SESSION* ticket);
  openssl::session_ptr take(const std::string& server);
  void put(const std::string& server, openssl::session_ptr ticket);

  std::mutex mutex_;
  std::map<std::string, openssl::session_ptr> by_server_;
};

} // namespace godwit
