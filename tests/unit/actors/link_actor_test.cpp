/// Two actor systems in this process, linked over a socket pair that the test can cut: real BASP, real parcels. (CAF
/// counts the systems of a process in its node ids, so that these two are two nodes.)
#include "actors/link_basp.hpp"
#include "actors/link_hub.hpp"
#include "actors/rules/limits.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <gtest/gtest.h>

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <optional>
#include <stdexcept>

namespace godwit {
namespace {

using namespace std::chrono_literals;

/// Long enough for a busy machine; nothing waits so long when all is well.
constexpr auto patience = 60s;

/// Remembers what a node was told, and lets a test wait for it.
class listening_node : public link_ports {
public:
  void received(const node_name& from, envelope what) override {
    note([&] {
      if (fails_once && std::exchange(*fails_once, false))
        throw std::runtime_error("a fault");
      senders.push_back(from);
      envelopes.push_back(std::move(what));
    });
  }
  void received_batch(const node_name&, std::vector<edge_item> what, std::shared_ptr<const void> ack) override {
    note([&] {
      for (auto& item : what)
        items.push_back(std::move(item));
      if (keeps_acks)
        acks.push_back(std::move(ack));
    });
  }
  void link_up(const link_reset& what, std::shared_ptr<outbound_link> out) override {
    note([&] {
      ups.push_back(what);
      way = std::move(out);
    });
  }
  void link_down(const link_lost&) override {
    note([&] {
      ++downs;
      way.reset();
    });
  }
  void link_heard(const node_name&, incarnation) override {}
  void link_silent(const node_name&, incarnation) override {
    note([&] { ++silences; });
  }

  template <class Predicate>
  bool wait(Predicate predicate) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, patience, predicate);
  }
  std::shared_ptr<outbound_link> wait_for_link(std::size_t times = 1) {
    wait([&] { return ups.size() >= times && way; });
    const std::lock_guard lock{mutex};
    return way;
  }

  bool wait_for_link_briefly(std::size_t times) {
    std::unique_lock lock{mutex};
    return changed.wait_for(lock, 500ms, [&] { return ups.size() >= times && way; });
  }

  std::mutex mutex;
  std::condition_variable changed;
  std::vector<node_name> senders;
  std::vector<envelope> envelopes;
  std::vector<edge_item> items;
  std::vector<std::shared_ptr<const void>> acks;
  std::vector<link_reset> ups;
  std::shared_ptr<outbound_link> way;
  int downs = 0;
  int silences = 0;
  bool keeps_acks = false;
  std::optional<bool> fails_once; ///< at the next envelope

private:
  void note(const std::function<void()>& change) {
    const std::lock_guard lock{mutex};
    change();
    changed.notify_all();
  }
};

struct links_config : caf::actor_system_config {
  links_config() {
    configure_for_links(*this);
    set("scheduler.max-threads", 2);
  }
};

node_hello hello_of(const char* name, std::uint64_t life) {
  node_hello hello;
  hello.cluster = "test";
  hello.name = name;
  hello.incarnation = {life};
  hello.roles = 2;
  return hello;
}

struct test_node {
  test_node(const char* name, std::uint64_t life)
      : self(hello_of(name, life)), system(config),
        hub(system, self, ears, [this](const std::string& why) { failed.set_value(why); }) {}

  node_hello self;
  links_config config;
  caf::actor_system system;
  listening_node ears;
  std::promise<std::string> failed;
  link_hub hub;
};

/// The transport's part: gives both hubs their ends, and can cut.
class LinkActor : public testing::Test {
protected:
  ~LinkActor() override {
    if (cut_fd_ >= 0)
      ::close(cut_fd_);
  }

