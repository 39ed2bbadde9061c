#include "messages/tls_session.hpp"
#include "tests/support/test_certificates.hpp"

#include <gmock/gmock.h>
#include <openssl/err.h>

#include <fstream>

namespace godwit {
namespace {

using test::test_ca;
using testing::HasSubstr;

class TlsContext : public testing::Test {
protected:
  void TearDown() override { EXPECT_EQ(ERR_peek_error(), 0U); }
  test_ca ca_;
};

TEST_F(TlsContext, NamesTheFileThatIsMissing) {
  const auto own = ca_.server();
  const auto no_key = tls_context::for_client_port({own.certificate, ca_.path("none.key")});
  ASSERT_FALSE(no_key);
  EXPECT_EQ(no_key.why().code, error_code::file_unusable);
  EXPECT_THAT(no_key.why().detail, HasSubstr("none.key: No such file"));
  EXPECT_EQ(tls_context::for_client_port({ca_.path("none.pem"), own.key}).why().code, error_code::file_unusable);
  EXPECT_EQ(tls_context::for_client(ca_.path("none.pem")).why().code, error_code::file_unusable);
  EXPECT_EQ(tls_context::for_nodes(ca_.node("a"), "").why().code, error_code::file_unusable);
}

TEST_F(TlsContext, SaysWhatAFileIsNot) {
  const auto garbage = ca_.path("garbage");
  std::ofstream(garbage) << "no PEM at all";
  const auto own = ca_.server();
  EXPECT_THAT(tls_context::for_client_port({garbage, own.key}).why().detail, HasSubstr("no certificate"));
  EXPECT_THAT(tls_context::for_client_port({own.certificate, garbage}).why().detail, HasSubstr("no private key"));
  EXPECT_THAT(tls_context::for_client(garbage).why().detail, HasSubstr("no certificate"));
  EXPECT_EQ(tls_context::for_client(garbage).why().code, error_code::certificate_unusable);
}

TEST_F(TlsContext, RefusesAKeyOfAnotherCertificate) {
  const auto refused = tls_context::for_client_port({ca_.server().certificate, ca_.server().key});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().code, error_code::certificate_unusable);
  EXPECT_THAT(refused.why().detail, HasSubstr("not the one of the certificate"));
}

TEST_F(TlsContext, RefusesAnExpiredAndAnEarlyCertificate) {
  const auto now = std::chrono::system_clock::now();
  const validity over{.from = now - std::chrono::hours{48}, .length = std::chrono::hours{24}};
  const validity later{.from = now + std::chrono::hours{48}, .length = std::chrono::hours{24}};
  EXPECT_THAT(tls_context::for_client_port(ca_.server({"localhost"}, over)).why().detail, HasSubstr("expired"));
  EXPECT_THAT(tls_context::for_client_port(ca_.server({"localhost"}, later)).why().detail, HasSubstr("not yet valid"));
}

TEST_F(TlsContext, RefusesANodeWhoseOwnCertificateNoOtherWouldTake) {
  test_ca other;
  EXPECT_THAT(tls_context::for_nodes(other.node("a"), ca_.ca_file()).why().detail, HasSubstr("not signed by the CA"));
  EXPECT_THAT(tls_context::for_nodes(ca_.server(), ca_.ca_file()).why().detail, HasSubstr("both server and client"));
}

TEST_F(TlsContext, KnowsItsOwnName) {
  const auto node = ca_.node_context("worker-1");
  EXPECT_TRUE(node.own_certificate_is_for("worker-1"));
  EXPECT_FALSE(node.own_certificate_is_for("worker-2"));
  EXPECT_FALSE(ca_.client().own_certificate_is_for("worker-1"));
}

} // namespace
} // namespace godwit
