// What comes to the cluster port that is no node: it costs a socket until the deadline, no thread, and no link.
#include "tests/unit/link/node_fixture.hpp"
#include "tests/unit/link/raw_socket.hpp"

#include <gmock/gmock.h>
#include <openssl/ssl.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/sinks/ringbuffer_sink.h>
#include <spdlog/spdlog.h>

#include <ctime>
#include <filesystem>
#include <thread>

namespace godwit {
namespace {

using namespace std::chrono_literals;
using test::happened;
using test::options_of;
using test::owned_fd;
using test::test_ca;
using test::test_node;
using testing::HasSubstr;

std::size_t descriptor_count() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// broker-1 listens, worker-1 is linked with it.
class HostileLink : public testing::Test {
protected:
  HostileLink() {
    spdlog::set_default_logger(
      std::make_shared<spdlog::logger>("test", std::make_shared<spdlog::sinks::null_sink_mt>()));
    options_.listen = {"127.0.0.1:0"};
    options_.peers = {{"worker-1", {}}, {"worker-2", {}}};
  }
  ~HostileLink() override {
    worker_.reset(); // their threads log
    broker_.reset();
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("silent"));
  }

  void start(std::chrono::milliseconds handshake_timeout) {
    auto worker = options_of("worker-1");
    options_.handshake_timeout = handshake_timeout;
    broker_ = std::make_unique<test_node>(ca_.node_context("broker-1"), options_);
    worker.peers = {{"broker-1", {broker_->address()}}};
    worker_ = std::make_unique<test_node>(ca_.node_context("worker-1"), worker);
    at_broker_ = broker_->next(happened::opened);
    at_worker_ = worker_->next(happened::opened);
  }
  std::uint16_t port() const { return broker_->transport().ports().front(); }

  /// Bytes go over the link and come back.
  void expect_the_link_lives() {
    test::write_all(at_worker_.fd.get(), "are you there?");
    EXPECT_EQ(test::read_exactly(at_broker_.fd.get(), 14), "are you there?");
    test::write_all(at_broker_.fd.get(), "yes");
    EXPECT_EQ(test::read_exactly(at_worker_.fd.get(), 3), "yes");
  }

  /// Who was refused is closed once he has gone, at the deadline at the latest.
  void expect_no_socket_stays(std::size_t before) {
    const auto until = std::chrono::steady_clock::now() + test::patience;
    while (descriptor_count() != before && std::chrono::steady_clock::now() < until)
      expect_the_link_lives(); // a turn of the thread that closes them
    EXPECT_EQ(descriptor_count(), before);
  }

  test_ca ca_;
  link_options options_ = options_of("broker-1");
  std::unique_ptr<test_node> broker_;
  std::unique_ptr<test_node> worker_;
  happened at_broker_;
  happened at_worker_;
};

std::chrono::nanoseconds cpu_time() {
  timespec spent{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent);
  return std::chrono::seconds{spent.tv_sec} + std::chrono::nanoseconds{spent.tv_nsec};
}

TEST_F(HostileLink, TheFirstStrangersAreLoggedInFullAndOfTheOthersHowManyThereWere) {
  const auto sink = std::make_shared<spdlog::sinks::ringbuffer_sink_mt>(256);
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", sink));
  const auto lines_with = [&](std::string_view what) {
    std::vector<std::string> found;
    for (const auto& line : sink->last_formatted())
      if (line.find(what) != std::string::npos)
        found.push_back(line);
    return found;
  };
  options_.refusals_counted_for = 2s;
  start(5s);
  for (int i = 0; i != 30; ++i) {
    const auto stranger = test::connect_to(port());
    test::write_all(stranger.get(), "GET / HTTP/1.1\r\nHost: cluster\r\n\r\n");
    broker_->next(happened::refused);
  }
  for (const auto until = std::chrono::steady_clock::now() + test::patience; lines_with(" more in ").empty();) {
    ASSERT_LT(std::chrono::steady_clock::now(), until);
    std::this_thread::sleep_for(10ms);
  }
  EXPECT_LE(lines_with("refused 127.0.0.1").size(), 2 * limits::refusals_logged_max) << "of a period or two";
  EXPECT_GE(lines_with("refused 127.0.0.1").size(), limits::refusals_logged_max);
  expect_the_link_lives();
}

TEST_F(HostileLink, StrangersThatStallSpinNoThreadKeepNoSocketAndHarmNoLink) {
  start(1s);
  auto tls = tls_session::connect(ca_.node_context("worker-2"), "broker-1");
  std::string flight;
  tls.take_output(flight);
  const auto before = descriptor_count();
  constexpr std::size_t count = 120; // fewer than link_handshakes_max: none is closed for their number
  std::vector<owned_fd> strangers;
  for (std::size_t i = 0; i != count; ++i) { // half-open at a hundred different bytes; the first ones are silent
    strangers.push_back(test::connect_to(port()));
    test::write_all(strangers.back().get(), std::string_view(flight).substr(0, i * flight.size() / count));
  }
  expect_the_link_lives();
  const auto cpu_begun = cpu_time();
  const auto begun = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i != count; ++i)
    broker_->next(happened::refused);
  const auto waited = std::chrono::steady_clock::now() - begun;
  EXPECT_LT(cpu_time() - cpu_begun, waited / 4 + 100ms) << "a thread spins while they stall";
  for (const auto& each : strangers)
    EXPECT_EQ(test::read_exactly(each.get(), 1), "") << "its socket is closed";
  expect_the_link_lives(); // by a later turn of the thread that closed them
  EXPECT_EQ(descriptor_count(), before + count) << "but for this test's own ends";
}