  void connect() {
    int fds[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
    if (cut_fd_ >= 0)
      ::close(cut_fd_);
    cut_fd_ = ::dup(fds[0]);
    b.hub.connected(a.self, fds[1], false);
    a.hub.connected(b.self, fds[0], true);
  }
  void cut() { ::shutdown(cut_fd_, SHUT_RDWR); }

  test_node a{"alpha", 11};
  test_node b{"beta", 22};

private:
  int cut_fd_ = -1;
};

envelope numbered(std::uint64_t number) { return {room_anywhere({7}), fan_out_delivered{{7}, 1, "alpha", number}}; }
std::uint64_t number_of(const envelope& from) { return std::get<fan_out_delivered>(from.what).fan_out_number; }

TEST_F(LinkActor, TellsBothEndsWhoIsAtTheOtherOne) {
  connect();
  ASSERT_TRUE(a.ears.wait_for_link());
  ASSERT_TRUE(b.ears.wait_for_link());
  EXPECT_EQ(a.ears.ups.at(0), (link_reset{"beta", {22}, 2}));
  EXPECT_EQ(b.ears.ups.at(0), (link_reset{"alpha", {11}, 2}));
}

TEST_F(LinkActor, CarriesAHundredThousandEnvelopesInOrder) {
  constexpr std::size_t count = 100'000;
  connect();
  auto way = a.ears.wait_for_link();
  ASSERT_TRUE(way && b.ears.wait_for_link());
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t i = 1; i <= count; ++i)
    ASSERT_TRUE(way->push(numbered(i)));
  ASSERT_TRUE(b.ears.wait([&] { return b.ears.envelopes.size() == count; }));
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  RecordProperty("envelopes_per_second", static_cast<int>(count / took.count()));
  for (std::size_t i = 0; i < count; ++i)
    ASSERT_EQ(number_of(b.ears.envelopes[i]), i + 1);
  EXPECT_EQ(b.ears.senders.back(), "alpha");
}

TEST_F(LinkActor, LinksAgainAfterEachOfFiftyCuts) {
  for (std::size_t round = 1; round <= 50; ++round) {
    connect();
    auto way = a.ears.wait_for_link(round);
    auto back = b.ears.wait_for_link(round);
    ASSERT_TRUE(way && back) << "round " << round;
    way->push(numbered(round));
    back->push(numbered(round));
    ASSERT_TRUE(b.ears.wait([&] { return b.ears.envelopes.size() == round; })) << "round " << round;
    ASSERT_TRUE(a.ears.wait([&] { return a.ears.envelopes.size() == round; })) << "round " << round;
    cut();
    ASSERT_TRUE(a.ears.wait([&] { return a.ears.downs == static_cast<int>(round); })) << "round " << round;
    ASSERT_TRUE(b.ears.wait([&] { return b.ears.downs == static_cast<int>(round); })) << "round " << round;
    EXPECT_FALSE(way->push(numbered(0)));
  }
}

TEST_F(LinkActor, TakesTheNewerConnectionWhileTheOlderOneStillStands) {
  constexpr std::size_t rounds = 20;
  connect();
  ASSERT_TRUE(a.ears.wait_for_link() && b.ears.wait_for_link());
  for (std::size_t round = 2; round <= rounds; ++round) {
    connect(); // nobody has cut the older one
    ASSERT_TRUE(a.ears.wait_for_link(round)) << "round " << round;
    ASSERT_TRUE(b.ears.wait_for_link(round)) << "round " << round;
  }
  a.ears.wait_for_link(rounds)->push(numbered(5));
  EXPECT_TRUE(b.ears.wait([&] { return b.ears.envelopes.size() == 1; }));
}

TEST_F(LinkActor, ACutByOneNodeIsHeardByTheOther) {
  connect();
  ASSERT_TRUE(a.ears.wait_for_link() && b.ears.wait_for_link());
  b.hub.cut("alpha");
  EXPECT_TRUE(a.ears.wait([&] { return a.ears.downs == 1; }));
  EXPECT_TRUE(b.ears.wait([&] { return b.ears.downs == 1; }));
}

