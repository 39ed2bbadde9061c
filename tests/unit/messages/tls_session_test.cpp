#include "messages/tls_session.hpp"

#include "tests/support/test_certificates.hpp"
#include "tests/unit/messages/tls_pair.hpp"

#include <gmock/gmock.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include <fstream>
#include <thread>

namespace godwit {
namespace {

using test::dial;
using test::must;
using test::test_ca;
using test::tls_pair;
using testing::HasSubstr;

/// After each test OpenSSL's error queue is empty: what one connection does must not be blamed on another.
class TlsSession : public testing::Test {
protected:
  void TearDown() override { EXPECT_EQ(ERR_peek_error(), 0U); }

  static test_ca& ca() {
    static test_ca made;
    return made;
  }
};

constexpr std::size_t record_bytes = 16 * 1024;

std::string pattern(std::size_t count) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i)
    bytes[i] = static_cast<char>(i * 2654435761U >> 13U);
  return bytes;
}

std::size_t record_count(std::string_view ciphertext) {
  std::size_t count = 0;
  while (ciphertext.size() >= 5) {
    const auto length = static_cast<unsigned char>(ciphertext[3]) * 256U + static_cast<unsigned char>(ciphertext[4]);
    ciphertext.remove_prefix(std::min<std::size_t>(5 + length, ciphertext.size()));
    ++count;
  }
  return count;
}

TEST_F(TlsSession, ShakesHandsInTls13WhenFedOneByteAtATimeBothWays) {
  auto pair = dial(ca().client(), ca().client_port());
  pair.piece_bytes = 1;
  pair.client.write("hello from the client");
  pair.server.write("hello from the server");
  pair.run();
  EXPECT_EQ(pair.client.state(), tls_state::open);
  EXPECT_EQ(pair.server.state(), tls_state::open);
  EXPECT_EQ(pair.client.version(), "TLSv1.3");
  EXPECT_EQ(pair.at_server, "hello from the client");
  EXPECT_EQ(pair.at_client, "hello from the server");
  EXPECT_EQ(pair.client.peer_name(), "localhost");
  EXPECT_EQ(pair.server.peer_name(), "");
}

TEST_F(TlsSession, VerifiesIpAddressesAsNames) {
  for (const char* name : {"127.0.0.1", "::1"})
    EXPECT_EQ(dial(ca().client(), ca().client_port(), name).run().client.state(), tls_state::open) << name;
  auto other = dial(ca().client(), ca().client_port(), "127.0.0.2").run();
  ASSERT_EQ(other.client.state(), tls_state::failed);
  EXPECT_EQ(other.client.failure().code, error_code::certificate_refused);
}

TEST_F(TlsSession, CarriesLargeDataBothWaysInOddPieces) {
  auto pair = dial(ca().client(), ca().client_port());
  pair.piece_bytes = 1777;
  pair.run();
  const auto up = pattern(3'000'001);
  const auto down = pattern(1'000'003);
  pair.client.write(up);
  pair.server.write(down);
  pair.run();
  EXPECT_TRUE(pair.at_server == up);
  EXPECT_TRUE(pair.at_client == down);
}

TEST_F(TlsSession, PutsSeveralWritesIntoOneRecord) {
  auto pair = dial(ca().client(), ca().client_port()).run();
  for (int i = 0; i < 100; ++i)
    pair.server.write("a line of a hundred\n");
  EXPECT_EQ(record_count(pair.server.output()), 1U);
  pair.run();
  pair.server.write(pattern(record_bytes - 1));
  pair.server.write("x");
  EXPECT_EQ(record_count(pair.server.output()), 1U);
  pair.run();
  pair.server.write(pattern(record_bytes + 1));
  EXPECT_EQ(record_count(pair.server.output()), 2U);
}

TEST_F(TlsSession, KeepsWhatWasNotSent) {
  auto pair = dial(ca().client(), ca().client_port()).run();
  pair.server.write("slowly");
  while (!pair.server.output().empty()) {
    pair.client.feed(pair.server.output().substr(0, 1), pair.at_client);
    pair.server.sent(1);
  }
  EXPECT_EQ(pair.at_client, "slowly");
  EXPECT_EQ(pair.server.waiting_bytes(), 0U);
}

TEST_F(TlsSession, RefusesACertificateOfAnotherCaAndBothSidesSayWhy) {
  const test_ca other;
  auto pair = dial(other.client(), ca().client_port()).run();
  ASSERT_EQ(pair.client.state(), tls_state::failed);
  EXPECT_EQ(pair.client.failure().code, error_code::certificate_refused);
  EXPECT_EQ(pair.client.failure().detail, "the peer's certificate is not signed by our CA");
  ASSERT_EQ(pair.server.state(), tls_state::failed);
  EXPECT_THAT(pair.server.failure().detail, HasSubstr("does not trust"));
}

