#include "messages/tls_failure.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <array>

namespace godwit {
namespace {

bool looks_like_http(std::string_view bytes) {
  static constexpr std::array<std::string_view, 9> starts{"GET ", "POST", "PUT ", "HEAD", "HTTP",
                                                          "OPTI", "CONN", "DELE", "PATC"};
  return std::any_of(starts.begin(), starts.end(), [&](std::string_view start) { return bytes.starts_with(start); });
}

// A TLS peer's first record is a handshake (22) or an alert (21).
bool looks_like_tls(std::string_view bytes) { return bytes.empty() || bytes[0] == 22 || bytes[0] == 21; }

error no_tls(std::string_view first_bytes) {
  if (looks_like_http(first_bytes))
    return {error_code::tls_failed, "the peer speaks no TLS (looks like HTTP)"};
  if (first_bytes.starts_with("SSH-"))
    return {error_code::tls_failed, "the peer speaks no TLS (looks like SSH)"};
  return {error_code::tls_failed, "the peer speaks no TLS"};
}

std::string wrong_name(const tls_failure& what) {
  std::string said = "the peer's certificate is for ";
  said += what.peer_names.empty() ? "no name" : what.peer_names;
  said += ", not for ";
  said += what.expected_name;
  return said;
}

error untrusted(const tls_failure& what) {
  const auto refused = [](std::string why) { return error{error_code::certificate_refused, std::move(why)}; };
  switch (what.verification) {
  case X509_V_ERR_HOSTNAME_MISMATCH:
  case X509_V_ERR_IP_ADDRESS_MISMATCH: return refused(wrong_name(what));
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
  case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
  case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
  case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
  case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
  case X509_V_ERR_CERT_SIGNATURE_FAILURE: return refused("the peer's certificate is not signed by our CA");
  case X509_V_ERR_CERT_HAS_EXPIRED: return refused("the peer's certificate, or its CA's, has expired");
  case X509_V_ERR_CERT_NOT_YET_VALID:
    return refused("the peer's certificate is not yet valid; the clock of one side is wrong");
  case X509_V_ERR_INVALID_PURPOSE: return refused("the peer's certificate may not be used for this side of TLS");
  default:
    return refused(std::string("the peer's certificate was refused: ")
                   + X509_verify_cert_error_string(what.verification));
  }
}

struct explanation {
  int reason;
  error_code code;
  std::string_view sentence;
};

constexpr std::array explanations{
  explanation{SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, error_code::certificate_refused,
              "the peer showed no certificate"},
  explanation{SSL_R_UNSUPPORTED_PROTOCOL, error_code::tls_failed, "the peer speaks no TLS of version 1.2 or later"},
  explanation{SSL_R_VERSION_TOO_LOW, error_code::tls_failed, "the peer speaks no TLS of version 1.2 or later"},
  explanation{SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, error_code::tls_failed,
              "the peer refused our versions of TLS, 1.2 and 1.3"},
  explanation{SSL_R_NO_SHARED_CIPHER, error_code::tls_failed, "the peer shares no cipher with us"},
  explanation{SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, error_code::tls_failed,
              "the peer refused the handshake; it may share no cipher, or ask for a certificate"},
  explanation{SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, error_code::certificate_refused,
              "the peer asks for a certificate and got none"},
  explanation{SSL_R_TLSV1_ALERT_UNKNOWN_CA, error_code::certificate_refused,
              "the peer does not trust the CA of our certificate"},
  explanation{SSL_R_TLSV1_ALERT_DECRYPT_ERROR, error_code::certificate_refused,
              "the peer does not trust the CA of our certificate, or the handshake was changed on its way"},
  explanation{SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, error_code::certificate_refused,
              "the peer refused our certificate or its name"},
  explanation{SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, error_code::certificate_refused,
              "the peer says that our certificate has expired"},
  explanation{SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, error_code::certificate_refused,
              "the peer says that our certificate may not be used for this side of TLS"},
  explanation{SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, error_code::certificate_refused,
              "the peer refused our certificate"},
  explanation{SSL_R_TLSV1_ALERT_ACCESS_DENIED, error_code::certificate_refused, "the peer refused our certificate"},
  explanation{SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC, error_code::tls_failed,
              "what the peer sent was changed on its way"},
  explanation{SSL_R_TLSV1_ALERT_USER_CANCELLED, error_code::tls_failed, "the peer gave up"},
};

} // namespace

error explain(const tls_failure& what) {
  if (what.handshaking && !looks_like_tls(what.first_bytes))
    return no_tls(what.first_bytes);
  const int reason = ERR_GET_REASON(what.reason);
  if (what.verification != X509_V_OK && reason == SSL_R_CERTIFICATE_VERIFY_FAILED)
    return untrusted(what);
  const bool by_ssl = ERR_GET_LIB(what.reason) == ERR_LIB_SSL;
  for (const auto& each : explanations)
    if (by_ssl && each.reason == reason)
      return {each.code, std::string(each.sentence)};
  const char* text = ERR_reason_error_string(what.reason);
  return {error_code::tls_failed, std::string("TLS failed: ") + (text ? text : "no reason was given")};
}

} // namespace godwit