TEST_F(HostileLink, StrangersWhoTakeEveryPlaceKeepNoNodeOut) {
  start(60s);
  std::vector<owned_fd> strangers;
  for (std::size_t i = 0; i != limits::link_handshakes_max + 10; ++i)
    strangers.push_back(test::connect_to(port()));
  for (std::size_t i = 0; i != 10; ++i) {
    EXPECT_THAT(broker_->next(happened::refused).reason, HasSubstr("too many connections"));
    EXPECT_EQ(test::read_exactly(strangers[i].get(), 1), "") << "the oldest make place";
  }
  auto second = options_of("worker-2");
  second.peers = {{"broker-1", {broker_->address()}}};
  test_node late(ca_.node_context("worker-2"), second);
  EXPECT_EQ(broker_->next(happened::opened).who, "worker-2");
  expect_the_link_lives();
}

TEST_F(HostileLink, GarbageOfAnyKindIsClosedAndHarmsNoLink) {
  start(1s);
  using namespace std::string_literals;
  const auto before = descriptor_count();
  for (const auto& garbage : {"GET / HTTP/1.1\r\n\r\n"s, "\x80\x2e\x01\x00\x02"s + std::string(60, 'x'),
                              "\x17\x03\x03\x00\x05hello"s, "\x16\x03\x01\xff\xff"s + std::string(70'000, 'x'),
                              "\x15\x03\x03\x00\x02\x02\x28"s, std::string(5000, '\0'), std::string(5000, '\xff')}) {
    const auto stranger = test::connect_to(port());
    try {
      test::write_all(stranger.get(), garbage);
    } catch (const std::runtime_error&) { // it was closed before it had said all
    }
    broker_->next(happened::refused);
    expect_the_link_lives();
  }
  expect_no_socket_stays(before);
}

/// Shakes hands with a certificate of any kind, or with none, then waits for what becomes of it.
std::string refusal_of(test_node& broker, std::uint16_t port, const certificate_files& own) {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (!own.certificate.empty()) {
    EXPECT_EQ(SSL_CTX_use_certificate_chain_file(context.get(), own.certificate.c_str()), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey_file(context.get(), own.key.c_str(), SSL_FILETYPE_PEM), 1);
  }
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
  const auto stranger = test::connect_to(port);
  SSL_set_fd(tls.get(), stranger.get());
  if (SSL_connect(tls.get()) == 1) { // of TLS 1.3 the client is done before the server has looked
    char byte = 0;
    EXPECT_LE(SSL_read(tls.get(), &byte, 1), 0) << "it was greeted";
  }
  return broker.next(happened::refused).reason;
}

TEST_F(HostileLink, CertificatesThatAreNoNodesAreRefusedAndHarmNoLink) {
  start(5s);
  test_ca people("the client CA");
  const auto before = descriptor_count();
  EXPECT_NE(refusal_of(*broker_, port(), {}), "") << "a client of people has no certificate";
  expect_the_link_lives();
  EXPECT_THAT(refusal_of(*broker_, port(), people.server()), HasSubstr("not signed by our CA"));
  expect_the_link_lives();
  EXPECT_THAT(refusal_of(*broker_, port(), people.node("worker-2")), HasSubstr("not signed by our CA"))
    << "an operator's, or a client's: of whatever other CA";
  expect_the_link_lives();
  EXPECT_NE(refusal_of(*broker_, port(), ca_.server({"worker-2"})), "") << "our own CA's, but not for a client of TLS";
  expect_the_link_lives();
  expect_no_socket_stays(before);
}

TEST_F(HostileLink, ANodeThatSpeaksGarbageIsRefusedAndHarmsNoLink) {
  start(1s);
  using namespace std::string_literals;
  const auto context = ca_.node_context("worker-2");
  const auto before = descriptor_count();
  for (const auto& words : {"\0\0\0\0"s, "\xff\xff\xff\0"s, "\x08\0\0\x09xxxxxxxx"s, "\x08\0\0\0xxxxxxxx"s,
                            "\x40\0\0\0cut"s, "GET / HTTP/1.1\r\n\r\n"s, std::string(200'000, '\xff')}) {
    test::raw_node odd(context, "broker-1", port());
    try {
      odd.say_unframed(words);
    } catch (const std::runtime_error&) { // it was closed before it had said all
    }
    EXPECT_NE(broker_->next(happened::refused).reason, "");
    expect_the_link_lives();
  }
  expect_no_socket_stays(before);
}

} // namespace
} // namespace godwit
