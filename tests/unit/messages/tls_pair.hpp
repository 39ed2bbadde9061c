/// @file
/// Two TLS sessions with a wire between them that can cut what it carries into pieces.
#pragma once

#include "messages/tls_session.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

namespace godwit::test {

struct tls_pair {
  tls_session client;
  tls_session server;
  std::string at_client; ///< plaintext
  std::string at_server;
  std::size_t piece_bytes = std::numeric_limits<std::size_t>::max();

  /// Moves bytes both ways until nothing is on its way.
  void run() & {
    while (carry(client, server, at_server) + carry(server, client, at_client) > 0) {
    }
  }
  tls_pair run() && {
    run();
    return std::move(*this);
  }

  /// What `from` has to say, in pieces. The number of bytes.
  std::size_t carry(tls_session& from, tls_session& to, std::string& plaintext) const {
    std::string bytes;
    from.take_output(bytes);
    for (std::size_t at = 0; at < bytes.size(); at += std::min(piece_bytes, bytes.size() - at))
      to.feed(std::string_view(bytes).substr(at, piece_bytes), plaintext);
    return bytes.size();
  }
};

inline tls_pair dial(const tls_context& client, const tls_context& server, const std::string& name = "localhost") {
  return {tls_session::connect(client, name), tls_session::accept(server), {}, {}};
}

} // namespace godwit::test
