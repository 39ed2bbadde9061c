#include "nodes/config/certificates.hpp"

#include "messages/openssl_ptr.hpp"
#include "nodes/config/new_file.hpp"

#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace godwit {
namespace {

using namespace openssl;

constexpr std::size_t common_name_bytes_max = 64; // RFC 5280, ub-common-name
constexpr std::size_t node_name_bytes_max = 63;   // a DNS label

error unusable(std::string detail) {
  ERR_clear_error();
  return {error_code::certificate_unusable, std::move(detail)};
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

bool is_ip_address(const std::string& name) {
  auto* octets = a2i_IPADDRESS(name.c_str());
  ERR_clear_error();
  const bool is = octets != nullptr;
  ASN1_OCTET_STRING_free(octets);
  return is;
}

// Names go into extensions as text, where commas and the like have a meaning.
bool is_dns_name(const std::string& name) {
  return !name.empty() && name.size() <= 253 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '*';
  });
}

/// Lists of revoked certificates come by HTTP: they are signed themselves.
bool is_http_url(const std::string& text) {
  return text.starts_with("http://") && text.size() <= 1024
         && std::all_of(text.begin(), text.end(), [](unsigned char c) {
              return std::isalnum(c)
                     || std::string_view("-._~:/?[]@%=&+").find(static_cast<char>(c)) != std::string_view::npos;
            });
}

bool is_node_name(const std::string& name) {
  return !name.empty() && name.size() <= node_name_bytes_max
         && std::all_of(name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) || c == '-'; });
}

/// A certificate under construction: what all kinds have in common.
struct draft {
  key_ptr key;
  certificate_ptr certificate{X509_new()};

  explicit draft(const std::string& key_text)
      : key(key_text.empty() ? EVP_EC_gen("P-256")
                             : PEM_read_bio_PrivateKey(reading(key_text).get(), nullptr, no_password, nullptr)) {}

  bool begin(const std::string& common_name, const validity& when) {
    auto* made = certificate.get();
    return key && made && X509_set_version(made, X509_VERSION_3) && set_serial() && set_times(when)
           && X509_set_pubkey(made, key.get())
           && X509_NAME_add_entry_by_NID(X509_get_subject_name(made), NID_commonName, MBSTRING_UTF8,
                                         reinterpret_cast<const unsigned char*>(common_name.data()),
                                         static_cast<int>(std::min(common_name.size(), common_name_bytes_max)), -1, 0);
  }

  // Random, positive, 20 octets at most (RFC 5280, 4.1.2.2).
  bool set_serial() {
    std::unique_ptr<BIGNUM, freed_by<BN_free>> number{BN_new()};
    return number && BN_rand(number.get(), 159, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY)
           && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get()));
  }

  bool set_times(const validity& when) {
    using clock = std::chrono::system_clock;
    return ASN1_TIME_set(X509_getm_notBefore(certificate.get()), clock::to_time_t(when.from - std::chrono::hours{1}))
           && ASN1_TIME_set(X509_getm_notAfter(certificate.get()), clock::to_time_t(when.from + when.length));
  }

  bool add(X509* issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, issuer, certificate.get(), nullptr, nullptr, 0);
    auto* extension = X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str());
    const bool added = extension && X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
    return added;
  }

  bool sign(X509* issuer, EVP_PKEY* by) {
    return X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer))
           && add(issuer, NID_subject_key_identifier, "hash")
           && add(issuer, NID_authority_key_identifier, "keyid:always")
           && X509_sign(certificate.get(), by, EVP_sha256());
  }

  result<certified_key> finish() {
    const bio_ptr certificate_text{BIO_new(BIO_s_mem())};
    const bio_ptr key_text{BIO_new(BIO_s_secmem())};
    if (!PEM_write_bio_X509(certificate_text.get(), certificate.get())
        || !PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr))
      return unusable("OpenSSL could not write the certificate");
    return certified_key{text_of(certificate_text.get()), text_of(key_text.get())};
  }
};

struct kind_of_certificate {
  std::string common_name;
  std::string alternative_names;
  std::string extended_usage;
  std::string revocations = {};
};

result<certified_key> issue(const certified_key& ca, const kind_of_certificate& kind, const validity& when,
                            const std::string& key) {
  const certificate_ptr issuer{PEM_read_bio_X509(reading(ca.certificate).get(), nullptr, no_password, nullptr)};
  const key_ptr by{PEM_read_bio_PrivateKey(reading(ca.key).get(), nullptr, no_password, nullptr)};
  if (!issuer || !by || X509_check_private_key(issuer.get(), by.get()) != 1)
    return unusable("the CA's certificate and key can not be read, or do not belong together");
  if (X509_check_ca(issuer.get()) == 0)
    return unusable("the CA's certificate is not one of a CA");
  draft made{key};
  if (!made.key)
    return unusable("the key of " + kind.common_name + " can not be read; make a new one");
  if (!made.begin(kind.common_name, when) || !made.add(issuer.get(), NID_basic_constraints, "critical,CA:FALSE")
      || !made.add(issuer.get(), NID_key_usage, "critical,digitalSignature")
      || !made.add(issuer.get(), NID_ext_key_usage, kind.extended_usage)
      || !made.add(issuer.get(), NID_subject_alt_name, kind.alternative_names)
      || (!kind.revocations.empty() && !made.add(issuer.get(), NID_crl_distribution_points, "URI:" + kind.revocations))
      || !made.sign(issuer.get(), by.get()))
    return unusable("OpenSSL could not make a certificate for " + kind.common_name);
  if (ASN1_TIME_compare(X509_get0_notAfter(made.certificate.get()), X509_get0_notAfter(issuer.get())) > 0)
    return unusable("the certificate for " + kind.common_name
                    + " would outlive its CA; ask for fewer days, or renew the CA first");
  return made.finish();
}