TEST_F(TlsSession, RefusesACertificateForAnotherName) {
  auto pair = dial(ca().client(), ca().client_port(), "chat.example.org").run();
  ASSERT_EQ(pair.client.state(), tls_state::failed);
  EXPECT_EQ(pair.client.failure(), (error{error_code::certificate_refused,
                                          "the peer's certificate is for localhost, not for chat.example.org"}));
  EXPECT_EQ(pair.server.state(), tls_state::failed);
}

TEST_F(TlsSession, NeverExpectsNoName) {
  for (const std::string& name : {std::string(), std::string("localhost\0.example.org", 22)})
    EXPECT_EQ(dial(ca().client(), ca().client_port(), name).run().client.state(), tls_state::failed);
}

TEST_F(TlsSession, ShowsNodesEachOthersNames) {
  auto pair = dial(ca().node_context("worker-1"), ca().node_context("broker-1"), "broker-1").run();
  ASSERT_EQ(pair.server.state(), tls_state::open);
  EXPECT_EQ(pair.server.peer_name(), "worker-1");
  EXPECT_TRUE(pair.server.peer_certificate_is_for("worker-1"));
  EXPECT_FALSE(pair.server.peer_certificate_is_for("worker-2"));
  EXPECT_FALSE(pair.server.peer_certificate_is_for(""));
  EXPECT_TRUE(pair.client.peer_certificate_is_for("broker-1"));
}

TEST_F(TlsSession, RefusesANodeWithoutACertificate) {
  auto pair = dial(ca().client(), ca().node_context("broker-1"), "broker-1").run();
  ASSERT_EQ(pair.server.state(), tls_state::failed);
  EXPECT_EQ(pair.server.failure(), (error{error_code::certificate_refused, "the peer showed no certificate"}));
  ASSERT_EQ(pair.client.state(), tls_state::failed);
  EXPECT_EQ(pair.client.failure().detail, "the peer asks for a certificate and got none");
}

TEST_F(TlsSession, RefusesANodeOfAnotherCa) {
  test_ca other;
  // It trusts us, so that it is the acceptor's verification which is seen.
  const auto mixed = other.path("both.pem");
  std::filesystem::copy_file(other.ca_file(), mixed);
  std::ofstream(mixed, std::ios::app) << must(read_certified_key({ca().ca_file(), ca().ca_file()})).certificate;
  const auto stranger = must(tls_context::for_nodes(other.node("worker-1"), mixed));
  auto pair = dial(stranger, ca().node_context("broker-1"), "broker-1").run();
  ASSERT_EQ(pair.server.state(), tls_state::failed);
  EXPECT_EQ(pair.server.failure().detail, "the peer's certificate is not signed by our CA");
  ASSERT_EQ(pair.client.state(), tls_state::failed);
  EXPECT_EQ(pair.client.failure().detail, "the peer does not trust the CA of our certificate");
}

TEST_F(TlsSession, SaysThatThePeerSpeaksHttp) {
  auto server = tls_session::accept(ca().client_port());
  std::string plaintext;
  for (const char byte : std::string("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"))
    server.feed({&byte, 1}, plaintext);
  ASSERT_EQ(server.state(), tls_state::failed);
  EXPECT_EQ(server.failure().detail, "the peer speaks no TLS (looks like HTTP)");
  EXPECT_EQ(plaintext, "");

  auto client = tls_session::connect(ca().client(), "localhost");
  EXPECT_EQ(client.feed("HTTP/1.1 400 Bad Request\r\n\r\n", plaintext), tls_state::failed);
  EXPECT_EQ(client.failure().detail, "the peer speaks no TLS (looks like HTTP)");
}

TEST_F(TlsSession, SaysThatThePeerSpeaksNoTls) {
  auto server = tls_session::accept(ca().client_port());
  std::string plaintext;
  EXPECT_EQ(server.feed("NICK godwit\r\nUSER godwit 0 * :godwit\r\n", plaintext), tls_state::failed);
  EXPECT_EQ(server.failure().detail, "the peer speaks no TLS");
}

/// OpenSSL's own client, for what our contexts never do: what it says first.
std::string first_bytes_of_tls_up_to(int version) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()), SSL_CTX_free};
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), version);
  SSL* old = SSL_new(context.get());
  SSL_set_connect_state(old);
  SSL_set_bio(old, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_do_handshake(old);
  char* data = nullptr;
  const long count = BIO_get_mem_data(SSL_get_wbio(old), &data);
  std::string bytes(data, static_cast<std::size_t>(count));
  SSL_free(old);
  ERR_clear_error();
  return bytes;
}

