#include "nodes/config/certificates.hpp"

#include "tests/support/test_certificates.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <iterator>
#include <sys/stat.h>

namespace godwit {
namespace {

using test::must;
using test::temporary_folder;
using testing::HasSubstr;

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

mode_t mode_of(const std::string& path) {
  struct stat found {};
  return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777U : 0U;
}

std::size_t file_count(const std::string& folder) {
  const std::filesystem::directory_iterator files(folder);
  return static_cast<std::size_t>(std::distance(begin(files), end(files)));
}

TEST(Certificates, KeysAreForTheirOwnerAloneAndCertificatesForAll) {
  const temporary_folder folder;
  const auto files = must(write_certified_key(must(make_ca("a CA")), folder.path("new/folder"), "ca"));
  EXPECT_EQ(files.certificate, folder.path("new/folder/ca.pem"));
  EXPECT_EQ(files.key, folder.path("new/folder/ca.key"));
  EXPECT_EQ(mode_of(files.key), 0600U);
  EXPECT_EQ(mode_of(files.certificate), 0644U);
  EXPECT_EQ(mode_of(folder.path("new")), 0700U);
  EXPECT_EQ(file_count(folder.path("new/folder")), 2U) << "nothing else is left behind";
}

TEST(Certificates, AnExistingKeyIsKeptUnlessItIsToBeReplaced) {
  const temporary_folder folder;
  const auto first = must(make_ca("first"));
  const auto second = must(make_ca("second"));
  const auto files = must(write_certified_key(first, folder.path(), "ca"));

  const auto refused = write_certified_key(second, folder.path(), "ca");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().code, error_code::file_unusable);
  EXPECT_THAT(refused.why().detail, HasSubstr("is there already"));
  EXPECT_EQ(content_of(files.key), first.key);
  EXPECT_EQ(content_of(files.certificate), first.certificate);

  must(write_certified_key(second, folder.path(), "ca", existing_files::replace));
  EXPECT_EQ(content_of(files.key), second.key);
  EXPECT_EQ(content_of(files.certificate), second.certificate);
  EXPECT_EQ(mode_of(files.key), 0600U);
}

TEST(Certificates, ACertificateAloneIsNotOverwrittenEither) {
  const temporary_folder folder;
  std::ofstream(folder.path("ca.pem")) << "mine";
  EXPECT_FALSE(write_certified_key(must(make_ca("a CA")), folder.path(), "ca"));
  EXPECT_EQ(content_of(folder.path("ca.pem")), "mine");
  EXPECT_EQ(file_count(folder.path()), 1U);
}

TEST(Certificates, AreReadBackAndSignMore) {
  const temporary_folder folder;
  const auto ca = must(make_ca("a CA"));
  const auto read = must(read_certified_key(must(write_certified_key(ca, folder.path(), "ca"))));
  EXPECT_EQ(read.certificate, ca.certificate);
  EXPECT_TRUE(issue_node_certificate(read, "worker-1"));
  EXPECT_EQ(read_certified_key(files_of(folder.path(), "none")).why().code, error_code::file_unusable);
}

TEST(Certificates, AFolderThatCanNotBeMadeIsAnErrorThatNamesIt) {
  const temporary_folder folder;
  std::ofstream(folder.path("file")) << "not a folder";
  const auto refused = write_certified_key(must(make_ca("a CA")), folder.path("file/inside"), "ca");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.why().code, error_code::file_unusable);
  EXPECT_THAT(refused.why().detail, HasSubstr("file/inside"));
}

TEST(Certificates, AreOnlySignedByACaWithItsKey) {
  const auto ca = must(make_ca("a CA"));
  const auto other = must(make_ca("another CA"));
  const auto node = must(issue_node_certificate(ca, "worker-1"));
  EXPECT_EQ(issue_node_certificate({ca.certificate, other.key}, "a").why().code, error_code::certificate_unusable);
  EXPECT_EQ(issue_node_certificate({"garbage", ca.key}, "a").why().code, error_code::certificate_unusable);
  EXPECT_THAT(issue_node_certificate(node, "a").why().detail, HasSubstr("not one of a CA"));
}

TEST(Certificates, NamesThatMeanSomethingElseInACertificateAreRefused) {
  const auto ca = must(make_ca("a CA"));
  for (const char* name : {"", "a,DNS:b", "a b", "a.b", "*"})
    EXPECT_FALSE(issue_node_certificate(ca, name)) << name;
  for (const char* name : {"", "a,IP:1.2.3.4", "a b", "1.2.3.4/8"})
    EXPECT_FALSE(issue_server_certificate(ca, {name})) << name;
  EXPECT_FALSE(issue_server_certificate(ca, {}));
  EXPECT_TRUE(issue_server_certificate(ca, {"chat.example.org", "*.example.org", "192.0.2.1", "2001:db8::1"}));
}

TEST(Certificates, NameWhereTheListOfRevokedOnesIsIfAskedTo) {
  const auto ca = must(make_ca("test CA"));
  const auto without = must(issue_server_certificate(ca, {"localhost"}));
  const auto with = must(issue_server_certificate(ca, {"localhost"}, {}, {}, "http://pki.example/ca.crl"));
  EXPECT_GT(with.certificate.size(), without.certificate.size());
  for (const auto* wrong : {"https://pki.example/ca.crl", "ca.crl", "http://x,DNS:evil", "http://x\ny"})
    EXPECT_FALSE(issue_server_certificate(ca, {"localhost"}, {}, {}, wrong)) << wrong;
}

} // namespace
} // namespace godwit