result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string content{std::istreambuf_iterator<char>(file), {}};
  if (!file)
    return error{error_code::file_unusable, path + ": can not be read"};
  return content;
}

} // namespace

result<certified_key> make_ca(const std::string& common_name, const validity& when, const std::string& key) {
  draft made{key};
  if (!made.key)
    return unusable("the key of " + common_name + " can not be read; make a new one");
  if (!made.begin(common_name, when)
      || !made.add(made.certificate.get(), NID_basic_constraints, "critical,CA:TRUE,pathlen:0")
      || !made.add(made.certificate.get(), NID_key_usage, "critical,keyCertSign,cRLSign")
      || !made.sign(made.certificate.get(), made.key.get()))
    return unusable("OpenSSL could not make the CA " + common_name);
  return made.finish();
}

result<certified_key> issue_server_certificate(const certified_key& ca, const std::vector<std::string>& names,
                                               const validity& when, const std::string& key,
                                               const std::string& revocations) {
  if (names.empty())
    return unusable("a server's certificate needs a name");
  if (!revocations.empty() && !is_http_url(revocations))
    return unusable("'" + revocations + "' is no URL that begins with http://");
  std::string alternatives;
  for (const auto& name : names) {
    const bool ip = is_ip_address(name);
    if (!ip && !is_dns_name(name))
      return unusable("'" + name + "' is neither a DNS name nor an IP address");
    alternatives += (alternatives.empty() ? "" : ",") + std::string(ip ? "IP:" : "DNS:") + name;
  }
  return issue(ca, {names.front(), alternatives, "serverAuth", revocations}, when, key);
}

result<certified_key> issue_node_certificate(const certified_key& ca, const std::string& node_name,
                                             const validity& when, const std::string& key) {
  if (!is_node_name(node_name))
    return unusable("'" + node_name + "' is no name of a node: use letters, digits and -, at most 63");
  return issue(ca, {node_name, "DNS:" + node_name, "serverAuth,clientAuth"}, when, key);
}

result<certified_key> issue_admin_port_certificate(const certified_key& ca, const std::string& node_name,
                                                   const validity& when, const std::string& key) {
  if (!is_node_name(node_name))
    return unusable("'" + node_name + "' is no name of a node: use letters, digits and -, at most 63");
  return issue(ca, {node_name, "DNS:" + node_name, "serverAuth"}, when, key);
}

result<certified_key> issue_operator_certificate(const certified_key& ca, const std::string& name, const validity& when,
                                                 const std::string& key) {
  if (!is_node_name(name))
    return unusable("'" + name + "' is no name of an operator: use letters, digits and -, at most 63");
  return issue(ca, {name, "DNS:" + name, "clientAuth"}, when, key);
}

certified_key_files files_of(const std::string& directory, const std::string& name) {
  const auto base = (std::filesystem::path(directory) / name).string();
  return {base + ".pem", base + ".key"};
}

result<certified_key_files> write_certified_key(const certified_key& what, const std::string& directory,
                                                const std::string& name, existing_files existing) {
  auto files = files_of(directory, name);
  if (auto why = make_directory(directory))
    return *std::move(why);
  if (existing == existing_files::keep)
    for (const auto& file : {files.key, files.certificate})
      if (std::filesystem::exists(file))
        return error{error_code::file_unusable, file + ": is there already; remove it to make a new one"};
  // The key first: a certificate is not seen without its key.
  if (auto why = write_new_file(files.key, what.key, 0600, existing))
    return *std::move(why);
  if (auto why = write_new_file(files.certificate, what.certificate, 0644, existing))
    return *std::move(why);
  return files;
}

result<certified_key_files> write_certificate(const certified_key& what, const std::string& directory,
                                              const std::string& name) {
  auto files = files_of(directory, name);
  if (auto why = write_new_file(files.certificate, what.certificate, 0644, existing_files::replace))
    return *std::move(why);
  return files;
}

result<certified_key> read_certified_key(const certified_key_files& files) {
  auto certificate = read_file(files.certificate);
  if (!certificate)
    return certificate.why();
  auto key = read_file(files.key);
  if (!key)
    return key.why();
  return certified_key{*std::move(certificate), *std::move(key)};
}

} // namespace godwit
