// The shared part of TLS connections: reads certificates and keys, and says in a sentence what is wrong with them.

#include "messages/openssl_ptr.hpp"
#include "messages/tls_session.hpp"
#include "messages/tls_tickets.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>
#include <vector>

namespace godwit {
namespace {

using namespace openssl;
using context_ptr = std::shared_ptr<SSL_CTX>;

/// What an own certificate has to allow, and what to say if it does not.
struct purposes {
  std::vector<int> numbers;
  std::string sentence;
};

error unusable(const std::string& file, const std::string& what) {
  ERR_clear_error();
  return {error_code::certificate_unusable, file + ": " + what};
}

result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file || content.empty()) {
    const auto why = file ? std::string("the file is empty") : std::generic_category().message(errno);
    return error{error_code::file_unusable, path + ": " + why};
  }
  return content;
}

result<std::vector<certificate_ptr>> read_certificates(const std::string& path) {
  auto pem = read_file(path);
  if (!pem)
    return pem.why();
  std::vector<certificate_ptr> found;
  const auto bio = reading(*pem);
  while (auto* each = PEM_read_bio_X509(bio.get(), nullptr, no_password, nullptr))
    found.emplace_back(each);
  ERR_clear_error(); // the end of the file is an error to OpenSSL
  if (found.empty())
    return unusable(path, "holds no certificate in PEM");
  for (const auto& each : found) {
    if (X509_cmp_current_time(X509_get0_notAfter(each.get())) < 0)
      return unusable(path, "the certificate has expired");
    if (X509_cmp_current_time(X509_get0_notBefore(each.get())) > 0)
      return unusable(path, "the certificate is not yet valid; is the clock right?");
  }
  return found;
}

result<key_ptr> read_key(const std::string& path) {
  auto pem = read_file(path);
  if (!pem)
    return pem.why();
  key_ptr key{PEM_read_bio_PrivateKey(reading(*pem).get(), nullptr, no_password, nullptr)};
  OPENSSL_cleanse(pem->data(), pem->size());
  if (!key)
    return unusable(path, "holds no private key in PEM, or one behind a password");
  return key;
}

result<context_ptr> make_context() {
  context_ptr context{SSL_CTX_new(TLS_method()), SSL_CTX_free};
  if (!context)
    return error{error_code::internal_error, "OpenSSL gives no context"};
  auto* raw = context.get();
  SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(raw, "ECDHE+AESGCM:ECDHE+CHACHA20"); // of TLS 1.2; those of 1.3 are all good
  SSL_CTX_set_options(raw, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_default_passwd_cb(raw, no_password);
  SSL_CTX_set_max_cert_list(raw, 32L * 1024); // a peer's chain; nobody is known yet when it comes
  return context;
}

result<context_ptr> use_own(context_ptr context, const certificate_files& own) {
  auto chain = read_certificates(own.certificate);
  if (!chain)
    return chain.why();
  auto key = read_key(own.key);
  if (!key)
    return key.why();
  if (X509_check_private_key(chain->front().get(), key->get()) != 1)
    return unusable(own.key, "the key is not the one of the certificate " + own.certificate);
  if (SSL_CTX_use_certificate(context.get(), chain->front().get()) != 1
      || SSL_CTX_use_PrivateKey(context.get(), key->get()) != 1)
    return unusable(own.certificate, "OpenSSL refuses it; the key may be too weak");
  for (std::size_t i = 1; i < chain->size(); ++i)
    SSL_CTX_add1_chain_cert(context.get(), (*chain)[i].get());
  return context;
}

result<context_ptr> trust(context_ptr context, const std::string& ca_file) {
  if (ca_file.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
    return context;
  }
  auto trusted = read_certificates(ca_file);
  if (!trusted)
    return trusted.why();
  for (const auto& each : *trusted)
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), each.get());
  ERR_clear_error();
  return context;
}

