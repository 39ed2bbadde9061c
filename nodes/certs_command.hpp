/// @file
/// `godwitd certs`: makes the certificates of a cluster, for production and for development alike.
///
/// Files that are there are kept, so that it can be run again, unless certs_options says otherwise. What is returned is
/// what was done, as a line for people.
#pragma once

#include "messages/errors.hpp"

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

namespace godwit {

/// What becomes of a key and a certificate that are there already.
enum class when_there {
  keep,        ///< both stay; one of the two alone is an error
  renew,       ///< a new certificate for the same key; needs the key
  replace_all, ///< a new key too: who trusts the former one has to be told
};

struct certs_options {
  when_there existing = when_there::keep;
  std::chrono::days length{0}; ///< 0: ten years for a CA, 397 days for the others
  std::string revocations;     ///< of a server's: the URL of its CA's list of revoked certificates
};

/// DIR/ca.pem and DIR/ca.key: signs the client ports' certificates.
result<std::string> make_client_ca(const std::filesystem::path& directory, const certs_options& options = {});
/// DIR/cluster-ca.pem and DIR/cluster-ca.key: signs the nodes' certificates.
result<std::string> make_cluster_ca(const std::filesystem::path& directory, const certs_options& options = {});
/// DIR/server.pem and DIR/server.key, signed by DIR/ca; for these DNS names and IP addresses.
result<std::string> make_server_certificate(const std::filesystem::path& directory,
                                            const std::vector<std::string>& names, const certs_options& options = {});
/// DIR/nodes/NAME.pem and DIR/nodes/NAME.key, signed by DIR/cluster-ca.
result<std::string> make_node_certificate(const std::filesystem::path& directory, const std::string& node,
                                          const certs_options& options = {});
/// DIR/operator-ca.pem and DIR/operator-ca.key: signs the admin port's and the operators' certificates.
result<std::string> make_operator_ca(const std::filesystem::path& directory, const certs_options& options = {});
/// DIR/admin/NODE.pem and DIR/admin/NODE.key, signed by DIR/operator-ca: for the admin port of that broker node.
result<std::string> make_admin_port_certificate(const std::filesystem::path& directory, const std::string& node,
                                                const certs_options& options = {});
/// DIR/operators/NAME.pem and DIR/operators/NAME.key, signed by DIR/operator-ca.
result<std::string> make_operator_certificate(const std::filesystem::path& directory, const std::string& name,
                                              const certs_options& options = {});

} // namespace godwit
