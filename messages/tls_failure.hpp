/// @file
/// Says in a sentence why a TLS connection failed: OpenSSL's reasons, as an operator would want to hear them.
#pragma once

#include "messages/errors.hpp"

#include <string>
#include <string_view>

namespace godwit {

/// What is known when a connection fails.
struct tls_failure {
  unsigned long reason = 0;       ///< OpenSSL's, as ERR_peek_last_error() gave it
  long verification = 0;          ///< X509_V_OK, or why the peer's certificate was refused
  bool handshaking = true;        ///< failed before both sides were sure of each other
  std::string_view first_bytes;   ///< the first few that the peer sent
  std::string_view expected_name; ///< that the peer's certificate was to hold; empty: none
  std::string_view peer_names;    ///< that it holds
};

/// `certificate_refused` or `tls_failed`, with the sentence as `detail`.
error explain(const tls_failure& what);

} // namespace godwit
