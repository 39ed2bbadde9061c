#include "nodes/certs_command.hpp"

#include "nodes/config/certificates.hpp"

#include <functional>

namespace godwit {
namespace {

namespace fs = std::filesystem;

/// Returns what was done, as a sentence.
result<std::string> make_unless_there(const fs::path& directory, const std::string& name,
                                      const std::function<result<certified_key>()>& make) {
  auto files = files_of(directory.string(), name);
  if (fs::exists(files.certificate) && fs::exists(files.key))
    return "kept " + files.certificate;
  auto made = make();
  if (!made)
    return made.why();
  auto written = write_certified_key(*made, directory.string(), name);
  if (!written)
    return written.why();
  return "made " + written->certificate;
}

result<std::string> sign(const fs::path& directory, const std::string& name, const fs::path& ca_directory,
                         const std::string& ca_name,
                         const std::function<result<certified_key>(const certified_key& ca)>& issue) {
  return make_unless_there(directory, name, [&]() -> result<certified_key> {
    auto ca = read_certified_key(files_of(ca_directory.string(), ca_name));
    if (!ca)
      return ca.why();
    return issue(*ca);
  });
}

} // namespace

result<std::string> make_client_ca(const fs::path& directory) {
  return make_unless_there(directory, "ca", [] { return make_ca("Godwit client CA"); });
}

result<std::string> make_cluster_ca(const fs::path& directory) {
  return make_unless_there(directory, "cluster-ca", [] { return make_ca("Godwit cluster CA"); });
}

result<std::string> make_server_certificate(const fs::path& directory, const std::vector<std::string>& names) {
  return sign(directory, "server", directory, "ca",
              [&](const certified_key& ca) { return issue_server_certificate(ca, names); });
}

result<std::string> make_node_certificate(const fs::path& directory, const std::string& node) {
  return sign(directory / "nodes", node, directory, "cluster-ca",
              [&](const certified_key& ca) { return issue_node_certificate(ca, node); });
}

} // namespace godwit
