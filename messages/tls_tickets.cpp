#include "messages/tls_tickets.hpp"

namespace godwit {

namespace {

void free_store(void*, void* store, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<tls_tickets*>(store); }
void free_server(void*, void* server, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<std::string*>(server); }

int server_index() {
  static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, free_server);
  return index;
}

} // namespace

int tls_tickets::store_index() {
  static const int index = SSL_CTX_get_ex_new_index(0, nullptr, nullptr, nullptr, free_store);
  return index;
}

void tls_tickets::keep_in(SSL_CTX* context) {
  SSL_CTX_set_ex_data(context, store_index(), new tls_tickets);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, came);
}

void tls_tickets::use_for(SSL* ssl, const std::string& server) {
  auto* store = static_cast<tls_tickets*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), store_index()));
  if (!store)
    return;
  SSL_set_ex_data(ssl, server_index(), new std::string(server));
  if (const auto ticket = store->take(server))
    SSL_set_session(ssl, ticket.get());
}

// OpenSSL: 1 means that the reference is ours now.
int tls_tickets::came(SSL* ssl, SSL_SESSION* ticket) {
  auto* store = static_cast<tls_tickets*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), store_index()));
  const auto* server = static_cast<const std::string*>(SSL_get_ex_data(ssl, server_index()));
  if (!store || !server)
    return 0;
  store->put(*server, openssl::session_ptr{ticket});
  return 1;
}

openssl::session_ptr tls_tickets::take(const std::string& server) {
  const std::lock_guard lock(mutex_);
  auto found = by_server_.extract(server);
  return found ? std::move(found.mapped()) : nullptr;
}

void tls_tickets::put(const std::string& server, openssl::session_ptr ticket) {
  const std::lock_guard lock(mutex_);
  if (by_server_.size() >= servers_max && !by_server_.contains(server))
    by_server_.erase(by_server_.begin());
  by_server_[server] = std::move(ticket);
}

} // namespace godwit
