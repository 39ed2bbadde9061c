/// @file
/// TLS without I/O: ciphertext goes in, plaintext comes out, and the other way round. Used for clients, nodes and
/// operators alike, on both sides of a connection.
///
/// Requires  files in PEM; a caller that moves the bytes, keeps the deadlines, and bounds what it writes and feeds.
/// Owns      one OpenSSL connection per session and what waits to be sent. A session that has nothing to send and no
///           half record to read keeps no buffer.
/// Promises  TLS 1.2 the least, no renegotiation, no compression; nothing but a verified peer where verification was
///           asked for; no exception, no signal, no socket, nothing left in OpenSSL's error queue; a sentence for each
///           failure.
/// Threads   a session belongs to one thread at a time, to whichever; a context may be used by many at once.
/// Source    design.md, "Dependencies"; openssl-ssl(7).
#pragma once

#include "messages/errors.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

struct ssl_ctx_st; // OpenSSL's SSL_CTX

namespace godwit {

/// Where a certificate (with its chain, if any) and its private key are. Both PEM.
struct certificate_files {
  std::string certificate;
  std::string key;
};

/// Whether a client takes up its former TLS sessions.
enum class client_tickets : unsigned char {
  kept,    ///< the newest ticket of each of a few servers, used once: connecting again is cheap
  ignored, ///< each handshake is a whole one, as of clients that come for the first time
};

/// What all connections of one kind share: own certificate, trusted CAs, settings. Cheap to copy.
///
/// Each factory reads its files at once and answers with `file_unusable` or `certificate_unusable` and a sentence that
/// names the file, if one is missing, is no PEM, has expired, or if the key is not the certificate's.
class tls_context {
public:
  /// A port for clients: shows a certificate, asks for none, gives session tickets.
  static result<tls_context> for_client_port(const certificate_files& own);
  /// A client: shows no certificate, verifies the server's by `ca_file`; empty: by the system's CAs.
  static result<tls_context> for_client(const std::string& ca_file, client_tickets tickets = client_tickets::kept);
  /// Nodes among each other, both sides: shows a certificate and requires one of the same CA.
  /// The own certificate must be signed by `ca_file` too.
  static result<tls_context> for_nodes(const certificate_files& own, const std::string& ca_file);
  /// The port for operators' tools: shows a certificate, and requires one of `ca_file` that is for clients. The own
  /// one must be signed by it too, for servers.
  static result<tls_context> for_admin_port(const certificate_files& own, const std::string& ca_file);
  /// An operator's tool: the other side of it.
  static result<tls_context> for_operator(const certificate_files& own, const std::string& ca_file);

  /// Whether the own certificate is valid for this DNS name (no wildcards).
  bool own_certificate_is_for(const std::string& name) const;

private:
  friend class tls_session;
  explicit tls_context(std::shared_ptr<ssl_ctx_st> shared) : shared_(std::move(shared)) {}
  std::shared_ptr<ssl_ctx_st> shared_;
};

enum class tls_state : unsigned char {
  handshaking,
  open,   ///< plaintext flows both ways
  ended,  ///< the peer has said close_notify: nothing more will be read; what is written is still sent
  failed, ///< see failure(); nothing is read or written any more, but output() may hold an alert for the peer
};

/// One connection. To be used thus:
///
///     on readable:  tls.feed(bytes, plaintext); then use plaintext, look at state(), send output()
///     to write:     tls.write(bytes) as often as there is something, then send output() once
class tls_session {
public:
  /// The side that was dialled.
  static tls_session accept(const tls_context& context);
  /// The side that dials. `expected_name`: the DNS name or IP address (v4 or v6, as text) that the peer's certificate
  /// must hold as a subject alternative name. output() has the first bytes at once.
  static tls_session connect(const tls_context& context, const std::string& expected_name);

  tls_session(tls_session&&) noexcept;
  tls_session& operator=(tls_session&&) noexcept;
  ~tls_session();

  /// Takes what came from the network, however cut; appends what it decrypts to: of all that was fed, never more bytes
  /// than that had (the end of a record brings all of it). May add to output(), in every state. Returns state().
  tls_state feed(std::string_view ciphertext, std::string& plaintext);
  /// The network said end of stream. An end without close_notify is a failure: somebody may have cut the stream short.
  tls_state feed_end();

  /// Adds to what goes to the peer. Copied. During the handshake it waits. Written pieces share TLS records of 16 KiB
  /// until output() is asked for. Ignored after close() and in `failed`.
  void write(std::string_view plaintext);
  /// Says close_notify behind all that was written. The peer's bytes are still read.
  void close();

  /// All ciphertext that is to be sent. Valid until the next call that is not const.
  std::string_view output();
  /// The first `count` bytes of output() have been sent.
  void sent(std::size_t count);
  /// The same by move, for sends that end later: `into` is replaced by all that is to be sent.
  void take_output(std::string& into);
  /// Bytes that wait to be sent, encrypted or not yet. For the caller's bound.
  std::size_t waiting_bytes() const;

  tls_state state() const;
  /// Requires `failed`. `certificate_refused` if trust is the matter, else `tls_failed`; `detail` is a sentence for an
  /// operator, such as "the peer's certificate is not signed by our CA".
  const error& failure() const;
  /// Since the handshake: "TLSv1.3" or "TLSv1.2".
  std::string_view version() const;
  /// Whether the handshake took up a former session by its ticket.
  bool resumed() const;

  /// The peer's certificate: its first DNS name, else its common name; empty without a certificate. Verified if the
  /// context verifies. After the handshake.
  std::string peer_name() const;
  /// Whether the peer's certificate holds exactly this DNS name.
  bool peer_certificate_is_for(const std::string& name) const;

private:
  struct connection;
  explicit tls_session(std::unique_ptr<connection> started);
  std::unique_ptr<connection> connection_;
};

} // namespace godwit
