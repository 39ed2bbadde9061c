/// @file
/// Certificates for tests, made when they are needed, in a folder that goes with the object.
#pragma once

#include "messages/tls_session.hpp"
#include "nodes/config/certificates.hpp"
#include "tests/support/temporary_folder.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace godwit::test {

/// The value, or a test that stops with what went wrong.
template <class T>
T must(result<T> got) {
  if (!got)
    throw std::runtime_error(got.why().detail);
  return *std::move(got);
}

/// A CA in a folder, and what it signs.
class test_ca {
public:
  explicit test_ca(const std::string& name = "test CA") : ca_(must(make_ca(name))) {
    must(write_certified_key(ca_, folder_.path(), "ca"));
  }

  std::string ca_file() const { return files_of(folder_.path(), "ca").certificate; }
  std::string path(const std::string& name) const { return folder_.path(name); }

  certificate_files server(const std::vector<std::string>& names = {"localhost", "127.0.0.1", "::1"},
                           const validity& when = {}) {
    return write(must(issue_server_certificate(ca_, names, when)));
  }
  certificate_files node(const std::string& name, const validity& when = {}) {
    return write(must(issue_node_certificate(ca_, name, when)));
  }

  certificate_files admin_port(const std::string& node) { return write(must(issue_admin_port_certificate(ca_, node))); }
  certificate_files operator_tool(const std::string& name, const validity& when = {}) {
    return write(must(issue_operator_certificate(ca_, name, when)));
  }

  tls_context client_port() { return must(tls_context::for_client_port(server())); }
  tls_context client() const { return must(tls_context::for_client(ca_file())); }
  tls_context node_context(const std::string& name) { return must(tls_context::for_nodes(node(name), ca_file())); }

private:
  certificate_files write(const certified_key& what) {
    auto files = must(write_certified_key(what, folder_.path(), "issued-" + std::to_string(++issued_)));
    return {std::move(files.certificate), std::move(files.key)};
  }

  temporary_folder folder_;
  certified_key ca_;
  int issued_ = 0;
};

} // namespace godwit::test
