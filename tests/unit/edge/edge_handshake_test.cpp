// What comes to the client port that is no client.
#include "tests/unit/edge/edge_fixture.hpp"

#include <openssl/ssl.h>

#include <sys/resource.h>

namespace godwit::test {

/// All that a client says from its first byte to the end of its hello: a real conversation with the edge, kept.
std::string first_flight(const tls_context& context) {
  auto tls = tls_session::connect(context, "localhost");
  std::string said;
  tls.take_output(said);
  return said;
}

// C-4
TEST_F(Edge, ClosesAHandshakeThatStallsAtAnyByte) {
  auto config = settings();
  config.handshake_timeout = 500ms;
  start(config);
  const auto whole = first_flight(client_context_);
  ASSERT_GT(whole.size(), 100U);
  std::vector<std::unique_ptr<test_client>> stalled;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    stalled.push_back(std::make_unique<test_client>(client_context_, edge_->listening().front()));
    stalled.back()->send_raw(std::string_view(whole).substr(0, length));
  }
  for (auto& each : stalled)
    each->wait_until_closed();
  auto fine = begin(); // what was counted behind their last bytes is counted
  EXPECT_EQ(edge_->counts().connections, 1U);
  EXPECT_EQ(edge_->counts().silent_clients, stalled.size());
}

// C-4: the edge has answered a whole hello of TLS; nobody reads that.
TEST_F(Edge, ClosesAHandshakeThatStallsBehindItsFirstFlight) {
  auto config = settings();
  config.handshake_timeout = 100ms;
  start(config);
  test_client stalled(client_context_, edge_->listening().front());
  stalled.send_raw(first_flight(client_context_));
  wait_until("the edge finds the client silent", [&] { return edge_->counts().silent_clients == 1; });
  wait_until("the edge is rid of it", [&] { return edge_->counts().connections == 0; });
}

// C-4: behind the handshake, at each byte of the hello.
TEST_F(Edge, ClosesAHelloThatStallsAtAnyByte) {
  auto config = settings();
  config.handshake_timeout = 2s;
  start(config);
  const auto whole = control::encode(control::client_control{hello()});
  std::vector<std::unique_ptr<test_client>> stalled;
  for (std::size_t length = 0; length < whole.size(); ++length) {
    stalled.push_back(connect());
    if (length != 0)
      stalled.back()->send(std::string_view(whole).substr(0, length));
  }
  for (auto& each : stalled)
    EXPECT_EQ(each->closed_why(), error_code::handshake_timeout);
  EXPECT_EQ(upstream_.count<place_session>(), 0U);
}

// C-4: a byte now and then is not a hello in time.
TEST_F(Edge, ClosesAHandshakeThatComesByteByByte) {
  auto config = settings();
  config.handshake_timeout = 300ms;
  start(config);
  const auto whole = first_flight(client_context_);
  test_client slow(client_context_, edge_->listening().front());
  const auto begun = std::chrono::steady_clock::now();
  std::size_t sent = 0;
  // Each byte is on time: the connection is never silent for a tenth of its deadline.
  while (sent != whole.size() && !slow.is_closed_within(20ms))
    slow.send_raw(std::string_view(whole).substr(sent++, 1));
  EXPECT_LT(sent, whole.size());
  EXPECT_GE(std::chrono::steady_clock::now() - begun, 250ms);
  EXPECT_EQ(edge_->counts().silent_clients, 1U);
}