TEST_F(LinkActor, RefusesAPeerThatMeantSomebodyElse) {
  int fds[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
  pollfd watched{::dup(fds[0]), POLLRDHUP, 0};
  b.hub.connected(hello_of("alpha", 99), fds[1], false); // another life of alpha
  a.hub.connected(b.self, fds[0], true);
  EXPECT_EQ(::poll(&watched, 1, 60'000), 1); // cut by the one who was meant for another
  ::close(watched.fd);
  connect();
  ASSERT_TRUE(a.ears.wait_for_link() && b.ears.wait_for_link());
  EXPECT_EQ(b.ears.ups.at(0).incarnation.value, 11U);
}

TEST_F(LinkActor, HoldsTicketsUntilTheOtherEdgeHasTheBatch) {
  b.ears.keeps_acks = true;
  connect();
  auto way = a.ears.wait_for_link();
  ASSERT_TRUE(way && b.ears.wait_for_link());
  std::promise<void> dropped;
  auto dropped_soon = dropped.get_future();
  auto ticket = std::shared_ptr<const void>{&dropped, [&](const void*) { dropped.set_value(); }};
  auto payload = std::make_shared<const std::string>("hello");
  for (std::uint64_t session = 1; session <= 3; ++session)
    way->push(delivery{{session}, {1, 0}, 1, {7, 1}, payload, ticket});
  ticket.reset();
  ASSERT_TRUE(b.ears.wait([&] { return b.ears.items.size() == 3; }));
  EXPECT_EQ(*std::get<delivery>(b.ears.items[2]).payload, "hello");
  EXPECT_EQ(dropped_soon.wait_for(0s), std::future_status::timeout);
  b.ears.acks.clear();
  EXPECT_EQ(dropped_soon.wait_for(patience), std::future_status::ready);
}

TEST_F(LinkActor, DropsTicketsWithTheLink) {
  b.ears.keeps_acks = true;
  connect();
  auto way = a.ears.wait_for_link();
  ASSERT_TRUE(way && b.ears.wait_for_link());
  std::promise<void> dropped;
  auto ticket = std::shared_ptr<const void>{&dropped, [&](const void*) { dropped.set_value(); }};
  way->push(delivery{{1}, {1, 0}, 1, {7, 1}, std::make_shared<const std::string>("x"), std::move(ticket)});
  ASSERT_TRUE(b.ears.wait([&] { return b.ears.items.size() == 1; }));
  cut();
  EXPECT_EQ(dropped.get_future().wait_for(patience), std::future_status::ready);
}

TEST_F(LinkActor, ALinkWhoseActorEndsByAnErrorIsDownAtBothEndsAndTheNextOneStands) {
  connect();
  auto way = a.ears.wait_for_link();
  ASSERT_TRUE(way && b.ears.wait_for_link());
  b.ears.fails_once = true;
  way->push(numbered(1));
  ASSERT_TRUE(b.ears.wait([&] { return b.ears.downs == 1; }));
  ASSERT_TRUE(a.ears.wait([&] { return a.ears.downs == 1; })) << "the other end sees its connection closed";
  EXPECT_FALSE(way->push(numbered(2))) << "nothing is taken for a link that is dead";
  for (std::size_t dials = 0; !a.ears.wait_for_link_briefly(2);
       ++dials) { // BASP may hold on to the old one for a moment
    ASSERT_LT(dials, 100U);
    connect();
  }
  ASSERT_TRUE(b.ears.wait_for_link(2));
  a.ears.wait_for_link(2)->push(numbered(3));
  EXPECT_TRUE(b.ears.wait([&] { return b.ears.envelopes.size() == 1; }));
}

TEST_F(LinkActor, ANodeHearsThatWhatAllItsLinksNeedEndedByAnError) {
  connect();
  ASSERT_TRUE(a.ears.wait_for_link() && b.ears.wait_for_link());
  auto why = b.failed.get_future();
  caf::anon_send_exit(basp_of(b.system), caf::exit_reason::out_of_workers);
  ASSERT_EQ(why.wait_for(patience), std::future_status::ready);
  EXPECT_NE(why.get(), "");
  EXPECT_TRUE(a.ears.wait([&] { return a.ears.downs == 1; }));
}

TEST_F(LinkActor, AHubThatStopsTellsThatItsLinksAreDown) {
  connect();
  ASSERT_TRUE(a.ears.wait_for_link() && b.ears.wait_for_link());
  a.hub.stop();
  EXPECT_EQ(a.ears.downs, 1);
  EXPECT_TRUE(b.ears.wait([&] { return b.ears.downs == 1; }));
}

} // namespace
} // namespace godwit
