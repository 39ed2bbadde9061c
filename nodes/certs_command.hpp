/// @file
/// `godwitd certs`: makes the certificates of a cluster, for production and for development alike.
///
/// Files that are there are kept, so that it can be run again.
#pragma once

#include "messages/errors.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace godwit {

/// DIR/ca.pem and DIR/ca.key: signs the client ports' certificates.
result<std::string> make_client_ca(const std::filesystem::path& directory);
/// DIR/cluster-ca.pem and DIR/cluster-ca.key: signs the nodes' certificates.
result<std::string> make_cluster_ca(const std::filesystem::path& directory);
/// DIR/server.pem and DIR/server.key, signed by DIR/ca; for these DNS names and IP addresses.
result<std::string> make_server_certificate(const std::filesystem::path& directory,
                                            const std::vector<std::string>& names);
/// DIR/nodes/NAME.pem and DIR/nodes/NAME.key, signed by DIR/cluster-ca.
result<std::string> make_node_certificate(const std::filesystem::path& directory, const std::string& node);

} // namespace godwit