TEST_F(Edge, ClosesProbesOfScannersAndOtherProtocols) {
  start(settings());
  using namespace std::string_literals;
  const std::string probes[] = {
    "GET / HTTP/1.1\r\nHost: chat\r\n\r\n"s,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"s,
    "OPTIONS * RTSP/1.0\r\n\r\n"s,
    "SSH-2.0-scanner\r\n"s,
    "NICK ada\r\nUSER ada 0 * :Ada\r\n"s,
    "\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10\x01\x00\x80\x02\x00\x80\x03\x00\x80\x04\x00\x80\x05\x00\x80\x06\x00"
    "\x40\x07\x00\xc0________________"s,                // a hello of SSL 2
    "\x16\x03\x00\x00\x04\x01\x00\x00\x00"s,            // a hello of nothing, of SSL 3
    "\x18\x03\x02\x00\x03\x01\x40\x00"s,                // a heartbeat before its time
    "\x15\x03\x03\x00\x02\x02\x28"s,                    // an alert first
    "\x17\x03\x03\x00\x05hello"s,                       // data first
    "\x16\x03\x01\xff\xff"s + std::string(70'000, 'x'), // a record that is too long
    std::string(4096, '\0'),
    std::string(4096, '\xff'),
  };
  for (const auto& probe : probes) {
    test_client scanner(client_context_, edge_->listening().front());
    scanner.send_raw(probe);
    scanner.wait_until_closed();
  }
  auto fine = begin();
  EXPECT_EQ(edge_->counts().connections, 1U);
  EXPECT_EQ(edge_->counts().refused, 0U) << "none of them was taken for a client";
}

/// Whether the edge shakes hands with a client that speaks these versions only.
bool shakes_hands(const edge_address& where, int least, int most) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_cipher_list(context.get(), "ALL:@SECLEVEL=0");
  SSL_CTX_set_min_proto_version(context.get(), least);
  SSL_CTX_set_max_proto_version(context.get(), most);
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(where.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  bool shook = ::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  SSL_set_fd(tls.get(), fd);
  shook = shook && SSL_connect(tls.get()) == 1;
  ::close(fd);
  return shook;
}

// C-1
TEST_F(Edge, SpeaksNoOldTls) {
  start(settings());
  const auto& where = edge_->listening().front();
  EXPECT_FALSE(shakes_hands(where, TLS1_VERSION, TLS1_VERSION));
  EXPECT_FALSE(shakes_hands(where, TLS1_VERSION, TLS1_1_VERSION));
  EXPECT_TRUE(shakes_hands(where, TLS1_2_VERSION, TLS1_2_VERSION));
  EXPECT_TRUE(shakes_hands(where, TLS1_3_VERSION, TLS1_3_VERSION));
}

// F-2: a frame that is cut short by the end of the connection is no frame.
TEST_F(Edge, DropsAFrameThatIsCutShortWithItsConnection) {
  start(settings());
  auto one = begin();
  std::string framed;
  append_frame(framed, client_channel::session, "the whole of it");
  one.client->send(std::string_view(framed).substr(0, framed.size() - 1));
  one.client->cut();
  auto back = connect();
  back->send(control::client_control{resume_of(one)});
  EXPECT_EQ(upstream_.next<attach_session>().first_in_seq, 1U) << "nothing was numbered";
  back->send_frame("said again");
  EXPECT_EQ(*upstream_.next<client_frame>().bytes, "said again");
}

/// Pings through the edge; the median of many.
std::chrono::nanoseconds round_trip(test_client& client) {
  std::vector<std::chrono::nanoseconds> all;
  for (std::uint64_t i = 0; i != 200; ++i) {
    const auto begun = std::chrono::steady_clock::now();
    client.send(control::client_control{control::ping{i}});
    EXPECT_EQ(client.next_control<control::pong>().number, i);
    all.push_back(std::chrono::steady_clock::now() - begun);
  }
  std::nth_element(all.begin(), all.begin() + 100, all.end());
  return all[100];
}

TEST_F(Edge, ServesItsClientsBesideFiveThousandHalfOpenConnections) {
  rlimit files{};
  ::getrlimit(RLIMIT_NOFILE, &files);
  const rlim_t wanted = 2 * 5000 + 200; // both ends are in this process
  ASSERT_GE(files.rlim_max, wanted) << "raise the hard limit of open files (ulimit -Hn) for this test";
  files.rlim_cur = std::max(files.rlim_cur, wanted);
  ::setrlimit(RLIMIT_NOFILE, &files);
  auto config = settings(2);
  config.handshake_timeout = 60s;
  start(config);
  auto one = begin('a');
  auto two = begin('b');
  const auto alone = round_trip(*one.client);
  const auto half = first_flight(client_context_).substr(0, 100);
  std::vector<std::unique_ptr<test_client>> strangers;
  for (int i = 0; i != 5000; ++i) {
    strangers.push_back(std::make_unique<test_client>(client_context_, edge_->listening().front()));
    if (i % 2 == 0)
      strangers.back()->send_raw(half);
  }
  auto late =
    begin('c'); // its connection was accepted behind all of them; the other loop may have some to take in still
  for (const auto until = std::chrono::steady_clock::now() + patience; edge_->counts().connections != 5003U;
       std::this_thread::yield())
    ASSERT_LT(std::chrono::steady_clock::now(), until) << edge_->counts().connections;
  const auto beside = round_trip(*one.client);
  RecordProperty("alone_us", static_cast<int>(alone.count() / 1000));
  RecordProperty("beside_us", static_cast<int>(beside.count() / 1000));
  EXPECT_LT(beside, 3 * alone + 2ms) << "alone " << alone.count() << " ns, beside them " << beside.count() << " ns";
  two.client->send_frame("still heard");
  EXPECT_EQ(*upstream_.next<client_frame>().bytes, "still heard");
}

} // namespace godwit::test
