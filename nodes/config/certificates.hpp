/// @file
/// Makes the certificates of a cluster: CAs, server certificates, node certificates. All keys are EC P-256.
///
/// Promises  keys have mode 0600, certificates 0644, from their first byte on; files appear whole or not at all; an
///           existing key or certificate is only replaced if that is asked for.
/// Owns      nothing.
/// Source    docs/OPERATING.md, "Certificates"; RFC 5280.
#pragma once

#include "messages/errors.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace godwit {

/// A certificate and its private key, both PEM.
struct certified_key {
  std::string certificate;
  std::string key;
};

/// For how long. `from` is put back by an hour, so that clocks that go wrong a little do no harm.
struct validity {
  std::chrono::system_clock::time_point from = std::chrono::system_clock::now();
  std::chrono::hours length = std::chrono::days{397}; ///< what browsers and scanners take, with the hour before
};

/// `validity` of a CA, if nothing else is said: what it signed shall not outlive it.
inline constexpr std::chrono::hours ca_lifetime = std::chrono::days{3650};

/// A CA that signs itself and may sign no further CA. `key`, here and below: the PEM of the key that the certificate is
/// for; empty: a new one. A CA that is renewed with its key has its former certificates still.
result<certified_key> make_ca(const std::string& common_name, const validity& when = {.length = ca_lifetime},
                              const std::string& key = {});

/// A certificate for a port that clients dial. `names` are DNS names and IP addresses (v4, v6, as text), at least one;
/// the first is the common name. `revocations`: the URL of the CA's list of revoked certificates; empty: none is named.
result<certified_key> issue_server_certificate(const certified_key& ca, const std::vector<std::string>& names,
                                               const validity& when = {}, const std::string& key = {},
                                               const std::string& revocations = {});

/// A certificate by which a node shows its name to nodes, as server and as client: common name and DNS name are
/// `node_name` (letters, digits and -, at most 63).
result<certified_key> issue_node_certificate(const certified_key& ca, const std::string& node_name,
                                             const validity& when = {}, const std::string& key = {});

/// The certificate of a broker node's admin port: common name and DNS name are the node's; for servers only.
result<certified_key> issue_admin_port_certificate(const certified_key& ca, const std::string& node_name,
                                                   const validity& when = {}, const std::string& key = {});

/// A certificate by which an operator's tool shows who asks: common name and DNS name are `name` (letters, digits and
/// -, at most 63); for clients only.
result<certified_key> issue_operator_certificate(const certified_key& ca, const std::string& name,
                                                 const validity& when = {}, const std::string& key = {});

/// Whether files may be replaced that are there already.
enum class existing_files : bool { keep, replace };

/// The files of a certified key: DIR/NAME.pem and DIR/NAME.key.
struct certified_key_files {
  std::string certificate;
  std::string key;
};
certified_key_files files_of(const std::string& directory, const std::string& name);

/// Writes both files; makes the directory (mode 0700) if it is not there. `file_unusable` if one is there already, or
/// can not be written.
result<certified_key_files> write_certified_key(const certified_key& what, const std::string& directory,
                                                const std::string& name,
                                                existing_files existing = existing_files::keep);

/// Replaces the certificate alone, for a key that stays.
result<certified_key_files> write_certificate(const certified_key& what, const std::string& directory,
                                              const std::string& name);

/// Reads what write_certified_key wrote: the CA for the next certificate.
result<certified_key> read_certified_key(const certified_key_files& files);

} // namespace godwit
