#include "nodes/certs_command.hpp"

#include "nodes/config/certificates.hpp"

#include <functional>

namespace godwit {
namespace {

namespace fs = std::filesystem;

/// `key`: the PEM of the one to certify; empty: a new one.
using make_function = std::function<result<certified_key>(const validity& when, const std::string& key)>;

result<std::string> renew(const fs::path& directory, const std::string& name, const validity& when,
                          const make_function& make) {
  const auto former = read_certified_key(files_of(directory.string(), name));
  if (!former)
    return error{former.why().code, former.why().detail + "; only what is there can be renewed"};
  const auto made = make(when, former->key);
  if (!made)
    return made.why();
  auto written = write_certificate(*made, directory.string(), name);
  if (!written)
    return written.why();
  return "renewed " + written->certificate + ", the key is the same";
}

result<std::string> make_or_keep(const fs::path& directory, const std::string& name, const certs_options& options,
                                 std::chrono::hours usual_length, const make_function& make) {
  const auto files = files_of(directory.string(), name);
  const validity when{.length = options.length.count() == 0 ? usual_length : options.length};
  if (options.existing == when_there::renew)
    return renew(directory, name, when, make);
  const bool replace = options.existing == when_there::replace_all;
  if (!replace && fs::exists(files.certificate) && fs::exists(files.key))
    return "kept " + files.certificate;
  const auto made = make(when, {});
  if (!made)
    return made.why();
  const auto written =
    write_certified_key(*made, directory.string(), name, replace ? existing_files::replace : existing_files::keep);
  if (!written)
    return written.why();
  return "made " + written->certificate;
}

using sign_function =
  std::function<result<certified_key>(const certified_key& ca, const validity& when, const std::string& key)>;

result<std::string> sign(const fs::path& directory, const std::string& name, const certs_options& options,
                         const certified_key_files& ca_files, const sign_function& issue) {
  return make_or_keep(directory, name, options, validity{}.length,
                      [&](const validity& when, const std::string& key) -> result<certified_key> {
                        const auto ca = read_certified_key(ca_files);
                        if (!ca)
                          return error{ca.why().code, ca.why().detail + "; make the CA first, or say --out DIR of it"};
                        return issue(*ca, when, key);
                      });
}

} // namespace

result<std::string> make_client_ca(const fs::path& directory, const certs_options& options) {
  return make_or_keep(directory, "ca", options, ca_lifetime, [](const validity& when, const std::string& key) {
    return make_ca("Godwit client CA", when, key);
  });
}

result<std::string> make_cluster_ca(const fs::path& directory, const certs_options& options) {
  return make_or_keep(directory, "cluster-ca", options, ca_lifetime, [](const validity& when, const std::string& key) {
    return make_ca("Godwit cluster CA", when, key);
  });
}

result<std::string> make_server_certificate(const fs::path& directory, const std::vector<std::string>& names,
                                            const certs_options& options) {
  return sign(directory, "server", options, files_of(directory.string(), "ca"),
              [&](const certified_key& ca, const validity& when, const std::string& key) {
                return issue_server_certificate(ca, names, when, key, options.revocations);
              });
}

result<std::string> make_node_certificate(const fs::path& directory, const std::string& node,
                                          const certs_options& options) {
  return sign(directory / "nodes", node, options, files_of(directory.string(), "cluster-ca"),
              [&](const certified_key& ca, const validity& when, const std::string& key) {
                return issue_node_certificate(ca, node, when, key);
              });
}

result<std::string> make_operator_ca(const fs::path& directory, const certs_options& options) {
  return make_or_keep(directory, "operator-ca", options, ca_lifetime, [](const validity& when, const std::string& key) {
    return make_ca("Godwit operator CA", when, key);
  });
}

result<std::string> make_admin_port_certificate(const fs::path& directory, const std::string& node,
                                                const certs_options& options) {
  return sign(directory / "admin", node, options, files_of(directory.string(), "operator-ca"),
              [&](const certified_key& ca, const validity& when, const std::string& key) {
                return issue_admin_port_certificate(ca, node, when, key);
              });
}

result<std::string> make_operator_certificate(const fs::path& directory, const std::string& name,
                                              const certs_options& options) {
  return sign(directory / "operators", name, options, files_of(directory.string(), "operator-ca"),
              [&](const certified_key& ca, const validity& when, const std::string& key) {
                return issue_operator_certificate(ca, name, when, key);
              });
}

} // namespace godwit
