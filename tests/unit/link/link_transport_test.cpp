#include "nodes/link/link_transport.hpp"

#include "tests/support/temporary_folder.hpp"
#include "tests/unit/link/node_fixture.hpp"
#include "tests/unit/link/raw_socket.hpp"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <exception>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sched.h>
#include <sstream>
#include <stdexcept>
#include <sys/mount.h>
#include <thread>

namespace godwit {
namespace {

using namespace std::chrono_literals;
using test::happened;
using test::options_of;
using test::test_ca;
using test::test_node;
using testing::HasSubstr;

/// broker-1 listens, worker-1 dials it: the later name the earlier one.
class LinkTransport : public testing::Test {
protected:
  LinkTransport() {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("test", log_sink_));
    broker_options_.listen = {"127.0.0.1:0"};
    broker_options_.peers = {{"worker-1", {}}, {"worker-2", {}}};
  }
  ~LinkTransport() override { spdlog::set_default_logger(std::make_shared<spdlog::logger>("silent")); }

  link_options worker_options(const test_node& broker, const std::string& name = "worker-1") {
    auto options = options_of(name);
    options.peers = {{"broker-1", {broker.address()}}};
    return options;
  }

  std::ostringstream log_;
  std::shared_ptr<spdlog::sinks::ostream_sink_mt> log_sink_ = std::make_shared<spdlog::sinks::ostream_sink_mt>(log_);
  test_ca ca_;
  link_options broker_options_ = options_of("broker-1");
  tls_context broker_tls_ = ca_.node_context("broker-1");
  tls_context worker_tls_ = ca_.node_context("worker-1");
};

std::size_t open_descriptor_count() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

TEST_F(LinkTransport, LinksTwoNodesWhoKnowEachOthersHello) {
  test_node broker(broker_tls_, broker_options_);
  auto options = worker_options(broker);
  options.self.roles = 2;
  test_node worker(worker_tls_, options);
  const auto at_broker = broker.next(happened::opened);
  const auto at_worker = worker.next(happened::opened);
  EXPECT_EQ(at_broker.peer, options.self);
  EXPECT_EQ(at_worker.peer, broker_options_.self);
  EXPECT_FALSE(at_broker.is_dialler);
  EXPECT_TRUE(at_worker.is_dialler);
}

TEST_F(LinkTransport, CarriesTenMegabytesBothWaysAtOnce) {
  test_node broker(broker_tls_, broker_options_);
  test_node worker(worker_tls_, worker_options(broker));
  const auto at_broker = broker.next(happened::opened);
  const auto at_worker = worker.next(happened::opened);
  const auto up = test::pattern(10'000'000, 1);
  const auto down = test::pattern(10'000'000, 2);
  std::thread worker_writes([&] { test::write_all(at_worker.fd.get(), up); });
  std::thread broker_writes([&] { test::write_all(at_broker.fd.get(), down); });
  std::string came_down;
  std::thread worker_reads([&] { came_down = test::read_exactly(at_worker.fd.get(), down.size()); });
  const auto came_up = test::read_exactly(at_broker.fd.get(), up.size());
  worker_writes.join();
  broker_writes.join();
  worker_reads.join();
  EXPECT_TRUE(came_up == up);
  EXPECT_TRUE(came_down == down);
}

TEST_F(LinkTransport, HandsOverWhatWasWrittenBeforeTheEnd) {
  test_node broker(broker_tls_, broker_options_);
  test_node worker(worker_tls_, worker_options(broker));
  auto at_worker = worker.next(happened::opened);
  const auto at_broker = broker.next(happened::opened);
  test::write_all(at_worker.fd.get(), "last words");
  at_worker.fd.reset();
  EXPECT_EQ(test::read_exactly(at_broker.fd.get(), 10), "last words");
  EXPECT_EQ(test::read_exactly(at_broker.fd.get(), 1), "") << "then the end";
  EXPECT_EQ(worker.next(happened::closed).reason, "this node closed the link");
  EXPECT_EQ(broker.next(happened::closed).reason, "the peer closed the link");
}

TEST_F(LinkTransport, IsDialledAgainAfterACut) {
  test_node broker(broker_tls_, broker_options_);
  test_node worker(worker_tls_, worker_options(broker));
  const auto first = broker.next(happened::opened);
  const auto first_at_worker = worker.next(happened::opened);
  broker.transport().cut(first.link, "no pulse");
  broker.transport().cut(first.link, "twice is once");
  const auto closed = broker.next();
  EXPECT_EQ(closed.what, happened::closed);
  EXPECT_EQ(closed.link, first.link);
  EXPECT_EQ(closed.reason, "no pulse");
  EXPECT_EQ(test::read_exactly(first.fd.get(), 1), "") << "our end of the pair is closed";
  EXPECT_EQ(worker.next().what, happened::closed);

  const auto second = broker.next();
  EXPECT_EQ(second.what, happened::opened);
  EXPECT_NE(second.link, first.link);
  const auto second_at_worker = worker.next(happened::opened);
  test::write_all(second_at_worker.fd.get(), "again");
  EXPECT_EQ(test::read_exactly(second.fd.get(), 5), "again");
}

TEST_F(LinkTransport, SaysThatAStoppedPeerCanNotBeDialledAndLinksWhenItIsBack) {
  auto broker = std::make_unique<test_node>(broker_tls_, broker_options_);
  broker_options_.listen = {broker->address()};
  test_node worker(worker_tls_, worker_options(*broker));
  worker.next(happened::opened);
  broker.reset();
  EXPECT_EQ(worker.next().what, happened::closed);
  EXPECT_EQ(worker.next(happened::dial_failed).who, "broker-1");
  broker_options_.self.incarnation = {2};
  broker = std::make_unique<test_node>(broker_tls_, broker_options_);
  EXPECT_EQ(worker.next(happened::opened).peer.incarnation, incarnation{2});
}

TEST_F(LinkTransport, ANewLinkOfAPeerClosesTheOldOneFirst) {
  test_node broker(broker_tls_, broker_options_);
  test_node first(worker_tls_, worker_options(broker));
  const auto first_opened = broker.next();
  ASSERT_EQ(first_opened.what, happened::opened);
  auto again = worker_options(broker);
  again.self.incarnation = {2};
  again.redial_backoff_min = again.redial_backoff_max = 1h; // the first one comes back: once is enough
  test_node second(worker_tls_, again);
  const auto closed = broker.next();
  EXPECT_EQ(closed.what, happened::closed);
  EXPECT_EQ(closed.link, first_opened.link);
  EXPECT_EQ(closed.reason, "the peer was started anew");
  const auto opened = broker.next();
  EXPECT_EQ(opened.what, happened::opened);
  EXPECT_EQ(opened.peer.incarnation, incarnation{2});
}

TEST_F(LinkTransport, RefusesANodeOfAnotherCaAndBothEndsLogWhy) {
  test_ca other;
  // The stranger trusts both CAs, so that it is the broker node who refuses.
  const auto both = other.path("both.pem");
  std::filesystem::copy_file(other.ca_file(), both);
  std::ofstream(both, std::ios::app) << test::must(read_certified_key({ca_.ca_file(), ca_.ca_file()})).certificate;
  const auto stranger_tls = test::must(tls_context::for_nodes(other.node("worker-1"), both));
  test_node broker(broker_tls_, broker_options_);
  const auto address = broker.address();
  test_node stranger(stranger_tls, worker_options(broker));
  const auto refused = broker.next(happened::refused);
  EXPECT_EQ(refused.reason, "the peer's certificate is not signed by our CA");
  EXPECT_EQ(stranger.next(happened::dial_failed).reason, "the peer does not trust the CA of our certificate");
  stranger.transport().stop();
  broker.transport().stop();
  EXPECT_THAT(log_.str(), HasSubstr("refused " + refused.who + " on the cluster port: the peer's certificate is not"));
  EXPECT_THAT(log_.str(), HasSubstr("no link with broker-1 at " + address + ": the peer does not trust the CA"));
}

TEST_F(LinkTransport, RefusesToLinkWithAPeerOfAnotherCaThatItDials) {
  test_ca other;
  test_node broker(other.node_context("broker-1"), broker_options_);
  test_node worker(worker_tls_, worker_options(broker));
  EXPECT_EQ(worker.next(happened::dial_failed).reason, "the peer's certificate is not signed by our CA");
  EXPECT_EQ(broker.next(happened::refused).reason, "the peer does not trust the CA of our certificate");
}

TEST_F(LinkTransport, RefusesANameThatIsNotInTheCertificate) {
  // Nobody can start a node like that, so it is played by hand.
  test_node broker(broker_tls_, broker_options_);
  test::raw_node liar(worker_tls_, "broker-1", broker.transport().ports().front());
  liar.say(options_of("worker-2").self);
  EXPECT_EQ(broker.next(happened::refused).reason,
            "the peer says that it is 'worker-2', its certificate is for 'worker-1'");
  EXPECT_EQ(liar.hear(), link_greeting{broker_options_.self});
  EXPECT_THAT(std::get<link_refused>(liar.hear()).why, HasSubstr("its certificate is for 'worker-1'"));
}

TEST_F(LinkTransport, RefusesANodeThatIsNotInTheConfigAndBothHearWhy) {
  test_node broker(broker_tls_, broker_options_);
  test_node stranger(ca_.node_context("worker-9"), worker_options(broker, "worker-9"));
  EXPECT_EQ(broker.next(happened::refused).reason, "no node 'worker-9' is in the config");
  EXPECT_EQ(stranger.next(happened::dial_failed).reason,
            "the peer refused this node: no node 'worker-9' is in the config");
}

TEST_F(LinkTransport, RefusesANodeOfAnotherCluster) {
  test_node broker(broker_tls_, broker_options_);
  auto options = worker_options(broker);
  options.self.cluster = "herd";
  test_node worker(worker_tls_, options);
  EXPECT_THAT(broker.next(happened::refused).reason, HasSubstr("cluster 'herd'"));
  EXPECT_THAT(worker.next(happened::dial_failed).reason, HasSubstr("cluster 'flock'"));
}

TEST_F(LinkTransport, DoesNotLinkWithAPeerThatHasAnotherNodesCertificate) {
  auto options = options_of("broker-2");
  options.listen = {"127.0.0.1:0"};
  options.peers = {{"worker-1", {}}};
  test_node other(ca_.node_context("broker-2"), options);
  test_node worker(worker_tls_, worker_options(other)); // dials broker-1 there
  EXPECT_EQ(worker.next(happened::dial_failed).reason, "the peer's certificate is for broker-2, not for broker-1");
  EXPECT_EQ(other.next(happened::refused).reason, "the peer refused our certificate or its name");
}

TEST_F(LinkTransport, CutsASilentPeerAtTheDeadline) {
  broker_options_.handshake_timeout = 50ms;
  test_node broker(broker_tls_, broker_options_);
  const auto silent = test::connect_to(broker.transport().ports().front());
  EXPECT_EQ(broker.next(happened::refused).reason, "the peer said nothing in time");
  EXPECT_EQ(test::read_exactly(silent.get(), 1), "") << "the socket is closed";
}

TEST_F(LinkTransport, CutsAPeerThatStopsAfterTlsAtTheDeadline) {
  broker_options_.handshake_timeout = 1s; // time for TLS on a busy machine
  test_node broker(broker_tls_, broker_options_);
  test::raw_node slow(worker_tls_, "broker-1", broker.transport().ports().front());
  EXPECT_EQ(slow.hear(), link_greeting{broker_options_.self});
  EXPECT_EQ(broker.next(happened::refused).reason, "the handshake did not end in time");
  EXPECT_TRUE(slow.hears_the_end());
}

TEST_F(LinkTransport, CutsARefusedPeerThatDoesNotGoAwayAtTheDeadline) {
  broker_options_.handshake_timeout = 500ms;
  test_node broker(broker_tls_, broker_options_);
  const auto web = test::connect_to(broker.transport().ports().front());
  test::write_all(web.get(), "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(broker.next(happened::refused).reason, "the peer speaks no TLS (looks like HTTP)");
  test::read_to_end(web.get());
}

TEST_F(LinkTransport, GivesUpADialThatIsNotAnsweredInTimeAndDialsAgain) {
  const test::silent_listener silent;
  auto options = options_of("worker-1");
  options.peers = {{"broker-1", {silent.address()}}};
  options.handshake_timeout = 50ms;
  test_node worker(worker_tls_, options);
  EXPECT_EQ(worker.next(happened::dial_failed).reason, "the peer said nothing in time");
  EXPECT_EQ(worker.next(happened::dial_failed).reason, "the peer said nothing in time");
}

TEST_F(LinkTransport, RefusesGarbageForAGreeting) {
  test_node broker(broker_tls_, broker_options_);
  test::raw_node odd(worker_tls_, "broker-1", broker.transport().ports().front());
  odd.say_bytes(std::string(8, '\xff'));
  EXPECT_THAT(broker.next(happened::refused).reason, HasSubstr("greeting can not be read"));
}

TEST_F(LinkTransport, RefusesACallerThatShouldBeDialled) {
  broker_options_.peers = {{"admin-1", {"127.0.0.1:1"}}};
  test_node broker(broker_tls_, broker_options_);
  test::raw_node early(ca_.node_context("admin-1"), "broker-1", broker.transport().ports().front());
  early.say(options_of("admin-1").self);
  EXPECT_THAT(broker.next(happened::refused).reason, HasSubstr("is dialled by this node"));
}

TEST_F(LinkTransport, TriesAllAddressesOfAPeer) {
  test_node broker(broker_tls_, broker_options_);
  auto options = worker_options(broker);
  options.peers.front().addresses.insert(options.peers.front().addresses.begin(), "127.0.0.1:1");
  test_node worker(worker_tls_, options);
  EXPECT_EQ(worker.next().what, happened::opened);
}

TEST_F(LinkTransport, ListensOnIpv4AndIpv6) {
  broker_options_.listen = {"127.0.0.1:0", "[::1]:0"};
  test_node broker(broker_tls_, broker_options_);
  ASSERT_EQ(broker.transport().ports().size(), 2U);
  auto options = worker_options(broker);
  options.peers.front().addresses = {"[::1]:" + std::to_string(broker.transport().ports().back())};
  test_node worker(worker_tls_, options);
  EXPECT_EQ(worker.next().what, happened::opened);
}

/// The calling thread finds these in place of /etc/hosts.
void see_other_hosts(const std::filesystem::path& hosts) {
  const bool sees = ::unshare(CLONE_NEWNS) == 0 && ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0
                    && ::mount(hosts.c_str(), "/etc/hosts", nullptr, MS_BIND, nullptr) == 0;
  if (!sees)
    throw std::runtime_error("no mount namespace: this test needs root, or a name of its machine with two addresses");
}

TEST_F(LinkTransport, ListensOnAllAddressesThatANameHas) {
  const test::temporary_folder folder;
  std::ofstream(folder.path("hosts")) << "127.0.0.1 both.test\n127.0.0.1 both.test\n::1 both.test\n";
  broker_options_.listen = {"both.test:0"};
  std::optional<test_node> broker;
  std::exception_ptr failed;
  std::thread([&] {
    try {
      see_other_hosts(folder.path("hosts"));
      broker.emplace(broker_tls_, broker_options_);
    } catch (...) {
      failed = std::current_exception();
    }
  }).join();
  if (failed)
    std::rethrow_exception(failed);
  ASSERT_EQ(broker->transport().ports().size(), 1U);
  for (const std::string host : {"127.0.0.1:", "[::1]:"}) {
    auto options = worker_options(*broker);
    options.peers.front().addresses = {host + std::to_string(broker->transport().ports().front())};
    test_node worker(worker_tls_, options);
    EXPECT_EQ(worker.next().what, happened::opened) << host;
  }
}

TEST_F(LinkTransport, DoesNotStartOnAnAddressThatIsTakenOrWithACertificateOfAnotherName) {
  const test_node broker(broker_tls_, broker_options_);
  broker_options_.listen = {broker.address()};
  const auto taken = link_transport::start(broker_tls_, broker_options_, {});
  ASSERT_FALSE(taken);
  EXPECT_THAT(taken.why().detail, HasSubstr("can not listen on " + broker.address()));
  EXPECT_EQ(link_transport::start(worker_tls_, broker_options_, {}).why().code, error_code::certificate_unusable);
}

TEST_F(LinkTransport, LeavesNoDescriptorAndReportsItsLinksClosedWhenStopped) {
  const auto before = open_descriptor_count();
  {
    test_node broker(broker_tls_, broker_options_);
    test_node worker(worker_tls_, worker_options(broker));
    const auto at_worker = worker.next(happened::opened);
    const auto at_broker = broker.next(happened::opened);
    const auto silent = test::connect_to(broker.transport().ports().front());
    worker.transport().stop();
    EXPECT_EQ(worker.next(happened::closed).reason, "this node is being stopped");
    EXPECT_EQ(broker.next(happened::closed).reason, "the peer closed the link");
  }
  EXPECT_EQ(open_descriptor_count(), before);
}

} // namespace
} // namespace godwit