// Who shows a certificate that no other would take should say so at its start, not at its first connection.
result<context_ptr> own_is_trusted(context_ptr context, const std::string& file, const std::string& ca_file,
                                   const purposes& wanted) {
  for (const int purpose : wanted.numbers) {
    const verification_ptr verification{X509_STORE_CTX_new()};
    STACK_OF(X509)* chain = nullptr;
    SSL_CTX_get0_chain_certs(context.get(), &chain);
    X509_STORE_CTX_init(verification.get(), SSL_CTX_get_cert_store(context.get()),
                        SSL_CTX_get0_certificate(context.get()), chain);
    X509_STORE_CTX_set_purpose(verification.get(), purpose);
    if (X509_verify_cert(verification.get()) == 1)
      continue;
    const int why = X509_STORE_CTX_get_error(verification.get());
    if (why == X509_V_ERR_INVALID_PURPOSE)
      return unusable(file, wanted.sentence);
    return unusable(file, "the certificate is not signed by the CA in " + ca_file + " ("
                            + X509_verify_cert_error_string(why) + ")");
  }
  return context;
}

/// Both sides show a certificate of the same CA.
result<context_ptr> make_mutual(const certificate_files& own, const std::string& ca_file, const purposes& wanted) {
  auto made = make_context();
  if (made)
    made = use_own(*std::move(made), own);
  if (made)
    made = trust(*std::move(made), ca_file);
  if (made)
    made = own_is_trusted(*std::move(made), own.certificate, ca_file, wanted);
  if (!made)
    return made;
  SSL_CTX_set_verify(made->get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  // Each connection begins with a whole handshake, so that a certificate is looked at every time.
  SSL_CTX_set_options(made->get(), SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(made->get(), 0);
  return made;
}

} // namespace

result<tls_context> tls_context::for_client_port(const certificate_files& own) {
  auto made = make_context();
  if (made)
    made = use_own(*std::move(made), own);
  if (!made)
    return made.why();
  SSL_CTX_set_num_tickets(made->get(), 1); // a client that comes back gets a new one
  return tls_context{*std::move(made)};
}

result<tls_context> tls_context::for_client(const std::string& ca_file, client_tickets tickets) {
  auto made = make_context();
  if (made)
    made = trust(*std::move(made), ca_file);
  if (!made)
    return made.why();
  SSL_CTX_set_verify(made->get(), SSL_VERIFY_PEER, nullptr);
  if (tickets == client_tickets::kept)
    tls_tickets::keep_in(made->get());
  return tls_context{*std::move(made)};
}

result<tls_context> tls_context::for_nodes(const certificate_files& own, const std::string& ca_file) {
  if (ca_file.empty()) // the system's CAs know no nodes
    return error{error_code::file_unusable, "nodes need the file of the cluster's CA"};
  auto made = make_mutual(own, ca_file,
                          {{X509_PURPOSE_SSL_SERVER, X509_PURPOSE_SSL_CLIENT},
                           "a node's certificate must allow both server and client authentication"});
  if (!made)
    return made.why();
  return tls_context{*std::move(made)};
}

result<tls_context> tls_context::for_admin_port(const certificate_files& own, const std::string& ca_file) {
  if (ca_file.empty())
    return error{error_code::file_unusable, "the admin port needs the file of the operator CA"};
  auto made = make_mutual(own, ca_file,
                          {{X509_PURPOSE_SSL_SERVER}, "the admin port's certificate must allow server authentication"});
  if (!made)
    return made.why();
  return tls_context{*std::move(made)};
}

result<tls_context> tls_context::for_operator(const certificate_files& own, const std::string& ca_file) {
  if (ca_file.empty())
    return error{error_code::file_unusable, "an operator's tool needs the file of the operator CA"};
  auto made = make_mutual(own, ca_file,
                          {{X509_PURPOSE_SSL_CLIENT}, "an operator's certificate must allow client authentication"});
  if (!made)
    return made.why();
  return tls_context{*std::move(made)};
}

bool tls_context::own_certificate_is_for(const std::string& name) const {
  auto* own = SSL_CTX_get0_certificate(shared_.get());
  const unsigned flags = X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_WILDCARDS;
  return own && !name.empty() && X509_check_host(own, name.data(), name.size(), flags, nullptr) == 1;
}

} // namespace godwit
