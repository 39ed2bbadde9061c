/// @file
/// A client's byte stream as its connection sees it: through TLS, or, on a plaintext port, as it is.
///
/// Requires  as tls_session: a caller that moves the bytes, keeps the deadlines, and bounds what it writes.
/// Promises  a plaintext stream is open from its begin, can not fail, and keeps no buffer once all was sent.
#pragma once

#include "messages/tls_session.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

namespace godwit {

class client_stream {
public:
  static client_stream plaintext() { return client_stream(plain{}); }
  explicit client_stream(tls_session tls) : through_(std::move(tls)) {}

  [[nodiscard]] bool is_plaintext() const { return std::holds_alternative<plain>(through_); }

  tls_state feed(std::string_view from_network, std::string& out);
  tls_state feed_end();
  void write(std::string_view bytes);
  void close();
  std::string_view output();
  void sent(std::size_t count);
  [[nodiscard]] std::size_t waiting_bytes() const;
  [[nodiscard]] tls_state state() const;
  /// Requires `failed`.
  [[nodiscard]] const error& failure() const { return std::get<tls_session>(through_).failure(); }

private:
  struct plain {
    std::string waiting; ///< from `sent` on
    std::size_t sent = 0;
    bool ended = false;  ///< the client says nothing more
    bool closed = false; ///< we do not
  };
  explicit client_stream(plain begin) : through_(std::move(begin)) {}

  std::variant<tls_session, plain> through_;
};

} // namespace godwit