// C-1
TEST_F(TlsSession, RefusesTls11AndTakesTls12) {
  std::string plaintext;
  const auto old = first_bytes_of_tls_up_to(TLS1_1_VERSION);
  ASSERT_FALSE(old.empty());
  auto refuses = tls_session::accept(ca().client_port());
  EXPECT_EQ(refuses.feed(old, plaintext), tls_state::failed);
  EXPECT_EQ(refuses.failure().detail, "the peer speaks no TLS of version 1.2 or later");
  EXPECT_FALSE(refuses.output().empty()) << "the peer should be told";

  auto takes = tls_session::accept(ca().client_port());
  EXPECT_EQ(takes.feed(first_bytes_of_tls_up_to(TLS1_2_VERSION), plaintext), tls_state::handshaking);
}

TEST_F(TlsSession, ClosesBothWaysWithoutLosingWhatWasWritten) {
  auto pair = dial(ca().client(), ca().client_port()).run();
  pair.client.write("goodbye");
  pair.client.close();
  pair.client.write("too late");
  pair.run();
  EXPECT_EQ(pair.at_server, "goodbye");
  ASSERT_EQ(pair.server.state(), tls_state::ended);
  EXPECT_EQ(pair.server.feed_end(), tls_state::ended);
  pair.server.write("see you");
  pair.server.close();
  pair.run();
  EXPECT_EQ(pair.at_client, "see you");
  EXPECT_EQ(pair.client.state(), tls_state::ended);
}

TEST_F(TlsSession, ClosesBehindTheHandshakeIfAskedToDuringIt) {
  auto pair = dial(ca().client(), ca().client_port());
  pair.client.write("only this");
  pair.client.close();
  pair.run();
  EXPECT_EQ(pair.at_server, "only this");
  EXPECT_EQ(pair.server.state(), tls_state::ended);
}

TEST_F(TlsSession, TakesAnEndWithoutCloseForAFailure) {
  auto pair = dial(ca().client(), ca().client_port()).run();
  EXPECT_EQ(pair.server.feed_end(), tls_state::failed);
  EXPECT_THAT(pair.server.failure().detail, HasSubstr("cut short"));

  auto early = tls_session::accept(ca().client_port());
  EXPECT_EQ(early.feed_end(), tls_state::failed);
  EXPECT_THAT(early.failure().detail, HasSubstr("during the handshake"));
}

TEST_F(TlsSession, NoticesAChangedByte) {
  auto pair = dial(ca().client(), ca().client_port()).run();
  pair.client.write("exactly this");
  std::string bytes;
  pair.client.take_output(bytes);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  EXPECT_EQ(pair.server.feed(bytes, pair.at_server), tls_state::failed);
  EXPECT_EQ(pair.at_server, "");
  EXPECT_EQ(pair.server.failure().detail, "what the peer sent was changed on its way");
}

TEST_F(TlsSession, TakesUpAFormerSessionByItsTicket) {
  const auto client = ca().client();
  const auto server = ca().client_port();
  EXPECT_FALSE(dial(client, server).run().client.resumed());
  auto again = dial(client, server).run();
  EXPECT_TRUE(again.client.resumed());
  EXPECT_TRUE(again.server.resumed());
  EXPECT_FALSE(dial(client, server, "127.0.0.1").run().client.resumed()) << "a ticket is for one name";
}

TEST_F(TlsSession, AClientThatIgnoresTicketsBeginsAnewEachTime) {
  const auto client = must(tls_context::for_client(ca().ca_file(), client_tickets::ignored));
  const auto server = ca().client_port();
  dial(client, server).run();
  EXPECT_FALSE(dial(client, server).run().client.resumed());
}

TEST_F(TlsSession, NodesNeverResume) {
  const auto worker = ca().node_context("worker-1");
  const auto broker = ca().node_context("broker-1");
  dial(worker, broker, "broker-1").run();
  EXPECT_FALSE(dial(worker, broker, "broker-1").run().client.resumed());
}

TEST_F(TlsSession, MovesBetweenThreads) {
  auto pair = dial(ca().client(), ca().client_port());
  std::thread([&] { pair.run(); }).join();
  pair.client.write("from here");
  std::thread([moved = std::move(pair)]() mutable {
    moved.run();
    EXPECT_EQ(moved.at_server, "from here");
  }).join();
}

} // namespace
} // namespace godwit
